"""A requirement being drawn: the product it begins at, and what its buyer decided. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from seed.counting import Made, Stock, free_kg
from seed.families import Family, all_families
from seed.letters import Trade, attributes_of, common, trades
from seed.reference import scheme_facts

# What a buyer of goods does not ask for: registrations of the exporter that come anyway.
TAKEN_FOR_GRANTED = frozenset({"UDYAM", "IEC", "RCMC", "FSSAI", "COIR_RCMC", "APEDA_RCMC"})
# Days to the last day of shipping: nobody asks for goods tomorrow, nor plans a year ahead.
SOONEST, LATEST = 12, 330


@dataclass(frozen=True)
class Draft:
    """A requirement being drawn: the product it begins at, and what is decided so far."""

    id: str
    trade: Trade
    family: Family
    anchor: Made
    country: str
    city: str
    ship_from: dt.date
    ship_by: dt.date
    months: int
    specs: tuple[str, ...]
    attributes: dict[str, object]
    units: Decimal
    musts: tuple[str, ...]
    nice: tuple[str, ...]
    price_factor: float


def anchors(stock: Stock, key: str) -> list[Made]:
    """Products to begin at: with a price and a capacity."""
    return [made for made in stock.made[key] if made.product.tiers and made.line]


def draw_draft(stock: Stock, number: int, key: str, today: dt.date, random: Random) -> Draft:
    family = next(each for each in all_families() if each.key == key)
    trade = trades()[key]
    anchor = random.choice(anchors(stock, key))
    markets = [each for each in family.markets if each in common()["markets"]] or ["DE"]
    # The markets a family sells to are listed from the largest on.
    country = random.choices(markets, [1 / (place + 2) for place in range(len(markets))])[0]
    months = random.choice((3, 4, 6, 6, 9)) if random.random() < 0.3 else 0
    ship_from, ship_by = _window(anchor, months, today, random)
    specs = _specs(trade, random)
    named = [name for each in specs for name in attributes_of(each)]
    musts, nice = _evidence(stock, family, country, today, ship_by, random)
    return Draft(
        id=f"req-{number:04d}",
        trade=trade,
        family=family,
        anchor=anchor,
        country=country,
        city=random.choice(common()["markets"][country]["towns"]),
        ship_from=ship_from,
        ship_by=ship_by,
        months=months,
        specs=specs,
        attributes={name: anchor.product.attributes[name] for name in named},
        units=_units(stock, anchor, ship_from, ship_by, max(months, 1), random),
        musts=musts,
        nice=nice,
        price_factor=random.triangular(0.8, 1.3, 1.03)
        if random.random() < 0.84
        else random.uniform(0.55, 0.75),
    )


def _window(anchor: Made, months: int, today: dt.date, random: Random) -> tuple[dt.date, dt.date]:
    """When goods may leave: most buyers leave time to make them, some are in a hurry."""
    lead = anchor.product.lead_days
    if months:
        start = today + dt.timedelta(days=lead + random.randrange(5, 60))
        first = (start.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        # Nobody tells a capacity more than a year ahead.
        last = min(first.month - 1 + months - 1, (today.year - first.year) * 12 + today.month + 10)
        year, month = first.year + last // 12, last % 12 + 1
        return first, dt.date(year, month, calendar.monthrange(year, month)[1])
    slack = random.choice((-0.3, 0.2, 0.6, 1.2, 2.0, 3.0))
    days = round(lead * (1 + slack))
    return today, today + dt.timedelta(days=min(max(days, SOONEST), LATEST))


def _specs(trade: Trade, random: Random) -> tuple[str, ...]:
    """One to four of what the trade specifies; the decisive ones stand first and are commoner."""
    count = min(random.choice((1, 2, 2, 3, 3, 4)), len(trade.specs))
    chosen = sorted(range(len(trade.specs)), key=lambda place: random.random() * (1 + 0.5 * place))[
        :count
    ]
    return tuple(trade.specs[place] for place in sorted(chosen))


def _units(
    stock: Stock, anchor: Made, first: dt.date, last: dt.date, months: int, random: Random
) -> Decimal:
    """How much is asked for, a month if monthly: for one firm, for several, or below a minimum."""
    own = free_kg(anchor.line, first, last) / float(anchor.product.net_kg)
    moq = float(anchor.product.moq)
    kind = random.random()
    if kind < 0.2:
        amount = moq * random.uniform(0.35, 0.95)
    elif kind < 0.75:
        amount = max(moq, min(moq * random.uniform(1, 7), own * 0.85 / months))
    else:
        kg = stock.largest_firm_kg(anchor.product.family, first, last) * random.uniform(1.1, 2.4)
        amount = max(moq, kg / float(anchor.product.net_kg) / months)
    most = stock.largest_cluster_kg(anchor.product.family, first, last)
    least = max(1.0, moq * 0.1)
    return as_written(max(least, min(amount, 0.6 * most / float(anchor.product.net_kg) / months)))


def _evidence(
    stock: Stock, family: Family, country: str, today: dt.date, ship_by: dt.date, random: Random
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Musts and wishes; a must is held by somebody or can be had in time."""
    usual = [code for code in family.schemes if _is_asked_for(code, country)]
    days = (ship_by - today).days
    possible = [
        code
        for code in usual
        if stock.holders(family.key, code, ship_by)
        or int(scheme_facts()[code]["lead_days"][1]) <= days
    ]
    wanted = random.choices((0, 1, 2), (0.35, 0.42, 0.23))[0]
    musts = random.sample(possible[:5], min(wanted, len(possible[:5])))
    others = [code for code in usual if code not in musts]
    wished = random.choices((0, 1, 2), (0.5, 0.35, 0.15))[0]
    return tuple(musts), tuple(random.sample(others, min(wished, len(others))))


def _is_asked_for(code: str, country: str) -> bool:
    if code in TAKEN_FOR_GRANTED:
        return False
    limited = common()["only_in"]
    if not any(code in codes for codes in limited.values()):
        return True
    return code in limited.get(common()["markets"][country]["region"], ())


def as_written(amount: float) -> Decimal:
    """A quantity as people write it: two digits and zeros, at least one hundredth."""
    if amount < 1:
        return Decimal(f"{max(amount, 0.01):.2f}")
    digits = 1 - math.floor(math.log10(amount))
    rounded = round(amount, digits)
    return Decimal(f"{rounded:.{max(digits, 0)}f}").normalize() + 0
