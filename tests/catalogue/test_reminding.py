"""Firms are reminded of what has grown old: once a month, those who can do something about it."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.addresses import ask_for_address
from matchmaker.accounts.drafts import UsedDraft
from matchmaker.accounts.entries import AddressChange
from matchmaker.catalogue.freshness import standing_of
from matchmaker.catalogue.reconfirming import confirm, facts_to_confirm
from matchmaker.catalogue.reminding import remind, remind_firms
from matchmaker.notices.models import Notice
from matchmaker.orm import utc_now
from tests.factories import make_cast, make_product, make_user

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


class Run:
    """A job's run of this morning."""

    def step(self, _name: str, work: Callable[[], int]) -> int:
        return work()


def test_what_is_too_old_to_be_of_use_is_swept_in_the_morning(app: Flask, app_db: Session) -> None:
    user = make_user(app_db)
    ask_for_address(app_db, user, "old@example.org")
    app_db.execute(update(AddressChange).values(expires_at=NOW - dt.timedelta(minutes=1)))
    ask_for_address(app_db, make_user(app_db), "new@example.org")
    for key, days in (("of-last-year", 181), ("of-yesterday", 1)):
        app_db.add(
            UsedDraft(user_id=user.id, key=key, made="a thing", at=NOW - dt.timedelta(days=days))
        )
    app_db.commit()
    with app.app_context():
        assert remind(Run(), {}) == 0
    app_db.rollback()
    assert app_db.scalars(select(AddressChange.email)).all() == ["new@example.org"]
    assert app_db.scalars(select(UsedDraft.key)).all() == ["of-yesterday"]
