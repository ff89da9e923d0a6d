"""Sign-in links: handed over by somebody known to a person who has only a phone.

A link signs in once. Looking at it (as messengers do to draw a preview) does not spend it:
only the button on its page does.
"""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import DESK_ROLES, Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.entries import SignInLink
from matchmaker.accounts.errors import LinkSpent
from matchmaker.accounts.managing import managing_role, may_bring_people, may_manage
from matchmaker.accounts.models import Mandate, Membership, User
from matchmaker.accounts.tokens import hash_of, new_secret
from matchmaker.errors import NotAllowed
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

LASTS = dt.timedelta(days=3)


def may_hand_over(actor: Actor, user: User) -> bool:
    """Whether the actor may make a link that signs `user` in.

    Only for people without a password, because whoever holds the link can act as them, and
    never for the staff of desks. Desks for everybody else. Owners and agents for members of
    their organisation who belong to no other and have no mail to come in by; agents never for
    those who manage it: an agent would be what nobody made it.
    """
    if actor.is_system:
        return True
    roles = {each.role for each in user.memberships}
    if (
        actor.is_suspended
        or user.password
        or not user.active
        or roles & (DESK_ROLES | {"operator"})
    ):
        return False
    if actor.is_desk:
        return True
    if len(user.memberships) != 1 or (user.email and user.confirmed_at):
        return False
    organisation = user.memberships[0].organisation
    if may_manage(actor, organisation):
        return True
    return managing_role(organisation) not in roles and may_bring_people(actor, organisation)


def hand_over_link(
    db: Session, actor: Actor, user: User, *, lasts: dt.timedelta = LASTS
) -> tuple[SignInLink, str]:
    """Make a link for one person; returns it and the secret that goes into its address.

    Earlier links of the person that were not used stop working. The caller commits. Raises
    NotAllowed.
    """
    if not may_hand_over(actor, user):
        raise NotAllowed(
            _("A sign-in link can be handed to members without a password, by those who vouch.")
        )
    now = utc_now()
    db.execute(
        update(SignInLink)
        .where(
            SignInLink.user_id == user.id, SignInLink.used_at.is_(None), SignInLink.expires_at > now
        )
        .values(expires_at=now)
    )
    secret = new_secret()
    link = SignInLink(
        user_id=user.id,
        secret_hash=secret.hash,
        made_by_id=actor.user.id if actor.user else None,
        expires_at=now + lasts,
    )
    db.add(link)
    db.flush()
    record(db, actor, "sign_in_link.made", "user", user.public_id, after={"link": link.public_id})
    return link, secret.text


def link_of(db: Session, secret: str) -> SignInLink:
    """The living link with this secret; looking does not spend it. Raises LinkSpent."""
    link = db.scalar(
        select(SignInLink).where(
            SignInLink.secret_hash == hash_of(secret),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > utc_now(),
        )
    )
    if link is None or not link.user.active:
        raise LinkSpent
    return link


def use_link(db: Session, secret: str) -> User:
    """Spend the link: the person to sign in. The caller commits. Raises LinkSpent."""
    link = link_of(db, secret)
    # The condition is asked again in the UPDATE: of two who press at once, one gets in.
    spent = db.execute(
        update(SignInLink)
        .where(SignInLink.id == link.id, SignInLink.used_at.is_(None))
        .values(used_at=utc_now())
        .execution_options(synchronize_session=False)
    )
    if int(getattr(spent, "rowcount", 0)) != 1:
        raise LinkSpent
    db.refresh(link)
    record(
        db,
        Actor(link.user),
        "sign_in_link.used",
        "user",
        link.user.public_id,
        after={"link": link.public_id},
    )
    return link.user


def living_links(db: Session, user: User) -> list[SignInLink]:
    """Links of a person that would still sign in, newest first."""
    return list(
        db.scalars(
            select(SignInLink)
            .where(
                SignInLink.user_id == user.id,
                SignInLink.used_at.is_(None),
                SignInLink.expires_at > utc_now(),
            )
            .order_by(SignInLink.id.desc())
        )
    )


def shut_out(db: Session, mandate: Mandate) -> list[User]:
    """Whoever holds a link that the agent's people made for the client's members is let in no more.

    Links not used stop working; who came in by one is signed out, everywhere, and returned: the
    person needs a new link, and the agent, if it was the agent, does not get one.
    """
    of_agent = select(Membership.user_id).where(Membership.organisation_id == mandate.agent_id)
    of_client = select(Membership.user_id).where(Membership.organisation_id == mandate.client_id)
    links = db.scalars(
        select(SignInLink)
        .where(SignInLink.made_by_id.in_(of_agent), SignInLink.user_id.in_(of_client))
        .where(SignInLink.created_at >= mandate.granted_at)
        .order_by(SignInLink.id)
    ).all()
    now = utc_now()
    for link in links:
        link.expires_at = min(link.expires_at, now)
    entered = dict.fromkeys(each.user for each in links if each.used_at is not None)
    for user in entered:
        user.fs_uniquifier = uuid.uuid4().hex
    return list(entered)


def revoke_links(db: Session, actor: Actor, user: User) -> int:
    """End all living links of a person; how many. The person may do it, and who hands over."""
    own = actor.user is not None and actor.user.id == user.id
    if not own and not may_hand_over(actor, user):
        raise NotAllowed(
            _("A sign-in link can be handed to members without a password, by those who vouch.")
        )
    links = living_links(db, user)
    for link in links:
        link.expires_at = utc_now()
        record(
            db,
            actor,
            "sign_in_link.revoked",
            "user",
            user.public_id,
            after={"link": link.public_id},
        )
    return len(links)
