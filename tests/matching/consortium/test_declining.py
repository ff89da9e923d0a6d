"""When a member declines, the others keep what they have and as few as possible join."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest

from matchmaker.matching.consortium.declining import MemberChange, Resolved, resolve
from matchmaker.matching.consortium.describing import say_change
from matchmaker.matching.consortium.planning import consortia_for
from matchmaker.matching.consortium.problem import (
    Candidate,
    Consortia,
    Plan,
    PriceFrom,
    Problem,
    Shortfall,
)
from tests.matching.consortium.brute_force import most_of
from tests.matching.consortium.faults import faults_of
from tests.matching.consortium.made_up import draw, make_ask, make_candidate


def planned(problem: Problem) -> Plan:
    answer = consortia_for(problem)
    assert isinstance(answer, Consortia)
    return answer.fewest


def resolved(problem: Problem, plan: Plan, *declined: str) -> Resolved:
    answer = resolve(problem, plan, declined)
    assert isinstance(answer, Resolved)
    return answer


def test_one_joins_and_nobody_else_is_touched() -> None:
    three = tuple(make_candidate(firm, (10, 10)) for firm in "ABC")
    problem = Problem(make_ask((30, 30)), (*three, make_candidate("D", (10, 10), allocated=9)))
    plan = planned(problem)
    assert plan.firms == ("A", "B", "C")
    answer = resolved(problem, plan, "B")
    assert answer.changes == (
        MemberChange("A", (10, 10), (10, 10)),
        MemberChange("B", (10, 10), (0, 0)),
        MemberChange("C", (10, 10), (10, 10)),
        MemberChange("D", (0, 0), (10, 10)),
    )
    assert [each.kind for each in answer.changes] == ["stayed", "left", "stayed", "joined"]
    assert [str(say_change(each, problem.ask)) for each in answer.changes[1:]] == [
        "B no longer takes part.",
        "C ships what was agreed.",
        "D joins with 20 kg.",
    ]
    assert answer.is_fewest and not answer.is_anew


def priced(firm: str, free: int, price: int) -> Candidate:
    return make_candidate(firm, (free,), tiers=(PriceFrom(1, Decimal(price)),))


def test_a_new_firm_takes_what_it_can_before_more_is_asked_of_those_who_stay() -> None:
    firms = (priced("A", 20, 1), priced("B", 25, 3), priced("C", 15, 9))
    problem = Problem(make_ask((30,)), firms)
    assert resolved(problem, planned(problem), "A").changes == (
        MemberChange("A", (20,), (0,)),
        MemberChange("B", (10,), (15,)),
        MemberChange("C", (0,), (15,)),
    )


def test_nobody_joins_where_those_who_stay_can_do_it() -> None:
    problem = Problem(make_ask((30,)), (priced("A", 20, 1), priced("B", 30, 3), priced("C", 30, 2)))
    answer = consortia_for(problem)
    assert isinstance(answer, Consortia)
    plan = answer.front[1]
    assert plan.firms == ("A", "C")
    assert resolved(problem, plan, "A").changes == (
        MemberChange("A", (20,), (0,)),
        MemberChange("C", (10,), (30,)),
    )


def test_nobody_declines_and_nothing_changes() -> None:
    problem = draw(3)
    plan = planned(problem)
    answer = resolved(problem, plan)
    assert answer.plan.members == plan.members
    assert {each.kind for each in answer.changes} == {"stayed"}


def test_when_too_many_decline_it_says_what_is_short() -> None:
    problem = Problem(make_ask((30,)), tuple(make_candidate(firm) for firm in "ABC"))
    answer = resolve(problem, planned(problem), ["A", "C"])
    assert isinstance(answer, Shortfall)
    assert [each.amount for each in answer.short] == [20]


@pytest.mark.parametrize("first", range(0, 150, 50))
def test_the_rest_keep_theirs_and_the_fewest_join(first: int) -> None:
    for seed in range(first, first + 50):
        problem = draw(seed)
        answer = consortia_for(problem)
        if isinstance(answer, Shortfall):
            continue
        plan = answer.front[-1]
        for gone in plan.firms:
            found = resolve(problem, plan, [gone])
            if isinstance(found, Shortfall):
                left = tuple(c for c in problem.candidates if c.firm != gone)
                again = consortia_for(
                    Problem(problem.ask, left, problem.group_from, problem.most_misfit)
                )
                assert isinstance(again, Shortfall)
                continue
            assert faults_of(problem, found.plan) == [], seed
            assert gone not in found.plan.firms
            if not found.is_anew:
                kinds = {each.firm: each.kind for each in found.changes}
                assert {firm for firm, kind in kinds.items() if kind in ("left", "less")} == {gone}
                joined = [firm for firm, kind in kinds.items() if kind == "joined"]
                assert not can_do_with_fewer(problem, plan, gone, len(joined)), seed


def can_do_with_fewer(problem: Problem, plan: Plan, gone: str, joined: int) -> bool:
    """Whether fewer than `joined` new firms could fill it, the others keeping what they ship."""
    outside = {
        c.firm for c in problem.candidates
        if c.spec == plan.spec and c.misfit <= problem.most_misfit
    } - set(plan.firms)  # fmt: skip
    staying = set(plan.firms) - {gone}
    return any(
        reaches(problem, plan, gone, staying | set(more))
        for size in range(joined)
        for more in combinations(sorted(outside), size)
    )


def reaches(problem: Problem, plan: Plan, gone: str, firms: set[str]) -> bool:
    used = {
        (share.candidate.line, t): share.candidate.offer
        for member in plan.members if member.firm != gone
        for share in member.shares for t, a in enumerate(share.amounts) if a
    }  # fmt: skip
    for t, wanted in enumerate(problem.ask.demand):
        best: dict[str, int] = {}
        for c in problem.candidates:
            fits = c.spec == plan.spec and c.misfit <= problem.most_misfit and c.firm in firms
            if not fits or used.get((c.line, t), c.offer) != c.offer:
                continue
            most = most_of(problem, c, t)
            if most >= max(c.moq, c.tiers[0].amount, 1):
                best[c.line] = max(best.get(c.line, 0), most)
        if sum(best.values()) < wanted:
            return False
    return True
