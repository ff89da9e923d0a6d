"""Where there is no plan: what is lacking, and the least that would do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest

from matchmaker.matching.consortium.planning import consortia_for
from matchmaker.matching.consortium.problem import (
    Consortia,
    Problem,
    Relaxation,
    Short,
    Shortfall,
)
from tests.matching.consortium.brute_force import best_by_size
from tests.matching.consortium.made_up import TODAY, draw, make_ask, make_candidate

DAY = dt.timedelta(days=1)


def shortfall(problem: Problem) -> Shortfall:
    answer = consortia_for(problem)
    assert isinstance(answer, Shortfall)
    return answer


def named(problem: Problem) -> dict[str, Relaxation]:
    return {each.kind: each for each in shortfall(problem).relaxations}


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_every_relaxation_named_does_and_nothing_less_of_its_kind(first: int) -> None:
    for seed in range(first, first + 50):
        problem = tightened(seed)
        if best_by_size(problem):
            continue
        for each in shortfall(problem).relaxations:
            assert best_by_size(each.problem), (seed, each.kind)
            answer = consortia_for(each.problem)
            assert isinstance(answer, Consortia), (seed, each.kind)
            for less in smaller(problem, each):
                assert not best_by_size(less), (seed, each.kind)


def tightened(seed: int) -> Problem:
    """A drawn problem that asks for half as much again, so that most cannot be filled."""
    problem = draw(seed)
    more = tuple(amount * 3 // 2 + 20 for amount in problem.ask.demand)
    return replace(problem, ask=replace(problem.ask, demand=more))


def smaller(problem: Problem, named: Relaxation) -> Iterator[Problem]:
    """Every change of the same kind that is a little less, made here and not by the solver."""
    ask = problem.ask
    if named.kind == "later":
        for periods in range(int(named.amount)):
            demand = ask.demand if ask.is_once else (0,) * periods + ask.demand
            due = ask.due + periods if ask.is_once else 0
            yield replace(problem, ask=replace(ask, demand=demand, due=due))
    elif named.kind == "group certificate":
        yield replace(problem, group_from=ask.today + (named.days + 1) * DAY)
    elif named.kind == "certificates":
        waiting = sorted({c.firm for c in problem.candidates if c.soonest_on != c.ready_on})
        for size in range(len(named.firms)):
            for firms in combinations(waiting, size):
                yield with_papers(problem, firms)
    elif named.kind == "misfit":
        yield replace(problem, most_misfit=named.amount - 1)
    elif named.kind == "spec":
        yield problem
    else:
        assert named.kind == "quantity"
        asked = named.problem.ask.demand
        for t, wanted in enumerate(ask.demand):
            if asked[t] < wanted:
                demand = (*asked[:t], asked[t] + 1, *asked[t + 1 :])
                yield replace(problem, ask=replace(ask, demand=demand))


def with_papers(problem: Problem, firms: tuple[str, ...]) -> Problem:
    changed = tuple(
        replace(c, ready_on=c.soonest_on) if c.firm in firms and c.soonest_on else c
        for c in problem.candidates
    )
    return replace(problem, candidates=changed)


def test_all_kinds_are_met_among_the_drawn_problems() -> None:
    kinds = {
        each.kind
        for seed in range(200)
        if isinstance(answer := consortia_for(tightened(seed)), Shortfall)
        for each in answer.relaxations
    }
    assert kinds == {
        "later", "group certificate", "certificates", "misfit", "spec", "quantity"
    }  # fmt: skip


def test_says_what_is_short_in_which_month() -> None:
    problem = Problem(
        make_ask((30, 30)), (make_candidate("A", (30, 12)), make_candidate("B", (5, 6)))
    )
    assert shortfall(problem).short == (Short(1, 12),)
    assert named(problem)["quantity"].problem.ask.demand == (30, 18)


def test_two_months_later_does() -> None:
    ask = make_ask((20,), fences=make_ask((1, 1, 1, 1)).fences)
    problem = Problem(ask, (make_candidate("A", (10, 10, 20, 20)),))
    found = named(problem)["later"]
    assert (found.amount, found.problem.ask.demand) == (Decimal(2), (0, 0, 20))


def test_the_certificate_of_one_firm_is_enough() -> None:
    lacking = {"ready_on": None, "soonest_on": TODAY + 5 * DAY}
    problem = Problem(
        make_ask((31, 31)),
        (
            make_candidate("A", (20, 20)),
            make_candidate("B", (11, 11), **lacking),
            make_candidate("C", (31, 31), **{**lacking, "soonest_on": TODAY}),
        ),
    )
    found = named(problem)["certificates"]
    assert (found.firms, found.days) == (("C",), 0)


def test_a_buyer_who_wants_few_firms_hears_how_many_it_takes() -> None:
    ask = make_ask((30,), most_members=2)
    problem = Problem(ask, tuple(make_candidate(name) for name in "ABCD"))
    answer = shortfall(problem)
    assert answer.short == ()
    assert [(each.kind, each.amount) for each in answer.relaxations] == [("members", Decimal(3))]


def test_nobody_at_all_is_short_of_everything() -> None:
    assert shortfall(Problem(make_ask((7, 0, 5)), ())) == Shortfall("", (Short(0, 7), Short(2, 5)))
