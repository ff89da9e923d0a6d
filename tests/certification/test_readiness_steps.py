"""Steps that wait for each other: placing them, the chain that decides, and brute force."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.certification.gantt import Bar, Scale, scale_for
from matchmaker.certification.steps import Circular, Step, critical_path, done_after, place

IEC = Step("IEC", 1, 3)
RCMC = Step("RCMC", 3, 15, frozenset({"IEC"}))
AD_CODE = Step("AD_CODE", 2, 7, frozenset({"IEC"}))
REACH = Step("REACH", 10, 30)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Step, ...]:
    """Up to five steps, each waiting only for some of those before it, so never in a circle."""
    steps: list[Step] = []
    for number in range(draw(st.integers(0, 5))):
        lead = draw(st.integers(0, 40))
        needs = draw(st.sets(st.sampled_from(steps))) if steps else set()
        steps.append(
            Step(f"S{number}", draw(st.integers(0, lead)), lead, frozenset(s.code for s in needs))
        )
    return tuple(draw(st.permutations(steps)))


def begun_in(order: Sequence[Step]) -> int | None:
    """Days until all is done if steps are begun in exactly this order; None if it cannot be."""
    ends: dict[str, int] = {}
    codes = {step.code for step in order}
    clock = 0
    for step in order:
        needs = step.needs & codes
        if not needs <= ends.keys():
            return None
        clock = max([clock, *(ends[code] for code in needs)])
        ends[step.code] = clock + step.lead_max
    return max(ends.values(), default=0)


def test_what_needs_nothing_of_each_other_runs_side_by_side() -> None:
    placed = place([RCMC, REACH, IEC, AD_CODE])
    assert [(row.code, row.start_max, row.end_min, row.end_max, row.slack) for row in placed] == [
        ("REACH", 0, 10, 30, 0),
        ("IEC", 0, 1, 3, 12),
        ("RCMC", 3, 4, 18, 12),
        ("AD_CODE", 3, 3, 10, 20),
    ]
    assert done_after(placed) == (10, 30)
    assert critical_path(placed) == ("REACH",)


def test_the_chain_that_decides_goes_back_to_the_first_day() -> None:
    assert critical_path(place([RCMC, IEC, AD_CODE])) == ("IEC", "RCMC")


def test_what_is_not_among_the_steps_is_not_waited_for() -> None:
    assert place([RCMC])[0].end_max == 15


def test_nothing_to_do_is_done_at_once() -> None:
    assert (place([]), done_after([]), critical_path([])) == ((), (0, 0), ())


def test_a_circle_is_told_not_walked() -> None:
    with pytest.raises(Circular, match="A, B"):
        place([Step("A", 1, 1, frozenset({"B"})), Step("B", 1, 1, frozenset({"A"}))])


@given(plans())
def test_no_order_of_beginning_is_faster(steps: tuple[Step, ...]) -> None:
    times = [begun_in(order) for order in itertools.permutations(steps)]
    fastest = min(time for time in times if time is not None)
    placed = place(steps)
    assert done_after(placed)[1] == fastest
    assert begun_in([row.step for row in placed]) == fastest


@given(plans())
def test_the_chain_is_as_long_as_the_whole_and_can_wait_for_nothing(
    steps: tuple[Step, ...],
) -> None:
    placed = place(steps)
    rows = {row.code: row for row in placed}
    chain = [rows[code] for code in critical_path(placed)]
    assert sum(row.step.lead_max for row in chain) == done_after(placed)[1]
    assert all(row.slack == 0 for row in chain)


@given(plans(), st.data())
def test_slack_is_exactly_what_a_step_may_be_late(
    steps: tuple[Step, ...], data: st.DataObject
) -> None:
    if not steps:
        return
    row = data.draw(st.sampled_from(place(steps)))

    def done_if_later_by(days: int) -> int:
        late = Step(row.code, 0, row.step.lead_max + days, row.step.needs)
        return done_after(place([late if s.code == row.code else s for s in steps]))[1]

    whole = done_after(place(steps))[1]
    assert done_if_later_by(row.slack) == whole
    assert done_if_later_by(row.slack + 1) == whole + 1


def test_bars_keep_the_days_and_show_even_one() -> None:
    placed = {row.code: row for row in place([IEC, RCMC, REACH])}
    scale = scale_for(placed.values(), days_left=15)
    assert (scale.days, scale.entry_x, scale.ticks()) == (30, 500, (0, 15, 30))
    assert scale.bar(placed["REACH"]) == Bar(0, 333, 1000)
    assert scale.bar(placed["RCMC"]) == Bar(33, 133, 600)
    assert scale_for(placed.values(), days_left=3000).bar(placed["IEC"]) == Bar(0, 33, 100)


@pytest.mark.parametrize(
    ("days_left", "days", "entry_x"), [(30, 30, 1000), (60, 60, 1000), (61, 30, None)]
)
def test_a_day_far_behind_the_last_step_does_not_squeeze_the_bars(
    days_left: int, days: int, entry_x: int | None
) -> None:
    assert scale_for(place([REACH]), days_left) == Scale(days, entry_x)


def test_nothing_to_draw_is_a_strip_of_one_day() -> None:
    assert scale_for([], 0) == Scale(1, 0)
