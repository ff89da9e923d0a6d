"""Who may manage the people of an organisation; the one place that decides it."""

from __future__ import annotations

from matchmaker.accounts.actor import WRITING_ROLES, Actor
from matchmaker.accounts.models import Organisation
from matchmaker.errors import NotAllowed
from matchmaker.wording import gettext as _

DESK_ROLES_GIVEN = ("desk_head", "desk_officer")
HOUSE_ROLES_GIVEN = ("owner", "editor", "viewer")


def roles_of(organisation: Organisation) -> tuple[str, ...]:
    """The roles a member of this organisation can have."""
    return DESK_ROLES_GIVEN if organisation.kind == "desk" else HOUSE_ROLES_GIVEN


def managing_role(organisation: Organisation) -> str:
    """The role of which at least one member must be left."""
    return "desk_head" if organisation.kind == "desk" else "owner"


def may_manage(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor may change roles, remove members, give and end mandates.

    Owners in their organisation, desk heads in their desk, desks in every other organisation.
    """
    if actor.is_system:
        return True
    if actor.is_suspended:
        return False
    at_home = (
        actor.organisation is not None
        and actor.organisation.id == organisation.id
        and actor.on_behalf_of is None
    )
    if at_home and managing_role(organisation) in actor.roles:
        return True
    return actor.is_desk and organisation.kind != "desk"


def may_bring_people(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor may invite people and hand over sign-in links.

    Who may manage, and whoever acts for the organisation under a mandate.
    """
    if may_manage(actor, organisation):
        return True
    client = actor.on_behalf_of
    return (
        client is not None
        and client.id == organisation.id
        and client.kind != "desk"
        and not actor.is_suspended
        and bool(actor.roles & WRITING_ROLES)
    )


def must_manage(actor: Actor, organisation: Organisation) -> None:
    """Raise NotAllowed unless `may_manage`."""
    if not may_manage(actor, organisation):
        raise NotAllowed(_("Only an owner of this organisation can do that."))


def must_bring_people(actor: Actor, organisation: Organisation) -> None:
    """Raise NotAllowed unless `may_bring_people`."""
    if not may_bring_people(actor, organisation):
        raise NotAllowed(_("Only owners, and those who act for the organisation, can do that."))
