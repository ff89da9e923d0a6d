"""Plans are the best there are, and never ask of anybody what it cannot do."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from matchmaker.matching.consortium.planning import consortia_for
from matchmaker.matching.consortium.problem import Consortia, Problem, Shortfall
from tests.matching.consortium.brute_force import best_by_size, earliest_due
from tests.matching.consortium.faults import faults_of
from tests.matching.consortium.made_up import draw

SEEDS = 320
SOME = range(0, SEEDS, 40)


def solved(problem: Problem) -> Consortia:
    answer = consortia_for(problem)
    assert isinstance(answer, Consortia)
    return answer


@pytest.mark.parametrize("first", SOME)
def test_members_and_money_are_those_of_trying_everything(first: int) -> None:
    for seed in range(first, first + 40):
        problem = draw(seed)
        best = best_by_size(problem)
        answer = consortia_for(problem)
        if not best:
            assert isinstance(answer, Shortfall), seed
            continue
        assert isinstance(answer, Consortia), seed
        assert len(answer.fewest.members) == min(best), seed
        assert answer.fewest_proof == "proved"
        assert {each.proof for each in answer.front} == {"proved"}
        expected = [best[min(each.at_most, max(best))] for each in answer.front]
        assert [Fraction(each.figure) for each in answer.front] == pytest.approx(expected), seed
        assert float(answer.cheapest.figure) == pytest.approx(float(min(best.values()))), seed
        for plan in (*answer.front, answer.cheapest, answer.fastest):
            assert faults_of(problem, plan) == [], seed


@pytest.mark.parametrize("first", SOME)
def test_nothing_ships_a_whole_order_earlier_than_the_fastest(first: int) -> None:
    for seed in range(first, first + 40):
        problem = draw(seed)
        if not problem.ask.is_once:
            continue
        answer = consortia_for(problem)
        due = earliest_due(problem)
        if due is None:
            assert isinstance(answer, Shortfall), seed
            continue
        assert isinstance(answer, Consortia), seed
        last = problem.ask.fences[due] - dt.timedelta(days=1)
        assert answer.fastest.last_shipment == last, seed
        best = best_by_size(problem, due)
        assert len(answer.fastest.members) == min(best), seed
        assert float(answer.fastest.figure) == pytest.approx(float(best[min(best)])), seed
