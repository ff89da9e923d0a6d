"""What changes least when members of a plan decline. Pure.

Those who stay keep what they have. What is lacking goes to as few new firms as can do it; more
is asked of those who stay only where that is much cheaper, or needed. Where it cannot be done so,
the order is planned anew.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from matchmaker.matching.consortium.checking import check
from matchmaker.matching.consortium.choosing import Search, cheapest_of_all
from matchmaker.matching.consortium.covering import can_cover, fewest_cover
from matchmaker.matching.consortium.plan_details import amounts_of, bound_of, plan_of
from matchmaker.matching.consortium.planning import FIGURES_PER_SECOND, consortia_for
from matchmaker.matching.consortium.problem import (
    Candidate,
    Effort,
    Plan,
    Problem,
    Shortfall,
)
from matchmaker.matching.consortium.supply import (
    Lines,
    Mode,
    Supply,
    add_modes,
    arrays_of,
    available,
    modes_of,
    supply_of,
)

# More from a member who stays counts as so many times its price: it has agreed to its part.
CHANGE_COUNTS = 10
ChangeKind = Literal["stayed", "more", "less", "joined", "left"]


@dataclass(frozen=True)
class MemberChange:
    """What a firm ships by period, before and after, in steps."""

    firm: str
    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def kind(self) -> ChangeKind:
        if self.before == self.after:
            return "stayed"
        if not any(self.before) or not any(self.after):
            return "joined" if any(self.after) else "left"
        return "more" if sum(self.after) >= sum(self.before) else "less"


@dataclass(frozen=True)
class Resolved:
    """The plan without those who declined, and what changed for whom.

    `is_anew`: what was agreed could not be kept. `is_fewest`: with fewer new firms it cannot be
    done while the others keep what they have. The plan's bound is that of any number of firms.
    """

    plan: Plan
    changes: tuple[MemberChange, ...]
    is_anew: bool
    is_fewest: bool


def resolve(
    problem: Problem,
    plan: Plan,
    declined: Collection[str],
    effort: Effort = Effort(),  # noqa: B008
) -> Resolved | Shortfall:
    """The least change that fills the order without these firms; or why there is none.

    `declined`: firms, members or not; none of them is asked again. Raises BadInput.
    """
    check(problem)
    left = tuple(each for each in problem.candidates if each.firm not in declined)
    without = replace(problem, candidates=left)
    kept = _kept(plan, without)
    found = _least_change(without, plan, kept, effort)
    if found is not None:
        return Resolved(found[0], changes(plan, found[0]), False, found[1])
    answer = consortia_for(without, effort)
    if isinstance(answer, Shortfall):
        return answer
    return Resolved(answer.fewest, changes(plan, answer.fewest), True, False)


def changes(before: Plan, after: Plan) -> tuple[MemberChange, ...]:
    """What every firm of either plan ships in the one and in the other."""
    old = {each.firm: each.amounts for each in before.members}
    new = {each.firm: each.amounts for each in after.members}
    nothing = (0,) * max(len(before.amounts), len(after.amounts))
    return tuple(
        MemberChange(firm, old.get(firm, nothing), new.get(firm, nothing))
        for firm in sorted({*old, *new})
    )


def _kept(plan: Plan, without: Problem) -> dict[Candidate, list[int]]:
    """What the remaining members ship, as far as they still can."""
    by_offer = {each.offer: each for each in without.candidates}
    kept = {}
    for member in plan.members:
        for share in member.shares:
            candidate = by_offer.get(share.candidate.offer)
            if candidate is not None:
                most = available(candidate, without)
                pairs = zip(share.amounts, most, strict=True)
                kept[candidate] = [a if candidate.moq <= a <= b else 0 for a, b in pairs]
    return {candidate: amounts for candidate, amounts in kept.items() if any(amounts)}


def _least_change(
    without: Problem, plan: Plan, kept: dict[Candidate, list[int]], effort: Effort
) -> tuple[Plan, bool] | None:
    same = [c for c in without.candidates
            if c.spec == plan.spec and c.misfit <= without.most_misfit]  # fmt: skip
    if any(candidate not in same for candidate in kept):
        return None
    base = [sum(column) for column in zip(*kept.values(), strict=True)] if kept else []
    base = base or [0] * len(without.ask.demand)
    lacking = [max(0, q - b) for q, b in zip(without.ask.demand, base, strict=True)]
    amounts = {candidate: list(each) for candidate, each in kept.items()}
    is_fewest = True
    if any(lacking):
        supply = _more(without, same, kept, lacking)
        found = _filled(without, supply, {each.firm for each in amounts}, effort)
        if found is None:
            return None
        added, is_fewest = found
        for candidate, each in added.items():
            before = amounts.get(candidate, [0] * len(each))
            amounts[candidate] = [a + b for a, b in zip(before, each, strict=True)]
    whole = supply_of(without, same)
    bound = bound_of(without, whole, cheapest_of_all(whole))
    return plan_of(without, amounts, bound, "not proved", 0), is_fewest


def _more(
    without: Problem, same: list[Candidate], kept: dict[Candidate, list[int]], lacking: list[int]
) -> Supply:
    """What could be shipped on top: by members on the lines in use, by anybody on free ones."""
    members = {each.firm for each in kept}
    busy = {(each.line, t) for each, amounts in kept.items() for t, a in enumerate(amounts) if a}
    lines: Lines = {}
    for each in same:
        most = available(each, without)
        for t, wanted in enumerate(lacking):
            had = kept[each][t] if each in kept else 0
            if not wanted or ((each.line, t) in busy and not had):
                continue
            if had:
                modes = [_on_top(m, had, wanted) for m in modes_of(each, most[t], had + wanted)
                         if m.high > had]  # fmt: skip
            else:
                modes = modes_of(each, most[t], wanted)
            if each.firm in members:
                modes = [replace(mode, price=mode.price * CHANGE_COUNTS) for mode in modes]
            add_modes(lines, each, t, len(lacking), modes)
    return arrays_of(lines, lacking, same)


def _on_top(mode: Mode, had: int, wanted: int) -> Mode:
    """The part of a mode beyond what is shipped already."""
    low = max(1, mode.low - had)
    return replace(mode, low=low, high=min(mode.high - had, max(low, wanted)))


def _filled(
    without: Problem, supply: Supply, members: set[str], effort: Effort
) -> tuple[dict[Candidate, list[int]], bool] | None:
    """What each ships on top, with as few new firms as can do it; None: not within the limit."""
    cells = supply.cells
    kept = np.array([firm in members for firm in supply.firms], np.int8)
    if not can_cover(cells.caps, cells.demand):
        return None
    rest = np.maximum(cells.demand - cells.caps[kept == 1].sum(axis=0), 0)
    fresh = np.where(kept[:, None] == 1, 0, cells.caps)
    cover = fewest_cover(
        fresh, rest, seconds=effort.seconds,
        effort=effort.work / FIGURES_PER_SECOND, workers=effort.workers,
    )  # fmt: skip
    new = int(cover.chosen.sum())
    if without.ask.most_members and len(members) + new > without.ask.most_members:
        return None
    start = np.maximum(kept, cover.chosen)
    found = Search(supply, int(start.sum()), start, kept).run(effort)
    return amounts_of(supply, found), new == cover.bound
