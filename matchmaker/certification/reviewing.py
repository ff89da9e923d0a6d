"""What a desk does with evidence: approve with a grade, refuse, ask. The caller commits.

Each decision is about what the officer saw: `seen` is the stamp of that, and what changed
meanwhile is looked at again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import note_changes
from matchmaker.certification.models import GRADES, Evidence
from matchmaker.certification.queries import concerned
from matchmaker.certification.services import EvidenceMoved, grade_evidence, plain
from matchmaker.errors import N_, BadInput
from matchmaker.notices.services import tell_members
from matchmaker.wording import gettext as _

GRADES_GIVEN = GRADES[1:]


def grades_for(evidence: Evidence) -> tuple[str, ...]:
    """The grades a desk can give it: nobody has seen a document that was never sent."""
    return GRADES_GIVEN if evidence.documents else GRADES_GIVEN[1:]


def stamp_of(evidence: Evidence) -> str:
    """What an officer looks at, in short: facts, documents, where the review stands."""
    documents = sorted(each.digest for each in evidence.documents)
    state = [evidence.review, evidence.grade, evidence.withdrawn_at is None]
    seen = json.dumps([plain(evidence), documents, state], sort_keys=True, default=str)
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def approve(
    db: Session,
    actor: Actor,
    evidence: Evidence,
    *,
    grade: str,
    how: str,
    on: dt.date,
    seen: str,
) -> None:
    """The desk has seen it, confirmed it with the issuer, or witnessed it; buyers see that.

    Raises BadInput, NotAllowed, EvidenceMoved.
    """
    actor.must_be_desk()
    if grade not in GRADES_GIVEN:
        raise BadInput("grade", grade, _("Choose how far you checked it."))
    if grade not in grades_for(evidence):
        raise BadInput(
            "grade", grade,
            _("No document was sent that could have been seen. Confirm it with its issuer, or ask"
              " for the document."),
        )  # fmt: skip
    _must_be_as_seen(evidence, seen)
    grade_evidence(db, actor, evidence, grade=grade, on=on, how=how.strip())
    evidence.review, evidence.review_note = "approved", None
    db.flush()
    note_changes(db, concerned(db, evidence))
    _tell(
        db,
        evidence,
        "evidence.decided",
        N_("%(scheme)s, number %(number)s: checked"),
        N_("The desk has checked it. Buyers see that from now on."),
    )


def refuse(db: Session, actor: Actor, evidence: Evidence, *, reason: str, seen: str) -> None:
    """The desk does not accept it: nobody is shown it any more; the holder reads why."""
    actor.must_be_desk()
    if not reason.strip():
        raise BadInput("reason", reason, _("Say why: the firm will read it."))
    _must_be_as_seen(evidence, seen)
    before = {"grade": evidence.grade, "review": evidence.review}
    evidence.grade, evidence.graded_on, evidence.graded_how = "self-declared", None, None
    evidence.review, evidence.review_note = "refused", reason.strip()
    db.flush()
    record(
        db,
        actor,
        "evidence.refused",
        "evidence",
        evidence.public_id,
        before=before,
        after={"review": "refused"},
        reason=reason.strip(),
    )
    note_changes(db, concerned(db, evidence))
    _tell(
        db,
        evidence,
        "evidence.decided",
        N_("%(scheme)s, number %(number)s: not accepted"),
        N_("The desk did not accept it: %(said)s"),
    )


def ask(db: Session, actor: Actor, evidence: Evidence, *, question: str, seen: str) -> None:
    """Ask the holder; it waits until they answer."""
    actor.must_be_desk()
    if not question.strip():
        raise BadInput("question", question, _("Write what the firm should tell you."))
    _must_be_as_seen(evidence, seen)
    evidence.review, evidence.review_note = "asked", question.strip()
    db.flush()
    record(
        db, actor, "evidence.asked", "evidence", evidence.public_id, reason=question.strip()
    )  # fmt: skip
    _tell(
        db,
        evidence,
        "evidence.asked",
        N_("%(scheme)s, number %(number)s: the desk asks"),
        N_("The desk asks: %(said)s"),
    )


def _must_be_as_seen(evidence: Evidence, seen: str) -> None:
    if evidence.withdrawn_at is not None or stamp_of(evidence) != seen:
        raise EvidenceMoved


def _tell(db: Session, evidence: Evidence, kind: str, subject: str, text: str) -> None:
    tell_members(
        db,
        evidence.holder,
        kind=kind,
        subject=subject,
        text=text,
        values={
            "scheme": evidence.scheme.name,
            "number": evidence.number,
            "said": evidence.review_note or "",
        },
        address=f"/firm/evidence/{evidence.public_id}",
    )
