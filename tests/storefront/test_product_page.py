"""A product's page: what a buyer reads on it, and what nobody may."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.services import open_line
from matchmaker.certification.models import Scheme
from matchmaker.certification.services import declare_evidence, grade_evidence
from matchmaker.database import database
from matchmaker.storefront import pages
from search.contract import Hit, Page
from tests.factories import make_cast, make_family, make_firm, make_product
from tests.reading import words_of
from tests.test_access import sign_in

TODAY = dt.date(2026, 11, 21)
Counted = Callable[[Engine], AbstractContextManager[list[str]]]


@pytest.fixture(autouse=True)
def _at_a_known_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "today", lambda: TODAY)


def read(client: FlaskClient, product: Product, query: str = "") -> str:
    return words_of(client.get(f"/products/{product.slug}{query}").text)


def listed(db: Session, **changes: Any) -> Product:
    family = make_family(db, hs_code="401699", rules=["rubber-goods"])
    product = make_product(db, family=family, **changes)
    db.commit()
    return product


def hold(db: Session, product: Product, code: str, expires_on: dt.date | None) -> None:
    scheme = db.scalars(select(Scheme).where(Scheme.code == code)).one()
    evidence = declare_evidence(
        db,
        SYSTEM,
        product.firm.organisation,
        scheme,
        number=f"NO-{code}",
        issuer="Some Issuer",
        issued_on=dt.date(2025, 1, 1),
        expires_on=expires_on,
    )
    grade_evidence(db, SYSTEM, evidence, grade="confirmed", on=dt.date(2026, 3, 2), how="Asked.")
    db.commit()


def test_the_answer_stands_above_all_else(app_db: Session, client: FlaskClient) -> None:
    product = listed(app_db, title="Cow mat 18 mm")
    client.get("/preferences?currency=INR")

    shown = read(client, product)
    opening = shown[: shown.index("What it is")]

    assert "Cow mat 18 mm" in opening
    assert product.firm.name in opening
    for fact in ("Price ₹900.00 / piece", "Minimum order 100 pieces", "Lead time 30 days"):
        assert fact in opening
    assert "Free a month not told" in opening


def test_prices_are_converted_and_say_so(app_db: Session, client: FlaskClient) -> None:
    product = listed(app_db)
    client.get("/preferences?currency=EUR")

    shown = read(client, product)

    assert "Each, in EUR" in shown
    assert "₹900.00" in shown
    assert re.search(r"Given in INR; 1 EUR = [\d.]+ INR, reference rate of \w+ \d+, \d{4}", shown)


@pytest.mark.parametrize(
    ("audience", "says"),
    [("request", "gives its price on request"), ("verified", "to verified buyers")],
)
def test_a_price_that_is_not_public_is_nowhere_on_the_page(
    app_db: Session, client: FlaskClient, audience: str, says: str
) -> None:
    tiers = ((Decimal(100), Decimal("7731")),)
    product = listed(app_db, price_audience=audience, tiers=tiers)
    client.get("/preferences?currency=INR")

    html = client.get(f"/products/{product.slug}").text

    assert says in html
    assert "7731" not in html.replace(",", "")
    assert "lowPrice" not in html


def test_what_a_verified_buyer_reads_reaches_nobody_else(app_db: Session, app: Flask) -> None:
    cast = make_cast(app_db)
    assert cast.stranger.organisation is not None
    cast.stranger.organisation.standing = "verified"
    tiers = ((Decimal(100), Decimal("7731")),)
    product = listed(app_db, price_audience="verified", tiers=tiers)
    buyer, visitor = sign_in(app.test_client(), cast.stranger), app.test_client()
    for each in (buyer, visitor):
        each.get("/preferences?currency=INR")
    for address in (f"/products/{product.slug}", f"/firms/{product.firm.slug}"):
        seen = buyer.get(address)
        assert "7731" in seen.text.replace(",", "")
        assert "lowPrice" not in seen.text
        assert "Cookie" in seen.headers["Vary"]
        assert "public" not in seen.headers.get("Cache-Control", "")
        assert "7731" not in visitor.get(address).text.replace(",", "")


@pytest.mark.parametrize(
    ("audience", "says"), [("request", "on request"), ("verified", "for verified buyers")]
)
def test_result_rows_say_of_a_hidden_price_who_sees_it(
    app_db: Session, app: Flask, audience: str, says: str
) -> None:
    product = listed(app_db, price_audience=audience, tiers=((Decimal(100), Decimal(7731)),))
    with app.test_request_context("/search"):
        hit = Hit(product.public_id, 1.0, {})
        (row,) = pages._maker().rows("products", Page((hit,), 1))
    assert (row.facts[0].value, row.facts[0].note) == (says, "")


def test_capacity_is_told_month_by_month_in_units_of_the_product(
    app_db: Session, client: FlaskClient
) -> None:
    firm, family = make_firm(app_db), make_family(app_db)
    months = {dt.date(2026, 11, 1): (Decimal(1000), Decimal(400))}
    months |= {dt.date(2026, 12, 1): (Decimal(1000), Decimal(0))}
    line = open_line(
        app_db, SYSTEM, firm, family, name="Press", unit="H87", months=months, confirmed_on=TODAY
    )
    product = make_product(app_db, firm=firm, family=family, line_factor=Decimal(2))
    product.line_id = line.id
    app_db.commit()

    shown = read(client, product)

    assert "November 2026: 300 pieces free of 500" in shown
    assert "December 2026: 500 pieces free of 500" in shown
    assert "January 2027: capacity not told" in shown
    assert "The minimum of 100 pieces fits into December 2026" in shown
    assert "Free a month 400 pieces" in shown


def test_evidence_shows_who_looked_when_and_how_to_check_it(
    app_db: Session, client: FlaskClient
) -> None:
    product = listed(app_db)
    hold(app_db, product, "ISO9001", dt.date(2028, 1, 31))

    html = client.get(f"/products/{product.slug}").text
    shown = words_of(html)

    assert "valid until Jan 31, 2028" in shown
    assert "confirmed with issuer Mar 2, 2026" in shown
    assert "Asked." in shown
    assert 'href="https://www.iafcertsearch.org"' in html


def test_a_market_is_asked_for_by_address_or_by_port(app_db: Session, client: FlaskClient) -> None:
    product = listed(app_db)
    assert "What your market asks for" in read(client, product)
    assert "What Germany asks for" in read(client, product, "?market=DE")
    assert "What your market asks for" in read(client, product, "?market=%3Cb%3E")

    client.get("/preferences?port=NLRTM")
    assert "What Netherlands asks for" in read(client, product)


def test_what_a_market_asks_for_is_held_missing_or_made_for_each_shipment(
    app_db: Session, client: FlaskClient
) -> None:
    product = listed(app_db)
    before = row_of(client, product, "REACH")
    hold(app_db, product, "REACH", dt.date(2028, 1, 31))
    after = row_of(client, product, "REACH")

    assert "missing" in before
    assert "10–30 days" in before
    assert "held" in after
    assert "missing" not in after
    assert "made for each shipment" in row_of(client, product, "EUDR DDS")


def test_expired_evidence_does_not_count(app_db: Session, client: FlaskClient) -> None:
    product = listed(app_db)
    hold(app_db, product, "REACH", dt.date(2026, 11, 20))
    assert "missing" in row_of(client, product, "REACH")


def row_of(client: FlaskClient, product: Product, label: str) -> str:
    html = client.get(f"/products/{product.slug}?market=DE").text
    table = html[html.index('id="market"') :]
    rows = re.findall(r"<tr>.*?</tr>", table, re.S)
    return next(words_of(row) for row in rows if f'"row">{label}<' in row)


def test_without_the_search_the_page_stands_and_says_so(
    app_db: Session, client: FlaskClient
) -> None:
    product = listed(app_db)
    answer = client.get(f"/products/{product.slug}")
    assert answer.status_code == 200
    assert "The search does not answer right now" in words_of(answer.text)


def test_what_was_taken_down_or_never_was_leads_to_the_search(
    app_db: Session, client: FlaskClient
) -> None:
    draft = listed(app_db, title="Ribbed stable mat", state="draft")
    for slug in (draft.slug, "ribbed-stable-mat-nosuch"):
        answer = client.get(f"/products/{slug}")
        assert answer.status_code == 404
        assert 'value="ribbed stable mat' in answer.text
        assert "noindex" in answer.text


def test_a_draft_is_shown_to_its_firm_but_not_to_a_stranger(
    app: Flask, app_db: Session, client: FlaskClient
) -> None:
    cast = make_cast(app_db)
    draft = make_product(app_db, firm=cast.firm, state="draft")
    app_db.commit()

    sign_in(client, cast.owner)
    assert "only you and the desk see it" in client.get(f"/products/{draft.slug}").text
    stranger = app.test_client()
    sign_in(stranger, cast.stranger)
    assert stranger.get(f"/products/{draft.slug}").status_code == 404


def test_products_of_a_suspended_firm_are_gone(app_db: Session, client: FlaskClient) -> None:
    product = listed(app_db)
    product.firm.verification = "suspended"
    app_db.commit()
    assert client.get(f"/products/{product.slug}").status_code == 404


def test_a_stale_fact_is_marked(app_db: Session, client: FlaskClient) -> None:
    product = listed(app_db, price_confirmed_on=TODAY - dt.timedelta(days=181))
    assert "confirmed May 24, 2026, stale" in read(client, product)


def test_much_evidence_and_many_tiers_cost_no_more_queries_than_little(
    app_db: Session, app_engine: Engine, client: FlaskClient, counted: Counted
) -> None:
    poor = listed(app_db, tiers=((Decimal(100), Decimal(9)),))
    rich = listed(app_db, tiers=tuple((Decimal(n * 100), Decimal(20 - n)) for n in range(1, 9)))
    hold(app_db, poor, "REACH", None)
    for code in ("REACH", "ISO9001", "SMETA", "BSCI", "IEC", "RCMC"):
        hold(app_db, rich, code, dt.date(2028, 1, 31))

    def queries(product: Product) -> int:
        with counted(app_engine) as statements:
            client.get(f"/products/{product.slug}?market=DE")
        return len(statements)

    queries(poor)  # fills the labels, which every process reads once a while
    assert queries(poor) == queries(rich) <= 12


def test_similar_products_are_of_other_firms(site: Flask, visitor: FlaskClient) -> None:
    with site.app_context():
        product = database.session.scalars(
            select(Product).where(Product.state == "published").order_by(Product.id)
        ).first()
        assert product is not None
        slug, firm = product.slug, product.firm.slug
    html = visitor.get(f"/products/{slug}").text
    similar = html[html.index('id="similar"') :]
    similar = similar[: similar.index("</section>")]
    assert similar.count('<li class="row">') == 4
    assert f"/firms/{firm}" not in similar
    assert f"/products/{slug}" not in similar
