"""Requirements over the made-up world: enough, varied, natural, and a fifth not to be filled."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import cast

import pytest

from matchmaker.certification.readiness import Book, Scheme
from matchmaker.json_data import read, written
from matchmaker.matching.checking import check_requirement
from matchmaker.matching.problem import Requirement
from matchmaker.measures import Quantity, convert
from matchmaker.money import exchange_rates
from seed.counting import Stock
from seed.families import all_families
from seed.finishing import facts_of
from seed.letters import attributes_of, trades
from seed.reference import scheme_facts
from seed.requirements import COUNT, draw_requirements, world_without_database
from seed.texts import trigrams
from seed.unfillable import BARELY_OVER, Demand
from seed.world import FirmPlan
from tests.seed.conftest import TODAY

FAMILIES = {family.key: family for family in all_families()}


@pytest.fixture(scope="module")
def stock(firms: list[FirmPlan]) -> Stock:
    return Stock(firms)


@pytest.fixture(scope="module")
def demands(firms: list[FirmPlan]) -> list[Demand]:
    return draw_requirements(firms, TODAY)


def spoilt(demands: list[Demand], reason: str) -> list[Demand]:
    found = [demand for demand in demands if demand.unfillable == reason]
    assert len(found) >= 6
    return found


def kilograms(stock: Stock, demand: Demand) -> float:
    """All that is asked for, by the lightest product of the family."""
    family = FAMILIES[demand.of]
    asked = demand.requirement.quantity
    total = Quantity(asked.amount * max(demand.requirement.months, 1), asked.unit)
    return min(
        float(convert(total, "KGM", family.unit, facts_of(made)).quantity.amount)
        for made in stock.made[demand.of]
    )


def test_every_family_with_phrases_exists_and_its_phrases_name_its_attributes() -> None:
    assert len(trades()) >= 40
    for trade in trades().values():
        named = {name for phrase in trade.specs for name in attributes_of(phrase)}
        assert named <= set(FAMILIES[trade.family].attributes)
        assert min(len(trade.nouns), len(trade.specs)) >= 3
        assert min(len(trade.uses), len(trade.notes)) >= 1


def test_the_same_seed_draws_the_same_requirements_and_more_of_them_change_none(
    firms: list[FirmPlan], demands: list[Demand]
) -> None:
    assert draw_requirements(firms, TODAY, 12) == demands[:12]
    assert draw_requirements(firms, TODAY, 12, seed=2) != demands[:12]


def test_a_world_needs_no_database(firms: list[FirmPlan]) -> None:
    first = next(iter(world_without_database(TODAY).firms()))
    assert (first.public_id, first.name) == (firms[0].public_id, firms[0].name)


def test_there_are_three_hundred_over_many_trades_units_markets_and_codes(
    demands: list[Demand],
) -> None:
    asked = [demand.requirement for demand in demands]
    assert len(asked) == len({each.id for each in asked}) == COUNT
    assert len({each.text for each in asked}) == COUNT
    assert len({demand.of for demand in demands}) >= 80
    assert len({each.market for each in asked}) >= 20
    assert {len(each.hs_code) for each in asked} == {0, 2, 4, 6}
    assert {"KGM", "TNE", "LBR", "H87", "DZN", "MTK", "FTK", "PR"} <= {
        each.quantity.unit for each in asked
    }
    shares = {
        "monthly": sum(each.months > 0 for each in asked),
        "with musts": sum(bool(each.musts) for each in asked),
        "with a target": sum(each.target is not None for each in asked),
        "with sizes": sum(bool(each.attributes) for each in asked),
        "with a family": sum(bool(each.family) for each in asked),
    }
    assert all(0.15 * COUNT < share < 0.85 * COUNT for share in shares.values()), shares


def test_every_requirement_goes_through_json_and_back(demands: list[Demand]) -> None:
    asked = [demand.requirement for demand in demands]
    assert [read(Requirement, written(each)) for each in asked] == asked


def test_matching_takes_every_requirement_as_it_is(demands: list[Demand]) -> None:
    known = cast(dict[str, Scheme], scheme_facts())  # only their codes are looked at
    for demand in demands:
        check_requirement(
            demand.requirement, today=TODAY, book=Book((), known), rates=exchange_rates()
        )


def test_windows_lie_ahead_and_quantities_and_targets_are_positive(demands: list[Demand]) -> None:
    for each in (demand.requirement for demand in demands):
        assert TODAY <= each.ship_from <= each.ship_by
        assert each.quantity.amount > 0
        assert each.target is None or each.target.amount > Decimal(0)
        assert each.months <= 9
        assert set(each.musts).isdisjoint(each.nice)


def test_no_text_names_a_firm_or_copies_a_listing(
    firms: list[FirmPlan], demands: list[Demand]
) -> None:
    names = {firm.name.casefold() for firm in firms}
    listed: dict[str, list[set[tuple[str, str, str]]]] = {}
    for firm in firms:
        for product in firm.products:
            text = f"{product.title} {product.description}"
            listed.setdefault(product.family, []).append(trigrams(text))
    for demand in demands:
        text = demand.requirement.text
        assert not any(name in text.casefold() for name in names)
        own = trigrams(text)
        shared = max((len(own & other) for other in listed.get(demand.of, ())), default=0)
        # Names of grades and finishes are the trade's own: they may be the same.
        assert shared <= max(5, 0.25 * len(own)), text


def test_letters_are_whole_sentences_without_holes(demands: list[Demand]) -> None:
    for text in (demand.requirement.text for demand in demands):
        assert not re.search(r"[{}\[\]|~]|\s{2}|\bNone\b|, \.|: \.|\.\.", text), text
        assert text[0] == text[0].upper()
        assert text.endswith((".", "?"))
        assert 2 < len(text.split()) < 110


def test_a_fifth_cannot_be_filled_for_five_reasons(demands: list[Demand]) -> None:
    reasons = Counter(demand.unfillable for demand in demands)
    assert reasons.pop("") == COUNT * 4 / 5
    assert set(reasons) == {
        "quantity beyond the cluster",
        "certificate too late",
        "product nobody makes",
        "price absurd",
        "size not made",
    }
    assert all(demand.why for demand in demands if demand.unfillable)


def test_what_can_be_filled_is_free_in_a_cluster_and_in_the_sizes_made(
    stock: Stock, demands: list[Demand]
) -> None:
    for demand in (each for each in demands if not each.unfillable):
        asked = demand.requirement
        free = stock.largest_cluster_kg(demand.of, asked.ship_from, asked.ship_by)
        assert kilograms(stock, demand) <= free
        for name, value in asked.attributes.items():
            assert value in stock.values(demand.of, name)
        for code in asked.musts:
            held = stock.holders(demand.of, code, asked.ship_by)
            days = (asked.ship_by - TODAY).days
            assert held or scheme_facts()[code]["lead_days"][1] <= days


def test_too_much_is_more_than_the_strongest_cluster_can_make(
    stock: Stock, demands: list[Demand]
) -> None:
    for demand in spoilt(demands, "quantity beyond the cluster"):
        asked = demand.requirement
        free = stock.largest_cluster_kg(demand.of, asked.ship_from, asked.ship_by)
        trading = FAMILIES[demand.of].unit
        # By the product it was drawn from; a unit of the family may weigh more or less.
        heaviest = max(
            float(convert(asked.quantity, "KGM", trading, facts_of(made)).quantity.amount)
            for made in stock.made[demand.of]
        )
        assert heaviest * max(asked.months, 1) > free * (BARELY_OVER - 0.1)


def test_a_certificate_that_is_too_late_is_held_by_nobody(
    stock: Stock, demands: list[Demand]
) -> None:
    for demand in spoilt(demands, "certificate too late"):
        asked = demand.requirement
        (code,) = asked.musts
        assert stock.holders(demand.of, code, asked.ship_by) == 0
        assert scheme_facts()[code]["lead_days"][0] > (asked.ship_by - TODAY).days


def test_a_product_nobody_makes_is_of_no_family(stock: Stock, demands: list[Demand]) -> None:
    for demand in spoilt(demands, "product nobody makes"):
        words = demand.why.removeprefix("no product has the words ").split(", ")
        assert stock.naming(words) == 0
        assert all(word in demand.requirement.text.casefold() for word in words)


def test_a_size_not_made_is_beyond_all_that_are(stock: Stock, demands: list[Demand]) -> None:
    for demand in spoilt(demands, "size not made"):
        beyond = [
            name
            for name, value in demand.requirement.attributes.items()
            if value not in stock.values(demand.of, name)
        ]
        assert len(beyond) == 1
        assert demand.requirement.family == demand.of


def test_an_absurd_price_is_below_half_of_the_cheapest(stock: Stock, demands: list[Demand]) -> None:
    for demand in spoilt(demands, "price absurd"):
        target, asked = demand.requirement.target, demand.requirement.quantity
        assert target is not None
        rupees = exchange_rates().convert(target, "INR", TODAY).amount
        one = Quantity(Decimal(1), asked.unit)
        trading = FAMILIES[demand.of].unit
        heaviest = max(
            convert(one, "KGM", trading, facts_of(made)).quantity.amount
            for made in stock.made[demand.of]
        )
        assert float(rupees / heaviest) < stock.cheapest_kg(demand.of) / 2
