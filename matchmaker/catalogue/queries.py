"""What is asked of the catalogue by the firm's own pages."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import WRITING_ROLES, Actor
from matchmaker.catalogue.models import Firm, Product
from matchmaker.errors import NotFound
from matchmaker.wording import gettext as _


def firm_of(db: Session, actor: Actor) -> Firm:
    """The firm the actor belongs to or acts for. Raises NotFound where it is not set up."""
    party = actor.acts_for
    found = party and db.scalar(select(Firm).where(Firm.organisation_id == party.id))
    if not found:
        raise NotFound(_("This organisation has no firm yet. Ask your export desk to set it up."))
    return found


def product_of(db: Session, firm: Firm, public_id: str) -> Product:
    """A product of this firm. Raises NotFound for those of others as for those that never were."""
    found = db.scalar(
        select(Product).where(Product.public_id == public_id, Product.firm_id == firm.id)
    )
    if found is None:
        raise NotFound(_("There is no such product in your catalogue."))
    return found


def may_write(actor: Actor, firm: Firm) -> bool:
    """Whether to offer what changes something; services check it again."""
    acts_here = actor.acts_for is not None and actor.acts_for.id == firm.organisation_id
    return acts_here and bool(actor.roles & WRITING_ROLES) and not actor.is_suspended
