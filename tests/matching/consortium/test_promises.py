"""What holds for every plan: removing a firm never helps, the same work gives the same plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import BadInput
from matchmaker.matching.consortium.choosing import Search
from matchmaker.matching.consortium.covering import fewest_cover
from matchmaker.matching.consortium.planning import consortia_for, speed
from matchmaker.matching.consortium.problem import (
    Ask,
    Candidate,
    Consortia,
    Effort,
    PriceFrom,
    Problem,
    Shortfall,
)
from matchmaker.matching.consortium.supply import supply_of
from tests.benchmarks.matching_consortium import made_up
from tests.matching.consortium.faults import faults_of
from tests.matching.consortium.made_up import draw, make_ask, make_candidate


@settings(deadline=None, max_examples=60)
@given(st.integers(1000, 10**6), st.integers(0, 9))
def test_without_one_of_the_candidates_no_plan_is_better(seed: int, number: int) -> None:
    problem = draw(seed)
    gone = problem.candidates[number % len(problem.candidates)]
    fewer = replace(problem, candidates=tuple(c for c in problem.candidates if c != gone))
    before, after = consortia_for(problem), consortia_for(fewer)
    if not isinstance(after, Consortia):
        return
    assert isinstance(before, Consortia)
    assert len(before.fewest.members) <= len(after.fewest.members)
    assert before.cheapest.figure <= after.cheapest.figure
    once = problem.ask.is_once
    assert speed(before.fastest, once)[0] <= speed(after.fastest, once)[0]
    costs = {plan.at_most: plan.figure for plan in before.front}
    assert all(costs.get(p.at_most, p.figure) <= p.figure for p in after.front)


@settings(deadline=None, max_examples=40)
@given(st.integers(1000, 10**6), st.randoms())
def test_the_order_of_candidates_decides_nothing(seed: int, dice: Any) -> None:
    problem = draw(seed)
    mixed = list(problem.candidates)
    dice.shuffle(mixed)
    first, second = consortia_for(replace(problem, candidates=tuple(mixed))), consortia_for(problem)
    assert told(first) == told(second)


def told(answer: Consortia | Shortfall) -> object:
    """The answer without the candidates of the questions it names, which come in any order."""
    if isinstance(answer, Consortia):
        return answer
    changes = [(each.kind, each.amount, each.firms, each.days) for each in answer.relaxations]
    return answer.spec, answer.short, changes


def test_the_same_work_gives_the_same_plan() -> None:
    problem, effort = made_up(80, 0.6, 1), Effort(work=3_000_000)
    first, second = consortia_for(problem, effort), consortia_for(problem, effort)
    assert first == second
    assert isinstance(first, Consortia)
    assert first.fewest.proof == "not proved"
    assert 0 < first.fewest.gap < 0.05
    assert faults_of(problem, first.fewest) == []


def test_more_work_never_gives_a_worse_plan_or_a_weaker_bound() -> None:
    problem = made_up(80, 0.6, 1)
    supply = supply_of(problem, problem.candidates)
    cells = supply.cells
    cover = fewest_cover(cells.caps, cells.demand, seconds=0.0, effort=10.0, workers=1)
    search = Search(supply, int(cover.chosen.sum()), cover.chosen)
    found = [search.run(Effort(work=work)) for work in (10**5, 10**6, 10**7)]
    assert [each.cost for each in found] == sorted((each.cost for each in found), reverse=True)
    assert [each.bound for each in found] == sorted(each.bound for each in found)
    assert all(each.bound <= each.cost for each in found)


def test_a_clock_ends_the_search() -> None:
    ticks = iter(range(10**6))
    problem = made_up(80, 0.6, 1)
    effort = Effort(work=10**12, seconds=3.0, clock=lambda: float(next(ticks)))
    answer = consortia_for(problem, effort)
    assert isinstance(answer, Consortia)
    assert answer.fewest.proof == "not proved"


def test_of_equal_offers_those_who_were_given_least_are_asked() -> None:
    given_before = {"A": 9, "B": 0, "C": 5, "D": 1}
    firms = tuple(make_candidate(f, allocated=given_before[f]) for f in given_before)
    answer = consortia_for(Problem(make_ask((20,)), firms))
    assert isinstance(answer, Consortia)
    assert [plan.firms for plan in answer.front[:1]] == [("B", "D")]


def test_a_second_firm_is_taken_where_that_is_cheaper_and_said_to_be() -> None:
    dear = make_candidate("A", (30,), tiers=(PriceFrom(1, Decimal(5)),))
    cheap = make_candidate("B", (20,), tiers=(PriceFrom(1, Decimal(2)),))
    answer = consortia_for(Problem(make_ask((30,)), (dear, cheap)))
    assert isinstance(answer, Consortia)
    assert [(plan.firms, plan.price) for plan in answer.plans] == [
        (("A",), Decimal(150)),
        (("A", "B"), Decimal(90)),
    ]


BREAK: dict[str, Callable[[Problem], Problem]] = {
    "ask.demand": lambda p: with_ask(p, demand=(0,)),
    "ask.demand ": lambda p: with_ask(p, demand=(-5,)),
    "ask.demand  ": lambda p: with_ask(p, demand=()),
    "ask.demand   ": lambda p: with_ask(p, demand=(int(1e300),)),
    "ask.unit": lambda p: with_ask(p, unit="SACK"),
    "ask.step": lambda p: with_ask(p, step=Decimal("NaN")),
    "ask.fences": lambda p: with_ask(p, fences=(dt.date(2027, 1, 1), dt.date(2027, 1, 1))),
    "ask.due": lambda p: with_ask(p, is_once=True, due=3),
    "candidates[0].free": lambda p: with_first(p, free=(-1,)),
    "candidates[0].free ": lambda p: with_first(p, free=(1, 2)),
    "candidates[0].moq": lambda p: with_first(p, moq=-1),
    "candidates[0].tiers": lambda p: with_first(p, tiers=()),
    "candidates[0].tiers ": lambda p: with_first(p, tiers=(PriceFrom(1, Decimal("1e300")),)),
    "candidates[0].tiers  ": lambda p: with_first(p, tiers=(PriceFrom(1, Decimal("-1")),)),
    "candidates[0].misfit": lambda p: with_first(p, misfit=Decimal("Infinity")),
    "candidates[1].line": lambda p: with_first(p, line="B's line"),
    "candidates[1].offer": lambda p: with_first(p, offer="B's product"),
}


def with_ask(problem: Problem, **changes: Any) -> Problem:
    return replace(problem, ask=replace(problem.ask, **changes))


def with_first(problem: Problem, **changes: Any) -> Problem:
    first, *others = problem.candidates
    changed: Candidate = replace(first, **changes)
    return replace(problem, candidates=(changed, *others))


@pytest.mark.parametrize("field", BREAK)
def test_figures_that_cannot_be_used_are_refused_by_name(field: str) -> None:
    sound = Problem(make_ask((10,)), (make_candidate("A"), make_candidate("B")))
    with pytest.raises(BadInput) as refused:
        consortia_for(BREAK[field](sound))
    assert refused.value.field == field.strip()
    assert refused.value.remedy


def test_the_largest_figures_allowed_are_still_summed_exactly() -> None:
    ask = replace(make_ask((10**9,) * 2), step=Decimal("0.000001"))
    assert isinstance(ask, Ask)
    dear = (PriceFrom(1, Decimal("999999999999")),)
    firms = tuple(make_candidate(f, (6 * 10**8,) * 2, moq=10**8, tiers=dear) for f in "ABCD")
    answer = consortia_for(Problem(ask, firms))
    assert isinstance(answer, Consortia)
    assert answer.fewest.figure == 2 * 1000 * Decimal("999999999999")
    assert (answer.fewest.proof, len(answer.fewest.members)) == ("proved", 2)
