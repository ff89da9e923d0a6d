"""Members of an organisation: their roles, their leaving."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.errors import LastOwner
from matchmaker.accounts.managing import managing_role, must_manage, roles_of
from matchmaker.accounts.models import Membership, Organisation
from matchmaker.errors import BadInput
from matchmaker.wording import gettext as _


def members_of(db: Session, organisation: Organisation) -> list[Membership]:
    """Everybody with a role here, in the order they came."""
    return list(
        db.scalars(
            select(Membership)
            .where(Membership.organisation_id == organisation.id)
            .order_by(Membership.id)
        )
    )


def change_role(db: Session, actor: Actor, membership: Membership, role: str) -> None:
    """Give a member another role. The caller commits. Raises LastOwner, NotAllowed, BadInput."""
    organisation = membership.organisation
    must_manage(actor, organisation)
    if role not in roles_of(organisation):
        raise BadInput("role", role, _("Choose one of the roles offered."))
    if role == membership.role:
        return
    _leave_somebody_who_manages(db, membership)
    before, membership.role = membership.role, role
    record(
        db,
        actor,
        "membership.changed",
        "organisation",
        organisation.public_id,
        before={"user": membership.user.public_id, "role": before},
        after={"user": membership.user.public_id, "role": role},
    )


def remove_member(db: Session, actor: Actor, membership: Membership) -> None:
    """End a membership: one's own, or another's by who manages. The caller commits."""
    organisation, user = membership.organisation, membership.user
    if actor.user is None or actor.user.id != user.id:
        must_manage(actor, organisation)
    _leave_somebody_who_manages(db, membership)
    record(
        db,
        actor,
        "membership.ended",
        "organisation",
        organisation.public_id,
        before={"user": user.public_id, "role": membership.role},
    )
    end_membership(db, membership)


def end_membership(db: Session, membership: Membership) -> None:
    """Delete the row and let both sides know."""
    db.execute(delete(Membership).where(Membership.id == membership.id))
    db.expire(membership.user, ["memberships"])
    db.expire(membership.organisation, ["memberships"])
    db.expunge(membership)


def is_last_manager(db: Session, membership: Membership) -> bool:
    """Whether nobody else could manage the organisation without this member.

    Locks the managers' rows, so that two owners who leave at once do not both go.
    """
    role = managing_role(membership.organisation)
    if membership.role != role:
        return False
    managers = db.scalars(
        select(Membership.id)
        .where(Membership.organisation_id == membership.organisation_id, Membership.role == role)
        .with_for_update()
    ).all()
    return len(managers) == 1


def _leave_somebody_who_manages(db: Session, membership: Membership) -> None:
    if is_last_manager(db, membership):
        raise LastOwner
