"""Price tiers in the reader's currency beside the price as it was given."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from matchmaker.accounts.actor import Actor
from matchmaker.catalogue.freshness import is_stale
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.visibility import can_see_price
from matchmaker.money import ExchangeRates, Money
from matchmaker.storefront.words import gettext as _


@dataclass(frozen=True)
class Tier:
    """The price of one unit from a quantity on; `below` is where the next tier begins.

    `saves`: how much less than the first tier, in percent.
    """

    from_quantity: Decimal
    below: Decimal | None
    shown: Money
    given: Money
    saves: int


@dataclass(frozen=True)
class PriceView:
    """`standing`: shown | untold | on request | for verified buyers. Tiers only if shown.

    `rate`: how many of the given currency one of the shown buys, or None if they are the same.
    """

    standing: str
    tiers: tuple[Tier, ...]
    unit: str
    incoterm: str
    place: str
    given_in: str
    shown_in: str
    rate: Decimal | None
    rate_date: dt.date | None
    confirmed_on: dt.date | None
    stale: bool


def price_view(
    product: Product, actor: Actor | None, currency: str, rates: ExchangeRates, today: dt.date
) -> PriceView:
    """The prices this actor may see. What they may not see does not enter the page at all."""
    standing = _standing(product, actor)
    converted = standing == "shown" and product.currency != currency
    rate = rates.rate(currency, product.currency) if converted else None
    return PriceView(
        standing=standing,
        tiers=_tiers(product, currency, rates) if standing == "shown" else (),
        unit=product.unit,
        incoterm=product.incoterm,
        place=product.incoterm_place,
        given_in=product.currency,
        shown_in=currency,
        rate=rate.value if rate else None,
        rate_date=rate.fixed_on if rate else None,
        confirmed_on=product.price_confirmed_on,
        stale=is_stale(product.price_confirmed_on, today),
    )


def _standing(product: Product, actor: Actor | None) -> str:
    if not product.tiers:
        return "untold"
    if can_see_price(actor, product):
        return "shown"
    return standing_hidden(product.price_audience)


def standing_hidden(audience: str) -> str:
    """How a price stands for those who may not see it."""
    return "for verified buyers" if audience == "verified" else "on request"


def standing_words(standing: str) -> str:
    """What the reader is told in the place of such a price; of an untold one nothing."""
    words = {"on request": _("on request"), "for verified buyers": _("for verified buyers")}
    return words.get(standing, "")


def _tiers(product: Product, currency: str, rates: ExchangeRates) -> tuple[Tier, ...]:
    tiers = sorted(product.tiers, key=lambda tier: tier.from_quantity)
    first = tiers[0].price
    ends = [tier.from_quantity for tier in tiers[1:]]
    return tuple(
        Tier(
            from_quantity=tier.from_quantity,
            below=below,
            shown=rates.convert(Money(tier.price, product.currency), currency),
            given=Money(tier.price, product.currency),
            saves=round((1 - tier.price / first) * 100),
        )
        for tier, below in zip(tiers, [*ends, None], strict=True)
    )
