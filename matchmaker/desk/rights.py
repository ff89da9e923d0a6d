"""What only heads of desks may do; what all their staff may, `Actor.must_be_desk` says."""

from __future__ import annotations

from matchmaker.accounts.actor import Actor
from matchmaker.errors import NotAllowed
from matchmaker.wording import gettext as _


def is_head(actor: Actor) -> bool:
    """Whether the actor heads a desk: suspends, lifts suspensions, names officers."""
    return actor.is_system or ("desk_head" in actor.roles and not actor.is_suspended)


def must_be_head(actor: Actor) -> None:
    """Raise NotAllowed unless `is_head`."""
    if not is_head(actor):
        raise NotAllowed(_("Only the head of a desk suspends, or lifts a suspension."))
