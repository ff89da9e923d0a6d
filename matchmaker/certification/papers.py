"""Documents that show evidence: kept by their hash, never public. The caller commits."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import note_changes
from matchmaker.certification.models import Evidence, EvidenceDocument
from matchmaker.certification.queries import concerned
from matchmaker.certification.services import must_be_open, submit
from matchmaker.certification.uploads import Accepted, accept
from matchmaker.errors import BadInput
from matchmaker.store import Store
from matchmaker.wording import gettext as _

MOST = 10  # documents of one piece of evidence


def add_document(
    db: Session, actor: Actor, store: Store, evidence: Evidence, content: bytes, file_name: str
) -> EvidenceDocument:
    """Keep a document and put the evidence into the desk's queue; the same one twice is one.

    The grade stays: the desk saw what it saw. Raises BadInput for what is no document, and
    Unavailable where the store is full; nothing is kept then.
    """
    return keep(db, actor, store, evidence, accept(content, file_name))


def keep(
    db: Session, actor: Actor, store: Store, evidence: Evidence, accepted: Accepted
) -> EvidenceDocument:
    """The same for a document that was looked at before."""
    must_be_open(actor, evidence)
    if len(evidence.documents) >= MOST:
        raise BadInput(
            _("Document"), accepted.file_name, _("Ten documents are enough. Remove one first.")
        )
    digest = store.put(accepted.content)
    known = next((each for each in evidence.documents if each.digest == digest), None)
    if known is not None:
        return known
    document = EvidenceDocument(
        digest=digest,
        file_name=accepted.file_name,
        media_type=accepted.media_type,
        size=len(accepted.content),
        sent_by_id=actor.user.id if actor.user else None,
    )
    evidence.documents.append(document)
    evidence.document_hash = evidence.document_hash or digest
    was_refused = evidence.review == "refused"
    submit(evidence)
    db.flush()
    if was_refused:  # shown again, as self-declared
        note_changes(db, concerned(db, evidence))
    record(
        db,
        actor,
        "evidence.document-added",
        "evidence",
        evidence.public_id,
        after={"document": document.public_id, "name": document.file_name, "sha256": digest},
    )
    return document


def remove_document(db: Session, actor: Actor, document: EvidenceDocument) -> str:
    """Take a document out; returns the digest of bytes nobody needs any more, or ''.

    Refused once a desk relied on it: withdraw the evidence instead.
    """
    evidence = document.evidence
    actor.must_write_for(evidence.holder_id)
    if evidence.grade != "self-declared":
        raise BadInput(_("Document"), document.file_name, _("A desk has relied on it. It is kept."))
    record(
        db,
        actor,
        "evidence.document-removed",
        "evidence",
        evidence.public_id,
        before={"document": document.public_id, "sha256": document.digest},
    )
    digest = document.digest
    evidence.documents.remove(document)
    evidence.document_hash = evidence.documents[0].digest if evidence.documents else None
    if not evidence.documents and evidence.review == "waiting":
        evidence.review = "none"
    db.flush()
    others = db.scalar(
        select(func.count()).select_from(EvidenceDocument).where(EvidenceDocument.digest == digest)
    )
    return "" if others else digest
