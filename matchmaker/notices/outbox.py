"""The outbox: which letters are due, who sends them now, and what became of each.

    waiting ── taken ──> accepted | folder
       ^          ├────> bounced | failed      refused for good, or tried too often
       └──────────┘      refused for now: waits, longer every time

A letter is taken for a few minutes in a transaction of its own and sent outside of it. If the
sender dies after sending and before noting it, the letter comes due again and leaves a second
time under the same Message-ID: at least once, never lost.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Update, delete, func, select, update
from sqlalchemy.orm import Session

from matchmaker.notices.models import Letter, Notice
from matchmaker.orm import utc_now

TAKEN_FOR = dt.timedelta(minutes=5)
# After each refusal for now; after the last, which is about two days after the first, it failed.
WAITS = tuple(dt.timedelta(minutes=each) for each in (1, 5, 15, 60, 240, 720, 1440))
KEEP_SENT = dt.timedelta(days=90)


@dataclass(frozen=True)
class Outbox:
    """How the outbox stands, for the health page and the operator."""

    waiting: int
    failed: int
    bounced: int
    oldest_seconds: float  # since the oldest that waits was written
    overdue_seconds: float  # since the longest due should have been tried
    trouble: str


def due_letters(db: Session, *, limit: int = 50) -> list[int]:
    """Row numbers of the letters to send now, the longest due first."""
    return list(
        db.scalars(
            select(Letter.id)
            .where(Letter.state == "waiting", Letter.next_try_at <= utc_now())
            .order_by(Letter.next_try_at, Letter.id)
            .limit(limit)
        )
    )


def take(db: Session, number: int) -> Letter | None:
    """Make the letter ours for a while; None if another sender was faster. The caller commits."""
    now = utc_now()
    mine = (
        update(Letter)
        .where(Letter.id == number, Letter.state == "waiting", Letter.next_try_at <= now)
        .values(next_try_at=now + TAKEN_FOR, tries=Letter.tries + 1)
        .execution_options(synchronize_session=False)
    )
    return db.get(Letter, number, populate_existing=True) if _count(db, mine) else None


def note_sent(db: Session, number: int, state: str) -> None:
    """It left ('accepted') or was written down ('folder'). The caller commits."""
    _note(db, number, state=state, sent_at=utc_now(), trouble=None)


def note_refused(db: Session, number: int, state: str, reason: str) -> None:
    """It will not arrive: 'bounced' or 'failed'. The caller commits."""
    _note(db, number, state=state, trouble=reason)


def note_delayed(db: Session, number: int, tries: int, reason: str) -> None:
    """It waits for its next try, or has had its last. The caller commits."""
    wait = wait_after(tries)
    if wait is None:
        note_refused(db, number, "failed", reason)
    else:
        _note(db, number, next_try_at=utc_now() + wait, trouble=reason)


def note_server_down(db: Session, reason: str) -> None:
    """Say at all letters that are due why they wait. It counts as no try. The caller commits."""
    db.execute(
        update(Letter)
        .where(
            Letter.state == "waiting",
            Letter.next_try_at <= utc_now(),
            Letter.trouble.is_distinct_from(reason),
        )
        .values(trouble=reason)
        .execution_options(synchronize_session=False)
    )


def wait_after(tries: int) -> dt.timedelta | None:
    """How long to wait after so many tries; None when it was the last."""
    return WAITS[tries - 1] if tries <= len(WAITS) else None


def retry_failed(db: Session) -> int:
    """Send all failed letters anew, from the first try on; how many. The caller commits.

    Bounced ones stay: their address does not exist.
    """
    return _count(
        db,
        update(Letter)
        .where(Letter.state == "failed")
        .values(state="waiting", tries=0, next_try_at=utc_now())
        .execution_options(synchronize_session=False),
    )


def state_of_outbox(db: Session) -> Outbox:
    """What waits and since when, what failed, and what the server last said."""
    states = select(Letter.state, func.count()).group_by(Letter.state)
    found = db.execute(states.where(Letter.state.in_(("waiting", "failed", "bounced"))))
    counts: dict[str, int] = {row[0]: row[1] for row in found}
    oldest, due = db.execute(
        select(func.min(Letter.created_at), func.min(Letter.next_try_at)).where(
            Letter.state == "waiting"
        )
    ).one()
    trouble = db.scalar(
        select(Letter.trouble).where(Letter.state == "waiting").order_by(Letter.id).limit(1)
    )
    return Outbox(
        waiting=counts.get("waiting", 0),
        failed=counts.get("failed", 0),
        bounced=counts.get("bounced", 0),
        oldest_seconds=_since(oldest),
        overdue_seconds=_since(due),
        trouble=trouble or "",
    )


def forget_sent(db: Session, keep: dt.timedelta = KEEP_SENT) -> int:
    """Delete letters that left long ago; the bell keeps what they said. The caller commits."""
    old = select(Letter.id).where(
        Letter.state.in_(("accepted", "folder")), Letter.created_at < utc_now() - keep
    )
    db.execute(
        update(Notice)
        .where(Notice.letter_id.in_(old))
        .values(letter_id=None)
        .execution_options(synchronize_session=False)
    )
    gone = db.execute(
        delete(Letter).where(Letter.id.in_(old)).execution_options(synchronize_session=False)
    )
    return int(getattr(gone, "rowcount", 0))


def _note(db: Session, number: int, **values: Any) -> None:
    db.execute(
        update(Letter)
        # One that came back meanwhile stays so: the answer was faster than our note.
        .where(Letter.id == number, Letter.state == "waiting")
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _since(moment: dt.datetime | None) -> float:
    return max((utc_now() - moment).total_seconds(), 0.0) if moment else 0.0


def _count(db: Session, statement: Update) -> int:
    return int(getattr(db.execute(statement), "rowcount", 0))
