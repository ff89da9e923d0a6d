"""The pages of a maker with a phone: five answers, one question at a time, one tap to confirm."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine, func, select

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.upkeep import ProductImage
from matchmaker.database import database, get_db
from matchmaker.keeping import HEADER
from matchmaker.orm import utc_now
from tests.factories import Cast, make_cast, make_family, make_product
from tests.reading import words_of
from tests.signed_in import sign_in

Counted = Callable[[Engine], AbstractContextManager[list[str]]]
LONG_AGO = dt.date(2026, 1, 2)
FIVE = {"name": "Rubber cow mat 18 mm", "price": "1,250", "unit": "H87", "monthly": "500"}
FIVE |= {"minimum": "50", "draft_key": "a-phone-made-this-key"}


@pytest.fixture
def cast(app: Flask) -> Cast:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        get_db().expire_on_commit = False  # tests ask them for their names later
        made = make_cast(get_db())
        get_db().commit()
        return made


@pytest.fixture
def owner(app: Flask, cast: Cast) -> FlaskClient:
    return sign_in(app.test_client(), cast.owner)


def a_photo() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "saddlebrown").save(file, "JPEG")
    file.seek(0)
    return file


def only_product(app: Flask) -> Product:
    with app.app_context():
        product = get_db().scalars(select(Product)).one()
        _ = product.tiers, product.family, product.line.months
        get_db().expunge_all()
        return product


def test_five_answers_make_a_listing_that_buyers_can_find(app: Flask, owner: FlaskClient) -> None:
    answer = owner.post("/firm/add", data={**FIVE, "photo": (a_photo(), "mat.jpg")})
    product = only_product(app)
    assert answer.status_code == 303
    assert answer.location == f"/firm/products/{product.public_id}/next?publish=1"
    assert (product.family.key, product.hs_code, product.family_is_guess) == (
        "stable-mat",
        product.family.hs_code,
        True,
    )
    assert (product.state, product.unit, product.moq, product.has_photo) == (
        "draft",
        "H87",
        50,
        True,
    )
    assert [(each.from_quantity, each.price) for each in product.tiers] == [(50, 1250)]
    assert product.price_confirmed_on == product.line.confirmed_on == utc_now().date()
    assert [each.capacity for each in product.line.months] == [500] * 12
    owner.post(answer.location, data={"question": "family", "family": "stable-mat", "publish": "1"})
    product = only_product(app)
    assert (product.state, product.family_is_guess) == ("published", False)


def test_nothing_is_published_under_a_kind_that_was_only_guessed(
    app: Flask, owner: FlaskClient
) -> None:
    owner.post("/firm/add", data=FIVE)
    product = only_product(app)
    assert (product.state, product.family_is_guess) == ("draft", True)
    asked = owner.post(f"/firm/products/{product.public_id}/state", data={"state": "published"})
    assert asked.location == (f"/firm/products/{product.public_id}/next?question=family&publish=1")
    assert only_product(app).state == "draft"


def test_what_a_phone_sends_twice_is_kept_once(app: Flask, owner: FlaskClient) -> None:
    first = owner.post("/firm/add", data=FIVE, headers={HEADER: "1"})
    again = owner.post("/firm/add", data=FIVE, headers={HEADER: "1"})
    assert (first.status_code, again.status_code) == (201, 201)
    address = f"/firm/products/{only_product(app).public_id}/next?publish=1"
    assert again.json == {"address": address}
    other = owner.post("/firm/add", data=FIVE | {"draft_key": "another-key-of-the-phone"})
    assert other.status_code == 303
    with app.app_context():
        assert get_db().scalar(select(func.count()).select_from(Product)) == 2


def test_what_is_missing_is_said_beside_the_field_and_nothing_typed_is_lost(
    app: Flask, owner: FlaskClient
) -> None:
    answer = owner.post("/firm/add", data=FIVE | {"price": "dear", "minimum": "0"})
    assert answer.status_code == 422
    for typed in ("Rubber cow mat 18 mm", "dear", "500", "a-phone-made-this-key"):
        assert f'value="{typed}"' in answer.text
    assert "Enter a number" in answer.text
    assert "Enter the smallest number you sell at once" in answer.text
    with app.app_context():
        assert not get_db().scalar(select(func.count()).select_from(Product))


def test_pieces_are_asked_back_where_a_point_makes_them_a_fraction(
    app: Flask, owner: FlaskClient
) -> None:
    said = {"monthly": "12.500", "minimum": "1.500"}
    answer = owner.post("/firm/add", data=FIVE | said)
    assert answer.status_code == 422
    assert "Did you mean 12,500?" in answer.text
    answer = owner.post("/firm/add", data=FIVE | said | {"monthly": "12500"})
    assert answer.status_code == 422
    assert "Did you mean 1,500?" in answer.text
    answer = owner.post("/firm/add", data=FIVE | {"monthly": "2.000", "minimum": "1.000"})
    assert answer.status_code == 422
    assert "Did you mean 2,000 or 2?" in answer.text
    assert "Did you mean 1,000 or 1?" in answer.text
    with app.app_context():
        assert not get_db().scalar(select(func.count()).select_from(Product))
    by_weight = {"unit": "KGM", "minimum": "1.500"}
    assert owner.post("/firm/add", data=FIVE | by_weight).status_code == 303
    assert only_product(app).moq == Decimal("1.5")


def test_a_file_that_is_no_photo_founds_nothing(app: Flask, owner: FlaskClient) -> None:
    page = (io.BytesIO(b"<html><script>alert(1)</script>"), "mat.jpg")
    answer = owner.post("/firm/add", data={**FIVE, "photo": page})
    assert answer.status_code == 422
    assert "not a photo" in answer.text
    with app.app_context():
        assert not get_db().scalar(select(func.count()).select_from(Product))


def test_a_name_that_says_nothing_stays_a_draft_until_the_kind_is_settled(
    app: Flask, owner: FlaskClient
) -> None:
    answer = owner.post("/firm/add", data=FIVE | {"name": "Xqzt 900"})
    product = only_product(app)
    assert product.state == "draft"
    assert answer.location.endswith("/next?publish=1")
    page = owner.get(f"{answer.location}&words=മറൈൻ+പ്ലൈവുഡ്&question=family")
    assert 'value="marine-plywood" checked' in page.text
    owner.post(
        answer.location, data={"question": "family", "family": "marine-plywood", "publish": "1"}
    )
    product = only_product(app)
    assert (product.state, product.family.key, product.family_is_guess) == (
        "published",
        "marine-plywood",
        False,
    )
    assert product.hs_code == product.family.hs_code
    assert product.line.family_id == product.family_id


def test_one_question_follows_the_other_and_any_can_wait(app: Flask, owner: FlaskClient) -> None:
    owner.post("/firm/add", data=FIVE)
    at = f"/firm/products/{only_product(app).public_id}/next"
    assert "What kind of product is it?" in owner.get(at).text
    said = {"question": "family", "family": "stable-mat"}
    assert owner.post(at, data=said).location == f"{at}?after=family"
    assert "Add a photo" in owner.get(f"{at}?after=family").text
    lead = owner.get(f"{at}?after=photo").text
    assert "In how many days can you deliver?" in lead
    assert owner.post(at, data={"question": "lead", "lead_days": "soon"}).status_code == 422
    owner.post(at, data={"question": "lead", "lead_days": "30"})
    assert "Length" in owner.get(f"{at}?after=lead").text
    owner.post(at, data={"question": "attribute.length_cm", "value": "182,5"})
    own = {"question": "attribute.surface", "value": "other", "other": "coin-studded"}
    owner.post(at, data=own)
    owner.post(at, data={"question": "size", "net_kg": "34"})
    packed = {"question": "packing", "package_kind": "pallet", "per_package": "25"}
    owner.post(at, data=packed)
    described = words_of(owner.get(f"{at}?question=description").text)
    assert "Rubber cow mat 18 mm. Length: 182.5 cm; Top: coin-studded." in described
    owner.post(at, data={"question": "description", "description": "A mat for cows."})
    product = only_product(app)
    assert product.attributes == {"length_cm": 182.5, "surface": "coin-studded"}
    facts = (product.lead_days, product.net_kg, product.package_kind, product.per_package)
    assert facts == (30, 34, "pallet", 25)
    assert product.description == "A mat for cows."
    assert "That is all for now" in owner.get(f"{at}?after=description").text


def test_the_home_says_what_to_do_next(app: Flask, owner: FlaskClient, cast: Cast) -> None:
    assert "Add your first product" in owner.get("/firm").text
    with app.app_context():
        stale = {"price_confirmed_on": LONG_AGO, "lead_confirmed_on": LONG_AGO}
        make_product(get_db(), firm=get_db().merge(cast.firm), title="Ring mat", **stale)
        get_db().commit()
    home = words_of(owner.get("/firm").text)
    assert home.index("Confirm that 2 prices") < home.index("Add a photo of “Ring mat”")
    assert "0 of 1" in home  # with a photo


def test_an_agent_confirms_for_the_firm_and_both_names_are_recorded(app: Flask, cast: Cast) -> None:
    with app.app_context():
        stale = {"price_confirmed_on": LONG_AGO, "lead_confirmed_on": LONG_AGO}
        product = make_product(get_db(), firm=get_db().merge(cast.firm), **stale)
        public_id = product.public_id
        get_db().commit()
    agent = sign_in(app.test_client(), cast.agent)
    shown = words_of(agent.get("/firm/confirm").text)
    assert "All 2 are still right" in shown
    assert "Confirmed on" in shown
    answer = agent.post("/firm/confirm", data={"fact": f"price-{public_id}"})
    assert answer.status_code == 303
    with app.app_context():
        product = get_db().scalars(select(Product)).one()
        today = utc_now().date()
        assert (product.price_confirmed_on, product.lead_confirmed_on) == (today, LONG_AGO)
        entry = get_db().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.on_behalf_of) == ("price.confirmed", cast.firm.public_id)
        assert entry.organisation != entry.on_behalf_of


def test_what_is_no_longer_right_is_said_anew(app: Flask, owner: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        stale = {"price_confirmed_on": LONG_AGO, "lead_confirmed_on": LONG_AGO}
        one_price = ((Decimal(100), Decimal(900)),)
        facts = stale | {"tiers": one_price}
        product = make_product(get_db(), firm=get_db().merge(cast.firm), **facts)
        fact = f"price-{product.public_id}"
        get_db().commit()
    wrong = owner.post(f"/firm/confirm/{fact}", data={f"{fact}-value": "cheap"})
    assert wrong.status_code == 422
    assert 'value="cheap"' in wrong.text
    owner.post(f"/firm/confirm/{fact}", data={f"{fact}-value": "1 050,50"})
    with app.app_context():
        product = get_db().scalars(select(Product)).one()
        assert [each.price for each in product.tiers] == [Decimal("1050.5")]
        assert product.price_confirmed_on == utc_now().date()


def test_nobody_touches_the_listings_of_others(app: Flask, owner: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        product = make_product(get_db(), firm=get_db().merge(cast.rival_firm))
        public_id = product.public_id
        get_db().commit()
    assert owner.get(f"/firm/products/{public_id}/next").status_code == 404
    said = {"question": "lead", "lead_days": "3"}
    assert owner.post(f"/firm/products/{public_id}/next", data=said).status_code == 404
    assert owner.post("/firm/confirm", data={"fact": f"price-{public_id}"}).status_code == 404
    assert owner.post(f"/firm/confirm/lead-{public_id}").status_code in (404, 422)
    with app.app_context():
        assert get_db().scalars(select(Product)).one().lead_days == 30


def test_who_only_looks_is_offered_nothing_and_can_change_nothing(app: Flask, cast: Cast) -> None:
    with app.app_context():
        product = make_product(
            get_db(), firm=get_db().merge(cast.firm), price_confirmed_on=LONG_AGO
        )
        fact = f"price-{product.public_id}"
        get_db().commit()
    viewer = sign_in(app.test_client(), cast.viewer)
    page = viewer.get("/firm/confirm").text
    assert "Still right" not in page
    start = viewer.get("/firm/add").text
    assert 'name="minimum"' not in start
    assert "You may look at this, but not change it" in start
    assert 'name="minimum"' in sign_in(app.test_client(), cast.owner).get("/firm/add").text
    assert viewer.post("/firm/confirm", data={"fact": fact}).status_code == 403
    assert viewer.post("/firm/add", data=FIVE).status_code == 403
    with app.app_context():
        assert get_db().scalars(select(Product)).one().price_confirmed_on == LONG_AGO
        assert not get_db().scalar(select(func.count()).select_from(ProductImage))


def test_a_confirmation_is_a_small_matter(app: Flask, owner: FlaskClient, cast: Cast) -> None:
    """It makes no version and stands in nobody's way who edits the same product."""
    with app.app_context():
        firm = get_db().merge(cast.firm)
        stale = make_product(get_db(), firm=firm, price_confirmed_on=LONG_AGO)
        fact, version = f"price-{stale.public_id}", stale.version
        get_db().commit()
    owner.post("/firm/confirm", data={"all": fact, "every": "1"})
    with app.app_context():
        product = get_db().scalars(select(Product)).one()
        assert product.version == version
        assert product.price_confirmed_on == utc_now().date()


@pytest.mark.parametrize("address", ["/firm", "/firm/confirm?all=1"])
def test_a_large_catalogue_asks_the_database_no_more_often(
    app: Flask, owner: FlaskClient, cast: Cast, counted: Counted, address: str
) -> None:
    asked = []
    for _round in range(2):
        with app.app_context():
            firm, family = get_db().merge(cast.firm), make_family(get_db())
            for _product in range(1 if not asked else 8):
                make_product(get_db(), firm=firm, family=family, price_confirmed_on=LONG_AGO)
            get_db().commit()
            engine = database.engine
        owner.get(address)  # what is looked up once in a process
        with counted(engine) as statements:
            assert owner.get(address).status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1]
