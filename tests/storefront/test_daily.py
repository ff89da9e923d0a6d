"""The calendar changes facts without anybody saving anything."""

import datetime as dt
from collections.abc import Callable

from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matchmaker.accounts.changes import BY_DATE, Change, note_change
from matchmaker.accounts.models import ChangeDelivery, ChangeEntry
from matchmaker.orm import utc_now
from matchmaker.storefront.daily import changed_by_date, forget_old_changes
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


class Run:
    """A job's run that forgets."""

    def step(self, _name: str, work: Callable[[], int]) -> int:
        return work()


def test_what_all_have_followed_long_ago_leaves_the_log_at_night(
    app: Flask, app_db: Session
) -> None:
    app_db.execute(delete(ChangeDelivery))
    app_db.execute(delete(ChangeEntry))
    for number in range(4):
        note_change(app_db, "product", number)
    followed, owed, recent, _last = app_db.scalars(select(ChangeEntry).order_by(ChangeEntry.id))
    for entry in (followed, owed):
        entry.at = utc_now() - dt.timedelta(days=31)
    app_db.execute(delete(ChangeDelivery).where(ChangeDelivery.change_id == followed.id))
    app_db.execute(delete(ChangeDelivery).where(ChangeDelivery.change_id == recent.id))
    app_db.commit()
    with app.app_context():
        assert forget_old_changes(Run(), {}) == 1
    app_db.rollback()
    assert set(app_db.scalars(select(ChangeEntry.subject_id))) == {1, 2, 3}
    assert len(app_db.scalars(select(ChangeDelivery)).all()) == 2
