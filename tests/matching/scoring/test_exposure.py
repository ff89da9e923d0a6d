"""Near-equal offers take turns; nobody is overtaken by a clearly worse one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.matching.scoring.answers import Judged
from matchmaker.matching.scoring.exposure import EPSILON, concentration, exposure_of, gini, rotated
from tests.matching.small_trade import MAT, asked, judged


def some_answers(totals: list[float]) -> list[Judged]:
    whole = judged(asked(), MAT)
    return [
        replace(whole, total=total, offer=replace(
            MAT, id=f"mat-{n}", maker=replace(MAT.maker, id=f"firm-{n}")))
        for n, total in enumerate(totals)
    ]  # fmt: skip


def firms(shown: list[Judged] | tuple[Judged, ...]) -> list[str]:
    return [each.offer.maker.id for each in shown]


def test_equals_take_turns_by_the_key_and_the_same_key_gives_the_same_order() -> None:
    equals = some_answers([0.9, 0.9, 0.9, 0.5])
    days = [rotated(equals, key=f"need-1/2026-11-{day:02}") for day in range(1, 29)]
    assert {firms(each)[0] for each in days} == {"firm-0", "firm-1", "firm-2"}
    assert {firms(each)[3] for each in days} == {"firm-3"}
    assert rotated(equals[::-1], key="need-1/2026-11-01") == days[0]


def test_who_was_seen_less_comes_first_among_equals() -> None:
    equals = some_answers([0.9, 0.895, 0.6])
    seen = {"firm-0": 7.0, "firm-2": 0.0}
    assert firms(rotated(equals, key="any", seen=seen)) == ["firm-1", "firm-0", "firm-2"]


def test_turns_spread_the_enquiries_that_one_fixed_order_gives_to_few() -> None:
    equals = some_answers([0.9] * 20)
    clusters = {f"firm-{n}": "alappuzha-coir" for n in range(20)}
    fixed = [equals] * 40
    turning = [rotated(equals, key=str(day)) for day in range(40)]
    assert concentration(fixed, clusters)["alappuzha-coir"] > 0.6
    assert concentration(turning, clusters)["alappuzha-coir"] < 0.2


def test_a_firm_that_nobody_ever_saw_counts_in_its_cluster() -> None:
    shown = [some_answers([0.9])]
    assert exposure_of(shown) == {"firm-0": 1.0}
    assert concentration(shown, {"firm-0": "a", "firm-1": "a", "firm-2": "b"}) == {
        "a": 0.5, "b": 0.0
    }  # fmt: skip


@pytest.mark.parametrize(
    ("amounts", "figure"), [([], 0.0), ([0, 0], 0.0), ([3, 3, 3], 0.0), ([0, 0, 0, 8], 0.75)]
)
def test_the_gini_of_known_cases(amounts: list[float], figure: float) -> None:
    assert gini(amounts) == pytest.approx(figure)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0, 1), max_size=12), st.text(max_size=5))
def test_nobody_is_overtaken_by_one_clearly_worse(totals: list[float], key: str) -> None:
    shown = rotated(some_answers(totals), key=key)
    assert sorted(firms(shown)) == sorted(f"firm-{n}" for n in range(len(totals)))
    for place, each in enumerate(shown):
        assert all(later.total <= each.total + EPSILON for later in shown[place:])
