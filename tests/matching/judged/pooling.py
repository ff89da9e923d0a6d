"""Gathers the pairs to be judged: what each way of ranking puts first, and some by chance.

    python -m tests.matching.judged.pooling

The first run draws the requirements as well. Pairs of a requirement are shuffled and do not
say which way proposed them, nor at which rank, so that the judge cannot favour one. A later run
adds what is shown since, with as many that are not shown, after the pairs that are there.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from random import Random

from matchmaker.json_data import written
from matchmaker.matching.problem import Requirement
from seed.counting import Made, Stock, free_kg
from seed.requirements import draw_requirements, world_without_database
from seed.unfillable import Demand
from seed.world import public_id
from tests.matching.judged.judged import POOL, REQUIREMENTS, TODAY, pool, requirements
from tests.matching.judged.ranking import Ranker

FILLABLE, OF_EACH_REASON = 76, 2
OF_A_FAMILY = 2
DEPTH = 10
# A later run adds as many others as it finds new ones: from places that nobody sees.
UNSEEN_FROM, UNSEEN_TO = 10, 25
BY_FACTS, BY_CHANCE = 6, 3


def draw(demands: list[Demand], random: Random) -> list[Demand]:
    """Mostly such as can be filled, of many families; none that no offer could answer."""
    shuffled = [each for each in demands if each.of]
    random.shuffle(shuffled)
    room: Counter[str] = Counter({each.unfillable: OF_EACH_REASON for each in shuffled})
    room[""] = FILLABLE
    of_family: Counter[str] = Counter()
    chosen = []
    for demand in shuffled:
        if room[demand.unfillable] and of_family[demand.of] < OF_A_FAMILY:
            chosen.append(demand)
            room[demand.unfillable] -= 1
            of_family[demand.of] += 1
    return sorted(chosen, key=lambda each: each.requirement.id)


def identities(stock: Stock) -> dict[tuple[str, str], str]:
    """The ids of offers by firm and SKU, as they are in the database."""
    return {
        (made.firm.public_id, made.product.sku): public_id(
            made.firm.public_id, "product", made.place
        )
        for of_family in stock.made.values()
        for made in of_family
    }


def by_facts(stock: Stock, demand: Demand) -> list[Made]:
    """Those of the family with most of the sizes, the musts and the capacity: plain counting."""
    asked = demand.requirement

    def worth(made: Made) -> float:
        same = sum(
            made.product.attributes.get(name) == value for name, value in asked.attributes.items()
        )
        held = sum(made.holds(code, asked.ship_by) for code in asked.musts)
        return 2 * same + held + (free_kg(made.line, asked.ship_from, asked.ship_by) > 0)

    return sorted(stock.made[demand.of], key=lambda made: (-worth(made), made.product.sku))


def proposed(
    demand: Demand, stock: Stock, ids: dict[tuple[str, str], str], ways: Ranker, random: Random
) -> Iterator[str]:
    """Offers from every way, each way's first ones."""
    for ranked in ways.rankings(demand.requirement, DEPTH).values():
        yield from ranked
    of_family = stock.made[demand.of]
    some = random.sample(of_family, min(BY_CHANCE, len(of_family)))
    for made in (*by_facts(stock, demand)[:BY_FACTS], *some):
        yield ids[made.firm.public_id, made.product.sku]


def added(asked: Requirement, there: list[str], ways: Ranker, random: Random) -> Iterator[str]:
    """What a way shows now and nobody judged, among as many that no way shows."""
    rankings = ways.rankings(asked, UNSEEN_TO)
    new = {id for ranked in rankings.values() for id in ranked[:DEPTH]} - set(there)
    below = {id for ranked in rankings.values() for id in ranked[UNSEEN_FROM:]}
    others = sorted(below - new - set(there))
    yield from new
    yield from random.sample(others, min(len(new), len(others)))


def main() -> None:
    firms = list(world_without_database(TODAY).firms())
    demands = {each.requirement.id: each for each in draw_requirements(firms, TODAY)}
    if not REQUIREMENTS.exists():
        chosen = draw(list(demands.values()), Random("judged/1"))
        _write_requirements([each.requirement for each in chosen])
    stock = Stock(firms)
    ids, known = identities(stock), pool() if POOL.exists() else {}
    ways = Ranker()
    for asked in requirements():
        there = known.setdefault(asked.id, [])
        random = Random(f"judged/{asked.id}/{len(there)}")
        more = (
            added(asked, there, ways, random)
            if there
            else proposed(demands[asked.id], stock, ids, ways, random)
        )
        new = sorted(set(more))
        random.shuffle(new)
        there.extend(new)
    _write_pool(known)


def _write_pool(known: dict[str, list[str]]) -> None:
    pairs = [(asked, offer) for asked, offers in known.items() for offer in offers]
    lines = (json.dumps({"requirement": asked, "offer": offer}) + "\n" for asked, offer in pairs)
    POOL.write_text("".join(lines), encoding="utf-8")
    sys.stdout.write(f"{len(known)} requirements, {len(pairs):,} pairs in {POOL}\n")


def _write_requirements(chosen: list[Requirement]) -> None:
    lines = (json.dumps(written(each), ensure_ascii=False) + "\n" for each in chosen)
    REQUIREMENTS.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
