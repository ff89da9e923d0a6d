"""Why a wish does not take place: the one thing that binds it, in the timetable as it is. Pure.

    for unmet in UnmetWishes(compile_problem(problem), timetable):
        print(unmet.wish, reason_sentence(unmet.reason, unmet.facts))

The reason is the step at which the last slot is lost, on the way from all slots to a booked
one: allowed to meet, both there, an able interpreter, quota, both free, a free table, a free
interpreter, the order of meetings. With several people on a side it is told of the pair that
comes furthest. It is worked out over columns; sentences and facts are made when they are asked
for, so that 400,000 unmet wishes cost a fraction of a second and about 40 bytes each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import overload

import numpy as np
from numpy.typing import NDArray

from matchmaker.meets.arrays import Compiled, Ints, Marks
from matchmaker.meets.explaining.never import why_never
from matchmaker.meets.problem import Meeting, Problem, Timetable, Unmet, Wish
from matchmaker.meets.seating import Seating
from matchmaker.meets.sentences import REASONS

Counts = NDArray[np.int16]

# The steps in the order of their numbers; a wish is told the furthest any of its pairs comes to.
QUOTA, BUSY, TABLES, INTERPRETERS, ORDER, POSSIBLE = range(6)


class UnmetWishes(Sequence[Unmet]):
    """Every wish that does not take place, with its binding reason, in the order of the problem.

    Nothing is worked out before one of them is looked at. The timetable must be without faults;
    of a wrong one the reasons may be wrong.
    """

    def __init__(self, compiled: Compiled, timetable: Timetable) -> None:
        self._compiled, self._timetable = compiled, timetable
        self._problem, self._facts = compiled.problem, compiled.facts

    @cached_property
    def _wishes(self) -> Ints:
        placed = {meeting.wish for meeting in self._timetable.meetings}
        unmet = [row for row, wish in enumerate(self._problem.wishes) if wish.id not in placed]
        return np.array(unmet, np.int64)

    @cached_property
    def _hall(self) -> _Hall:
        return _Hall(self._compiled, self._timetable.meetings)

    @cached_property
    def _options(self) -> Ints:
        return np.flatnonzero(np.isin(self._facts.wish, self._wishes))

    @cached_property
    def _ways(self) -> _Ways:
        return _weigh(self._compiled, self._hall, self._options)

    @cached_property
    def _way(self) -> Ints:
        return _furthest(self._facts.wish[self._options], self._ways.step, self._wishes)

    def __len__(self) -> int:
        return len(self._wishes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(len(self))

    @overload
    def __getitem__(self, index: int) -> Unmet: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Unmet, ...]: ...
    def __getitem__(self, index: int | slice) -> Unmet | tuple[Unmet, ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(len(self))))
        wish = self._problem.wishes[int(self._wishes[index])]
        way = int(self._way[index])
        return self._told(wish, way) if way >= 0 else _impossible(self._problem, self._hall, wish)

    def _told(self, wish: Wish, way: int) -> Unmet:
        """The reason of a wish that might have taken place, with what its sentence names."""
        ways, option = self._ways, int(self._options[way])
        people = self._problem.people
        first, second = int(self._facts.first[option]), int(self._facts.second[option])
        facts: dict[str, object] = {"who": people[first].id, "other": people[second].id}
        step, worthier = int(ways.step[way]), bool(ways.worthier[way])
        if step == QUOTA:
            full, others = (first, second) if self._hall.is_full[first] else (second, first)
            facts = {"who": people[full].id, "other": people[others].id, "most": people[full].most}
            reason = "quota full, worthier" if worthier else "quota full"
            return Unmet(wish.id, reason if people[full].most else "wants none", facts)
        facts["slots"] = int(ways.common[way])
        if step == BUSY:
            return Unmet(wish.id, "busy, worthier" if worthier else "busy", facts)
        facts["free"] = int(ways.free[way])
        if step == TABLES:
            facts["tables"] = self._hall.tables_told(self._facts.rules[self._facts.rule[option]],
                                                     first, second)  # fmt: skip
        if step == ORDER:
            facts["fixed"] = self._hall.binding(wish.id)
        if step == POSSIBLE:
            facts["slot"] = int(ways.slot[way])
        return Unmet(wish.id, _REASON_OF[step], facts)


_REASON_OF = {TABLES: "tables", INTERPRETERS: "interpreters", ORDER: "order", POSSIBLE: "possible"}


class _Hall(Seating):
    """Who sits where, what that is worth, and between which meetings others must lie."""

    def __init__(self, compiled: Compiled, meetings: Sequence[Meeting]) -> None:
        super().__init__(compiled, meetings)
        problem, slots = compiled.problem, compiled.slots
        self.present = self.facts.present.astype(bool)
        weights = [problem.wishes[self.wish_row[each.wish]].weight for each in meetings]
        # -1: no meeting; FREE and ABSENT, counted from the end, find it.
        self.worth = np.array([*weights, -1, -1], np.int64)[self.at]
        slot_of = {each.wish: each.slot for each in meetings}
        self.earliest = np.zeros(len(problem.wishes), np.int16)
        self.latest = np.full(len(problem.wishes), slots - 1, np.int16)
        self.before: dict[str, str] = {}  # of a wish what binds it most, if anything
        self.after: dict[str, str] = {}
        self._order(problem, slot_of)
        self.busy = self.worth >= 0
        most = [slots + 1 if each.most is None else each.most for each in problem.people]
        self.is_full = self.busy.sum(axis=1) >= np.array(most, np.int64)
        never = np.iinfo(np.int64).max
        self.least_worth = np.where(self.busy, self.worth, never).min(axis=1, initial=never)

    def _order(self, problem: Problem, slot_of: dict[str, int]) -> None:
        """Between which placed meetings a wish must lie, so that precedences hold."""
        for before, after in problem.precedences:
            one, other = self.wish_row[before], self.wish_row[after]
            if before in slot_of and slot_of[before] >= self.earliest[other]:
                self.earliest[other] = slot_of[before] + 1
                self.before[after] = before
            if after in slot_of and slot_of[after] <= self.latest[one]:
                self.latest[one] = slot_of[after] - 1
                self.after[before] = after

    def binding(self, wish: str) -> str:
        """The placed meetings, nearest to it, before or after which the wish must lie."""
        return ", ".join(each[wish] for each in (self.before, self.after) if wish in each)

    def tables_told(self, allowed: NDArray[np.uint8], first: int, second: int) -> int | str:
        """How many tables are busy in the slots in which both are free: 40, or '30 to 40'."""
        there = allowed.astype(bool) & self.present[first] & self.present[second]
        counts = self.facts.tables[there & ~self.busy[first] & ~self.busy[second]]
        low, high = int(counts.min()), int(counts.max())
        return high if low == high else f"{low} to {high}"


@dataclass(frozen=True)
class _Ways:
    """Of each pair that could attend an unmet wish: where it stops, and the counts to tell.

    `common`: slots in which both are there; `free`: those in which both are free. `slot`: one
    in which nothing is in the way, else -1. `worthier`: what keeps them busy, or fills the
    quota, is worth as much or more.
    """

    step: NDArray[np.int8]
    common: Counts
    free: Counts
    slot: Counts
    worthier: Marks


def _weigh(compiled: Compiled, hall: _Hall, options: Ints) -> _Ways:
    """Follow every pair from slot to slot; slot by slot, so that memory stays small."""
    facts = compiled.facts
    first, second = facts.first[options], facts.second[options]
    rule, need, wish = facts.rule[options], facts.need[options], facts.wish[options]
    weight = compiled.weight[options]
    count = len(options)
    common, free, table, helped = (np.zeros(count, np.int16) for _ in range(4))
    slot_found = np.full(count, -1, np.int16)
    worthier = np.ones(count, bool)
    able_free = hall.is_help_free()
    for slot in range(compiled.slots):
        there = hall.present[first, slot] & hall.present[second, slot]
        there &= facts.rules[rule, slot].astype(bool)
        kept_by = np.maximum(hall.worth[first, slot], hall.worth[second, slot])
        worthier &= ~there | (kept_by < 0) | (kept_by >= weight)
        both = there & (kept_by < 0)
        common += there
        free += both
        both &= bool(hall.left[slot] > 0)
        table += both
        both &= able_free[need, slot]
        helped += both
        both &= (hall.earliest[wish] <= slot) & (slot <= hall.latest[wish])
        slot_found[both & (slot_found < 0)] = slot
    is_full = hall.is_full[first] | hall.is_full[second]
    step = np.select(
        [is_full, free == 0, table == 0, helped == 0, slot_found < 0],
        [QUOTA, BUSY, TABLES, INTERPRETERS, ORDER],
        POSSIBLE,
    ).astype(np.int8)
    full = np.where(hall.is_full[first], first, second)
    worthier = np.where(is_full, hall.least_worth[full] >= weight, worthier)
    return _Ways(step, common, free, slot_found, worthier)


def _furthest(wish: NDArray[np.integer], step: NDArray[np.int8], wishes: Ints) -> Ints:
    """For each wish the row of the pair that comes furthest, the first of equals; -1: no pair."""
    if not len(wish):
        return np.full(len(wishes), -1, np.int64)
    order = np.lexsort((-step, wish))
    found = wish[order]
    at = np.searchsorted(found, wishes)
    inside = np.minimum(at, len(found) - 1)
    return np.where((at < len(found)) & (found[inside] == wishes), order[inside], -1)


def _impossible(problem: Problem, hall: _Hall, wish: Wish) -> Unmet:
    """The reason of a wish that could never take place, told of the pair that comes furthest."""
    people = problem.people
    pairs = [
        why_never(problem, wish, people[hall.row[one]], people[hall.row[other]])
        for one, other in product(wish.first, wish.second)
    ]
    return max(filter(None, pairs), key=lambda each: list(REASONS).index(each.reason))
