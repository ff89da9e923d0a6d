"""Invitations: how somebody becomes a member of an organisation that is already there."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.entries import Invitation
from matchmaker.accounts.errors import LinkSpent
from matchmaker.accounts.managing import (
    managing_role,
    may_manage,
    must_bring_people,
    roles_of,
)
from matchmaker.accounts.models import Membership, Organisation, User
from matchmaker.accounts.phones import phone_of
from matchmaker.accounts.services import add_member
from matchmaker.accounts.tokens import hash_of, new_secret
from matchmaker.accounts.vouching import vouch_for
from matchmaker.errors import BadInput, NotAllowed
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

LASTS = dt.timedelta(days=14)


def invite(
    db: Session,
    actor: Actor,
    organisation: Organisation,
    *,
    name: str,
    role: str,
    email: str | None = None,
    phone: str | None = None,
) -> tuple[Invitation, str]:
    """Ask somebody to become a member; returns the invitation and the secret of its link.

    The caller commits, and mails or shows the link. Who acts for a client invites editors and
    viewers; owners are made by owners and desks.
    """
    must_bring_people(actor, organisation)
    if role not in roles_of(organisation):
        raise BadInput("role", role, _("Choose one of the roles offered."))
    if role not in roles_offered(actor, organisation):
        raise NotAllowed(_("Only an owner of this organisation can do that."))
    if not name.strip():
        raise BadInput("name", name, _("Enter the name of the person."))
    if not email and not phone:
        raise BadInput("email", "", _("Enter an e-mail address or a phone number."))
    _must_be_new(db, organisation, email, phone)
    secret = new_secret()
    invitation = Invitation(
        organisation_id=organisation.id,
        role=role,
        name=name.strip(),
        email=email.strip().lower() if email else None,
        phone=phone_of(phone) if phone else None,
        secret_hash=secret.hash,
        invited_by_id=actor.user.id if actor.user else None,
        expires_at=utc_now() + LASTS,
    )
    db.add(invitation)
    db.flush()
    record(
        db,
        actor,
        "invitation.made",
        "organisation",
        organisation.public_id,
        after={"invitation": invitation.public_id, "role": role},
    )
    return invitation, secret.text


def _must_be_new(
    db: Session, organisation: Organisation, email: str | None, phone: str | None
) -> None:
    """Refuse whoever is a member already, or has an open invitation: the first one counts.

    Only people of this organisation are looked at, so nobody learns who else has an account.
    """
    wanted = {"email": (email or "").strip().lower(), "phone": phone_of(phone) if phone else ""}
    members = select(User).join(Membership).where(Membership.organisation_id == organisation.id)
    for name, value in wanted.items():
        if not value:
            continue
        if db.scalar(members.where(getattr(User, name) == value)):
            remedy = _("This person is a member already. Change the role in the list of members.")
            raise BadInput(name, value, remedy)
        if any(getattr(each, name) == value for each in open_invitations(db, organisation)):
            remedy = _("This person is invited already. Withdraw that invitation to make another.")
            raise BadInput(name, value, remedy)


def roles_offered(actor: Actor, organisation: Organisation) -> tuple[str, ...]:
    """The roles this actor may invite to: agents make no owner where there is one."""
    roles = roles_of(organisation)
    if may_manage(actor, organisation) or not _has_owner(organisation):
        return roles
    return tuple(role for role in roles if role != managing_role(organisation))


def _has_owner(organisation: Organisation) -> bool:
    return any(each.role == "owner" for each in organisation.memberships)


def invitation_of(db: Session, secret: str) -> Invitation:
    """The open invitation with this secret, to where people can act. Raises LinkSpent."""
    invitation = db.scalar(
        select(Invitation).where(
            Invitation.secret_hash == hash_of(secret),
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > utc_now(),
        )
    )
    if invitation is None or invitation.organisation.standing == "suspended":
        raise LinkSpent
    return invitation


def accept(db: Session, invitation: Invitation, user: User) -> Membership:
    """The user becomes a member with the role of the invitation. The caller commits.

    Raises LinkSpent where somebody else was faster.
    """
    # Asked again in the UPDATE: of two who press at once, one gets in.
    taken = db.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.accepted_at.is_(None))
        .values(accepted_at=utc_now())
        .execution_options(synchronize_session=False)
    )
    if int(getattr(taken, "rowcount", 0)) != 1:
        raise LinkSpent
    db.refresh(invitation)
    organisation = invitation.organisation
    there = db.scalar(
        select(Membership).where(
            Membership.user_id == user.id, Membership.organisation_id == organisation.id
        )
    )
    membership = there or add_member(
        db, Actor(user), user=user, organisation=organisation, role=invitation.role
    )
    record(
        db,
        Actor(user, organisation),
        "invitation.accepted",
        "organisation",
        organisation.public_id,
        after={"invitation": invitation.public_id},
    )
    vouch_for(db, organisation)
    return membership


def withdraw(db: Session, actor: Actor, invitation: Invitation) -> None:
    """The link stops working. The caller commits."""
    must_bring_people(actor, invitation.organisation)
    invitation.withdrawn_at = utc_now()
    record(
        db,
        actor,
        "invitation.withdrawn",
        "organisation",
        invitation.organisation.public_id,
        after={"invitation": invitation.public_id},
    )


def open_invitations(db: Session, organisation: Organisation) -> list[Invitation]:
    """Those neither accepted nor withdrawn nor expired, newest first."""
    return list(
        db.scalars(
            select(Invitation)
            .where(
                Invitation.organisation_id == organisation.id,
                Invitation.accepted_at.is_(None),
                Invitation.withdrawn_at.is_(None),
                Invitation.expires_at > utc_now(),
            )
            .order_by(Invitation.id.desc())
        )
    )
