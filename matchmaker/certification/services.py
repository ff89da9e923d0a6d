"""What holders do with evidence: declare, change, renew, take back, send documents.

The caller commits. Whatever changes what a desk has seen falls back to self-declared and goes
to the desk again; nothing is deleted that somebody once relied on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.accounts.models import Organisation
from matchmaker.certification.models import GRADES, Evidence, Scheme
from matchmaker.certification.queries import concerned
from matchmaker.certification.scoping import scope_rows
from matchmaker.errors import BadInput, Conflict
from matchmaker.notices.zones import HOME, zone_named
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

_NOTHING: Mapping[str, str] = {}
_NO_MATERIALS: Mapping[int, str] = {}


class EvidenceMoved(Conflict):
    """The other side changed it, or a colleague decided, while one was looking."""

    def __init__(self) -> None:
        super().__init__(
            _("It was changed while you looked at it, or a colleague decided. Look again.")
        )


@dataclass(frozen=True)
class EvidenceFacts:
    """What a holder says of one piece of evidence; `details`: the facts of its type.

    `products` and `sites` are row numbers that it is limited to; without any it covers all.
    `materials`: of which material it speaks, by product the scheme is not listed for;
    `material`: the same for all of them.
    """

    number: str
    issuer: str
    issued_on: dt.date
    expires_on: dt.date | None = None
    laboratory: str | None = None
    substances: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    products: tuple[int, ...] = ()
    sites: tuple[int, ...] = ()
    materials: Mapping[int, str] = field(default_factory=dict)
    material: str = ""


def declare_evidence(
    db: Session,
    actor: Actor,
    holder: Organisation,
    scheme: Scheme,
    *,
    number: str,
    issuer: str,
    issued_on: dt.date,
    expires_on: dt.date | None,
    laboratory: str | None = None,
    substances: str | None = None,
    details: Mapping[str, str] = _NOTHING,
    products: Iterable[int] = (),
    sites: Iterable[int] = (),
    materials: Mapping[int, str] = _NO_MATERIALS,
    material: str = "",
    changed: Iterable[Change] = (),
) -> Evidence:
    """Say that `holder` has something of `scheme`; graded 'self-declared' until a desk looks.

    The facts are those of `EvidenceFacts`. `changed`: what shows it and must be indexed again.
    Raises BadInput for consignment documents, which are made for each shipment and never held,
    for a day of issue that is still to come, for dates out of order, and MaterialAsked.
    """
    facts = EvidenceFacts(
        number=number,
        issuer=issuer,
        issued_on=issued_on,
        expires_on=expires_on,
        laboratory=laboratory,
        substances=substances,
        details=details,
        products=tuple(products),
        sites=tuple(sites),
        materials=materials,
        material=material,
    )
    actor.must_write_for(holder.id)
    evidence = Evidence(holder=holder, scheme=scheme, details={})
    check_facts(scheme, facts, today_of(actor))
    _state(db, actor, evidence, facts)
    db.add(evidence)
    db.flush()
    record(db, actor, "evidence.declared", "evidence", evidence.public_id)
    # What the system declares comes with the catalogue, which is indexed as a whole.
    noted = [] if actor.is_system else concerned(db, evidence)
    note_changes(db, dict.fromkeys([*changed, *noted]))
    return evidence


def change_evidence(db: Session, actor: Actor, evidence: Evidence, facts: EvidenceFacts) -> None:
    """Replace what it says. What a desk saw was something else: it looks again."""
    must_be_open(actor, evidence)
    check_facts(evidence.scheme, facts, today_of(actor))
    before, touched = plain(evidence), concerned(db, evidence)
    _state(db, actor, evidence, facts)
    db.flush()
    after = plain(evidence)
    if after == before:
        return
    _fall_back(evidence)
    names = [name for name in after if after[name] != before[name]]
    record(
        db,
        actor,
        "evidence.changed",
        "evidence",
        evidence.public_id,
        before={name: before[name] for name in names},
        after={name: after[name] for name in names},
    )
    note_changes(db, dict.fromkeys([*touched, *concerned(db, evidence)]))


def renew_evidence(db: Session, actor: Actor, evidence: Evidence, facts: EvidenceFacts) -> Evidence:
    """The next one of the same scheme; the earlier stays and counts until it expires.

    Members of a group stay members. Raises BadInput for one that is not newer.
    """
    must_be_open(actor, evidence)
    if facts.issued_on <= evidence.issued_on:
        raise BadInput(
            "issued_on", facts.issued_on, _("The renewed one must be newer than the earlier.")
        )
    renewed = declare_evidence(db, actor, evidence.holder, evidence.scheme, **vars(facts))
    renewed.renews = evidence.public_id
    renewed.members = [type(each)(organisation_id=each.organisation_id, since=facts.issued_on)
                       for each in evidence.members]  # fmt: skip
    db.flush()
    record(
        db, actor, "evidence.renewed", "evidence", evidence.public_id,
        after={"by": renewed.public_id},
    )  # fmt: skip
    note_changes(db, concerned(db, renewed))
    return renewed


def withdraw_evidence(db: Session, actor: Actor, evidence: Evidence, reason: str = "") -> None:
    """Show it to nobody any more; it is kept with its history."""
    must_be_open(actor, evidence)
    evidence.withdrawn_at = utc_now()
    db.flush()
    record(db, actor, "evidence.withdrawn", "evidence", evidence.public_id, reason=reason or None)
    note_changes(db, concerned(db, evidence))


def answer_question(db: Session, actor: Actor, evidence: Evidence, answer: str) -> None:
    """Answer what the desk asked; it goes back to the desk, with a document or without.

    Raises EvidenceMoved where nothing is asked: an answer brings nothing back that was refused.
    """
    must_be_open(actor, evidence)
    if evidence.review != "asked":
        raise EvidenceMoved
    if not answer.strip():
        raise BadInput("answer", answer, _("Write the answer to the desk's question."))
    _wait_for_desk(evidence)
    db.flush()
    record(db, actor, "evidence.answered", "evidence", evidence.public_id, reason=answer.strip())


def grade_evidence(
    db: Session, actor: Actor, evidence: Evidence, *, grade: str, on: dt.date, how: str
) -> None:
    """A desk says how far it trusts the evidence, when and how it looked. Audited."""
    actor.must_be_desk()
    if grade not in GRADES:
        raise BadInput("grade", grade, f"Choose one of {', '.join(GRADES)}.")
    if not how.strip():
        raise BadInput("how", how, _("Say how it was checked."))
    before = evidence.grade
    evidence.grade, evidence.graded_on, evidence.graded_how = grade, on, how
    db.flush()
    record(
        db,
        actor,
        "evidence.graded",
        "evidence",
        evidence.public_id,
        before={"grade": before},
        after={"grade": grade},
        reason=how,
    )


def today_of(actor: Actor) -> dt.date:
    """The day it is where the actor lives or where the firms are, whichever is ahead.

    A certificate handed over on a morning in Kochi is dated a day that London does not have yet.
    """
    zones = [HOME, *([zone_named(actor.user.zone)] if actor.user is not None else [])]
    return max(utc_now().astimezone(zone).date() for zone in zones)


def check_facts(scheme: Scheme, facts: EvidenceFacts, today: dt.date) -> None:
    """Refuse what nobody can hold yet, or at all, and dates out of order."""
    if not scheme.is_held:
        raise BadInput("scheme", scheme.code, _("It is made for each shipment and cannot be held."))
    if facts.issued_on > today:
        raise BadInput(
            "issued_on",
            facts.issued_on,
            _("That day is still to come. Enter the day on which it was issued, as it stands on"
              " the document."),
        )  # fmt: skip
    if facts.expires_on is not None and facts.expires_on < facts.issued_on:
        raise BadInput(
            "expires_on", facts.expires_on, _("It must not be before %(day)s.", day=facts.issued_on)
        )


def submit(evidence: Evidence) -> None:
    """Put it into the desk's queue, if there is anything to look at: a document or a register."""
    if evidence.documents or evidence.scheme.evidence_type == "registration":
        _wait_for_desk(evidence)


def _wait_for_desk(evidence: Evidence) -> None:
    evidence.review, evidence.submitted_at = "waiting", utc_now()


def plain(evidence: Evidence) -> dict[str, object]:
    """Its facts as the audit trail keeps them."""
    return {
        "number": evidence.number,
        "issuer": evidence.issuer,
        "issued_on": str(evidence.issued_on),
        "expires_on": str(evidence.expires_on) if evidence.expires_on else None,
        "laboratory": evidence.laboratory,
        "substances": evidence.substances,
        **{f"detail_{name}": value for name, value in sorted(evidence.details.items())},
        "covers": "all" if evidence.covers_all else sorted(
            [each.product_id or 0, each.site_id or 0, each.hs_code or "", each.material or ""]
            for each in evidence.scope
        ),
    }  # fmt: skip


def must_be_open(actor: Actor, evidence: Evidence) -> None:
    """Let pass who may write for its holder, unless it was taken back: NotAllowed, BadInput."""
    actor.must_write_for(evidence.holder_id)
    if evidence.withdrawn_at is not None:
        raise BadInput("evidence", evidence.number, _("It was taken back. Enter it anew."))


def _state(db: Session, actor: Actor, evidence: Evidence, facts: EvidenceFacts) -> None:
    evidence.number, evidence.issuer = facts.number.strip(), facts.issuer.strip()
    evidence.issued_on, evidence.expires_on = facts.issued_on, facts.expires_on
    evidence.laboratory, evidence.substances = facts.laboratory, facts.substances
    details = {name: value for name, value in facts.details.items() if value}
    if facts.material.strip():
        details["material"] = facts.material.strip()
    evidence.details = details
    rows = scope_rows(
        db,
        evidence.holder,
        evidence.scheme,
        products=facts.products,
        sites=facts.sites,
        materials=facts.materials,
        material=facts.material,
        ask=not actor.is_system,
    )
    evidence.scope, evidence.covers_all = rows, not rows


def _fall_back(evidence: Evidence) -> None:
    """The desk has not seen it like this."""
    evidence.grade, evidence.graded_on, evidence.graded_how = "self-declared", None, None
    evidence.review = "none"
    evidence.review_note = None
    submit(evidence)
