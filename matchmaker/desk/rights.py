"""What officers of a desk may do, and what only its heads."""

from __future__ import annotations

from matchmaker.accounts.actor import Actor
from matchmaker.errors import NotAllowed
from matchmaker.wording import gettext as _


def is_head(actor: Actor) -> bool:
    """Whether the actor heads a desk: suspends, lifts suspensions, names officers."""
    return actor.is_system or ("desk_head" in actor.roles and not actor.is_suspended)


def must_be_desk(actor: Actor) -> None:
    """Raise NotAllowed for everybody but the staff of desks and the system."""
    if actor.is_suspended or not (actor.is_desk or actor.is_system):
        raise NotAllowed(_("This page is for the staff of export desks."))


def must_be_head(actor: Actor) -> None:
    """Raise NotAllowed unless `is_head`."""
    if not is_head(actor):
        raise NotAllowed(_("Only the head of a desk suspends, or lifts a suspension."))
