"""The pages on which a firm keeps its products, asked by test client."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Product, ProductFamily
from matchmaker.catalogue.services import list_product
from matchmaker.catalogue.upkeep import ProductImage
from matchmaker.database import make_engine
from matchmaker.orm import only_reading
from tests.factories import Cast, make_cast, product_facts
from tests.signed_in import sign_in


@pytest.fixture
def house(app: Flask) -> Iterator[tuple[Session, Cast, Product]]:
    """The cast, with one product of the firm, read through a session of the test's own."""
    app.config["WTF_CSRF_ENABLED"] = False  # not what is tested here
    engine = make_engine(app.extensions["config"].database_url)
    with Session(engine) as db:
        cast = make_cast(db)
        family = db.scalars(select(ProductFamily).where(ProductFamily.key == "stable-mat")).one()
        facts = product_facts(hs_code=family.hs_code, attributes={"thickness_mm": 18})
        product = list_product(db, cast.owner, cast.firm, family, facts)
        db.commit()
        with only_reading():  # what is looked at here must not stop the pages from saving
            yield db, cast, product
    engine.dispose()


House = tuple[Session, Cast, Product]


def come(app: Flask, actor: Any) -> FlaskClient:
    return sign_in(app.test_client(), actor)


class _Form(HTMLParser):
    """The values a browser would send of the form named `product-form`."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.inside = False
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = "product-form" in about.get("class", "")
        if not self.inside:
            return
        if tag == "input" and about.get("name"):
            self.values[about["name"]] = about.get("value", "")
        if tag == "select":
            self.select = about["name"]
        if tag == "option" and self.select and "selected" in about:
            self.values[self.select] = about["value"]
        if tag == "textarea":
            self.area = about["name"]
            self.values[self.area] = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        self.select = "" if tag == "select" else self.select
        self.area = "" if tag == "textarea" else self.area
        self.inside = self.inside and tag != "form"


def typed(client: FlaskClient, address: str) -> dict[str, str]:
    """What the form of this address would send if nothing were changed."""
    form = _Form()
    form.feed(client.get(address).get_data(as_text=True))
    return {name: value.lstrip("\r\n") for name, value in form.values.items()}


def edit_address(product: Product) -> str:
    return f"/firm/products/{product.public_id}/edit"


def test_every_page_of_a_product_opens_for_who_may_see_it(app: Flask, house: House) -> None:
    _db, cast, product = house
    pages = ["", "/new", "/new?q=cow+mat", "/new?family=stable-mat", "/codes?q=rubber"]
    pages += [f"/{product.public_id}/{each}" for each in ("edit", "photos", "capacity", "history")]
    for actor in (cast.owner, cast.viewer, cast.agent):
        client = come(app, actor)
        for each in pages:
            assert client.get(f"/firm/products{each}").status_code == 200, each
            assert client.get(f"/ml/firm/products{each}").status_code == 200, each
    rival = come(app, cast.rival)
    for each in pages[5:]:
        assert rival.get(f"/firm/products{each}").status_code == 404


def test_saving_what_stands_changes_nothing(app: Flask, house: House) -> None:
    db, cast, product = house
    client = come(app, cast.owner)
    before = product.version
    sent = client.post(edit_address(product), data=typed(client, edit_address(product)))
    assert sent.status_code == 302
    db.rollback()
    assert product.version == before
    assert product.attributes == {"thickness_mm": 18}


def change(client: FlaskClient, product: Product, **typed_over: str) -> Any:
    address = edit_address(product)
    data = typed(client, address) | {k.replace("__", "-"): v for k, v in typed_over.items()}
    return client.post(address, data=data)


def mistakes_told(page: str) -> list[tuple[str, str]]:
    """What the list at the top says: the field each line leads to, and its words."""
    head = page.split('class="mistakes"')[1].split("</section>")[0] if "mistakes" in page else ""
    return re.findall(r'<li><a href="#([^"]+)">[^<]+</a>: ([^<]+)</li>', head)


def test_all_mistakes_are_told_at_once_and_lead_to_their_fields(app: Flask, house: House) -> None:
    db, cast, product = house
    sent = change(
        come(app, cast.owner),
        product,
        title=" ",
        hs_code="abc",
        attribute__thickness_mm="thick",
        moq="-3",
        tiers__0__from_quantity="10",
        tiers__0__price="80",
        tiers__1__from_quantity="20",
        tiers__1__price="95",
        tiers__2__from_quantity="30",
        tiers__2__price="",
        lead_days="-1",
    )
    page = sent.get_data(as_text=True)
    assert sent.status_code == 422
    assert mistakes_told(page) == [
        ("title", "Say in a few words what the product is."),
        ("hs_code", "Choose a code of the nomenclature."),
        ("attribute-thickness_mm", "Enter a number, e.g. 1200 or 12,5."),
        ("moq", "The minimum order must be more than nothing."),
        ("tiers-1-price", "Prices must fall as the quantity rises."),
        ("tiers-2-price", "Give each quantity its price."),
        ("lead_days", "Enter days, from 0 to 730."),
    ]
    for at, _words in mistakes_told(page):
        assert f'id="{at}"' in page
        assert f'id="{at}-error"' in page
    assert re.search(r'<section class="mistakes" tabindex="-1" autofocus', page)
    db.rollback()
    assert product.version == 1


def test_a_fraction_of_a_piece_is_asked_back(app: Flask, house: House) -> None:
    _db, cast, product = house
    client = come(app, cast.owner)
    sent = change(client, product, moq="1.500", per_package="20.000", tiers__0__from_quantity="")
    assert mistakes_told(sent.get_data(as_text=True)) == [
        ("moq", "Of these only whole numbers are sold. Did you mean 1,500?"),
        ("per_package", "Did you mean 20,000 or 20? Type it like that."),
    ]
    assert change(client, product, moq="1,500").status_code == 302


def test_a_chapter_is_no_code_of_a_product(app: Flask, house: House) -> None:
    _db, cast, product = house
    sent = change(come(app, cast.owner), product, hs_code="40")
    assert mistakes_told(sent.get_data(as_text=True)) == [
        ("hs_code", "Two digits are a whole chapter. Give the code of the product, of six digits.")
    ]


def test_a_code_of_other_goods_is_kept_and_warned_of(app: Flask, house: House) -> None:
    _db, cast, product = house
    client = come(app, cast.owner)
    other = "570220"
    usual = product.family.hs_code
    assert change(client, product, hs_code=other).status_code == 302
    warning = f"Goods of this kind mostly go under HS {usual}, yours say {other}."
    assert warning in client.get(edit_address(product)).get_data(as_text=True)
    assert change(client, product, hs_code=usual).status_code == 302
    assert "mostly go under" not in client.get(edit_address(product)).get_data(as_text=True)


def test_who_asks_for_codes_or_steps_comes_back_to_where_that_was(app: Flask, house: House) -> None:
    _db, cast, product = house
    address = edit_address(product)
    page = come(app, cast.owner).get(address).get_data(as_text=True)
    for name, place in (("find", "codes"), ("more", "prices")):
        button = re.search(rf'<button[^>]*name="{name}"[^>]*>', page)
        assert button
        assert f'formaction="{address}#{place}"' in button.group()
        assert f'id="{place}"' in page


def test_a_firm_in_india_reads_its_prices_in_lakhs(app: Flask, house: House) -> None:
    _db, cast, product = house
    client = come(app, cast.owner)
    sent = change(client, product, tiers__0__price="125000.50", tiers__1__price="1,20,000")
    assert sent.status_code == 302
    assert "₹1,25,000.50" in client.get("/firm/products").get_data(as_text=True)
    assert "₹1,25,000.50" in client.get("/ml/firm/products").get_data(as_text=True)


def test_what_is_typed_is_kept_with_decimal_commas_and_lakhs(app: Flask, house: House) -> None:
    db, cast, product = house
    sent = change(
        come(app, cast.owner),
        product,
        title="Ribbed mat",
        net_kg="12,75",
        moq="1,20,000",
        tiers__0__from_quantity="",
        tiers__0__price="900,50",
        tiers__1__from_quantity="2,00,000",
        attribute__thickness_mm="17,5",
        standards="IS 5382\n\n ISO 48 ",
    )
    assert sent.status_code == 302, sent.get_data(as_text=True)
    db.rollback()
    assert (product.title, product.net_kg, product.moq) == ("Ribbed mat", Decimal("12.75"), 120000)
    tiers = [(tier.from_quantity, tier.price) for tier in product.tiers]
    assert tiers == [(120000, Decimal("900.5")), (200000, 850)]
    assert product.attributes == {"thickness_mm": 17.5}
    assert product.standards == ["IS 5382", "ISO 48"]


def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(
    app: Flask, house: House
) -> None:
    db, cast, product = house
    before = product.title
    for over, words in (
        ({"tiers__1__price": "950"}, "Prices must fall as the quantity rises."),
        ({"moq": "a few"}, "Enter a number, e.g. 1200 or 12,5."),
        ({"attribute__thickness_mm": "thick"}, "Enter a number, e.g. 1200 or 12,5."),
        ({"gross_kg": "1"}, "With its packing it cannot weigh less than without."),
        ({"hs_code": "999999"}, "Choose a code of the nomenclature."),
        ({"lead_days": "900"}, "Enter days, from 0 to 730."),
    ):
        sent = change(come(app, cast.owner), product, title="Typed with care", **over)
        page = sent.get_data(as_text=True)
        assert sent.status_code == 422, over
        assert words in page
        assert 'value="Typed with care"' in page
        assert f'value="{next(iter(over.values()))}"' in page
    db.rollback()
    assert product.title == before


def test_without_scripts_rows_are_added_and_codes_are_found(app: Flask, house: House) -> None:
    db, cast, product = house
    client = come(app, cast.owner)
    more = change(client, product, title="Unsaved", more="1").get_data(as_text=True)
    assert 'name="tiers-3-price"' in more
    assert 'value="Unsaved"' in more
    found = change(client, product, hs_words="door mat of coir", find="1").get_data(as_text=True)
    assert 'name="pick" value="570220"' in found
    picked = change(client, product, pick="570220").get_data(as_text=True)
    assert 'id="hs_code" inputmode="numeric" maxlength="6" name="hs_code"' in picked
    assert 'value="570220"' in picked
    db.rollback()
    assert product.hs_code != "570220"  # picked, not saved


def test_codes_are_suggested_in_words_of_the_trade_in_english_and_malayalam(
    app: Flask, house: House
) -> None:
    client = come(app, house[1].owner)
    for words, code in (("cow mat", "401691"), ("കുരുമുളക്", "090411"), ("4016", "4016")):
        codes = client.get("/firm/products/codes", query_string={"q": words}).get_json()
        assert codes[0]["code"] == code
    assert client.get("/firm/products/codes?q=").get_json() == []


def test_a_new_product_comes_with_code_and_unit_of_its_kind(app: Flask, house: House) -> None:
    db, cast, _product = house
    client = come(app, cast.owner)
    kinds = client.get("/firm/products/new?q=rubber cow mat").get_data(as_text=True)
    assert "family=stable-mat" in kinds
    address = "/firm/products/new?family=stable-mat&q=Cow mat"
    data = typed(client, address)
    assert (data["hs_code"], data["unit"], data["title"]) == ("401691", "H87", "Cow mat")
    data |= {"sku": "COW-1", "moq": "50", "tiers-0-price": "900", "state": "published"}
    sent = client.post("/firm/products/new", data=data)
    assert sent.status_code == 302
    db.rollback()
    product = db.scalars(select(Product).where(Product.sku == "COW-1")).one()
    assert (product.firm_id, product.state, product.moq) == (cast.firm.id, "published", 50)
    assert product.price_confirmed_on is not None
    again = client.post("/firm/products/new", data=data)
    assert again.status_code == 422
    assert "Another product of this firm has this number." in again.get_data(as_text=True)


def test_the_second_of_two_editors_sees_both_and_chooses_field_by_field(
    app: Flask, house: House
) -> None:
    db, cast, product = house
    owner, colleague = come(app, cast.owner), come(app, cast.colleague)
    address = edit_address(product)
    mine = typed(owner, address) | {"title": "Mine", "lead_days": "11", "net_kg": "14"}
    mine["gross_kg"] = "15"
    theirs = typed(colleague, address) | {"title": "Theirs", "moq": "77"}
    assert colleague.post(address, data=theirs).status_code == 302
    asked = owner.post(address, data=mine).get_data(as_text=True)
    assert cast.colleague.user is not None
    for words in ("Two people changed it", cast.colleague.user.name, "Mine", "Theirs", "77", "11"):
        assert words in asked
    db.rollback()
    assert product.title == "Theirs"  # nothing was overwritten
    answer = mine | {"base": mine["version"], "seen": str(product.version)}
    # Both changed the name: as long as nobody chose, it is asked again.
    undecided = owner.post(address, data=answer)
    assert "Choose one of the two in every field." in undecided.get_data(as_text=True)
    assert owner.post(address, data=answer | {"keep-title": "mine"}).status_code == 302
    db.rollback()
    assert (product.title, product.lead_days, product.moq) == ("Mine", 11, 77)
    assert (product.net_kg, product.gross_kg) == (14, 15)


def test_answers_to_an_older_question_count_for_nothing(app: Flask, house: House) -> None:
    db, cast, product = house
    owner, colleague = come(app, cast.owner), come(app, cast.colleague)
    address = edit_address(product)
    mine = typed(owner, address) | {"title": "Mine"}
    seen = product.version
    for title in ("First", "Second"):
        assert change(colleague, product, title=title).status_code == 302
        db.rollback()
    answer = mine | {"base": str(seen), "seen": str(seen + 1), "keep-title": "mine"}
    asked = owner.post(address, data=answer)
    assert "Two people changed it" in asked.get_data(as_text=True)
    db.rollback()
    assert product.title == "Second"


def test_one_who_only_looks_gets_no_buttons_and_changes_nothing(app: Flask, house: House) -> None:
    _db, cast, product = house
    viewer = come(app, cast.viewer)
    page = viewer.get(edit_address(product)).get_data(as_text=True)
    assert "ask an owner of the firm" in page
    assert change(viewer, product, title="Mine").status_code == 403
    base = f"/firm/products/{product.public_id}"
    posts = [("/state", {"state": "hidden"}), ("/duplicate", {}), ("/photos", sent_photo())]
    posts += [("/capacity", {"name": "Press"}), ("/history/1/undo", {})]
    for path, data in posts:
        assert viewer.post(base + path, data=dict(data)).status_code in (403, 404), path
    rival = come(app, cast.rival)
    posts = [("/state", {"state": "hidden"}), ("/duplicate", {}), ("/photos", sent_photo())]
    posts += [("/capacity", {"name": "Press"}), ("/history/1/undo", {}), ("/edit", {})]
    for path, data in posts:
        assert rival.post(base + path, data=dict(data)).status_code == 404, path


# -- photos --------------------------------------------------------------------------


def sent_photo(content: bytes | None = None, name: str = "mat.jpg") -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "#993322").save(out, "JPEG")
    return {"photo": (io.BytesIO(content or out.getvalue()), name), "alt": "A mat in a stable"}


def test_a_photo_is_shown_to_buyers_by_an_address_with_headers_of_its_own(
    app: Flask, house: House
) -> None:
    db, cast, product = house
    owner, buyer = come(app, cast.owner), app.test_client()
    photos = f"/firm/products/{product.public_id}/photos"
    assert owner.post(photos, data=sent_photo()).status_code == 302
    db.rollback()
    picture = db.scalars(select(ProductImage)).one()
    page = buyer.get(f"/ml/products/{product.slug}").get_data(as_text=True)
    address = f"/pictures/{picture.public_id}-400.avif"
    assert f'srcset="/pictures/{picture.public_id}-160.avif 160w, {address} 400w"' in page
    assert 'alt="A mat in a stable"' in page
    shown = buyer.get(address)
    assert (shown.status_code, shown.mimetype) == (200, "image/avif")
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = buyer.get(address, headers={"If-None-Match": shown.headers["ETag"]})
    assert again.status_code == 304
    for wrong in ("-401.avif", "-400.svg", "-400.html", "-400.avif.html"):
        assert buyer.get(f"/pictures/{picture.public_id}{wrong}").status_code == 404


def test_photos_of_drafts_are_for_the_house_only(app: Flask, house: House) -> None:
    db, cast, product = house
    owner = come(app, cast.owner)
    base = f"/firm/products/{product.public_id}"
    owner.post(f"{base}/photos", data=sent_photo())
    owner.post(f"{base}/state", data={"state": "draft"})
    db.rollback()
    address = f"/pictures/{db.scalars(select(ProductImage.public_id)).one()}-160.jpg"
    assert app.test_client().get(address).status_code == 404
    assert come(app, cast.rival).get(address).status_code == 404
    assert owner.get(address).headers["Cache-Control"].startswith("private")


def test_a_page_in_disguise_is_refused_and_good_photos_beside_it_are_kept(
    app: Flask, house: House
) -> None:
    db, cast, product = house
    evil = sent_photo(b"<svg onload=alert(1)>", "evil.jpg")["photo"]
    good = sent_photo()["photo"]
    sent = come(app, cast.owner).post(
        f"/firm/products/{product.public_id}/photos", data={"photo": [evil, good], "alt": ""}
    )
    assert sent.status_code == 422
    assert "evil.jpg" in sent.get_data(as_text=True)
    assert "not a photo" in sent.get_data(as_text=True)
    db.rollback()
    assert len(db.scalars(select(ProductImage)).all()) == 1


def test_a_photo_is_described_and_taken_away(app: Flask, house: House) -> None:
    db, cast, product = house
    owner = come(app, cast.owner)
    photos = f"/firm/products/{product.public_id}/photos"
    owner.post(photos, data=sent_photo())
    db.rollback()
    picture = db.scalars(select(ProductImage.public_id)).one()
    owner.post(f"{photos}/{picture}", data={"do": "describe", "alt": "From above"})
    assert "From above" in owner.get(photos).get_data(as_text=True)
    owner.post(f"{photos}/{picture}", data={"do": "remove"})
    assert app.test_client().get(f"/pictures/{picture}-160.jpg").status_code == 404
    db.rollback()
    assert not product.has_photo


# -- capacity and history ------------------------------------------------------------


def test_a_product_without_a_line_gets_one_by_its_months(app: Flask, house: House) -> None:
    db, cast, product = house
    owner = come(app, cast.owner)
    address = f"/firm/products/{product.public_id}/capacity"
    this = f"{dt.datetime.now(dt.UTC):%Y-%m}"
    nameless = owner.post(address, data={this: "1,200", "name": ""})
    assert nameless.status_code == 422
    assert 'value="1,200"' in nameless.get_data(as_text=True)
    assert owner.post(address, data={this: "1,200", "name": "Press 1"}).status_code == 302
    db.rollback()
    assert product.line.name == "Press 1"
    assert [each.capacity for each in product.line.months] == [1200]
    month = product.line.months[0]
    month.committed, month.held = Decimal(700), Decimal(100)
    db.commit()
    low = owner.post(address, data={this: "799"})
    assert low.status_code == 422
    assert "800 are promised to buyers" in low.get_data(as_text=True)
    assert owner.post(address, data={this: "800"}).status_code == 302


def test_a_change_is_taken_back_by_its_button(app: Flask, house: House) -> None:
    db, cast, product = house
    owner = come(app, cast.owner)
    before = product.title
    change(owner, product, title="Wrong")
    base = f"/firm/products/{product.public_id}/history"
    history = owner.get(base).get_data(as_text=True)
    assert "Wrong" in history
    assert before in history
    assert owner.post(f"{base}/2/undo").status_code == 302
    db.rollback()
    assert product.title == before


def test_every_page_weighs_at_most_thirty_kilobytes_on_the_wire(app: Flask, house: House) -> None:
    """With its styles, scripts and signs, as a phone without anything in its cache gets it."""
    _db, cast, product = house
    owner = come(app, cast.owner)
    files = re.compile(r'(?:href|src)="(/static/(?:css|js)/[^"]+)"')
    for page in ("edit", "photos", "capacity", "history"):
        html, size = fetched(owner, f"/ml/firm/products/{product.public_id}/{page}")
        for file in set(files.findall(html)) | {"/static/icons.svg"}:
            size += fetched(owner, file)[1]
        assert size <= 30_000, (page, size)


def fetched(client: FlaskClient, address: str) -> tuple[str, int]:
    """The text and how many bytes came over the wire, compressed as browsers ask for it."""
    plain = client.get(address).get_data(as_text=True)
    packed = client.get(address, headers={"Accept-Encoding": "br"})
    return plain, len(packed.get_data())


def test_versions_that_never_were_are_no_fault(app: Flask, house: House) -> None:
    db, cast, product = house
    client = come(app, cast.owner)
    for base in ("²", "9" * 40, "-1"):
        asked = change(client, product, title="Mine", base=base)
        assert (asked.status_code, "Mine" in asked.get_data(as_text=True)) == (200, True)
    gone = client.post(f"/firm/products/{product.public_id}/history/{'9' * 40}/undo")
    assert gone.status_code == 404
    db.rollback()
    assert product.title != "Mine"
