"""Who may see what of the catalogue: the one place that decides, for pages, API and index."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import ColumnElement, and_

from matchmaker.accounts.actor import Actor
from matchmaker.catalogue.models import Firm, Product

# The same two questions for whole lists, asked in SQL for a visitor; a test holds them to
# `can_see_firm` and `can_see_product`.
FIRM_IS_PUBLIC: ColumnElement[bool] = and_(Firm.verification != "suspended", Firm.is_confirmed)
PRODUCT_IS_PUBLIC: ColumnElement[bool] = and_(Product.state == "published", FIRM_IS_PUBLIC)


class OfFirm(Protocol):
    """What of a firm decides: the object itself or a row that was read of it."""

    @property
    def organisation_id(self) -> int: ...
    @property
    def verification(self) -> str: ...
    @property
    def is_confirmed(self) -> bool: ...


class OfProduct(Protocol):
    """What of a product decides."""

    @property
    def state(self) -> str: ...
    @property
    def price_audience(self) -> str: ...
    @property
    def firm(self) -> OfFirm: ...


def can_see_firm(actor: Actor | None, firm: OfFirm) -> bool:
    """Everybody sees firms of which somebody is known and that are not suspended; members and
    desks see their own anyway."""
    is_public = firm.is_confirmed and firm.verification != "suspended"
    return is_public or _is_inside(actor, firm)


def can_see_product(actor: Actor | None, product: OfProduct) -> bool:
    """Everybody sees what is published by a visible firm; members and desks see drafts too."""
    if _is_inside(actor, product.firm):
        return True
    return product.state == "published" and can_see_firm(actor, product.firm)


def can_see_price(actor: Actor | None, product: OfProduct) -> bool:
    """Public prices are for all, 'verified' ones for buyers whom a desk verified; desks and
    the firm see every one."""
    if product.price_audience == "public":
        return True
    if product.price_audience == "verified" and _is_verified_buyer(actor):
        return True
    return _is_inside(actor, product.firm)


def _is_verified_buyer(actor: Actor | None) -> bool:
    party = actor.acts_for if actor is not None and not actor.is_suspended else None
    return (
        party is not None
        and party.kind in ("buyer", "intermediary")
        and party.standing == "verified"
    )


def _is_inside(actor: Actor | None, firm: OfFirm) -> bool:
    if actor is None:
        return False
    if actor.is_system or actor.is_desk:
        return True
    return actor.acts_for is not None and actor.acts_for.id == firm.organisation_id
