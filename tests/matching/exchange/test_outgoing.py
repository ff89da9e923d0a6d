"""What is told of a plan: how figures were converted, and nobody's price."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from matchmaker.json_data import written
from matchmaker.matching.exchange.outgoing import answer_of
from matchmaker.matching.exchange.printing import lines_of
from matchmaker.matching.exchange.told import Answer, ConversionTold, LeftOutTold
from matchmaker.matching.problem import LegCosts, Nearby, Offer, Requirement, Tier
from matchmaker.matching.retrieval.best import Retrieved
from matchmaker.matching.scoring.question import prepare
from matchmaker.matching.scoring.weighing import profiles
from matchmaker.matching.together import Together, together
from matchmaker.measures import Quantity
from matchmaker.money import Money
from tests.matching.small_trade import BOOK, MAKER, MAT, RATES, TODAY, WANTED, judged

# Square metres and euros with freight and duty; so much that no firm fills the order alone.
ASKED = replace(WANTED, quantity=Quantity(Decimal(4800), "MTK"), incoterm="DDP")
NEAR = Nearby(
    legs=LegCosts({"freight": Money(Decimal(2400), "USD")}, {"insurance": Decimal("0.004")})
)


def offer_of(number: int, price: int) -> Offer:
    maker = replace(MAKER, id=f"firm-{number}")
    tiers = (Tier(Decimal(500), Decimal(price)),)
    return replace(MAT, id=f"mat-{number}", maker=maker, line="", tiers=tiers, incoterm="EXW")


@pytest.fixture(scope="module")
def found() -> Together:
    question = prepare(
        ASKED, today=TODAY, weights=profiles()["default"], book=BOOK, rates=RATES,
        nearby={"alappuzha-coir": NEAR},
    )  # fmt: skip
    offers = [offer_of(n, price) for n, price in enumerate((397, 401, 409))]
    (answer,) = together(question, [judged(question, each) for each in offers], {}, 1)
    assert len(answer.plans[0].members) > 1
    return answer


def told(found: Together, asked: Requirement = ASKED) -> Answer:
    return answer_of(
        Retrieved(()), asked, today=TODAY, weights="w", fit="f", compared_by="words", names={},
        clusters=[found],
    )  # fmt: skip


def test_steps_of_units_and_currencies_are_told_and_what_the_sum_lacks(found: Together) -> None:
    plan = told(found).clusters[0].plans[0]
    first = plan.members[0].offers[0]
    assert [each for each in plan.conversions if each.offer == first] == [
        ConversionTold(first, "unit", "1 pc = 0.24 m² (one piece is 0.24 m²)"),
        ConversionTold(first, "left out", "without arrival"),
        ConversionTold(first, "left out", "without duty"),
        ConversionTold(first, "currency", "1 INR = 0.0105263 EUR (2026-11-20)"),
    ]


def test_offers_that_cannot_be_counted_are_told_by_their_reason() -> None:
    question = prepare(
        ASKED, today=TODAY, weights=profiles()["default"], book=BOOK, rates=RATES,
        nearby={"alappuzha-coir": NEAR},
    )  # fmt: skip
    silent = replace(offer_of(4, 400), free=())
    offers = [offer_of(1, 397), *(replace(offer_of(n, 400), tiers=()) for n in (2, 3)), silent]
    (answer,) = together(question, [judged(question, each) for each in offers], {}, 1)
    cluster = told(answer).clusters[0]
    assert cluster.left_out == 3
    assert cluster.left_out_because == (
        LeftOutTold(2, "There is no price that could be compared."),
        LeftOutTold(1, "The firm has not said how much it can still make."),
    )


def test_only_papers_that_the_answer_may_name_are_explained() -> None:
    asked = replace(ASKED, musts=("GOTS",))
    question = prepare(asked, today=TODAY, weights=profiles()["default"], book=BOOK, rates=RATES)
    short = [replace(offer_of(1, 397), pieces=MAT.pieces[1:])]
    clusters = together(question, [judged(question, each) for each in short], {}, 1)
    for ranked, of_clusters in (((judged(question, short[0]),), ()), ((), clusters)):
        answer = answer_of(
            Retrieved(ranked), asked, today=TODAY, weights="w", fit="f", compared_by="words",
            names={}, clusters=of_clusters,
            schemes={"IEC": "Code", "GOTS": "Organic", "UL": "Other"},
        )  # fmt: skip
        assert answer.schemes == {"GOTS": "Organic", "IEC": "Code"}


def test_no_member_s_price_and_no_leg_that_would_tell_it_is_told(found: Together) -> None:
    plan = found.plans[0]
    kinds = {step.kind for _, step in plan.conversions}
    assert "leg" in kinds  # it was there to be told
    answer = told(found)
    said = json.dumps(written(answer)) + "\n".join(lines_of(ASKED, answer))
    secret = {f"{each.price:f}".rstrip("0") for each in plan.members}
    secret |= {f"{price:f}" for each in plan.members for s in each.shares for price in s.prices}
    secret |= {step.words for _, step in plan.conversions if step.kind in ("leg", "price")}
    assert [each for each in sorted(secret) if each in said] == []
    assert re.search(r"\b(397|401|409)\b", said) is None
