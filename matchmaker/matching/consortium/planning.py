"""Consortia for an order, or why there is none. Pure.

    answer = consortia_for(problem)

First the fewest firms that can do it at all, then, for so many, one and two more, the cheapest
choice among them; besides, the cheapest of any number and the fastest. Only products of one
spec are taken together: each spec is solved on its own and the best of them answered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from matchmaker.matching.consortium.arrays import Marks
from matchmaker.matching.consortium.checking import check
from matchmaker.matching.consortium.choosing import (
    Choice,
    Search,
    cheapest_of_all,
)
from matchmaker.matching.consortium.covering import Cover, can_cover, fewest_cover
from matchmaker.matching.consortium.plan_details import plan_from, ready_on, standing_for
from matchmaker.matching.consortium.problem import (
    Candidate,
    Consortia,
    Effort,
    Plan,
    Problem,
    Proof,
    Shortfall,
)
from matchmaker.matching.consortium.shortfall import shortfall_of
from matchmaker.matching.consortium.supply import Supply, by_spec, supply_of

# CP-SAT's deterministic second stands for so many of our figures.
FIGURES_PER_SECOND = 200_000_000


def consortia_for(problem: Problem, effort: Effort = Effort()) -> Consortia | Shortfall:  # noqa: B008
    """Up to three plans and the front over the number of members, or the shortfall.

    Raises BadInput where figures cannot be used.
    """
    check(problem)
    answers = [
        found
        for each in by_spec(problem)
        if (found := _of_one_spec(problem, each, effort)) is not None
    ]
    return _best_of(answers, problem.ask.is_once) if answers else shortfall_of(problem)


@dataclass(frozen=True)
class _Question:
    """What is searched for how long; one supply serves several sizes."""

    problem: Problem
    supply: Supply
    effort: Effort

    def cover(self) -> Cover:
        return fewest_cover(
            self.supply.cells.caps, self.supply.cells.demand, seconds=self.effort.seconds,
            effort=self.effort.work / FIGURES_PER_SECOND, workers=self.effort.workers,
        )  # fmt: skip

    def cheapest(self, most: int, start: Marks) -> Plan:
        found = Search(self.supply, most, start).run(self.effort)
        return self.plan(found, most)

    def plan(self, found: Choice, most: int) -> Plan:
        return plan_from(self.problem, self.supply, found, most)


def _of_one_spec(
    problem: Problem, candidates: Sequence[Candidate], effort: Effort
) -> Consortia | None:
    supply = supply_of(problem, candidates)
    if not can_cover(supply.cells.caps, supply.cells.demand):
        return None
    asked = _Question(problem, supply, effort)
    cover = asked.cover()
    fewest = int(cover.chosen.sum())
    limit = problem.ask.most_members or len(supply.firms)
    if fewest > limit:
        return None
    sizes = range(fewest, min(fewest + 2, limit, len(supply.firms)) + 1)
    front = _never_worse([asked.cheapest(most, cover.chosen) for most in sizes])
    if limit < len(supply.firms):
        cheapest = asked.cheapest(limit, cover.chosen)
    else:
        cheapest = asked.plan(cheapest_of_all(supply), 0)
    fastest = _fastest(problem, candidates, effort, limit) or front[0]
    return Consortia(
        fewest=front[0],
        cheapest=_never_worse([*front, cheapest])[-1],
        fastest=fastest,
        front=front,
        fewest_proof=_proof(fewest == cover.bound),
        fewest_bound=cover.bound,
    )


def _never_worse(plans: Sequence[Plan]) -> tuple[Plan, ...]:
    """Where a search ran out of effort, a cheaper plan of fewer members stands for its own."""
    found: list[Plan] = []
    for plan in plans:
        better = min([plan, *found], key=lambda each: each.figure)
        found.append(plan if better is plan else standing_for(better, plan))
    return tuple(found)


def _fastest(
    problem: Problem, candidates: Sequence[Candidate], effort: Effort, limit: int
) -> Plan | None:
    """Shipped earliest; of such plans one of the fewest members, and of those the cheapest."""
    for sooner, these in _speeds(problem, candidates):
        supply = supply_of(sooner, these)
        if not can_cover(supply.cells.caps, supply.cells.demand):
            continue
        asked = _Question(sooner, supply, effort)
        cover = asked.cover()
        if cover.chosen.sum() <= limit:
            return asked.cheapest(int(cover.chosen.sum()), cover.chosen)
    return None


def _speeds(
    problem: Problem, candidates: Sequence[Candidate]
) -> list[tuple[Problem, Sequence[Candidate]]]:
    """From the fastest on: due in an earlier period, or with those who can begin by a day."""
    ask = problem.ask
    if ask.is_once:
        dues = range(1, ask.due + 1)
        return [(replace(problem, ask=replace(ask, due=due)), candidates) for due in dues]
    ready = {each: ready_on(each, problem) for each in candidates}
    days = sorted({day for day in ready.values() if day})
    return [(problem, [c for c, at in ready.items() if at and at <= day]) for day in days]


def _best_of(answers: Sequence[Consortia], is_once: bool) -> Consortia:
    """Of several specs the best of each kind; what bounds the whole is the least bound."""
    sizes = sorted({plan.at_most for each in answers for plan in each.front})[:3]
    front = tuple(_least([_at_most(each, size) for each in answers]) for size in sizes)
    return Consortia(
        fewest=front[0],
        cheapest=_least([each.cheapest for each in answers]),
        fastest=min((each.fastest for each in answers), key=lambda each: speed(each, is_once)),
        front=front,
        fewest_proof=_proof(all(len(front[0].members) <= each.fewest_bound for each in answers)),
        fewest_bound=min(each.fewest_bound for each in answers),
    )


def _at_most(answer: Consortia, size: int) -> Plan | None:
    return max(
        (each for each in answer.front if each.at_most <= size),
        key=lambda each: each.at_most, default=None,
    )  # fmt: skip


def _least(plans: Sequence[Plan | None]) -> Plan:
    """The cheapest of several searches, bounded by the least of their bounds."""
    known = [each for each in plans if each is not None]
    best = min(known, key=lambda each: each.figure)
    bounded = min(known, key=lambda each: each.bound)
    return best if bounded.bound >= best.bound else standing_for(best, bounded)


def speed(plan: Plan, is_once: bool) -> tuple[dt.date, int, Decimal]:
    """What makes a plan faster than another, the first difference counting.

    A single shipment: when the last of it has left. Monthly shipments leave when they are asked
    for; there it counts from which day on all members can ship.
    """
    day = plan.last_shipment if is_once else plan.ready_on
    return day, len(plan.members), plan.figure


def _proof(holds: bool) -> Proof:
    return "proved" if holds else "not proved"
