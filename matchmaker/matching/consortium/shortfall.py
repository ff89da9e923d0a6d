"""Why an order cannot be filled, and the least change of each kind that fills it. Pure.

Whether it can be filled at all needs no search: all firms at their most. So each kind of change
is tried from the least on, and the first that does is named; where more of a change never harms,
nothing less of it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import numpy as np

from matchmaker.matching.consortium.arrays import Whole
from matchmaker.matching.consortium.covering import can_cover, fewest_cover
from matchmaker.matching.consortium.problem import (
    Candidate,
    Problem,
    Relaxation,
    Short,
    Shortfall,
)
from matchmaker.matching.consortium.supply import Supply, by_spec, starts_on, supply_of
from matchmaker.matching.scoring.window import DAY

# Questions of feasibility are easy; this is far more than any took (0.6 s for 300 firms).
EFFORT = 5.0
MOST_SPECS = 3


def shortfall_of(problem: Problem) -> Shortfall:
    """Of a problem that has no plan: what is lacking where least is, and what would do."""
    spec, short = min(
        ((each[0].spec, lacking(problem, each)) for each in by_spec(problem)),
        key=lambda found: sum(one.amount for one in found[1]),
        default=("", _everything(problem)),
    )
    tries = (_later, _group, _certificates, _misfit, _specs, _members, _quantity)
    found = [each for attempt in tries for each in attempt(problem)]
    return Shortfall(spec, short, tuple(each for each in found if is_possible(each.problem)))


def is_possible(problem: Problem) -> bool:
    """Whether there is any plan, within the number of members that is wanted."""
    if not any(problem.ask.demand):
        return False
    limit = problem.ask.most_members
    for candidates in by_spec(problem):
        supply = supply_of(problem, candidates)
        if can_cover(supply.cells.caps, supply.cells.demand) and (
            not limit or _fewest(supply) <= limit
        ):
            return True
    return False


def lacking(problem: Problem, candidates: tuple[Candidate, ...]) -> tuple[Short, ...]:
    """In which periods how much, if all of these give all they can."""
    supply = supply_of(problem, candidates)
    over = supply.cells.demand - supply.cells.caps.sum(axis=0)
    return tuple(Short(t, int(over[t])) for t in np.flatnonzero(over > 0).tolist())


def _everything(problem: Problem) -> tuple[Short, ...]:
    return tuple(Short(t, amount) for t, amount in enumerate(problem.ask.demand) if amount)


def _fewest(supply: Supply) -> int:
    cells = supply.cells
    found = fewest_cover(cells.caps, cells.demand, seconds=0.0, effort=EFFORT, workers=1)
    return int(found.chosen.sum())


def _later(problem: Problem) -> Iterator[Relaxation]:
    """So many periods later, the rhythm unchanged."""
    ask = problem.ask
    for periods in range(1, ask.periods - ask.asked + 1):
        if ask.is_once:
            moved = replace(ask, due=ask.due + periods)
        else:
            moved = replace(ask, demand=(0,) * periods + ask.demand)
        relaxed = replace(problem, ask=moved)
        if is_possible(relaxed):
            yield Relaxation("later", relaxed, Decimal(periods))
            return


def _group(problem: Problem) -> Iterator[Relaxation]:
    """The latest day on which the cluster's group certificate would still do."""
    today = problem.ask.today
    first = replace(problem, group_from=today)
    if not any(each.in_group for each in problem.candidates) or not is_possible(first):
        return
    works, fails = 0, (problem.ask.deadline - today).days + 1
    while fails - works > 1:
        middle = (works + fails) // 2
        trial = replace(problem, group_from=today + middle * DAY)
        works, fails = (middle, fails) if is_possible(trial) else (works, middle)
    relaxed = replace(problem, group_from=today + works * DAY)
    yield Relaxation("group certificate", relaxed, days=works)


def _certificates(problem: Problem) -> Iterator[Relaxation]:
    """The fewest firms whose certificates, obtained in the shortest time, would do."""
    found = [each for own in by_spec(problem) if (each := _certified(problem, own)) is not None]
    if found:
        yield min(found, key=lambda each: (len(each.firms), each.days))


def _certified(problem: Problem, own: tuple[Candidate, ...]) -> Relaxation | None:
    waits = {each.firm: _days_to_go(problem, each) for each in own if _would_gain(problem, each)}
    fewest = _fewest_certified(problem, own, frozenset(waits))
    if not fewest:
        return None
    # Of equally few firms those that need the fewest days.
    for days in sorted(set(waits.values())):
        quick = frozenset(firm for firm, wait in waits.items() if wait <= days)
        firms = _fewest_certified(problem, own, quick)
        if firms and len(firms) == len(fewest):
            return Relaxation(
                "certificates", _with_papers(problem, firms),
                firms=tuple(sorted(firms)), days=max(waits[firm] for firm in firms),
            )  # fmt: skip
    return None


def _fewest_certified(
    problem: Problem, own: tuple[Candidate, ...], allowed: frozenset[str]
) -> frozenset[str]:
    """The fewest of the allowed firms with whose papers all together can do it; empty: none."""
    before = _by_firm(supply_of(problem, own))
    changed = _with_papers(problem, allowed)
    offers = {each.offer for each in own}
    after = _by_firm(supply_of(changed, [c for c in changed.candidates if c.offer in offers]))
    nothing = np.zeros(len(problem.ask.demand), np.int64)
    firms = sorted(allowed)
    gains = [after.get(firm, nothing) - before.get(firm, nothing) for firm in firms]
    lacks = np.array(problem.ask.demand, np.int64) - sum(before.values(), nothing)
    if not firms or not can_cover(np.array(gains), lacks):
        return frozenset()
    cover = fewest_cover(
        np.array(gains), np.maximum(lacks, 0), seconds=0.0, effort=EFFORT, workers=1
    )
    return frozenset(firm for firm, is_in in zip(firms, cover.chosen, strict=True) if is_in)


def _by_firm(supply: Supply) -> dict[str, Whole]:
    return dict(zip(supply.firms, supply.cells.caps, strict=True))


def _with_papers(problem: Problem, firms: frozenset[str]) -> Problem:
    """As if these firms obtained what they lack in the shortest time."""
    changed = tuple(
        replace(each, ready_on=each.soonest_on)
        if each.firm in firms and _would_gain(problem, each) else each
        for each in problem.candidates
    )  # fmt: skip
    return replace(problem, candidates=changed)


def _would_gain(problem: Problem, each: Candidate) -> bool:
    begins = starts_on(each, problem)
    return each.soonest_on is not None and (begins is None or each.soonest_on < begins)


def _days_to_go(problem: Problem, each: Candidate) -> int:
    assert each.soonest_on is not None
    return max(0, (each.soonest_on - problem.ask.today).days)


def _misfit(problem: Problem) -> Iterator[Relaxation]:
    """As little more misfit as is needed."""
    beyond = {each.misfit for each in problem.candidates if each.misfit > problem.most_misfit}
    for points in sorted(beyond):
        relaxed = replace(problem, most_misfit=points)
        if is_possible(relaxed):
            yield Relaxation("misfit", relaxed, points)
            return


def _specs(problem: Problem) -> Iterator[Relaxation]:
    """As few specs together as are needed, three at most."""
    most = {own[0].spec: _most(problem, own) for own in by_spec(problem)}
    demand = np.array(problem.ask.demand, np.int64)
    for size in range(2, min(len(most), MOST_SPECS) + 1):
        for these in combinations(most, size):
            # What each could make alone adds up to at least what they can together.
            if (sum(most[spec] for spec in these) < demand).any():
                continue
            relaxed = _merged(problem, these)
            if is_possible(relaxed):
                yield Relaxation("spec", relaxed, Decimal(size), specs=these)
                return


def _most(problem: Problem, own: tuple[Candidate, ...]) -> Whole:
    found: Whole = supply_of(problem, own).cells.caps.sum(axis=0)
    return found


def _merged(problem: Problem, specs: tuple[str, ...]) -> Problem:
    """As if these specs were one."""
    name = " + ".join(specs)
    changed = tuple(
        replace(each, spec=name) if each.spec in specs else each for each in problem.candidates
    )
    return replace(problem, candidates=changed)


def _members(problem: Problem) -> Iterator[Relaxation]:
    """As many members as are needed, where the buyer wanted fewer."""
    if not problem.ask.most_members:
        return
    supplies = [supply_of(problem, own) for own in by_spec(problem)]
    needed = [_fewest(s) for s in supplies if can_cover(s.cells.caps, s.cells.demand)]
    if needed:
        relaxed = replace(problem, ask=replace(problem.ask, most_members=min(needed)))
        yield Relaxation("members", relaxed, Decimal(min(needed)))


def _quantity(problem: Problem) -> Iterator[Relaxation]:
    """In each period no more than can be shipped, where that is least less in all."""
    ask = problem.ask
    short = [lacking(problem, own) for own in by_spec(problem)]
    least = min(short, key=lambda each: sum(one.amount for one in each), default=())
    less = {each.period: each.amount for each in least}
    if less:
        demand = tuple(amount - less.get(t, 0) for t, amount in enumerate(ask.demand))
        relaxed = replace(problem, ask=replace(ask, demand=demand))
        yield Relaxation("quantity", relaxed, Decimal(sum(less.values())))
