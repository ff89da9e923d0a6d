"""Which schemes there are for a product, a market, some words; what each is and how long it takes.

What a scheme costs is not said: no source of ours names a price.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Product
from matchmaker.certification.models import MarketRule, Scheme
from matchmaker.certification.rules import (
    ORIGIN,
    Demand,
    demands_of,
    goods_of,
    names_of_market,
    rules_for,
)
from matchmaker.certification.scope import is_listed

MOST = 40


@dataclass(frozen=True)
class FoundScheme:
    """One scheme; `demand`: how the market asks for it, None where no market rule names it."""

    scheme: Scheme
    demand: Demand | None

    @property
    def strength(self) -> str:
        """'mandatory', 'expected', or '' where only listed for the product or the words."""
        return self.demand.strength if self.demand else ""


def find_schemes(
    db: Session, *, words: str, product: Product | None, market: str, today: dt.date
) -> tuple[FoundScheme, ...]:
    """Schemes that fit all that is said: what the law asks first, then what buyers expect.

    With a market only what it (or India) asks of the product; with a product alone also what
    is listed for its HS code; words are looked for in code, name, owner and kind.
    """
    asked = _asked(db, product, market, today) if product is not None else {}
    every = db.scalars(select(Scheme).order_by(Scheme.name)).all()
    folded = words.casefold().split()
    found = [
        FoundScheme(each, asked.get(each.code))
        for each in every
        if _fits(each, product, market, asked) and all(w in _text_of(each) for w in folded)
    ]
    order = {"mandatory": 0, "expected": 1, "": 2}
    return tuple(sorted(found, key=lambda each: order[each.strength])[:MOST])


def unlisted_by_words(
    db: Session, found: Sequence[FoundScheme], words: str
) -> tuple[FoundScheme, ...]:
    """Schemes that the words name though they are not listed for what was chosen besides."""
    if not words.split():
        return ()
    known = {each.scheme.code for each in found}
    rest = find_schemes(db, words=words, product=None, market="", today=dt.date.min)
    return tuple(each for each in rest if each.scheme.code not in known)


def _fits(
    scheme: Scheme, product: Product | None, market: str, asked: Mapping[str, Demand]
) -> bool:
    if product is None or scheme.code in asked:
        return True
    return not market and is_listed(scheme.hs, product.hs_code)


def _text_of(scheme: Scheme) -> str:
    code = f"{scheme.code} {scheme.code.replace('_', ' ')}"
    return f"{code} {scheme.name} {scheme.owner} {scheme.kind} {scheme.evidence_type}".casefold()


def _asked(db: Session, product: Product, market: str, today: dt.date) -> Mapping[str, Demand]:
    names = {ORIGIN, *(names_of_market(market) if market else ())}
    rules = db.scalars(
        select(MarketRule).where(MarketRule.market.in_(names)).order_by(MarketRule.id)
    ).all()
    goods = goods_of(
        product.hs_code,
        product.family.rules,
        is_organic="organic" in f"{product.title} {product.description}".casefold(),
        has_wood_packaging=False,
    )
    return {each.code: each for each in demands_of(rules_for(goods, market, rules, today))}
