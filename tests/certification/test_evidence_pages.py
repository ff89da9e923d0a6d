"""The firm's pages about evidence, and its documents, as a browser meets them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matchmaker.accounts.actor import Actor
from matchmaker.catalogue.models import ProductFamily
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.database import database
from matchmaker.store import Store
from tests.certification.papers import pdf, picture
from tests.factories import Cast, make_product
from tests.reading import words_of
from tests.signed_in import sign_in

Comes = Callable[[Actor], FlaskClient]
DATES = {"issued_on": "2026-01-01", "expires_on": "2028-01-01"}
ISO = {"number": "Q-17", "issuer": "Certifier (example)", "covers": "all", **DATES}
REACH = {
    "number": "R-9",
    "laboratory": "Laboratory Two (example), Kochi",
    "substances": "Lead, cadmium, 8 PAH",
    "method": "EN 14362-1",
    "issued_on": "2026-03-01",
    "covers": "all",
}


@pytest.fixture
def comes(app: Flask, app_cast: Cast) -> Comes:
    app.config["WTF_CSRF_ENABLED"] = False
    return lambda actor: sign_in(app.test_client(), actor)


def send(client: FlaskClient, address: str, facts: dict[str, Any], *files: Any) -> Any:
    data = dict(facts)
    if files:
        content, name = files
        data["document"] = (io.BytesIO(content), name)
    return client.post(address, data=data, content_type="multipart/form-data")


def every(app_db: Session) -> list[Evidence]:
    """All there is, with its documents; the lock of reading is given back at once."""
    whole = select(Evidence).options(selectinload(Evidence.documents))
    found = list(app_db.scalars(whole, execution_options={"populate_existing": True}))
    app_db.commit()
    return found


def only(app_db: Session) -> Evidence:
    (found,) = every(app_db)
    return found


def test_a_certificate_is_entered_with_its_document(
    app_db: Session, app_cast: Cast, comes: Comes
) -> None:
    owner = comes(app_cast.owner)
    answer = send(owner, "/firm/evidence/new/ISO9001", ISO, pdf(), "iso.pdf")
    evidence = only(app_db)
    assert answer.location == f"/firm/evidence/{evidence.public_id}"
    assert (evidence.number, evidence.review, evidence.grade) == (
        "Q-17",
        "waiting",
        "self-declared",
    )
    shown = words_of(owner.get(answer.location).text)
    assert "It waits for the desk." in shown
    assert "iso.pdf" in shown
    assert "Q-17" in words_of(owner.get("/firm/evidence").text)


def test_a_report_shows_laboratory_substances_and_date_and_is_never_called_certified(
    app_db: Session, app_cast: Cast, comes: Comes
) -> None:
    family = app_db.scalars(select(ProductFamily)).first()
    product = make_product(app_db, firm=app_cast.firm, family=family)
    app_db.commit()
    owner = comes(app_cast.owner)
    page = owner.get("/firm/evidence/new/REACH").text
    assert "Laboratory" in page
    assert "Certificate number" not in page
    answer = send(owner, "/firm/evidence/new/REACH", REACH, picture(), "reach.jpg")
    shown = words_of(owner.get(answer.location).text)
    public = words_of(owner.get(f"/products/{product.slug}").text)
    for said in ("Laboratory Two (example), Kochi", "Lead, cadmium, 8 PAH", "Mar 1, 2026"):
        assert said in shown
        assert said in public
    for page in (shown, public):
        assert "certified" not in page.lower()


def test_what_is_made_for_each_shipment_is_no_form(app_cast: Cast, comes: Comes) -> None:
    page = comes(app_cast.owner).get("/firm/evidence/new/PHYTO").text
    assert "it is a duty whenever you ship" in page
    assert 'name="number"' not in page
    assert comes(app_cast.owner).post("/firm/evidence/new/PHYTO", data=ISO).status_code == 200


def test_the_product_one_comes_from_is_ticked(
    app_db: Session, app_cast: Cast, comes: Comes
) -> None:
    product = make_product(app_db, firm=app_cast.firm)
    app_db.commit()
    address = "/firm/evidence/new/ISO9001?product="
    assert f'checked name="products" type="checkbox" value="{product.id}"' in re.sub(
        r' id="[^"]+"', "", comes(app_cast.owner).get(f"{address}{product.id}").text
    )
    for nonsense in ("²", "x", "-1", "9" * 5000):
        page = comes(app_cast.owner).get(address + nonsense)
        assert (page.status_code, 'checked name="products"' in page.text) == (200, False)


def test_nothing_typed_is_lost_when_something_is_wrong(
    app_db: Session, app_cast: Cast, comes: Comes
) -> None:
    wrong = ISO | {"expires_on": "2025-01-01"}
    answer = send(comes(app_cast.owner), "/firm/evidence/new/ISO9001", wrong)
    assert answer.status_code == 422
    assert "It must not be before 2026-01-01." in words_of(answer.text)
    assert 'value="Q-17"' in answer.text
    answer = send(comes(app_cast.owner), "/firm/evidence/new/ISO9001", ISO | {"issued_on": "soon"})
    assert "Enter the day like 2026-11-30." in words_of(answer.text)
    answer = send(comes(app_cast.owner), "/firm/evidence/new/ISO9001", ISO, b"<html>", "a.pdf")
    assert "Send a PDF, or a photo or scan as JPEG or PNG; nothing else." in words_of(answer.text)
    assert every(app_db) == []


def test_all_mistakes_are_told_at_once_that_of_the_document_too(
    app_db: Session, app_cast: Cast, comes: Comes
) -> None:
    owner, address = comes(app_cast.owner), "/firm/evidence/new/ISO9001"
    wrongs = (
        ({"number": "", "issued_on": "soon"}, ["number", "issued_on", "document"]),
        ({"expires_on": "2025-01-01"}, ["expires_on", "document"]),
    )
    for wrong, told in wrongs:
        answer = send(owner, address, ISO | wrong, b"<html>", "a.pdf")
        assert answer.status_code == 422
        head = answer.text.split('class="mistakes"')[1].split("</section>")[0]
        assert re.findall(r'href="#([^"]+)"', head) == told
    assert every(app_db) == []


def test_who_only_looks_is_offered_no_form(app_cast: Cast, comes: Comes) -> None:
    assert 'name="number"' in comes(app_cast.owner).get("/firm/evidence/new/ISO9001").text
    assert 'name="number"' not in comes(app_cast.viewer).get("/firm/evidence/new/ISO9001").text


def test_a_full_store_keeps_nothing_and_says_so(
    app_db: Session, app_cast: Cast, comes: Comes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matchmaker.errors import Unavailable

    def full(*_: object) -> str:
        raise Unavailable("The file could not be kept right now: No space left on device.")

    monkeypatch.setattr(Store, "put", full)
    answer = send(comes(app_cast.owner), "/firm/evidence/new/ISO9001", ISO, pdf(), "a.pdf")
    assert "No space left on device." in words_of(answer.text)
    assert 'value="Q-17"' in answer.text
    assert every(app_db) == []


def test_forest_certificates_ask_which_material_of_coir_is_meant(
    app_db: Session, app_cast: Cast, comes: Comes
) -> None:
    family = app_db.scalars(select(ProductFamily).where(ProductFamily.key.like("coir%"))).first()
    assert family is not None
    product = make_product(app_db, firm=app_cast.firm, family=family, hs_code=family.hs_code)
    app_db.commit()
    owner = comes(app_cast.owner)
    found = owner.get(
        "/firm/evidence/find", query_string={"q": "FSC", "product": product.public_id}
    )
    assert "You will be asked which material is meant." in words_of(found.text)
    said = ISO | {"covers": "some", "products": str(product.id)}
    answer = send(owner, "/firm/evidence/new/FSC_COC", said)
    assert "Which material is meant?" in words_of(answer.text)
    assert every(app_db) == []
    answer = send(owner, "/firm/evidence/new/FSC_COC", said | {"material": "the wooden frame"})
    assert answer.status_code == 302
    assert "the wooden frame" in words_of(owner.get(answer.location).text)


def test_the_finder_says_what_the_law_asks_first_and_how_long_it_takes(
    app_db: Session, app_cast: Cast, comes: Comes
) -> None:
    family = app_db.scalars(
        select(ProductFamily).where(ProductFamily.hs_code.like("4016%"))
    ).first()
    product = make_product(app_db, firm=app_cast.firm, family=family, hs_code=family.hs_code)
    app_db.commit()
    asked = {"product": product.public_id, "market": "DE"}
    shown = words_of(comes(app_cast.owner).get("/firm/evidence/find", query_string=asked).text)
    assert "The law asks for it" in shown
    assert "REACH (Regulation (EC) 1907/2006)" in shown
    assert "about 10 to 30 days to get" in shown
    assert "No source of ours names what it costs" in shown
    assert shown.index("The law asks for it") < shown.index("Buyers expect it")
    words = {"q": "iso 9001"}
    shown = words_of(comes(app_cast.owner).get("/firm/evidence/find", query_string=words).text)
    assert "ISO 9001 quality management" in shown
    assert "GOTS" not in shown


def test_a_rival_and_a_stranger_find_nothing_at_any_address_of_it(
    app_db: Session, app_cast: Cast, comes: Comes
) -> None:
    send(comes(app_cast.owner), "/firm/evidence/new/ISO9001", ISO, pdf(), "iso.pdf")
    evidence = only(app_db)
    piece, paper = evidence.public_id, evidence.documents[0].public_id
    reads = ("", "/edit", "/renew")
    writes = ("/edit", "/renew", "/withdraw", "/answer", "/documents", "/members")
    for address in [f"/firm/evidence/{piece}{tail}" for tail in reads]:
        assert comes(app_cast.rival).get(address).status_code == 404, address
    for address in [f"/firm/evidence/{piece}{tail}" for tail in writes]:
        assert send(comes(app_cast.rival), address, ISO).status_code == 404, address
    for actor in (app_cast.rival, app_cast.stranger, app_cast.operator):
        for address in (f"/documents/{paper}", f"/documents/{paper}?view=1"):
            assert comes(actor).get(address).status_code == 404
    assert comes(app_cast.rival).post(f"/documents/{paper}/remove").status_code == 404
    assert comes(app_cast.suspended).get(f"/documents/{paper}").status_code == 403
    for actor in (app_cast.owner, app_cast.viewer, app_cast.agent, app_cast.officer):
        assert comes(actor).get(f"/documents/{paper}").status_code == 200
    assert send(comes(app_cast.viewer), f"/firm/evidence/{piece}/withdraw", {}).status_code == 403
    digest = evidence.documents[0].digest
    for address in (f"/documents/{digest}", f"/store/{digest}", f"/static/{digest}"):
        assert comes(app_cast.owner).get(address).status_code == 404


def test_a_visitor_is_given_no_document(
    app: Flask, app_db: Session, app_cast: Cast, comes: Comes
) -> None:
    send(comes(app_cast.owner), "/firm/evidence/new/ISO9001", ISO, pdf(), "iso.pdf")
    paper = only(app_db).documents[0].public_id
    assert app.test_client().get(f"/documents/{paper}").status_code == 401


@pytest.mark.parametrize(("content", "name"), [(pdf(), "a.pdf"), (picture(), "a.jpg")])
def test_documents_come_sealed(
    app_db: Session, app_cast: Cast, comes: Comes, content: bytes, name: str
) -> None:
    owner = comes(app_cast.owner)
    send(owner, "/firm/evidence/new/ISO9001", ISO, content, name)
    address = f"/documents/{only(app_db).documents[0].public_id}"
    kept = owner.get(address).headers
    assert kept["Content-Disposition"] == f"attachment; filename={name}"
    assert kept["X-Content-Type-Options"] == "nosniff"
    assert kept["X-Frame-Options"] == "DENY"
    assert "sandbox" in kept["Content-Security-Policy"]
    assert "no-store" in kept["Cache-Control"]
    shown = owner.get(f"{address}?view=1").headers
    assert shown["Content-Disposition"].startswith("inline")
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    for policy in (kept["Content-Security-Policy"], shown["Content-Security-Policy"]):
        assert "default-src 'none'" in policy
        assert "script-src" not in policy


def test_the_list_costs_no_more_queries_for_many_pieces_than_for_one(
    app: Flask, app_db: Session, app_cast: Cast, comes: Comes, counted: Any
) -> None:
    owner = comes(app_cast.owner)
    product = make_product(app_db, firm=app_cast.firm)
    codes = list(app_db.scalars(select(Scheme.code).where(Scheme.evidence_type == "certificate")))
    app_db.commit()

    def queries() -> int:
        with app.app_context():
            engine = database.engine
        with counted(engine) as statements:
            assert owner.get("/firm/evidence").status_code == 200
        return len(statements)

    some = {"covers": "some", "products": str(product.id), "material": "wood"}
    send(owner, f"/firm/evidence/new/{codes[0]}", ISO | some, pdf(), "a.pdf")
    few = queries()
    for code in codes[1:9]:
        send(owner, f"/firm/evidence/new/{code}", ISO | some, pdf(), "a.pdf")
    assert len(every(app_db)) == 9
    assert queries() == few
