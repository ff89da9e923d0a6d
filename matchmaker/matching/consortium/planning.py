"""Consortia for an order, or why there is none. Pure.

    answer = consortia_for(problem)

First the fewest firms that can do it at all, then, for so many, one and two more, the cheapest
choice among them; besides, the cheapest of any number and the fastest. Only products of one
spec are taken together: each spec is solved on its own and the best of them answered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from matchmaker.matching.consortium.arrays import Marks
from matchmaker.matching.consortium.checking import check
from matchmaker.matching.consortium.choosing import (
    Choice,
    Search,
    cheapest_of_all,
)
from matchmaker.matching.consortium.covering import Cover, can_cover, fewest_cover
from matchmaker.matching.consortium.problem import (
    Candidate,
    Consortia,
    Effort,
    Plan,
    Problem,
    Proof,
    Shortfall,
)
from matchmaker.matching.consortium.reading import plan_from, ready_on, standing_for
from matchmaker.matching.consortium.shortfall import shortfall_of
from matchmaker.matching.consortium.supply import Supply, supply_of

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
    return _best_of(answers) if answers else shortfall_of(problem)


def by_spec(problem: Problem) -> tuple[tuple[Candidate, ...], ...]:
    """The admitted candidates, apart by spec, in the order of the specs' names."""
    found: dict[str, list[Candidate]] = {}
    for each in problem.candidates:
        if each.misfit <= problem.most_misfit:
            found.setdefault(each.spec, []).append(each)
    return tuple(tuple(found[spec]) for spec in sorted(found))


@dataclass(frozen=True)
class _Question:
    """One search: the supply it is about, in how many periods it is to be done."""

    problem: Problem
    supply: Supply
    ahead: int
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
        return plan_from(self.problem, self.supply, found, most, self.ahead)


def _of_one_spec(
    problem: Problem, candidates: Sequence[Candidate], effort: Effort
) -> Consortia | None:
    supply = supply_of(problem, candidates)
    if not can_cover(supply.cells.caps, supply.cells.demand):
        return None
    asked = _Question(problem, supply, 0, effort)
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
    for ahead, these in _speeds(problem, candidates):
        supply = supply_of(problem, these, ahead)
        if not can_cover(supply.cells.caps, supply.cells.demand):
            continue
        asked = _Question(problem, supply, ahead, effort)
        cover = asked.cover()
        if cover.chosen.sum() <= limit:
            return asked.cheapest(int(cover.chosen.sum()), cover.chosen)
    return None


def _speeds(
    problem: Problem, candidates: Sequence[Candidate]
) -> list[tuple[int, Sequence[Candidate]]]:
    """From the fastest on: all there is until an earlier period, or who can begin by a day."""
    if problem.ask.is_once:
        return [(ahead, candidates) for ahead in range(1 - problem.ask.due, 1)]
    days = sorted({day for each in candidates if (day := ready_on(each, problem))})
    return [(0, [c for c in candidates if _is_ready(c, problem, day)]) for day in days]


def _is_ready(candidate: Candidate, problem: Problem, day: dt.date) -> bool:
    ready = ready_on(candidate, problem)
    return ready is not None and ready <= day


def _best_of(answers: Sequence[Consortia]) -> Consortia:
    """Of several specs the best of each kind; what bounds the whole is the least bound."""
    sizes = sorted({plan.at_most for each in answers for plan in each.front})[:3]
    front = tuple(_least([_at_most(each, size) for each in answers]) for size in sizes)
    return Consortia(
        fewest=front[0],
        cheapest=_least([each.cheapest for each in answers]),
        fastest=min((each.fastest for each in answers), key=speed),
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


def speed(plan: Plan) -> tuple[dt.date, dt.date, int, Decimal]:
    """What makes a plan faster than another, the first difference counting."""
    return plan.last_shipment, plan.ready_on, len(plan.members), plan.figure


def _proof(holds: bool) -> Proof:
    return "proved" if holds else "not proved"
