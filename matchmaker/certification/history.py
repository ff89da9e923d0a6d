"""What happened to a piece of evidence, in words, out of the audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import AuditEntry, Organisation
from matchmaker.certification.models import Evidence
from matchmaker.errors import N_
from matchmaker.wording import gettext as _

WORDS: Mapping[str, str] = {
    "evidence.declared": N_("entered"),
    "evidence.changed": N_("corrected"),
    "evidence.renewed": N_("renewed"),
    "evidence.withdrawn": N_("taken back"),
    "evidence.answered": N_("answered"),
    "evidence.document-added": N_("sent a document"),
    "evidence.document-removed": N_("removed a document"),
    "evidence.member-added": N_("added a member firm"),
    "evidence.member-ended": N_("ended a member firm's cover"),
    "evidence.graded": N_("checked"),
    "evidence.refused": N_("not accepted"),
    "evidence.asked": N_("asked"),
}


@dataclass(frozen=True)
class Event:
    """One act: when, by which organisation (for whom, if not for itself), what, in whose words."""

    at: dt.datetime
    by: str
    on_behalf_of: str
    what: str
    said: str


def history_of(db: Session, evidence: Evidence) -> list[Event]:
    """Newest first; organisations by name, people are not named to the other side."""
    entries = db.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_kind == "evidence", AuditEntry.subject_id == evidence.public_id)
        .order_by(AuditEntry.id.desc())
        .limit(100)
    ).all()
    ids = {each.organisation for each in entries} | {each.on_behalf_of for each in entries}
    named = select(Organisation.public_id, Organisation.name).where(Organisation.public_id.in_(ids))
    names = {public_id: name for public_id, name in db.execute(named)}  # noqa: C416  typed rows
    return [
        Event(
            at=each.at,
            by=names.get(each.organisation or "", _("the system")),
            on_behalf_of=names.get(each.on_behalf_of or "", ""),
            what=_(WORDS[each.action]),
            said=each.reason or "",
        )
        for each in entries
        if each.action in WORDS
    ]
