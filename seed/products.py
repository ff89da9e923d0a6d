"""One product drawn from its family: attributes, weights, packing, prices, texts."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from seed.arithmetic import calculate
from seed.families import Family

if TYPE_CHECKING:
    from seed.world import World

# Payload and practically used volume of containers: domain glossary, "Containers and cargo".
PAYLOAD_20_KG, VOLUME_20_M3 = 26_000, 33.2 * 0.85
PAYLOAD_40_KG, VOLUME_40_M3 = 25_500, 76.3 * 0.85


@dataclass(frozen=True)
class ProductPlan:
    """What is known of a made-up product. `tiers`: quantity and rupees; empty: on request."""

    family: str
    sku: str
    title: str
    description: str
    attributes: Mapping[str, object]
    standards: tuple[str, ...]
    net_kg: Decimal
    gross_kg: Decimal
    unit_m2: Decimal | None
    unit_m3: Decimal
    per_package: Decimal
    per_20ft: Decimal
    per_40hc: Decimal
    moq: Decimal
    lead_days: int
    price_usd_per_kg: float
    tiers: tuple[tuple[Decimal, Decimal], ...]
    price_audience: str
    confirmed_on: dt.date | None


def plan_product(world: World, family: Family, random: Random, quality: float) -> ProductPlan:
    """A product of the family; `quality` 0 to 1 moves its price within the family's range."""
    values = {key: random.choice(list(about["values"])) for key, about in family.attributes.items()}
    unit_kg = calculate(family.unit_kg, values)
    price_kg = _price(family, random, quality)
    title, description = world.write(family, values, random)
    moq = _nice(_between(random, family.moq.low, family.moq.high))
    unit_m3 = unit_kg / random.uniform(family.stowage_kg_per_m3.low, family.stowage_kg_per_m3.high)
    gross = unit_kg * random.uniform(1.02, 1.07)
    package_kg = random.uniform(family.package_kg.low, family.package_kg.high)
    return ProductPlan(
        family=family.key,
        sku=f"{family.key[:3].upper()}-{random.randrange(1000, 9999)}",
        title=title[:200],
        description=description,
        attributes=values,
        standards=tuple(random.sample(family.standards, min(len(family.standards), 2))),
        net_kg=_exact(unit_kg),
        gross_kg=max(_exact(gross), _exact(unit_kg)),
        unit_m2=_exact(calculate(family.unit_m2, values)) if family.unit_m2 else None,
        unit_m3=_exact(unit_m3),
        per_package=_count(package_kg / unit_kg),
        per_20ft=_count(min(PAYLOAD_20_KG / gross, VOLUME_20_M3 / unit_m3)),
        per_40hc=_count(min(PAYLOAD_40_KG / gross, VOLUME_40_M3 / unit_m3)),
        moq=moq,
        lead_days=round(random.uniform(family.lead_days.low, family.lead_days.high)),
        price_usd_per_kg=price_kg,
        tiers=_tiers(moq, price_kg * unit_kg * world.usd_inr, random),
        price_audience="verified" if random.random() < 0.06 else "public",
        confirmed_on=world.today - dt.timedelta(days=random.randrange(2, 165)),
    )


def _price(family: Family, random: Random, quality: float) -> float:
    """Within the family's range, nearer its middle than its ends."""
    low, high = family.price_usd_per_kg.low, family.price_usd_per_kg.high
    place = min(max(0.5 * quality + 0.5 * random.triangular(0, 1, 0.45), 0.0), 1.0)
    # Later steps of the price list are cheaper; the first stays above the low end.
    return float(low * (high / low) ** place)


def _tiers(moq: Decimal, rupees: float, random: Random) -> tuple[tuple[Decimal, Decimal], ...]:
    steps = [moq, *(_nice(float(moq) * by) for by in random.choice(((3, 10), (2.5, 6), (4,))))]
    tiers: list[tuple[Decimal, Decimal]] = []
    price = rupees
    for quantity in steps:
        shown = _rupees(price)
        if not tiers or (quantity > tiers[-1][0] and shown < tiers[-1][1]):
            tiers.append((quantity, shown))
        price *= random.uniform(0.93, 0.975)
    return tuple(tiers)


def _rupees(price: float) -> Decimal:
    if price >= 500:
        return Decimal(round(price))
    return Decimal(f"{price:.1f}") if price >= 20 else Decimal(f"{max(price, 0.05):.2f}")


def _between(random: Random, low: float, high: float) -> float:
    """Small minimums are commoner than large ones."""
    return float(low * (high / low) ** random.random()) if low > 0 else random.uniform(low, high)


def _nice(amount: float) -> Decimal:
    """A quantity as people write it: one or two digits and zeros."""
    if amount < 10:
        return Decimal(max(1, round(amount))) if amount >= 0.75 else Decimal(f"{amount:.2f}")
    step = 10 ** (math.floor(math.log10(amount)) - 1) * 5
    return Decimal(max(int(step), round(amount / step) * int(step))) if step >= 1 else Decimal(1)


def _count(amount: float) -> Decimal:
    return Decimal(max(1, math.floor(amount)))


def _exact(amount: float) -> Decimal:
    return Decimal(f"{max(amount, 0.0001):.4f}")
