"""Who may read enquiries and requirements: the one place that decides."""

from __future__ import annotations

from typing import Literal

from matchmaker.accounts.actor import WRITING_ROLES, Actor
from matchmaker.sourcing.models import Enquiry, Requirement

Side = Literal["buyer", "firm", "desk"]


def side_of(actor: Actor, enquiry: Enquiry) -> Side | None:
    """On which side of the enquiry the actor stands; None for everybody else: to them it is not."""
    party = actor.acts_for
    if actor.is_suspended or party is None:
        return None
    if party.id == enquiry.organisation_id:
        return "buyer"
    if party.id == enquiry.firm.organisation_id:
        return "firm"
    return "desk" if actor.is_desk else None


def may_write_in(actor: Actor, enquiry: Enquiry) -> bool:
    """Whether the actor may write: on one of the two sides, in a writing role, while it is open."""
    return (
        enquiry.state in ("new", "answered")
        and side_of(actor, enquiry) in ("buyer", "firm")
        and bool(actor.roles & WRITING_ROLES)
    )


def can_see_requirement(actor: Actor, requirement: Requirement) -> bool:
    """Its buyer, and desks. Firms see it once they are matched to it, never by its address."""
    if actor.is_suspended or actor.acts_for is None:
        return False
    return actor.is_desk or actor.acts_for.id == requirement.organisation_id


def has_answered(enquiry: Enquiry) -> bool:
    """Whether the firm has written: from then on each side sees who writes for the other."""
    firm = enquiry.firm.organisation_id
    return any(message.organisation_id == firm for message in enquiry.messages)
