"""Firms are reminded of what has grown old: once a month, those who can do something about it."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.catalogue.freshness import standing_of
from matchmaker.catalogue.reconfirming import confirm, facts_to_confirm
from matchmaker.catalogue.reminding import remind_firms
from matchmaker.notices.models import Notice
from matchmaker.orm import utc_now
from tests.factories import make_cast, make_product

# The audit trail, which says who was reminded when, knows no other clock than the real one.
NOW = utc_now()
TODAY = NOW.date()
LONG_AGO = TODAY - dt.timedelta(days=250)


@pytest.mark.parametrize(
    ("days", "standing"),
    [(0, "fresh"), (150, "fresh"), (151, "due"), (180, "due"), (181, "stale"), (4000, "stale")],
)
def test_a_fact_is_asked_for_a_month_before_it_is_old(days: int, standing: str) -> None:
    assert standing_of(TODAY - dt.timedelta(days), TODAY) == standing


def test_what_nobody_ever_stood_by_is_old() -> None:
    assert standing_of(None, TODAY) == "stale"


def test_those_who_may_edit_are_told_once_a_month(any_db: Session) -> None:
    cast = make_cast(any_db)
    make_product(any_db, firm=cast.firm, price_confirmed_on=LONG_AGO, lead_confirmed_on=LONG_AGO)
    make_product(any_db, firm=cast.rival_firm, price_confirmed_on=TODAY, lead_confirmed_on=TODAY)
    assert remind_firms(any_db, NOW) == 1
    told = any_db.execute(select(Notice.user_id, Notice.kind, Notice.address)).all()
    assert cast.owner.user is not None
    assert cast.colleague.user is not None
    expected = {(user.id, "facts.stale", "/firm/confirm") for user in
                (cast.owner.user, cast.colleague.user)}  # fmt: skip
    assert {tuple(row) for row in told} == expected
    assert remind_firms(any_db, NOW + dt.timedelta(days=29)) == 0
    assert remind_firms(any_db, NOW + dt.timedelta(days=31)) == 1


def test_who_has_confirmed_is_left_in_peace(db: Session) -> None:
    cast = make_cast(db)
    make_product(db, firm=cast.firm, price_confirmed_on=LONG_AGO, lead_confirmed_on=LONG_AGO)
    keys = [fact.key for fact in facts_to_confirm(db, cast.firm, TODAY)]
    assert confirm(db, cast.agent, cast.firm, keys, TODAY) == 2
    assert facts_to_confirm(db, cast.firm, TODAY) == []
    assert remind_firms(db, NOW) == 0


def test_hidden_listings_are_not_asked_about(db: Session) -> None:
    cast = make_cast(db)
    make_product(db, firm=cast.firm, price_confirmed_on=LONG_AGO, state="hidden")
    assert facts_to_confirm(db, cast.firm, TODAY) == []
    assert remind_firms(db, NOW) == 0
