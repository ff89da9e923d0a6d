"""What a desk does with its cases: take them, give them, set them aside, remind those concerned.

The caller commits. Only what stands in the queue is touched, whatever was sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import DESK_ROLES, Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.models import Membership, Organisation, User
from matchmaker.desk.cases import look_around, subjects_there
from matchmaker.desk.models import Assignment
from matchmaker.errors import N_, BadInput
from matchmaker.notices.services import tell, tell_members
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

AT_MOST = 200  # cases at once
# Nobody is asked for the same thing again within these days.
REMIND_AGAIN = dt.timedelta(days=3)
FOR_GOOD = dt.date(9999, 12, 31)
ASIDE = {"7": 7, "30": 30, "90": 90, "always": None}  # days


@dataclass(frozen=True)
class Reminder:
    """What those concerned are told, and the page they are sent to."""

    kind: str
    subject: str
    text: str
    address: str


REMINDERS = {
    "firms": Reminder(
        "standing.changed",
        N_("The export desk would like to verify your firm"),
        N_(
            "Have your Udyam, GST or IEC number ready. Somebody of the desk will call you and look"
            " at your works, on a visit or by video. Buyers then see that you were verified."
        ),
        "/firm",
    ),
    "expiring": Reminder(
        "evidence.expiring",
        N_("A certificate of yours ends soon or has ended"),
        N_("Once it has ended, buyers count it no more. Enter its renewal as soon as you have it."),
        "/firm/evidence",
    ),
    "stale": Reminder(
        "facts.stale",
        N_("Please confirm your prices, capacity and lead times"),
        N_("Some were last confirmed more than half a year ago. If they still hold, one tap does."),
        "/firm",
    ),
    "imports": Reminder(
        "import.finished",
        N_("Your table could not be imported"),
        N_("Nothing was changed. Open the import to see why, or ask the desk to help you."),
        "/firm/import",
    ),
    "buyers": Reminder(
        "standing.changed",
        N_("The export desk would like to verify you"),
        N_("Complete your account: website and company register. Verified buyers ask any firm."),
        "/account",
    ),
}


@dataclass(frozen=True)
class Reminded:
    """How many cases: told, asked lately already, nobody there to be told."""

    told: int
    lately: int
    nobody: int


def assign_cases(
    db: Session,
    actor: Actor,
    queue: str,
    subjects: Sequence[str],
    *,
    officer: str | None = None,
    due_on: dt.date | None = None,
) -> int:
    """Give cases to an officer and set the day they are due; how many.

    `officer`: a public id, 'me', 'nobody', or None to leave it as it is; `due_on` likewise.
    """
    actor.must_be_desk()
    if officer is None and due_on is None:
        raise BadInput("officer", "", _("Choose a person or a day."))
    person = _officer(db, actor, officer) if officer not in (None, "nobody") else None
    rows = _rows(db, queue, subjects)
    after: dict[str, str | None] = {}  # the trail says what was set, nothing of the rest
    if officer is not None:
        after["officer"] = person.public_id if person else None
    if due_on is not None:
        after["due"] = due_on.isoformat()
    for row in rows:
        if officer is not None:
            row.officer_id = person.id if person else None
        if due_on is not None:
            row.due_on = due_on
        _note(db, actor, "case.assigned", row, after)
    if person is not None and rows and (actor.user is None or person.id != actor.user.id):
        _tell_officer(db, person, queue, len(rows))
    return len(rows)


def set_aside(
    db: Session, actor: Actor, queue: str, subjects: Sequence[str], *, how_long: str, note: str
) -> int:
    """Take cases out of the queue for some days ('always': for good), and say why; how many."""
    actor.must_be_desk()
    if how_long not in ASIDE:
        raise BadInput("days", how_long, _("Choose for how long."))
    if subjects and not note.strip():
        raise BadInput("note", note, _("Say why: who meets the case again reads it."))
    days = ASIDE[how_long]
    until = FOR_GOOD if days is None else utc_now().date() + dt.timedelta(days=days)
    rows = _rows(db, queue, subjects)
    for row in rows:
        row.aside_until = until
        row.note = note.strip()
        _note(db, actor, "case.set_aside", row, {"until": until.isoformat()}, note.strip())
    return len(rows)


def take_back(db: Session, actor: Actor, queue: str, subjects: Sequence[str]) -> int:
    """Put cases that were set aside into the queue again; how many."""
    actor.must_be_desk()
    rows = [row for row in _rows(db, queue, subjects) if row.aside_until is not None]
    for row in rows:
        row.aside_until = None
        _note(db, actor, "case.taken_back", row, {})
    return len(rows)


def remind(db: Session, actor: Actor, queue: str, subjects: Sequence[str]) -> Reminded:
    """Ask the organisations concerned, once each; nobody twice within three days."""
    actor.must_be_desk()
    reminder = REMINDERS.get(queue)
    if reminder is None:
        raise BadInput("queue", queue, _("Nobody can be reminded of these; open them instead."))
    now, told, lately, nobody = utc_now(), 0, 0, 0
    there = subjects_there(db, look_around(db), queue, subjects[:AT_MOST])
    reached: dict[int | None, bool] = {}
    for row in _rows(db, queue, subjects, there):
        organisation_id = there[row.subject]
        if row.reminded_at is not None and now - row.reminded_at < REMIND_AGAIN:
            lately += 1
            continue
        if organisation_id not in reached:
            reached[organisation_id] = _tell(db, organisation_id, reminder)
        if not reached[organisation_id]:
            nobody += 1
            continue
        row.reminded_at = now
        told += 1
        _note(db, actor, "case.reminded", row, {})
    return Reminded(told, lately, nobody)


def _tell(db: Session, organisation_id: int | None, reminder: Reminder) -> bool:
    organisation = db.get(Organisation, organisation_id) if organisation_id else None
    return organisation is not None and bool(
        tell_members(
            db,
            organisation,
            kind=reminder.kind,
            subject=reminder.subject,
            text=reminder.text,
            address=reminder.address,
        )
    )


def _tell_officer(db: Session, officer: User, queue: str, count: int) -> None:
    tell(
        db,
        officer,
        kind="task.assigned",
        subject=N_("%(count)s cases were given to you"),
        text=N_("Open the queue to see them."),
        values={"count": count},
        address=f"/desk/queues/{queue}?who=me",
    )


def _officer(db: Session, actor: Actor, public_id: str | None) -> User:
    if public_id == "me" and actor.user is not None:
        return actor.user
    found = db.scalar(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(User.public_id == public_id, Membership.role.in_(DESK_ROLES), User.active)
    )
    if found is None:
        raise BadInput("officer", str(public_id), _("Choose somebody who works at a desk."))
    return found


def _rows(
    db: Session,
    queue: str,
    subjects: Sequence[str],
    there: Mapping[str, int | None] | None = None,
) -> list[Assignment]:
    """The rows of those subjects that stand in the queue, in the order given; new where none is."""
    asked = list(dict.fromkeys(subjects))[:AT_MOST]
    if not asked:
        raise BadInput("cases", "", _("Tick at least one row."))
    standing = there if there is not None else subjects_there(db, look_around(db), queue, asked)
    rows = db.scalars(
        select(Assignment).where(Assignment.queue == queue, Assignment.subject.in_(asked))
    )
    known = {row.subject: row for row in rows}
    for subject in asked:
        if subject in standing and subject not in known:
            known[subject] = Assignment(queue=queue, subject=subject, note="")
            db.add(known[subject])
    db.flush()
    return [known[subject] for subject in asked if subject in standing]


def _note(
    db: Session,
    actor: Actor,
    action: str,
    row: Assignment,
    after: dict[str, str | None],
    reason: str = "",
) -> None:
    subject = f"{row.queue}:{row.subject}"
    record(db, actor, action, "case", subject, after=after or None, reason=reason or None)
