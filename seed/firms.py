"""One firm drawn: people, lines with capacity by month, products, evidence, and what it lacks."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from matchmaker.measures import UNITS
from seed.evidence import draw_evidence
from seed.families import Family
from seed.grammar import expand
from seed.products import ProductPlan
from seed.world import FirmPlan, LinePlan, Place, public_id

if TYPE_CHECKING:
    from seed.world import World

MONTHS = 12
# As in life: a third of the firms lack price or capacity; a fifth are stale.
LACKING, STALE = 0.34, 0.14
ABOUT = (
    "[A family workshop|A second-generation firm|A partnership of neighbours] in {district} that "
    "[makes|produces] {families}. {workers} people work here, [most of them from the same village|"
    "many of them for ten years and more|half of them women].",
    "[Started|Founded] in {founded} with [two machines|a borrowed shed|one loan and five hands]; "
    "today {workers} people make {families}. [Orders are|Every lot is] checked [before packing|by "
    "the owner|piece by piece] and [repeat buyers know us by name|samples leave within a week].",
    "{families}: that is [all we do|our line of work], since {founded}. [We sell mostly through "
    "merchants and want to ship under our own name|A third of the output is exported directly|We "
    "are new to export and ready to learn]. {workers} workers, one shift.",
    "[Small enough to answer the phone|Large enough for a full container], with {workers} workers "
    "in {district}. [Our work is|We make] {families}, [to the buyer's drawing|from our own "
    "patterns|plain or under private label].",
    "[Members of the cluster's common facility|Using the shared laboratory of the cluster], we "
    "[make|turn out] {families} with {workers} people. [Founded in|In the trade since] {founded}.",
)


def draw_firm(
    world: World, number: int, name: str, place: Place, main: Family, random: Random
) -> FirmPlan:
    """The firm of this number. What it lacks and what is stale is drawn, too."""
    families = _families(world, place, main, random)
    workers = max(3, round(_log_between(random, main.workers.low, main.workers.high)))
    quality = random.random()
    lacking = random.random() < LACKING
    gap = random.choice(("price", "capacity")) if lacking else ""
    stale = random.random() < STALE
    plans = [_product(world, family, random, quality, gap, stale) for family in families]
    products = _with_own_skus(plans)
    lines = _lines(world, families, products, workers, random, stale) if gap != "capacity" else ()
    founded = random.randrange(1968, world.today.year - 1)
    about = {
        "district": place.district,
        "families": _listed(sorted({family.name.lower() for family in families})),
        "workers": workers,
        "founded": founded,
    }
    return FirmPlan(
        public_id=public_id(world.seed, "firm", number),
        name=name,
        cluster=place.slug,
        about=expand(random.choice(ABOUT), about, random),
        founded=founded,
        workers=workers,
        size="micro" if workers < 20 else "small" if workers < 90 else "medium",
        women_led=random.random() < 0.22,
        languages=("en", "hi") if random.random() < 0.6 else ("en",),
        verified_on=_days_ago(world, random, 20, 500) if random.random() < 0.62 else None,
        markets=_markets(world, main, random),
        site=(
            "Works",
            place.district,
            round(place.lat + random.gauss(0, 0.03), 4),
            round(place.lon + random.gauss(0, 0.03), 4),
        ),
        lines=lines,
        products=products,
        evidence=draw_evidence(world, number, families, len(products), random),
    )


def _families(world: World, place: Place, main: Family, random: Random) -> list[Family]:
    """What the firm's products are of: mostly the main family, sometimes a neighbour's."""
    count = max(1, min(9, round(random.gauss(4.6, 1.6))))
    others = [each for each in world.made_in[place.slug] if each.key != main.key]
    weights = [each.clusters[place.slug] for each in others]
    second = random.choices(others, weights)[0] if others and random.random() < 0.6 else main
    return [main if random.random() < 0.66 or i == 0 else second for i in range(count)]


def _product(
    world: World, family: Family, random: Random, quality: float, gap: str, stale: bool
) -> ProductPlan:
    plan = world.plan(family, random, quality)
    if gap == "price":
        plan = replace(plan, tiers=(), price_audience="request")
    if stale:
        plan = replace(plan, confirmed_on=_days_ago(world, random, 190, 700))
    return plan


def _with_own_skus(plans: list[ProductPlan]) -> tuple[ProductPlan, ...]:
    return tuple(replace(plan, sku=f"{plan.sku}-{n}") for n, plan in enumerate(plans, 1))


def _lines(
    world: World,
    families: list[Family],
    products: tuple[ProductPlan, ...],
    workers: int,
    random: Random,
    stale: bool,
) -> tuple[LinePlan, ...]:
    """One line per family; the workers are shared out by the number of products."""
    lines = []
    for family in dict.fromkeys(families):
        own = [plan for plan in products if plan.family == family.key]
        unit_kg = sum(float(plan.net_kg) for plan in own) / len(own)
        hands = max(1.0, workers * 0.8 * len(own) / len(products))
        output = family.output_kg_per_worker_month
        monthly_kg = hands * random.uniform(output.low, output.high)
        lines.append(
            LinePlan(
                family=family.key,
                unit=family.unit,
                name=f"{family.name}: line 1",
                months=_months(world, monthly_kg / unit_kg, is_counted(family.unit), random),
                unit_kg=unit_kg,
                confirmed_on=_days_ago(world, random, *((190, 700) if stale else (2, 165))),
            )
        )
    return tuple(lines)


def is_counted(unit: str) -> bool:
    """Whether a unit comes in whole numbers only."""
    return UNITS[unit].dimension in ("piece", "pair", "set")


def _months(
    world: World, monthly: float, counted: bool, random: Random
) -> dict[dt.date, tuple[float, float]]:
    """Capacity with a season, and orders that thin out the further one looks ahead."""
    peak, swing = random.randrange(12), random.uniform(0.03, 0.18)
    booked = random.uniform(0.3, 0.95)
    months = {}
    for ahead in range(MONTHS):
        month = _month_after(world.today, ahead)
        season = 1 + swing * math.cos((month.month - 1 - peak) / 12 * 2 * math.pi)
        digits = 0 if counted or monthly > 20 else 2
        capacity = max(1.0, round(monthly * season, digits))
        share = min(0.98, booked * 0.86**ahead * random.uniform(0.8, 1.15))
        step = 10**digits
        months[month] = (capacity, math.floor(capacity * share * step) / step)
    return months


def _month_after(day: dt.date, ahead: int) -> dt.date:
    years, month = divmod(day.month - 1 + ahead, 12)
    return dt.date(day.year + years, month + 1, 1)


def _markets(world: World, main: Family, random: Random) -> tuple[tuple[str, int | None], ...]:
    count = random.choices((0, 1, 2, 3, 5), (0.28, 0.22, 0.22, 0.18, 0.1))[0]
    chosen = main.markets[: max(count, 1)] if random.random() < 0.6 else main.markets
    picked = random.sample(list(chosen), min(count, len(chosen)))
    return tuple((country, random.randrange(2005, world.today.year)) for country in picked)


def _days_ago(world: World, random: Random, least: int, most: int) -> dt.date:
    return world.today - dt.timedelta(days=random.randrange(least, most))


def _log_between(random: Random, low: float, high: float) -> float:
    return float(low * (high / low) ** random.random())


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
