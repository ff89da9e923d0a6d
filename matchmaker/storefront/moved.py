"""Where something is now whose address was known by other words: a name changes, its id stays.

The address of a product or firm ends with a hyphen and the first letters of its public id.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.visibility import can_see_firm, can_see_product

ID_LETTERS = 6


def slug_of_product(db: Session, actor: Actor | None, slug: str) -> str | None:
    """The right slug of the product whose id ends this one; None when unknown or not to be seen."""
    start = _id_in(slug)
    if not start:
        return None
    found = db.scalars(select(Product).where(Product.public_id.startswith(start)).limit(9))
    return _only(each.slug for each in found if can_see_product(actor, each))


def slug_of_firm(db: Session, actor: Actor | None, slug: str) -> str | None:
    """The same for a firm."""
    start = _id_in(slug)
    if not start:
        return None
    named = select(Firm).join(Firm.organisation).where(Organisation.public_id.startswith(start))
    found = db.scalars(named.limit(9))
    return _only(each.organisation.slug for each in found if can_see_firm(actor, each))


def _id_in(slug: str) -> str:
    """What may be the beginning of an id; letters and digits only, so nothing acts as wildcard."""
    last = slug.rpartition("-")[2].lower()
    return last if len(last) == ID_LETTERS and last.isascii() and last.isalnum() else ""


def _only(slugs: Iterable[str]) -> str | None:
    """Two things may begin with the same letters: then nobody knows which was meant."""
    found = list(slugs)
    return found[0] if len(found) == 1 else None
