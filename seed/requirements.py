"""Requirements that buyers might send to the made-up world, as matching takes them.

Pure and deterministic: the same (firms, today, count, seed) give the same requirements, each
drawn from its own random numbers. A fifth cannot be filled, each for a stated reason that
plain counting over the world confirms (`seed/unfillable.py`); the others begin at a product
that exists, so that somebody makes what they ask for, though not always enough, in time or at
that price. No firm's name is in any text.

    world = world_without_database(today)
    demands = draw_requirements(world.firms(), today)
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from random import Random

from matchmaker.money import exchange_rates
from seed.counting import Stock
from seed.drafting import anchors, draw_draft
from seed.finishing import finish
from seed.letters import trades
from seed.reference import read
from seed.unfillable import Demand, spoil
from seed.world import DEFAULT_SCALE, FirmPlan, Place, World

COUNT = 300
UNFILLABLE_ONE_IN = 5


def draw_requirements(
    firms: Iterable[FirmPlan], today: dt.date, count: int = COUNT, seed: int = 1
) -> list[Demand]:
    """So many requirements over a world's firms, every fifth of them unfillable."""
    stock = Stock(firms)
    keys = sorted(key for key in trades() if len(anchors(stock, key)) >= 3)
    weights = [math.sqrt(len(stock.made[key])) for key in keys]
    demands = []
    for number in range(count):
        random = Random(f"{seed}/requirement/{number}")
        draft = draw_draft(stock, number, random.choices(keys, weights)[0], today, random)
        if number % UNFILLABLE_ONE_IN == UNFILLABLE_ONE_IN - 1:
            demands.append(spoil(draft, stock, number // UNFILLABLE_ONE_IN, today, random))
        else:
            demands.append(Demand(finish(draft, today, random), draft.family.key))
    return demands


def world_without_database(today: dt.date, scale: int = DEFAULT_SCALE, seed: int = 1) -> World:
    """The world that `seed_world` puts into a database, from the reference files alone."""
    clusters = sorted(read("clusters")["clusters"], key=lambda each: str(each["slug"]))
    places = [
        Place(
            each["slug"], each["sector"], each["district"], each["lat"], each["lon"],
            tuple(each["gi"]),
        )
        for each in clusters
    ]  # fmt: skip
    rate = float(exchange_rates().rate("USD", "INR", today).value)
    return World(places, scale, seed, today, rate)
