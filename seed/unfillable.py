"""Requirements that nobody in the made-up world can fill, each for one reason that is counted.

Five reasons take turns. Where a family gives no room for one (every certificate can be had in
time, say), the next is taken. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from matchmaker.matching.problem import Requirement
from matchmaker.measures import Quantity
from seed.counting import Stock
from seed.drafting import Draft, as_written
from seed.finishing import SHOWN, finish
from seed.grammar import expand
from seed.letters import attributes_of, common
from seed.reference import scheme_facts


@dataclass(frozen=True)
class Demand:
    """A requirement and whether it can be filled. `unfillable`: the reason's key, '' if it can.

    `why`: what counting found, in a sentence. `of`: the family it was drawn from, also where
    the requirement itself does not name it; '' for a product nobody makes.
    """

    requirement: Requirement
    of: str
    unfillable: str = ""
    why: str = ""


Spoiler = Callable[[Draft, Stock, dt.date, Random], Demand | None]
SIZES = ("_cm", "_mm", "_m", "_kw", "_l", "_ml")
BARELY_OVER, FAR_OVER = 1.6, 4.0  # times what the strongest cluster has free
EARNEST = ("sustainability", "social audit", "management system")


def spoil(draft: Draft, stock: Stock, turn: int, today: dt.date, random: Random) -> Demand:
    """The draft made unfillable; `turn` says which reason is tried first."""
    for step in range(len(SPOILERS)):
        demand = SPOILERS[(turn + step) % len(SPOILERS)](draft, stock, today, random)
        if demand is not None:
            return demand
    raise AssertionError("too much can always be asked for")


def _too_much(draft: Draft, stock: Stock, today: dt.date, random: Random) -> Demand | None:
    most = stock.largest_cluster_kg(draft.family.key, draft.ship_from, draft.ship_by)
    wanted = max(most, 1.0) * random.uniform(BARELY_OVER, FAR_OVER) / max(draft.months, 1)
    units = as_written(
        max(wanted / float(draft.anchor.product.net_kg), float(draft.anchor.product.moq))
    )
    requirement = finish(replace(draft, units=units), today, random)
    why = f"the strongest cluster has {most:,.0f} kg free in the window"
    return Demand(requirement, draft.family.key, "quantity beyond the cluster", why)


def _too_soon(draft: Draft, stock: Stock, today: dt.date, random: Random) -> Demand | None:
    """A certificate that nobody of the family holds and that takes longer than there is time."""
    ship_by = today + dt.timedelta(days=random.randrange(28, 56))
    codes = [
        code
        for code, about in sorted(scheme_facts().items())
        if about["kind"] in EARNEST
        and about["lead_days"][0] > (ship_by - today).days + 20
        and _suits(about["hs"], draft.family.hs)
        and code in common()["schemes"]
        and not stock.holders(draft.family.key, code, ship_by)
    ]
    if not codes:
        return None
    code = random.choice(codes)
    hurried = replace(draft, musts=(code,), nice=(), ship_from=today, ship_by=ship_by, months=0)
    days = scheme_facts()[code]["lead_days"][0]
    why = f"nobody holds {code} on {ship_by}, and it takes at least {days} days"
    return Demand(finish(hurried, today, random), draft.family.key, "certificate too late", why)


def _suits(prefixes: object, hs: str) -> bool:
    """Whether a scheme is for goods of a code."""
    assert isinstance(prefixes, list)
    return any(prefix == "*" or hs.startswith(prefix) for prefix in prefixes)


def _unknown(draft: Draft, stock: Stock, today: dt.date, random: Random) -> Demand | None:
    """A product of no family at all."""
    about = random.choice(common()["strange"])
    if stock.naming(about["words"]):
        return None
    market = common()["markets"][draft.country]
    low, high = about["amount"]
    quantity = Quantity(as_written(random.uniform(low, high)), about["unit"])
    text = expand(about["text"], {"city": draft.city, "country": market["name"]}, random)
    shown = f"{quantity.amount:,f} {SHOWN.get(quantity.unit, ('thousand',))[0]}"
    requirement = Requirement(
        id=draft.id,
        text=f"{text} {random.choice(('Quantity', 'First order', 'Volume'))} {shown}.",
        quantity=quantity,
        ship_from=today,
        ship_by=draft.ship_by,
        hs_code=about["hs"][: random.choice((6, 4, 0))],
        market=draft.country,
    )
    why = f"no product has the words {', '.join(about['words'])}"
    return Demand(requirement, "", "product nobody makes", why)


def _too_cheap(draft: Draft, stock: Stock, today: dt.date, random: Random) -> Demand | None:
    cheapest = stock.cheapest_kg(draft.family.key)
    usual = float(draft.anchor.product.tiers[0][1] / draft.anchor.product.net_kg)
    factor = random.uniform(0.12, 0.3) * min(cheapest / usual, 1.0)
    for _ in range(40):  # most buyers name a target; here one must be named
        requirement = finish(replace(draft, price_factor=factor), today, random)
        if requirement.target is not None:
            why = f"nobody asks less than {cheapest:,.2f} rupees for a kilogram at the works"
            return Demand(requirement, draft.family.key, "price absurd", why)
    return None


def _wrong_size(draft: Draft, stock: Stock, today: dt.date, random: Random) -> Demand | None:
    """A size well beyond the largest that is made."""
    sized = [
        (phrase, name)
        for phrase in draft.trade.specs
        for name in attributes_of(phrase)
        if name.endswith(SIZES)
    ]
    if not sized:
        return None
    phrase, name = random.choice(sized)
    made = [
        value for value in stock.values(draft.family.key, name) if isinstance(value, int | float)
    ]
    if not made:
        return None
    size = float(as_written(max(made) * random.uniform(1.8, 2.6)))
    value: int | float = int(size) if size >= 10 else size
    others = {each: draft.anchor.product.attributes[each] for each in attributes_of(phrase)}
    specs = (phrase, *(each for each in draft.specs if each != phrase))
    changed = replace(draft, specs=specs, attributes={**draft.attributes, **others, name: value})
    requirement = finish(changed, today, random)
    requirement = replace(requirement, family=draft.family.key, attributes=changed.attributes)
    why = f"the largest {name} that is made is {max(made)}"
    return Demand(requirement, draft.family.key, "size not made", why)


SPOILERS: tuple[Spoiler, ...] = (_too_much, _too_soon, _unknown, _too_cheap, _wrong_size)
