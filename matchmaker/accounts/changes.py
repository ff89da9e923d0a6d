"""The change log: facts flow right through it (search index, later notifications and alerts).

A service notes a change in its own transaction. Each named consumer drains its deliveries in
order; what fails stays and is tried again, so consumers must be idempotent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import ChangeDelivery, ChangeEntry
from matchmaker.orm import only_reading, utc_now

CONSUMERS: tuple[str, ...] = ("index",)
# Deleted, so that its number leads nowhere; and changed by nothing but a day that passed.
REMOVED, BY_DATE = "removed", "by date"


@dataclass(frozen=True)
class Change:
    """A subject that changed: `action` is 'saved', REMOVED or BY_DATE."""

    subject_kind: str
    subject_id: int
    action: str


@dataclass(frozen=True)
class Lag:
    """What a consumer has still to do, and how old the oldest of it is."""

    consumer: str
    waiting: int
    oldest_seconds: float


def note_change(db: Session, subject_kind: str, subject_id: int, action: str = "saved") -> None:
    """Tell all consumers, in the caller's transaction, that a subject changed."""
    note_changes(db, [Change(subject_kind, subject_id, action)])


def note_changes(db: Session, changes: Iterable[Change]) -> None:
    """The same for many at once."""
    entries = [
        ChangeEntry(
            subject_kind=change.subject_kind, subject_id=change.subject_id, action=change.action
        )
        for change in changes
    ]
    if not entries:
        return
    db.add_all(entries)
    db.flush()
    rows = [{"consumer": name, "change_id": entry.id} for entry in entries for name in CONSUMERS]
    db.execute(insert(ChangeDelivery), rows)


def drain(
    sessions: Callable[[], Session],
    consumer: str,
    work: Callable[[Session, Sequence[Change]], str | None],
    *,
    batch: int = 500,
) -> int:
    """Hand the oldest open changes to `work`, then mark them delivered; how many there were.

    `work` gets a session that only reads, so that nobody who saves waits for it. If it
    raises, nothing is marked and the same changes come again. If it names another consumer,
    they are handed on to that one instead.
    """
    with only_reading(), sessions() as db:
        entries = list(db.scalars(_open(consumer).order_by(ChangeEntry.id).limit(batch)))
        if not entries:
            return 0
        numbers = [entry.id for entry in entries]
        # Only the last word on each subject counts.
        last = {(e.subject_kind, e.subject_id): e.action for e in entries}
        onward = work(db, [Change(kind, number, action) for (kind, number), action in last.items()])
    with sessions() as db, db.begin():
        if onward is not None:
            _hand_on(db, onward, numbers)
        mark_delivered(db, consumer, numbers)
    return len(numbers)


def _hand_on(db: Session, consumer: str, numbers: Sequence[int]) -> None:
    rows = [{"consumer": consumer, "change_id": number} for number in numbers]
    db.execute(insert(ChangeDelivery), rows)


def open_changes(db: Session, consumer: str) -> list[int]:
    """The numbers of all changes a consumer has still to work off."""
    return list(db.scalars(_open(consumer).with_only_columns(ChangeEntry.id)))


def mark_delivered(db: Session, consumer: str, numbers: Sequence[int]) -> None:
    """These were worked off. Named one by one: a range would swallow late commits."""
    for start in range(0, len(numbers), 500):
        db.execute(
            delete(ChangeDelivery).where(
                ChangeDelivery.consumer == consumer,
                ChangeDelivery.change_id.in_(numbers[start : start + 500]),
            )
        )


def _open(consumer: str) -> Select[ChangeEntry]:
    return (
        select(ChangeEntry)
        .join(ChangeDelivery, ChangeDelivery.change_id == ChangeEntry.id)
        .where(ChangeDelivery.consumer == consumer)
    )


def sweep_log(db: Session, keep: dt.timedelta = dt.timedelta(days=30)) -> int:
    """Delete changes that everybody has worked off and that are older than `keep`.

    The last one stays: by it others tell up to where they have read, and its number is not given
    again.
    """
    open_changes = select(ChangeDelivery.change_id)
    last = select(func.max(ChangeEntry.id)).scalar_subquery()
    result = db.execute(
        delete(ChangeEntry).where(
            ChangeEntry.at < utc_now() - keep,
            ChangeEntry.id.not_in(open_changes),
            ChangeEntry.id < last,
        )
    )
    return int(getattr(result, "rowcount", 0))


def lag_of(db: Session, consumer: str) -> Lag:
    """How far a consumer is behind."""
    waiting, oldest = db.execute(
        select(func.count(), func.min(ChangeEntry.at))
        .select_from(ChangeDelivery)
        .join(ChangeEntry, ChangeDelivery.change_id == ChangeEntry.id)
        .where(ChangeDelivery.consumer == consumer)
    ).one()
    age = (utc_now() - oldest).total_seconds() if oldest else 0.0
    return Lag(consumer, waiting, max(age, 0.0))
