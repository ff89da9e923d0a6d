"""Holders are reminded in time, once, and told what counts no more."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.certification.reminders import due_reminder, remind, tell_lapsed
from matchmaker.certification.services import EvidenceFacts, renew_evidence, withdraw_evidence
from matchmaker.notices.models import Notice
from tests.certification.test_services import declare
from tests.factories import make_cast, make_product

END = dt.date(2026, 12, 31)


def told(db: Session) -> list[str]:
    return sorted(set(db.scalars(select(Notice.subject))))


@given(
    st.dates(dt.date(2026, 1, 1), dt.date(2027, 6, 1)),
    st.lists(st.integers(0, 40), max_size=60),
)
def test_whenever_the_clock_comes_by_each_reminder_is_given_at_most_once_and_in_order(
    start: dt.date, pauses: list[int]
) -> None:
    sent: list[int] = []
    today = start
    for pause in pauses:
        today += dt.timedelta(days=pause)
        due = due_reminder(END, today, sent)
        if due is not None:
            assert (END - today).days <= due
            sent.append(due)
    assert sent == sorted(set(sent), reverse=True)
    assert set(sent) <= {90, 30, 7, 0}


def test_ninety_thirty_and_seven_days_before_and_once_it_has_expired() -> None:
    sent: set[int] = set()
    days = {}
    for before in range(120, -40, -1):
        due = due_reminder(END, END - dt.timedelta(days=before), sent)
        if due is not None:
            sent.add(due)
            days[before] = due
    assert days == {90: 90, 30: 30, 7: 7, -1: 0}


def test_a_site_that_was_off_for_months_does_not_dig_up_what_expired_long_ago() -> None:
    assert due_reminder(END, END + dt.timedelta(days=31), ()) is None


def test_a_holder_is_reminded_once_however_often_the_clock_comes_by(db: Session) -> None:
    cast = make_cast(db)
    declare(db, cast, expires_on=END)
    assert remind(db, END - dt.timedelta(days=91)) == 0
    assert remind(db, END - dt.timedelta(days=30)) == 1
    assert remind(db, END - dt.timedelta(days=30)) == 0
    assert remind(db, END - dt.timedelta(days=29)) == 0
    assert told(db) == ["ISO 9001 expires on 2026-12-31: time to renew"]
    assert remind(db, END + dt.timedelta(days=1)) == 1
    assert "ISO 9001 has expired" in told(db)
    assert remind(db, END + dt.timedelta(days=2)) == 0


def test_nobody_is_reminded_of_what_was_renewed_or_taken_back(db: Session) -> None:
    cast = make_cast(db)
    old = declare(db, cast, expires_on=END)
    facts = EvidenceFacts("N-2", "C", END - dt.timedelta(days=40), dt.date(2029, 1, 1))
    renewed = renew_evidence(db, cast.owner, old, facts)
    assert remind(db, END - dt.timedelta(days=7)) == 0
    withdraw_evidence(db, cast.owner, renewed)
    assert remind(db, END - dt.timedelta(days=7)) == 1
    withdraw_evidence(db, cast.owner, old)
    assert remind(db, END + dt.timedelta(days=1)) == 0


def test_a_changed_product_is_told_once_and_again_after_it_was_put_back(db: Session) -> None:
    cast = make_cast(db)
    product, other = make_product(db, firm=cast.firm), make_product(db, firm=cast.firm)
    declare(db, cast, products=[product.id])
    was = product.family
    assert tell_lapsed(db, END) == 0
    product.family = other.family
    assert (tell_lapsed(db, END), tell_lapsed(db, END)) == (1, 0)
    assert told(db) == [f"ISO 9001 no longer covers {product.title}"]
    product.family = was
    assert tell_lapsed(db, END) == 0
    product.family = other.family
    assert tell_lapsed(db, END) == 1
