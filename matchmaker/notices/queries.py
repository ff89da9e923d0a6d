"""What is asked of notices: a person's bell, how many are unread, what they wished."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import User
from matchmaker.notices.kinds import Kind, choices_for
from matchmaker.notices.models import Notice, Wish

A_PAGE = 50


@dataclass(frozen=True)
class Bell:
    """One page of what a person was told, newest first."""

    notices: tuple[Notice, ...]
    unread: int
    page: int
    last: int


@dataclass(frozen=True)
class Choice:
    """A kind a person may choose a pace for, and the pace it has now."""

    kind: Kind
    pace: str


def bell_of(db: Session, user: User, page: int = 1) -> Bell:
    """The page asked for, or the nearest there is."""
    total = db.scalar(select(func.count()).where(Notice.user_id == user.id)) or 0
    last = max(1, -(-total // A_PAGE))
    page = min(max(page, 1), last)
    notices = db.scalars(
        select(Notice)
        .where(Notice.user_id == user.id)
        .order_by(Notice.id.desc())
        .limit(A_PAGE)
        .offset((page - 1) * A_PAGE)
    )
    return Bell(tuple(notices), unread_of(db, user), page, last)


def unread_of(db: Session, user: User) -> int:
    """How many notices the person has not opened."""
    mine = select(func.count()).where(Notice.user_id == user.id, Notice.read_at.is_(None))
    return db.scalar(mine) or 0


def notice_of(db: Session, user: User, public_id: str) -> Notice | None:
    """The person's own notice with this id."""
    return db.scalar(select(Notice).where(Notice.public_id == public_id, Notice.user_id == user.id))


def choices_of(db: Session, user: User) -> list[Choice]:
    """What this person can choose, by the organisations they belong to."""
    wishes = db.execute(select(Wish.kind, Wish.pace).where(Wish.user_id == user.id))
    wished = {wish.kind: wish.pace for wish in wishes}
    kinds = frozenset(each.organisation.kind for each in user.memberships)
    return [Choice(kind, wished.get(kind.key, kind.pace)) for kind in choices_for(kinds)]
