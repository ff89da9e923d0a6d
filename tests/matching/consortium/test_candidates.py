"""Judged offers become candidates: in one unit and currency, with every step, nothing guessed."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from matchmaker.certification.readiness import Piece
from matchmaker.errors import BadInput
from matchmaker.matching.consortium.candidates import Pool, Terms, pool_for
from matchmaker.matching.consortium.describing import say_plan
from matchmaker.matching.consortium.planning import consortia_for
from matchmaker.matching.consortium.problem import Candidate, Consortia, PriceFrom
from matchmaker.matching.problem import FreeMonth, Nearby, Offer, Tier
from matchmaker.matching.scoring.answers import Step
from matchmaker.matching.scoring.question import Question
from matchmaker.measures import PieceFacts, Quantity
from tests.matching.consortium.brute_force import best_by_size
from tests.matching.small_trade import MAKER, MAT, TODAY, asked, judged

HERE = Terms(clusters=("alappuzha-coir",))


def offer_of(firm: str, **changes: Any) -> Offer:
    maker = replace(MAKER, id=firm)
    return replace(MAT, id=f"{firm}-mat", maker=maker, line=f"{firm}-loom", **changes)


def pool(question: Question, *offers: Offer, terms: Terms = HERE) -> Pool:
    return pool_for(question, [judged(question, each) for each in offers], terms)


def only(found: Pool) -> Candidate:
    (candidate,) = found.problem.candidates
    return candidate


def test_pieces_become_square_metres_and_rupees_euros_with_every_step() -> None:
    question = asked(quantity=Quantity(Decimal(1200), "MTK"))
    found = only(pool(question, offer_of("A")))
    ask = pool(question, offer_of("A")).problem.ask
    assert ask.step == Decimal("0.01")
    assert found.moq == 12000  # 500 mats of 0.24 m²
    # 400 INR a mat: 400 / 95 / 0.24 euros a square metre
    assert found.tiers == (PriceFrom(0, Decimal("17.5439")), PriceFrom(72000, Decimal("16.6667")))
    assert found.conversions == (
        Step("unit", "1 pc = 0.24 m² (one piece is 0.24 m²)"),
        Step("currency", "1 INR = 0.0105263 EUR (2026-11-20)"),
    )


def test_figures_that_no_plan_can_count_leave_an_offer_out_and_not_the_others() -> None:
    huge = Decimal(10) ** 13
    far = replace(MAT.tiers[0], from_quantity=huge, price=Decimal(1))
    found = pool(
        asked(),
        offer_of("A", moq=huge),
        offer_of("B", tiers=(Tier(Decimal(1), huge * 9),), currency="EUR"),
        offer_of("C", tiers=(*MAT.tiers, far)),
    )
    assert [(each.offer.maker.id, each.why.key) for each in found.left_out] == [
        ("A", "pool.moq"),
        ("B", "pool.no_price"),
    ]
    assert only(found).tiers == only(pool(asked(), offer_of("C"))).tiers


def test_what_is_made_until_the_ship_date_counts_to_the_day() -> None:
    found = pool(asked(), offer_of("A"))
    ask = found.problem.ask
    assert (ask.is_once, ask.deadline, ask.demand) == (True, dt.date(2027, 3, 31), (5000,))
    # 9 of 30 days of November, then four months
    assert sum(only(found).free[: ask.due]) == 900 + 4 * 3000


def test_a_monthly_order_asks_in_every_month_from_its_first_day() -> None:
    question = asked(
        months=3, ship_from=dt.date(2027, 1, 16), quantity=Quantity(Decimal(900), "H87")
    )
    found = pool(question, offer_of("A", free=(FreeMonth(dt.date(2027, 1, 1), Decimal(310)),)))
    ask = found.problem.ask
    assert ask.demand == (900, 900, 900)
    assert ask.fences[:2] == (dt.date(2027, 1, 16), dt.date(2027, 2, 16))
    assert only(found).free[:3] == (160, 0, 0)  # 16 of 31 days


def test_offers_that_cannot_be_counted_are_named_with_the_reason() -> None:
    question = asked(quantity=Quantity(Decimal(1200), "MTK"))
    bare = offer_of("B", facts=PieceFacts())
    found = pool(question, offer_of("A"), bare, offer_of("C", tiers=()), offer_of("D", free=()))
    assert [each.firm for each in found.problem.candidates] == ["A"]
    assert [(each.offer.maker.id, str(each.why)) for each in found.left_out] == [
        ("B", "Quantities cannot be compared: area_m2 is not known."),
        ("C", "There is no price that could be compared."),
        ("D", "The firm has not said how much it can still make."),
    ]


def test_other_clusters_are_not_asked_unless_they_are_neighbours() -> None:
    there = replace(offer_of("B"), maker=replace(MAKER, id="B", cluster="kollam-coir"))
    assert len(pool(asked(), offer_of("A"), there).problem.candidates) == 1
    both = Terms(clusters=("alappuzha-coir", "kollam-coir"))
    assert len(pool(asked(), offer_of("A"), there, terms=both).problem.candidates) == 2


def test_other_weaves_are_another_spec_and_silence_is_asked_about() -> None:
    found = pool(
        asked(),
        offer_of("A"),
        offer_of("B", attributes={"length_cm": 60, "weave": "panama"}),
        offer_of("C", attributes={"length_cm": 60}),
    )
    assert [each.spec for each in found.problem.candidates] == ["", "weave panama", ""]
    assert [each.assumed for each in found.problem.candidates] == [(), (), ("weave creel",)]


def test_other_sizes_are_made_as_asked_once_that_is_agreed_unless_the_desk_insists() -> None:
    longer = offer_of("A", attributes={"length_cm": 75, "weave": "creel"})
    found = only(pool(asked(), longer))
    assert (found.spec, found.assumed) == ("", ("length 60 cm instead of 75",))
    strict = replace(HERE, spec_keys=("length_cm",))
    found = only(pool(asked(), longer, terms=strict))
    assert (found.spec, found.assumed) == ("length 75 cm", ())


def test_a_certificate_still_to_be_had_counts_from_the_day_it_is_there_at_the_latest() -> None:
    question = asked(musts=("OEKOTEX100",))
    found = only(pool(question, offer_of("A")))
    (gap,) = found.missing
    assert gap.code == "OEKOTEX100"
    assert found.ready_on == TODAY + dt.timedelta(days=gap.days[1])
    assert found.soonest_on == TODAY + dt.timedelta(days=gap.days[0])
    held = replace(HERE, counts_promises=False)
    assert only(pool(question, offer_of("A"), terms=held)).ready_on is None


def test_who_can_join_the_group_certificate_is_covered_once_it_is_there() -> None:
    plain = asked(musts=("OEKOTEX100",))
    near = {"alappuzha-coir": Nearby(groups=frozenset({"OEKOTEX100"}))}
    found = only(pool(replace(plain, nearby=near), offer_of("A")))
    assert found.in_group
    assert [each.through_group for each in found.missing] == [True]
    alone = only(pool(plain, offer_of("A")))
    assert not alone.in_group
    assert found.missing[0].days < alone.missing[0].days


def test_a_paper_that_ends_before_shipping_is_a_gap_unless_renewed_before_it_ends() -> None:
    until = Piece("OEKOTEX100", dt.date(2026, 1, 5), TODAY + dt.timedelta(days=10), "seen")
    question = asked(musts=("OEKOTEX100",))
    assert only(pool(question, offer_of("A", pieces=(*MAT.pieces, until)))).missing != ()
    late = replace(until, expires_on=dt.date(2027, 3, 30))
    assert only(pool(question, offer_of("A", pieces=(*MAT.pieces, late)))).missing == ()


def test_two_products_of_one_loom_are_not_counted_twice() -> None:
    both = (offer_of("A"), replace(offer_of("A"), id="A-other"))
    found = consortia_for(pool(asked(quantity=Quantity(Decimal(20000), "H87")), *both).problem)
    assert not isinstance(found, Consortia)


def test_a_plan_says_in_words_what_it_costs_and_how_sure_that_is() -> None:
    question = asked(quantity=Quantity(Decimal(20000), "H87"), attributes={})
    answer = consortia_for(pool(question, offer_of("A"), offer_of("B"), offer_of("C")).problem)
    assert isinstance(answer, Consortia)
    said = [
        str(each) for each in say_plan(answer.fewest, pool(question, offer_of("A")).problem.ask)
    ]
    assert said == [
        "2 firms fill the order for 80,000.00 EUR.",
        "No 2 firms do it for less.",
        "The first goods leave by 2027-02-03, the last by 2027-03-31.",
    ]


def test_a_day_that_has_passed_is_refused() -> None:
    with pytest.raises(BadInput, match="ship_by"):
        pool(asked(ship_from=TODAY - dt.timedelta(days=9), ship_by=TODAY - dt.timedelta(days=1)))


# What one trading unit is in the asked unit, worked out here by hand.
FACTORS = {
    ("H87", "MTK"): Decimal("0.24"), ("DZN", "MTK"): Decimal("2.88"), ("MTK", "MTK"): Decimal(1),
    ("H87", "TNE"): Decimal("0.002"), ("DZN", "TNE"): Decimal("0.024"),
    ("MTK", "TNE"): Decimal("0.008"),
}  # fmt: skip
FACTS = {
    "H87": MAT.facts,
    "DZN": PieceFacts(net_kg=Decimal(24), area_m2=Decimal("2.88")),
    "MTK": PieceFacts(net_kg=Decimal(8)),
}


@pytest.mark.parametrize("seed", range(40))
def test_offers_in_pieces_dozens_and_metres_give_the_best_plan_in_the_asked_unit(
    seed: int,
) -> None:
    dice = random.Random(seed)
    unit, months = dice.choice(("MTK", "TNE")), dice.choice((0, 2))
    offers = [drawn_offer(dice, firm) for firm in "ABCD"]
    each = sum(4 * 600 * FACTORS["H87", unit] for _ in offers) * dice.randint(2, 9) / 10
    wanted = Quantity(Decimal(each) / (months * 2 or 1), unit)
    question = asked(quantity=wanted, months=months, attributes={})
    problem = pool(question, *offers).problem
    best = best_by_size(problem)
    answer = consortia_for(problem)
    assert isinstance(answer, Consortia) == bool(best)
    if not isinstance(answer, Consortia):
        return
    assert len(answer.fewest.members) == min(best)
    for plan in answer.front:
        assert float(plan.figure) == pytest.approx(
            float(best[min(plan.at_most, max(best))]) * float(problem.ask.step)
        )
        assert sum(plan.amounts) * problem.ask.step >= wanted.amount * (months or 1)
    made = {offer.id: offer for offer in offers}
    for candidate in answer.cheapest.candidates:
        offer = made[candidate.offer]
        shipped = next(
            sum(share.amounts) for member in answer.cheapest.members
            for share in member.shares if share.candidate == candidate
        )  # fmt: skip
        free = sum(month.free for month in offer.free)
        assert shipped * problem.ask.step <= free * FACTORS[offer.unit, unit]


def drawn_offer(dice: random.Random, firm: str) -> Offer:
    """About as many mats from everybody, whatever they are counted in."""
    unit = dice.choice(("H87", "DZN", "MTK"))
    mats = {"H87": Decimal(1), "DZN": Decimal(12), "MTK": 1 / Decimal("0.24")}[unit]
    free = tuple(
        FreeMonth(month.month, Decimal(dice.randint(300, 900)) // mats) for month in MAT.free
    )
    price = Decimal(dice.randint(300, 500)) * mats
    return offer_of(
        firm, unit=unit, facts=FACTS[unit], free=free, moq=Decimal(dice.randint(20, 400)) // mats,
        tiers=(Tier(Decimal(0), round(price, 2)),),
    )  # fmt: skip
