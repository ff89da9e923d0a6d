"""What happens to evidence. The caller commits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.accounts.models import Organisation
from matchmaker.certification.models import GRADES, Evidence, EvidenceScope, Scheme
from matchmaker.errors import BadInput


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
    products: Iterable[int] = (),
    sites: Iterable[int] = (),
    changed: Iterable[Change] = (),
) -> Evidence:
    """Say that `holder` has something of `scheme`; graded 'self-declared' until a desk looks.

    `products` and `sites` are row numbers that it is limited to; without any it covers all.
    `changed`: what shows it and must be indexed again. Raises BadInput for consignment
    documents, which are made for each shipment and never held, and for dates out of order.
    """
    actor.must_write_for(holder.id)
    if not scheme.is_held:
        raise BadInput("scheme", scheme.code, "It is made for each shipment and cannot be held.")
    if expires_on is not None and expires_on < issued_on:
        raise BadInput("expires on", expires_on, f"It must not be before {issued_on}.")
    scope = [EvidenceScope(product_id=each) for each in products]
    scope += [EvidenceScope(site_id=each) for each in sites]
    evidence = Evidence(
        holder=holder,
        scheme=scheme,
        number=number,
        issuer=issuer,
        issued_on=issued_on,
        expires_on=expires_on,
        laboratory=laboratory,
        substances=substances,
        covers_all=not scope,
        scope=scope,
    )
    db.add(evidence)
    db.flush()
    record(db, actor, "evidence.declared", "evidence", evidence.public_id)
    note_changes(db, changed)
    return evidence


def grade_evidence(
    db: Session, actor: Actor, evidence: Evidence, *, grade: str, on: dt.date, how: str
) -> None:
    """A desk says how far it trusts the evidence, when and how it looked. Audited."""
    if grade not in GRADES:
        raise BadInput("grade", grade, f"Choose one of {', '.join(GRADES)}.")
    if not how.strip():
        raise BadInput("how", how, "Say how it was checked.")
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
