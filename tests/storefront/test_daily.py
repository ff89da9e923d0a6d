"""The calendar changes facts without anybody saving anything."""

import datetime as dt

from sqlalchemy.orm import Session

from matchmaker.accounts.changes import BY_DATE, Change
from matchmaker.storefront.daily import changed_by_date
from tests.certification.test_services import declare
from tests.factories import make_cast, make_firm, make_product

TODAY = dt.date(2026, 11, 21)
FRESH = {"price_confirmed_on": TODAY, "lead_confirmed_on": TODAY}


def test_evidence_that_expired_yesterday_changes_its_firm_and_products(db: Session) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm, **FRESH)
    make_product(db, firm=make_firm(db), **FRESH)
    evidence = declare(db, cast, expires_on=TODAY)
    assert changed_by_date(db, TODAY) == []  # the day of expiry still counts
    evidence.expires_on = TODAY - dt.timedelta(days=1)
    db.flush()
    expected = [Change("firm", cast.firm.id, BY_DATE), Change("product", product.id, BY_DATE)]
    assert changed_by_date(db, TODAY) == expected


def test_a_price_that_was_confirmed_half_a_year_ago_changes_its_product(db: Session) -> None:
    old = TODAY - dt.timedelta(days=181)
    stale = make_product(db, price_confirmed_on=old, lead_confirmed_on=TODAY)
    make_product(db, **FRESH)
    assert changed_by_date(db, TODAY) == [Change("product", stale.id, BY_DATE)]
    long_after = TODAY + dt.timedelta(days=400)
    assert changed_by_date(db, long_after) == []
