"""The unreached: people whom no mail finds, with a number to call and words ready to send."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.links import hand_over_link, may_hand_over
from matchmaker.accounts.models import Membership, User
from matchmaker.errors import N_
from matchmaker.notices.models import Letter, Notice
from matchmaker.notices.surroundings import settings, spoken, wide_address
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

PATIENCE = dt.timedelta(days=3)
AT_MOST = 500
GREETING = N_("Hello %(name)s, there is something new for you at Matchmaker: %(subject)s")
HOW_MANY = N_("Hello %(name)s, there are %(count)s things new for you at Matchmaker: %(subject)s")
OPEN = N_("Open this link, it signs you in: %(link)s")
SIGN_IN = N_("Sign in here: %(link)s")


@dataclass(frozen=True)
class Unreached:
    """Somebody who has not seen what they were told. `why`: 'no mail', 'bounced' or 'failed'."""

    user: User
    why: str
    trouble: str
    unread: int
    latest: str  # subject of the newest unread notice
    oldest_at: dt.datetime
    organisations: tuple[str, ...]

    @property
    def phone(self) -> str:
        return self.user.phone or ""


def unreached_people(
    db: Session, *, patience: dt.timedelta = PATIENCE, limit: int = AT_MOST
) -> list[Unreached]:
    """People with unread notices whom no mail reached, the longest waiting first.

    Mail came back or failed: at once. No confirmed address: after `patience`. The number of
    statements does not grow with the people.
    """
    troubles, since = _last_troubles(db), utc_now() - patience
    waiting = db.execute(
        select(Notice.user_id, func.count(), func.min(Notice.created_at), func.max(Notice.id))
        .join(User, User.id == Notice.user_id)
        .where(
            Notice.read_at.is_(None),
            User.active,
            or_(
                User.id.in_(troubles),
                User.email.is_(None),
                User.confirmed_at.is_(None),
            ),
        )
        .group_by(Notice.user_id)
        .having(or_(Notice.user_id.in_(troubles), func.min(Notice.created_at) < since))
        .order_by(func.min(Notice.created_at))
        .limit(limit)
    ).all()
    people = _people(db, [row[0] for row in waiting])
    latest = _subjects(db, [row[3] for row in waiting])
    return [
        _unreached(people[user_id], troubles.get(user_id), count, oldest, latest[newest])
        for user_id, count, oldest, newest in waiting
    ]


def ready_message(person: Unreached, link: str = "") -> str:
    """What to send by messenger, in the person's language; `link` signs them in."""
    with spoken(person.user.language):
        words = HOW_MANY if person.unread > 1 else GREETING
        first = _(words, name=person.user.name, count=person.unread, subject=person.latest)
        if link:
            return f"{first}\n{_(OPEN, link=link)}"
        own = wide_address(settings(), "/sign-in", person.user.language)
        return f"{first}\n{_(SIGN_IN, link=own)}"


def message_with_link(db: Session, actor: Actor, person: Unreached) -> str:
    """The same with a new one-time link where the actor may hand one over. The caller commits.

    Earlier links of the person stop working.
    """
    if not may_hand_over(actor, person.user):
        return ready_message(person)
    _link, secret = hand_over_link(db, actor, person.user)
    return ready_message(person, wide_address(settings(), f"/enter/{secret}", person.user.language))


def _last_troubles(db: Session) -> dict[int, tuple[str, str]]:
    """Of everybody whose last mail to their present address did not arrive: state and reason."""
    last = (
        select(func.max(Letter.id))
        .join(User, User.id == Letter.user_id)
        .where(Letter.state != "waiting", Letter.address == User.email)
        .group_by(Letter.user_id)
    )
    found = db.execute(
        select(Letter.user_id, Letter.state, Letter.trouble).where(
            Letter.id.in_(last), Letter.state.in_(("bounced", "failed"))
        )
    )
    return {user_id: (state, trouble or "") for user_id, state, trouble in found if user_id}


def _people(db: Session, numbers: Sequence[int]) -> dict[int, User]:
    found = db.scalars(
        select(User)
        .where(User.id.in_(numbers))
        .options(selectinload(User.memberships).selectinload(Membership.organisation))
    )
    return {user.id: user for user in found}


def _subjects(db: Session, numbers: Sequence[int]) -> dict[int, str]:
    found = db.execute(select(Notice.id, Notice.subject).where(Notice.id.in_(numbers)))
    return {row[0]: row[1] for row in found}


def _unreached(
    user: User, trouble: tuple[str, str] | None, count: int, oldest: dt.datetime, latest: str
) -> Unreached:
    state, reason = trouble or ("no mail", "")
    return Unreached(
        user=user,
        why=state,
        trouble=reason,
        unread=count,
        latest=latest,
        oldest_at=oldest,
        organisations=tuple(each.organisation.name for each in user.memberships),
    )
