"""A firm's page: what they make and can show; never how to reach them behind our back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.catalogue.models import Firm
from matchmaker.catalogue.services import open_line, verify_firm
from matchmaker.certification.models import Scheme
from matchmaker.certification.services import declare_evidence
from matchmaker.storefront import firm_page, pages
from tests.factories import make_actor, make_family, make_firm, make_product
from tests.reading import words_of

TODAY = dt.date(2026, 11, 21)
Counted = Callable[[Engine], AbstractContextManager[list[str]]]


@pytest.fixture(autouse=True)
def _at_a_known_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "today", lambda: TODAY)


def read(client: FlaskClient, firm: Firm, query: str = "") -> str:
    return words_of(client.get(f"/firms/{firm.slug}{query}").text)


def test_who_they_are(app_db: Session, client: FlaskClient) -> None:
    firm = make_firm(
        app_db,
        women_led=True,
        founded=1984,
        markets=[("DE", 2019), ("NL", None)],
        sites=[("Works", "Vaikom", None, None)],
        languages=["en", "ml"],
    )
    verify_firm(app_db, SYSTEM, firm, dt.date(2026, 5, 14), "Visited.")
    app_db.commit()

    shown = read(client, firm)

    assert "existence verified by the desk May 14, 2026" in shown
    assert "led by women" in shown
    for fact in (
        "Workers 12 micro enterprise",
        "Since 1984",
        "Speaks English, Malayalam",
        "Germany (since 2019), Netherlands",
        "Works, Vaikom",
    ):
        assert fact in shown


def test_products_stand_by_family_with_what_decides(app_db: Session, client: FlaskClient) -> None:
    firm, mats, rolls = make_firm(app_db), make_family(app_db), make_family(app_db)
    make_product(app_db, firm=firm, family=mats, title="Mat one")
    make_product(app_db, firm=firm, family=mats, title="Mat two", lead_days=None)
    make_product(app_db, firm=firm, family=rolls, title="Roll", price_audience="request")
    make_product(app_db, firm=firm, family=rolls, title="Not yet", state="draft")
    app_db.commit()
    client.get("/preferences?currency=INR")

    shown = read(client, firm)

    assert f"{mats.name} 2" in shown
    assert "Mat one ₹900.00 / piece 100 pieces 30 days" in shown
    assert "Mat two ₹900.00 / piece 100 pieces not told" in shown
    assert "Roll on request" in shown
    assert "Not yet" not in shown


def test_no_contact_is_shown(app_db: Session, client: FlaskClient) -> None:
    firm = make_firm(app_db)
    owner = make_actor(app_db, firm.organisation, "owner")
    app_db.commit()
    html = client.get(f"/firms/{firm.slug}").text
    assert owner.user is not None
    assert owner.user.name not in html
    assert "@example.com" not in html
    assert "mailto:" not in html


def test_a_suspended_firm_is_gone(app_db: Session, client: FlaskClient) -> None:
    firm = make_firm(app_db)
    firm.verification = "suspended"
    app_db.commit()
    answer = client.get(f"/firms/{firm.slug}")
    assert answer.status_code == 404
    assert "This firm is not here" in answer.text


def test_a_long_list_of_products_has_pages(
    app_db: Session, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firm_page, "PRODUCTS_A_PAGE", 2)
    firm, family = make_firm(app_db), make_family(app_db)
    for name in "ABC":
        make_product(app_db, firm=firm, family=family, title=f"Mat {name}")
    app_db.commit()
    assert "Mat C" not in read(client, firm)
    assert "Mat C" in read(client, firm, "?page=2")
    assert "Mat C" in read(client, firm, "?page=999")
    assert "Mat A" in read(client, firm, "?page=-1")


def test_a_large_firm_costs_no_more_queries_than_a_small_one(
    app_db: Session, app_engine: Engine, client: FlaskClient, counted: Counted
) -> None:
    small, large = make_firm(app_db), make_firm(app_db, markets=[("DE", 2019), ("US", 2020)])
    schemes = app_db.scalars(
        select(Scheme).where(Scheme.code.in_(("IEC", "ISO9001", "REACH")))
    ).all()
    for firm, products, kinds in ((small, 1, 1), (large, 9, 3)):
        for number in range(kinds):
            family = make_family(app_db)
            months = {dt.date(2026, 12, 1): (Decimal(1000), Decimal(0))}
            open_line(app_db, SYSTEM, firm, family, name=f"Line {number}", unit="H87",
                      months=months, confirmed_on=TODAY)  # fmt: skip
            for _each in range(products // kinds):
                make_product(app_db, firm=firm, family=family)
            declare_evidence(app_db, SYSTEM, firm.organisation, schemes[number], number="1",
                             issuer="I", issued_on=TODAY, expires_on=None)  # fmt: skip
    app_db.commit()

    def queries(firm: Firm) -> int:
        with counted(app_engine) as statements:
            client.get(f"/firms/{firm.slug}")
        return len(statements)

    queries(small)
    assert queries(small) == queries(large) <= 14
