"""The made-up economy is believable, large enough, deterministic and plainly made up."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from itertools import islice

from seed.families import all_families
from seed.texts import Trigram, trigrams
from seed.world import DEEP, FirmPlan
from tests.seed.conftest import TODAY, USD_INR, make_world

FAMILIES = {family.key: family for family in all_families()}


def test_there_are_enough_firms_products_and_deep_clusters(firms: list[FirmPlan]) -> None:
    assert len(firms) >= 900
    assert sum(len(firm.products) for firm in firms) >= 4_000
    by_cluster = Counter(firm.cluster for firm in firms)
    assert len(by_cluster) == 60
    same: dict[str, Counter[str]] = defaultdict(Counter)
    for firm in firms:
        same[firm.cluster].update({product.family for product in firm.products})
    deep = [
        slug
        for slug, count in by_cluster.items()
        if count >= 40 and same[slug].most_common(1)[0][1] >= 15
    ]
    assert set(deep) == set(DEEP)


def test_no_two_texts_share_over_half_of_their_trigrams(firms: list[FirmPlan]) -> None:
    """Of the smaller text, numbers taken out; over all pairs of all families."""
    texts = [
        trigrams(f"{product.title} {product.description}")
        for firm in firms
        for product in firm.products
    ]
    holding: dict[Trigram, list[int]] = defaultdict(list)
    worst = 0.0
    for number, found in enumerate(texts):
        common: Counter[int] = Counter()
        for trigram in found:
            common.update(holding[trigram])
            holding[trigram].append(number)
        for other, shared in common.most_common(3):
            worst = max(worst, shared / min(len(found), len(texts[other])))
    assert worst <= 0.5


def test_the_same_seed_and_day_draw_the_same_world(firms: list[FirmPlan]) -> None:
    again = list(islice(make_world().firms(), 40))
    assert again == firms[:40]
    other = list(islice(make_world(seed=2).firms(), 40))
    assert [firm.public_id for firm in other] != [firm.public_id for firm in again]


def test_dates_are_relative_to_the_day_of_seeding(firms: list[FirmPlan]) -> None:
    later = next(iter(make_world(today=TODAY + dt.timedelta(days=31)).firms()))
    assert later.public_id == firms[0].public_id
    for firm in firms:
        for line in firm.lines:
            assert min(line.months) == TODAY.replace(day=1)
            assert len(line.months) == 12
        for evidence in firm.evidence:
            assert evidence.issued_on <= TODAY
            assert evidence.graded_on is None or evidence.graded_on <= TODAY


def test_weights_and_prices_lie_in_the_ranges_of_their_family(firms: list[FirmPlan]) -> None:
    for firm in firms:
        for product in firm.products:
            family = FAMILIES[product.family]
            assert family.unit_kg_range.holds(float(product.net_kg)) or (
                abs(float(product.net_kg) - family.unit_kg_range.low) < 0.001
            ), product.title
            assert product.gross_kg >= product.net_kg
            if product.tiers:
                rupees = float(product.tiers[0][1]) / float(product.net_kg) / USD_INR
                low, high = family.price_usd_per_kg.low, family.price_usd_per_kg.high
                # Rupees are rounded to what a price list shows.
                assert low * 0.9 <= rupees <= high * 1.1, (product.title, rupees)


def test_output_per_worker_lies_in_the_range_of_the_family(firms: list[FirmPlan]) -> None:
    for firm in firms:
        for line in firm.lines:
            own = [product for product in firm.products if product.family == line.family]
            hands = max(1.0, firm.workers * 0.8 * len(own) / len(firm.products))
            mean = sum(capacity for capacity, _ in line.months.values()) / 12
            per_worker = mean * line.unit_kg / hands
            output = FAMILIES[line.family].output_kg_per_worker_month
            assert output.low * 0.75 <= per_worker <= output.high * 1.25, (line.name, per_worker)


def test_prices_fall_with_quantity_and_committed_never_exceeds_capacity(
    firms: list[FirmPlan],
) -> None:
    for firm in firms:
        for product in firm.products:
            prices = [price for _, price in product.tiers]
            assert prices == sorted(prices, reverse=True)
            assert len(set(prices)) == len(prices)
        for line in firm.lines:
            assert all(committed <= capacity for capacity, committed in line.months.values())


def test_firms_lack_things_and_grow_stale_as_in_life(firms: list[FirmPlan]) -> None:
    lacking = [firm for firm in firms if not firm.lines or not any(p.tiers for p in firm.products)]
    assert 0.28 < len(lacking) / len(firms) < 0.40

    def is_old(firm: FirmPlan) -> bool:
        stale = any(p.confirmed_on and (TODAY - p.confirmed_on).days > 180 for p in firm.products)
        expired = any(e.expires_on and e.expires_on < TODAY for e in firm.evidence)
        return stale or expired

    assert 0.15 < sum(map(is_old, firms)) / len(firms) < 0.35


def test_every_name_is_its_own_and_every_number_says_that_it_is_made_up(
    firms: list[FirmPlan],
) -> None:
    words = [" ".join(firm.name.split()[:2]) for firm in firms]
    assert len(set(words)) == len(words)
    assert all(e.number.startswith("DEMO-") for firm in firms for e in firm.evidence)


def test_a_million_products_can_be_drawn_one_after_the_other() -> None:
    world = make_world(scale=1_000_000)
    assert world.firm_count() > 190_000
    some = list(islice(world.firms(), 300))
    assert len({firm.public_id for firm in some}) == 300
