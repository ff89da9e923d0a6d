"""The same capacity is never promised twice, whoever asks and whenever."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.catalogue.capacity import Hold, LineMonth
from matchmaker.catalogue.holds import (
    CapacityGone,
    Wish,
    place_holds,
    release_expired,
    release_hold,
)
from matchmaker.catalogue.services import open_line
from tests.factories import make_family, make_firm, make_organisation

JANUARY, FEBRUARY = dt.date(2027, 1, 1), dt.date(2027, 2, 1)
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=72)


def make_line(db: Session) -> int:
    """A line with 100 a month, 40 of it committed."""
    months = {month: (Decimal(100), Decimal(40)) for month in (JANUARY, FEBRUARY)}
    line = open_line(
        db,
        SYSTEM,
        make_firm(db),
        make_family(db),
        name="Press",
        unit="H87",
        months=months,
        confirmed_on=None,
    )
    return line.id


def held(db: Session, line: int, month: dt.date = JANUARY) -> Decimal:
    return db.get_one(LineMonth, (line, month), populate_existing=True).held


def test_what_is_held_is_no_longer_free_and_comes_back_when_released(any_db: Session) -> None:
    line, buyer = make_line(any_db), make_organisation(any_db, kind="buyer")
    (hold,) = place_holds(any_db, SYSTEM, buyer, [Wish(line, JANUARY, Decimal(60))], LATER)
    assert held(any_db, line) == 60
    with pytest.raises(CapacityGone, match="2027-01"):
        place_holds(any_db, SYSTEM, buyer, [Wish(line, JANUARY, Decimal(1))], LATER)
    release_hold(any_db, SYSTEM, hold, "declined")
    release_hold(any_db, SYSTEM, hold, "declined again")
    assert held(any_db, line) == 0


def test_all_months_of_a_plan_are_held_or_none(any_db: Session) -> None:
    line, buyer = make_line(any_db), make_organisation(any_db, kind="buyer")
    plan = [Wish(line, JANUARY, Decimal(10)), Wish(line, FEBRUARY, Decimal(61))]
    with pytest.raises(CapacityGone, match="2027-02"):
        place_holds(any_db, SYSTEM, buyer, plan, LATER)
    any_db.commit()
    assert (held(any_db, line), held(any_db, line, FEBRUARY)) == (0, 0)
    assert any_db.scalars(select(Hold)).all() == []


def test_a_hold_ends_when_its_time_is_over(any_db: Session) -> None:
    line, buyer = make_line(any_db), make_organisation(any_db, kind="buyer")
    place_holds(any_db, SYSTEM, buyer, [Wish(line, JANUARY, Decimal(5))], LATER)
    assert release_expired(any_db, SYSTEM, NOW) == 0
    assert release_expired(any_db, SYSTEM, LATER) == 1
    assert held(any_db, line) == 0


def test_twelve_at_the_same_moment_get_exactly_what_there_is(any_engine: Engine) -> None:
    with Session(any_engine) as db, db.begin():
        line = make_line(db)
        buyers = [make_organisation(db, kind="buyer").id for _ in range(12)]
    outcomes: list[str] = []
    start = threading.Barrier(len(buyers))

    def ask(buyer: int) -> None:
        from matchmaker.accounts.models import Organisation

        start.wait()
        try:
            with Session(any_engine) as db, db.begin():
                wish = Wish(line, JANUARY, Decimal(8))
                place_holds(db, SYSTEM, db.get_one(Organisation, buyer), [wish], LATER)
            outcomes.append("held")
        except CapacityGone:
            outcomes.append("gone")

    threads = [threading.Thread(target=ask, args=(buyer,)) for buyer in buyers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["gone"] * 5 + ["held"] * 7  # 60 free, 8 each
    with Session(any_engine) as db:
        assert held(db, line) == 56
