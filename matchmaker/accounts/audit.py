"""The audit trail: who did what to what, for whom. Entries are added, never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Mapper, Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.models import AuditEntry


def record(
    db: Session,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Note an act in the caller's transaction, so that act and note stand or fall together."""
    db.add(
        AuditEntry(
            actor=actor.signature,
            organisation=actor.organisation.public_id if actor.organisation else None,
            on_behalf_of=actor.on_behalf_of.public_id if actor.on_behalf_of else None,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            before=before,
            after=after,
            reason=reason,
        )
    )


class AuditIsAppendOnly(Exception):
    """An audit entry was about to be changed or deleted."""


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _refuse(_mapper: Mapper[Any], _connection: Any, entry: AuditEntry) -> None:
    raise AuditIsAppendOnly(f"audit entry {entry.id} is kept as it was written")
