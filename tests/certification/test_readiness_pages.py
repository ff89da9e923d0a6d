"""The pages of export readiness: lights, plan, the day of arrival, and who may see them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.certification.models import Scheme
from matchmaker.certification.services import declare_evidence
from matchmaker.certification.views_readiness import EntryDay, entry_day
from matchmaker.clusters.models import Cluster
from matchmaker.database import database
from tests.factories import Cast, make_cast, make_product
from tests.reading import words_of
from tests.signed_in import sign_in

Counted = Callable[[Engine], AbstractContextManager[list[str]]]
TODAY = dt.date(2026, 11, 22)
MOST_BYTES = 30_000
FAR = (TODAY + dt.timedelta(days=900)).isoformat()


@pytest.fixture(autouse=True)
def on_that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages' own clock stands: before and after a law must stay before and after."""
    noon = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    monkeypatch.setattr("matchmaker.certification.views_readiness.utc_now", lambda: noon)


@pytest.fixture
def engine(app: Flask) -> Engine:
    with app.app_context():
        return database.engine


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        yield session


def cast_with_mats(db: Session, number: int = 1) -> tuple[Cast, list[Product]]:
    """The cast, whose firm of Changanacherry makes this many kinds of mats."""
    cast = make_cast(db)
    cast.firm.cluster = db.scalars(
        select(Cluster).where(Cluster.slug == "changanacherry-rubber")
    ).one()
    products = [mat(db, cast.firm) for _ in range(number)]
    db.commit()
    return cast, products


def mat(db: Session, firm: Firm, **changes: Any) -> Product:
    family = db.scalars(select(ProductFamily).where(ProductFamily.key == "stable-mat")).one()
    facts = {"hs_code": "401691", "description": "A mat of natural rubber."}
    return make_product(db, firm=firm, family=family, **(facts | changes))


def hold(db: Session, firm: Firm, code: str, until: dt.date | None = None) -> None:
    scheme = db.scalars(select(Scheme).where(Scheme.code == code)).one()
    declare_evidence(
        db,
        SYSTEM,
        firm.organisation,
        scheme,
        number="1",
        issuer="Somebody",
        issued_on=dt.date(2026, 1, 5),
        expires_on=until,
    )
    db.commit()


def lights_of(html: str) -> dict[str, str]:
    """Market → what its cell says, of the first product."""
    cells = re.findall(r'<td data-label="([^"]+)">(.*?)</td>', html, re.S)
    return {name: words_of(cell).strip() for name, cell in cells[:9]}


def steps_of(html: str) -> dict[str, str]:
    """Scheme → what is said of it, in the order of the page."""
    rows = re.findall(r'<li[^>]*>\s*<div class="what"><strong>(.*?)</strong>(.*?)</li>', html, re.S)
    return {name: words_of(row) for name, row in rows}


def test_the_lights_of_a_mat_by_market(db: Session, client: FlaskClient) -> None:
    cast, _products = cast_with_mats(db)
    sign_in(client, cast.owner)
    html = client.get(f"/firm/readiness?on={TODAY + dt.timedelta(days=20)}").text
    others = ("United Kingdom", "United States", "Canada", "United Arab Emirates", "Saudi Arabia",
              "Japan", "Singapore", "Australia")  # fmt: skip
    assert lights_of(html) == {"European Union": "not in time 5 things, 30 days"} | dict.fromkeys(
        others, "no rule known 4 things, 18 days"
    )
    later = client.get(f"/firm/readiness?on={TODAY + dt.timedelta(days=30)}").text
    assert lights_of(later)["European Union"] == "in time 5 things, 30 days"
    for code in ("IEC", "AD_CODE", "GST_LUT", "RCMC", "REACH"):
        hold(db, cast.firm, code)
    after = lights_of(client.get("/firm/readiness").text)
    assert (after["European Union"], after["Japan"]) == ("ready", "no rule known")


def test_the_plan_says_what_how_long_after_what_and_whom_to_ask(
    db: Session, client: FlaskClient
) -> None:
    cast, (product,) = cast_with_mats(db)
    hold(db, cast.firm, "IEC")
    sign_in(client, cast.owner)
    html = client.get(f"/firm/readiness/{product.public_id}/DE?on={FAR}").text
    shown = words_of(html)
    assert "4 things are to do. Begun today, they are done in 10 to 30 days." in shown
    assert "2 papers are made for each shipment." in shown
    steps = steps_of(html)
    assert list(steps)[:4] == ["REACH", "RCMC", "AD CODE", "GST LUT"]
    assert "This one decides the day." in steps["REACH"]
    assert "CFSC Changanassery (rubber and plastics testing, tool room)" in steps["REACH"]
    assert "3–15 days" in steps["RCMC"]
    assert "Can wait 15 days." in steps["RCMC"]
    assert "CAPEXIL (in charge)" in steps["RCMC"]
    assert "made for each shipment" in steps["EUDR DDS"]
    assert "EY Jan 2026 on Regulation (EU) 2025/2650" in shown


def test_the_same_mat_before_and_after_the_deforestation_law(
    db: Session, client: FlaskClient
) -> None:
    cast, (product,) = cast_with_mats(db)
    sign_in(client, cast.owner)

    def page(day: str) -> str:
        return words_of(client.get(f"/firm/readiness/{product.public_id}/DE?on={day}").text)

    before, after = page("2026-12-29"), page("2026-12-30")
    assert "Not asked for on that day" in before
    assert "from Dec 30, 2026" in before
    assert "1 paper is made for each shipment" in before
    assert "Not asked for on that day" not in after
    assert "2 papers are made for each shipment" in after


def test_another_market_has_its_own_address(db: Session, client: FlaskClient) -> None:
    cast, (product,) = cast_with_mats(db)
    sign_in(client, cast.owner)
    address = f"/firm/readiness/{product.public_id}"
    answer = client.get(f"{address}/DE?market=US&on={FAR}")
    assert (answer.status_code, answer.location) == (302, f"{address}/US?on={FAR}")
    assert client.get(f"{address}/DE?market=XX&on={FAR}").status_code == 200
    assert client.get(f"{address}/XX").status_code == 404


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("tomorrow", "Write a day like 2027-02-20."),
        ("2026-11-21", "Choose today or a later day."),
        ("2199-01-01", "Nobody knows the law of that day. Choose a nearer one."),
    ],
)
def test_a_day_that_cannot_be_is_kept_with_its_remedy(typed: str, error: str) -> None:
    today = dt.date(2026, 11, 22)
    assert entry_day(typed, today) == EntryDay(dt.date(2027, 2, 20), typed, error)


def test_without_a_day_goods_arrive_in_three_months() -> None:
    today = dt.date(2026, 11, 22)
    assert entry_day("", today) == EntryDay(dt.date(2027, 2, 20), "2027-02-20")
    assert entry_day("2026-11-22", today) == EntryDay(today, "2026-11-22")


def test_a_wrong_day_is_shown_beside_the_field(db: Session, client: FlaskClient) -> None:
    cast, _products = cast_with_mats(db)
    sign_in(client, cast.owner)
    html = client.get("/firm/readiness?on=1999-01-01").text
    assert 'value="1999-01-01"' in html
    assert 'aria-describedby="on-error"' in html


def test_a_firm_without_products_is_told_what_will_be_here(
    db: Session, client: FlaskClient
) -> None:
    cast, _products = cast_with_mats(db, number=0)
    sign_in(client, cast.viewer)
    assert "There is no product yet" in client.get("/firm/readiness").text


def test_hidden_products_are_left_out(db: Session, client: FlaskClient) -> None:
    cast, (product,) = cast_with_mats(db)
    mat(db, cast.firm, title="Hidden mat", state="hidden")
    db.commit()
    sign_in(client, cast.owner)
    html = client.get("/firm/readiness").text
    assert product.title in html
    assert "Hidden mat" not in html


def test_the_desk_sees_every_firm_and_a_rival_none(app: Flask, db: Session) -> None:
    cast, (product,) = cast_with_mats(db)
    firm = cast.firm.public_id
    mine, desk = f"/firm/readiness/{product.public_id}/DE", f"/desk/readiness/{firm}"

    def status(actor: Any, address: str) -> int:
        return sign_in(app.test_client(), actor).get(address).status_code

    seen = {
        name: (
            status(getattr(cast, name), mine),
            status(getattr(cast, name), desk),
            status(getattr(cast, name), f"{desk}/{product.public_id}/DE"),
        )
        for name in ("owner", "viewer", "agent", "rival", "stranger", "officer", "suspended")
    }
    assert seen == {
        "owner": (200, 403, 403),
        "viewer": (200, 403, 403),
        "agent": (200, 403, 403),
        "rival": (404, 403, 403),
        "stranger": (403, 403, 403),
        "officer": (403, 200, 200),
        "suspended": (403, 403, 403),
    }
    # The firm is led to enter what it holds; the desk only looks.
    enter = "/firm/evidence/new/REACH"
    assert enter in sign_in(app.test_client(), cast.owner).get(mine).text
    officer = sign_in(app.test_client(), cast.officer)
    assert enter not in officer.get(f"{desk}/{product.public_id}/DE").text
    assert f'href="{desk}"' in officer.get(f"/desk/firms/{firm}").text
    page = officer.get(desk).text
    assert f"{desk}/{product.public_id}/EU" in page
    assert cast.firm.name in page


def test_many_products_cost_no_more_queries_than_one(
    app: Flask, db: Session, engine: Engine, counted: Counted
) -> None:
    cast, _products = cast_with_mats(db)
    client = sign_in(app.test_client(), cast.owner)

    def queries() -> int:
        with counted(engine) as statements:
            assert client.get("/firm/readiness").status_code == 200
        return len(statements)

    queries()
    one = queries()
    for _ in range(5):
        mat(db, cast.firm)
    db.commit()
    assert queries() == one


def test_the_pages_are_light_enough_for_a_weak_signal(app: Flask, db: Session) -> None:
    """Twenty products in nine markets, and the longest plan, in Malayalam: all told."""
    cast, products = cast_with_mats(db, number=20)
    client = sign_in(app.test_client(), cast.owner)
    weights = {
        name: weight_of(client, address)
        for name, address in {
            "lights": "/ml/firm/readiness",
            "plan": f"/ml/firm/readiness/{products[0].public_id}/DE",
        }.items()
    }
    assert {name: weight for name, weight in weights.items() if weight > MOST_BYTES} == {}


def weight_of(client: FlaskClient, address: str) -> int:
    """Bytes on the wire of a page with its sheets, its script and the icons."""
    html = client.get(address).text
    parts = set(re.findall(r'(?:href|src)="(/static/[^"#]+\.(?:css|js|svg)[^"#]*)', html))
    assert len(parts) > 5
    bodies = [html.encode(), *(client.get(part).data for part in sorted(parts))]
    return sum(len(brotli.compress(body, quality=4)) for body in bodies)
