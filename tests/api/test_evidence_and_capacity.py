"""Programs declare evidence once, and say what lines can make."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.accounts.actor import SYSTEM
from matchmaker.catalogue.capacity import LineMonth
from matchmaker.catalogue.line_calendar import months_from
from matchmaker.catalogue.models import Firm, ProductFamily
from matchmaker.catalogue.services import open_line
from matchmaker.certification.models import Scheme
from matchmaker.database import get_db
from matchmaker.orm import utc_now
from tests.api.conftest import World, mat

ISO = {
    "scheme": "ISO9001",
    "number": "IN-4711",
    "issuer": "A certifier",
    "issued_on": "2026-01-10",
    "expires_on": "2029-01-09",
}


@pytest.fixture
def with_scheme(app: Flask, world: World) -> World:
    with app.app_context():
        db = get_db()
        if db.scalar(select(Scheme).where(Scheme.code == "ISO9001")) is None:
            pytest.fail("the reference data lacks ISO9001")
    return world


def test_the_same_idempotency_key_declares_once(with_scheme: World) -> None:
    program, headers = with_scheme.program, {"Idempotency-Key": "order-1"}
    first = program.ask("POST", "/evidence", json=ISO, headers=headers)
    assert first.status_code == 201, first.text
    again = program.ask("POST", "/evidence", json=ISO, headers=headers)
    assert again.get_json() == first.get_json()
    assert len(program.ask("GET", "/evidence").get_json()["items"]) == 1
    assert first.get_json()["grade"] == "self-declared"
    # Keys of others are their own.
    assert with_scheme.rival.ask("POST", "/evidence", json=ISO, headers=headers).status_code == 201


def test_an_idempotency_key_is_not_answered_with_other_evidence(with_scheme: World) -> None:
    program, headers = with_scheme.program, {"Idempotency-Key": "order-1"}
    program.ask("POST", "/evidence", json=ISO, headers=headers)
    other = program.ask("POST", "/evidence", json=ISO | {"number": "IN-4712"}, headers=headers)
    assert other.status_code == 422
    assert [each["field"] for each in other.get_json()["errors"]] == ["Idempotency-Key"]
    assert len(program.ask("GET", "/evidence").get_json()["items"]) == 1


def test_evidence_of_others_does_not_exist(with_scheme: World) -> None:
    made = with_scheme.program.ask("POST", "/evidence", json=ISO).get_json()
    assert with_scheme.rival.ask("GET", f"/evidence/{made['id']}").status_code == 404
    assert with_scheme.program.ask("GET", f"/evidence/{made['id']}").get_json() == made


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scheme": "NO-SUCH"}, "scheme"),
        ({"products": ["not mine"]}, "products"),
        ({"issued_on": "yesterday"}, "issued_on"),
        ({"issued_on": "2098-01-01", "expires_on": "2099-01-01"}, "issued_on"),
        ({"number": "\x00"}, "number"),
    ],
)
def test_bad_evidence_names_the_field(
    with_scheme: World, changes: dict[str, object], field: str
) -> None:
    answer = with_scheme.program.ask("POST", "/evidence", json=ISO | changes)
    assert answer.status_code == 422, answer.text
    assert field in {each["field"] for each in answer.get_json()["errors"]}


def test_scope_is_named_by_own_numbers(with_scheme: World) -> None:
    program = with_scheme.program
    program.ask("PUT", "/products/A", json=mat(with_scheme.family))
    made = program.ask("POST", "/evidence", json=ISO | {"products": ["A"]}).get_json()
    assert (made["products"], made["covers_all"]) == (["A"], False)


@pytest.fixture
def line(app: Flask, world: World) -> dt.date:
    """A line of the firm with 100 in the first month, 40 of them promised; that month."""
    with app.app_context():
        db, month = get_db(), months_from(utc_now().date())[0]
        firm = db.scalars(select(Firm).where(Firm.public_id == world.firm)).one()
        family = db.scalars(select(ProductFamily).where(ProductFamily.key == world.family)).one()
        opened = open_line(
            db, SYSTEM, firm, family, name="Press 1", unit="H87",
            months={month: (Decimal(100), Decimal(40))}, confirmed_on=None,
        )  # fmt: skip
        assert db.get(LineMonth, (opened.id, month)) is not None
        db.commit()
    return month


def test_capacity_is_stated_by_month_and_never_below_what_was_promised(
    world: World, line: dt.date
) -> None:
    address = f"/lines/1/months/{line:%Y-%m}"
    stated = world.program.ask("PUT", address, json={"capacity": "80"})
    assert stated.get_json() == {
        "month": f"{line:%Y-%m}", "capacity": "80", "committed": "40", "held": "0", "free": "40",
    }  # fmt: skip
    refused = world.program.ask("PUT", address, json={"capacity": "30"})
    assert refused.status_code == 422
    (shown,) = world.program.ask("GET", "/lines").get_json()["items"]
    assert shown["months"][0]["capacity"] == "80"
    assert len(shown["months"]) == 12


@pytest.mark.parametrize("address", ["/lines/2/months/{month}", "/lines/1/months/1999-01"])
def test_other_lines_and_other_months_are_refused(
    world: World, line: dt.date, address: str
) -> None:
    path = address.format(month=f"{line:%Y-%m}")
    assert world.program.ask("PUT", path, json={"capacity": "1"}).status_code in (404, 422)
    assert world.rival.ask("GET", "/lines").get_json()["items"] == []


def test_a_key_knows_its_firm(world: World) -> None:
    assert world.program.ask("GET", "/firm").get_json()["id"] == world.firm
