"""Mandates: that a cluster agent or an intermediary may act for a firm or a client."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.links import shut_out
from matchmaker.accounts.managing import may_manage, must_manage
from matchmaker.accounts.models import Mandate, Organisation, User
from matchmaker.accounts.vouching import vouch_for
from matchmaker.errors import BadInput, Conflict, NotAllowed
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

AGENT_KINDS = ("institution", "intermediary")


def give_mandate(
    db: Session, actor: Actor, *, agent: Organisation, client: Organisation, how: str
) -> Mandate:
    """Let `agent` act for `client`. By an owner of the client, or recorded by a desk.

    `how`: in whose words it was given (a signed paper, a call, a meeting). The caller commits.
    """
    must_manage(actor, client)
    if agent.kind not in AGENT_KINDS:
        raise BadInput(
            "agent", agent.name, _("Only institutions and intermediaries act for others.")
        )
    if agent.id == client.id:
        raise BadInput("agent", agent.name, _("Nobody needs a mandate to act for themselves."))
    if client.kind == "desk":
        raise BadInput("client", client.name, _("Nobody acts for an export desk but its staff."))
    if not how.strip():
        raise BadInput("how", how, _("Say how it was given: signed, by telephone, at a meeting."))
    mandate = Mandate(
        agent_id=agent.id,
        client_id=client.id,
        how=how.strip(),
        granted_by_id=actor.user.id if actor.user else None,
    )
    try:
        with db.begin_nested():
            db.add(mandate)
    except IntegrityError as clash:
        raise Conflict(_("%(agent)s already acts for it.", agent=agent.name)) from clash
    record(
        db,
        actor,
        "mandate.given",
        "organisation",
        client.public_id,
        after={"agent": agent.public_id, "how": mandate.how},
    )
    vouch_for(db, client)
    return mandate


def end_mandate(db: Session, actor: Actor, mandate: Mandate) -> list[User]:
    """Ended by the client, a desk, or the agent itself. The caller commits.

    Returns the members who are signed out because they came in by a link of the agent.
    """
    if not (may_manage(actor, mandate.client) or may_manage(actor, mandate.agent)):
        raise NotAllowed(_("Only an owner of this organisation can do that."))
    if mandate.ended_at is not None:
        return []
    mandate.ended_at = utc_now()
    record(
        db,
        actor,
        "mandate.ended",
        "organisation",
        mandate.client.public_id,
        before={"agent": mandate.agent.public_id},
    )
    return shut_out(db, mandate)


def agents_of(db: Session, client: Organisation) -> list[Mandate]:
    """Who may act for this organisation now."""
    return list(
        db.scalars(
            select(Mandate)
            .where(Mandate.client_id == client.id, Mandate.ended_at.is_(None))
            .order_by(Mandate.id)
        )
    )


def clients_of(db: Session, agent: Organisation) -> list[Mandate]:
    """For whom this organisation may act now."""
    return list(
        db.scalars(
            select(Mandate)
            .where(Mandate.agent_id == agent.id, Mandate.ended_at.is_(None))
            .order_by(Mandate.id)
        )
    )


def possible_agents(db: Session) -> list[Organisation]:
    """Organisations that may be given a mandate, by name."""
    return list(
        db.scalars(
            select(Organisation)
            .where(Organisation.kind.in_(AGENT_KINDS), Organisation.standing != "suspended")
            .order_by(Organisation.name)
        )
    )
