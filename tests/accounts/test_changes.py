"""Changes reach their consumer once, in order, and survive its failures."""

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.changes import (
    Change,
    drain,
    lag_of,
    note_change,
    note_changes,
    open_changes,
    sweep_log,
)
from matchmaker.accounts.models import ChangeEntry
from matchmaker.orm import utc_now


def collected(engine: Engine, *, batch: int = 500) -> list[Change]:
    found: list[Change] = []

    def work(_db: Session, changes: Sequence[Change]) -> None:
        found.extend(changes)

    while drain(sessionmaker(engine), "index", work, batch=batch):
        pass
    return found


def test_changes_come_in_order_and_once(any_engine: Engine) -> None:
    with Session(any_engine) as db, db.begin():
        note_changes(db, [Change("product", number, "saved") for number in (3, 1, 2)])
    assert [change.subject_id for change in collected(any_engine, batch=2)] == [3, 1, 2]
    assert collected(any_engine) == []


def test_only_the_last_word_on_a_subject_counts(any_engine: Engine) -> None:
    with Session(any_engine) as db, db.begin():
        note_change(db, "product", 7)
        note_change(db, "product", 7, "removed")
    assert collected(any_engine) == [Change("product", 7, "removed")]


def test_what_is_rolled_back_was_never_noted(any_engine: Engine) -> None:
    with Session(any_engine) as db:
        note_change(db, "product", 7)
        db.rollback()
    assert collected(any_engine) == []


def test_a_failing_consumer_gets_the_same_changes_again(any_engine: Engine) -> None:
    with Session(any_engine) as db, db.begin():
        note_change(db, "product", 7)

    def fail(_db: Session, _changes: Sequence[Change]) -> None:
        raise OSError("the index is down")

    with pytest.raises(OSError, match="down"):
        drain(sessionmaker(any_engine), "index", fail)
    assert collected(any_engine) == [Change("product", 7, "saved")]


def test_a_change_committed_late_under_a_small_number_is_not_lost(any_engine: Engine) -> None:
    """On PostgreSQL row 1 can be committed after row 2 was read."""
    if any_engine.dialect.name == "sqlite":
        # One writer at a time: numbers are committed in order there.
        with Session(any_engine) as db, db.begin():
            note_changes(db, [Change("product", 1, "saved"), Change("product", 2, "saved")])
        assert len(collected(any_engine)) == 2
        return
    with Session(any_engine) as slow, Session(any_engine) as quick:
        note_change(slow, "product", 1)
        note_change(quick, "product", 2)
        quick.commit()
        assert collected(any_engine) == [Change("product", 2, "saved")]
        slow.commit()
    assert collected(any_engine) == [Change("product", 1, "saved")]


def test_the_lag_says_how_much_waits_and_for_how_long(db: Session) -> None:
    assert lag_of(db, "index").waiting == 0
    note_change(db, "product", 7)
    db.flush()
    entry = db.scalars(select(ChangeEntry)).one()
    entry.at = utc_now() - dt.timedelta(seconds=40)
    db.flush()
    lag = lag_of(db, "index")
    assert lag.waiting == 1
    assert 39 < lag.oldest_seconds < 60
    assert open_changes(db, "index") == [entry.id]


def test_the_log_is_swept_only_of_what_was_delivered_long_ago(sqlite_engine: Engine) -> None:
    with Session(sqlite_engine) as db, db.begin():
        note_changes(db, [Change("product", 1, "saved"), Change("product", 2, "saved")])
    collected(sqlite_engine, batch=1)
    with Session(sqlite_engine) as db, db.begin():
        note_change(db, "product", 3)
        for entry in db.scalars(select(ChangeEntry)):
            entry.at = utc_now() - dt.timedelta(days=60)
    with Session(sqlite_engine) as db, db.begin():
        assert sweep_log(db) == 2
        assert db.scalar(select(func.count()).select_from(ChangeEntry)) == 1
    collected(sqlite_engine)
    with Session(sqlite_engine) as db, db.begin():
        assert sweep_log(db) == 0  # the last stays, so that its number is not given again
