"""Buyers looking for what you make: the same answer, read by the maker."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from matchmaker.matching.problem import Closeness, Offer, Preferences
from matchmaker.matching.scoring.firm_side import Interest, interest_of
from matchmaker.measures import PieceFacts, Quantity
from tests.matching.small_trade import MAT, asked, judged


def interest(offer: Offer = MAT, **changes: object) -> Interest:
    return interest_of(judged(asked(**changes), offer))


def part(found: Interest, name: str) -> tuple[float | None, str]:
    told = next(each for each in found.parts if each.name == name)
    return told.value, str(told.sentence)


def test_an_order_that_suits_and_one_beyond_the_firms_reach() -> None:
    fits, tiny = interest(), interest(replace(MAT, moq=Decimal(500_000)))
    assert fits.total > 0.9
    assert tiny.total < fits.total / 4
    assert part(tiny, "size") == (
        0.01,
        "The smallest order is 500,000 pc, more than the 5,000 asked for.",
    )


def test_an_order_too_large_is_out_of_reach_as_well() -> None:
    value, sentence = part(interest(quantity=Quantity(Decimal(129_000), "H87")), "size")
    assert value == pytest.approx(0.1)
    assert sentence.startswith("10 % of the quantity can be made by then")


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"LC_SIGHT", "DP"}, (1.0, "The buyer pays by LC_SIGHT, which the firm accepts.")),
        ({"DP"}, (0.0, "The buyer would pay by DP, which the firm has not named.")),
        (set(), (None, "One side has not named payment terms.")),
    ],
)
def test_terms_of_payment(wanted: set[str], told: tuple[float | None, str]) -> None:
    prefers = Preferences(payment_terms=frozenset(wanted))
    assert part(interest(prefers=prefers), "terms") == told


def test_a_size_that_nobody_can_tell_is_left_out() -> None:
    silent = replace(MAT, facts=PieceFacts(), moq=None)
    found = interest(silent, quantity=Quantity(Decimal(2), "TNE"))
    assert part(found, "size")[0] is None
    assert found.total > 0.8


def test_another_product_is_no_order_however_good_its_price() -> None:
    other = replace(MAT, family="rubber-mat", hs_code="401691", attributes={"weave": "none"})
    found = interest_of(judged(asked(), other, Closeness(cosine=0.2, words=0.05)))
    assert found.total < 0.2
