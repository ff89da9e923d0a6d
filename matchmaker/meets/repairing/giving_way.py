"""Room for a wish by moving a meeting or two of others to another slot; nobody loses any. Pure.

A wish finds a slot in which each of its people is free, or busy with a meeting that can go to
another slot with a free table; or in which only the table is missing, and a meeting there can go.
Of all such ways the one that gains most is taken, again and again, while moves are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from matchmaker.meets.arrays import ABSENT, FREE, Compiled, Ints, Marks
from matchmaker.meets.problem import Meeting
from matchmaker.meets.seating import Seating


def make_room(
    compiled: Compiled,
    meetings: Iterable[Meeting],
    may_move: Callable[[Meeting], bool],
    is_announced: Callable[[Meeting], bool],
    moves: int,
) -> tuple[Meeting, ...]:
    """The meetings with as many wishes more as at most so many moves of announced ones allow.

    Moves of meetings that are not announced yet cost nothing. The table of a meeting that is new
    or moved is -1: it is still to be given. What has an order to keep is left where it is.
    """
    hall = _Hall(compiled, tuple(meetings), may_move, is_announced)
    while (way := hall.best_way(moves)) is not None:
        moves -= hall.go(way)
    return tuple(hall.meetings)


@dataclass(frozen=True)
class _Way:
    """An option that can be placed in this slot once these meetings have gone elsewhere.

    `worth`: what it adds, a must more than all else; `price`: how many announced ones leave.
    """

    option: int
    slot: int
    leave: tuple[int, ...]
    worth: int
    price: int


class _Hall(Seating):
    """Who sits where, who may move, and which wishes are still open."""

    def __init__(
        self,
        compiled: Compiled,
        meetings: tuple[Meeting, ...],
        may_move: Callable[[Meeting], bool],
        is_announced: Callable[[Meeting], bool],
    ) -> None:
        problem, facts = compiled.problem, compiled.facts
        super().__init__(compiled, meetings)
        self.compiled, self.meetings = compiled, list(meetings)
        placed = np.zeros(len(self.wish_row), bool)
        placed[[self.wish_row[each.wish] for each in meetings]] = True
        ordered = {wish for pair in problem.precedences for wish in pair}
        self.rule_of = {each: int(facts.rule[facts.options[row]])
                        for each, row in self.wish_row.items() if placed[row]}  # fmt: skip
        self.movable = [may_move(each) and each.wish not in ordered for each in meetings]
        self.cost = [int(is_announced(each)) for each in meetings]
        is_free_of_order = np.array([each.id not in ordered for each in problem.wishes], bool)
        self.open = np.flatnonzero(~placed[facts.wish] & is_free_of_order[facts.wish])

    # -- looking -----------------------------------------------------------------------------

    def best_way(self, moves: int) -> _Way | None:
        """The way that adds most, the fewest moves among equals; None where there is none."""
        facts, options = self.facts, self._wanted()
        if not len(options):
            return None
        can_leave = np.array([*self._can_leave(), True], bool)  # the last: nobody is in the way
        able_free = self.is_help_free()
        ways = (
            self._best_in(slot, options, can_leave, able_free[facts.need[options], slot], moves)
            for slot in range(self.compiled.slots)
        )
        return max(filter(None, ways), key=lambda way: (way.worth, -way.price), default=None)

    def _best_in(
        self, slot: int, options: Ints, can_leave: Marks, is_helped: Marks, moves: int
    ) -> _Way | None:
        """The best way into one slot."""
        facts, cost = self.facts, np.array([*self.cost, 0], np.int64)
        one, other = self.at[facts.first[options], slot], self.at[facts.second[options], slot]
        fits = (one != ABSENT) & (other != ABSENT) & is_helped
        fits &= facts.rules[facts.rule[options], slot] > 0
        one, other = np.maximum(one, FREE), np.maximum(other, FREE)
        fits &= can_leave[one] & can_leave[other]
        price = cost[one] + cost[other]
        holder = self._table_holder(slot, can_leave, cost)
        is_bare = (one == FREE) & (other == FREE) & (self.left[slot] <= 0)
        if holder is None:
            fits &= ~is_bare
        else:
            price = np.where(is_bare, cost[holder], price)
        fits &= price <= moves
        if not fits.any():
            return None
        worth = facts.worth[options]
        top = int(np.lexsort((price, np.where(fits, -worth, 1)))[0])
        leave = {int(one[top]), int(other[top])} - {FREE}
        if is_bare[top] and holder is not None:
            leave = {holder}
        return _Way(int(options[top]), slot, tuple(sorted(leave)), int(worth[top]), int(price[top]))

    def _wanted(self) -> Ints:
        """Options of wishes that are not placed, of which both people want another meeting."""
        facts = self.facts
        room = (self.at >= 0).sum(axis=1) < facts.most
        self.open = self.open[room[facts.first[self.open]] & room[facts.second[self.open]]]
        return self.open

    def _can_leave(self) -> Iterator[bool]:
        for number, meeting in enumerate(self.meetings):
            yield self.movable[number] and next(self._elsewhere(meeting), None) is not None

    def _elsewhere(self, meeting: Meeting) -> Iterator[int]:
        """The other slots that could take this meeting with its people and interpreter."""
        free = (self.at[self.row[meeting.first]] == FREE) & (self.left > 0)
        free &= self.at[self.row[meeting.second]] == FREE
        free &= self.facts.rules[self.rule_of[meeting.wish]] > 0
        if meeting.interpreter is not None:
            free &= self.helper_free[self.helper[meeting.interpreter]]
        yield from np.flatnonzero(free).tolist()

    def _table_holder(self, slot: int, can_leave: Marks, cost: Ints) -> int | None:
        """A meeting that could leave this slot so that a table is free, the cheapest."""
        here = np.unique(self.at[:, slot])
        here = here[here >= 0]
        here = here[can_leave[here]]
        return int(here[np.argmin(cost[here])]) if len(here) else None

    # -- doing -------------------------------------------------------------------------------

    def go(self, way: _Way) -> int:
        """Move what is in the way, place the wish; returns how many announced ones moved."""
        before = [(number, self.meetings[number]) for number in way.leave]
        for _, meeting in before:
            self.rise(meeting)
        self.left[way.slot] -= 1  # the table of the wish, which nobody else may take
        moved: list[int] = []
        for number, meeting in before:
            target = next((slot for slot in self._elsewhere(meeting) if slot != way.slot), None)
            if target is None:
                return self._back(way, before, moved)
            self.meetings[number] = replace(meeting, slot=target, table=-1)
            self.sit(number, self.meetings[number])
            moved.append(number)
        self.left[way.slot] += 1
        self._add(way)
        spent = sum(self.cost[number] for number in way.leave)
        for number in way.leave:
            self.cost[number] = 0  # it is moved already
        return spent

    def _back(self, way: _Way, before: list[tuple[int, Meeting]], moved: list[int]) -> int:
        """Two that had to leave wanted the same place: all as it was, and not tried again."""
        for number in moved:
            self.rise(self.meetings[number])
        self.left[way.slot] += 1
        for number, meeting in before:
            self.meetings[number] = meeting
            self.sit(number, meeting)
        self.open = self.open[self.open != way.option]
        return 0

    def _add(self, way: _Way) -> None:
        problem, facts, option = self.compiled.problem, self.facts, way.option
        wish = problem.wishes[int(facts.wish[option])]
        meeting = Meeting(
            wish.id,
            problem.people[int(facts.first[option])].id,
            problem.people[int(facts.second[option])].id,
            way.slot,
            -1,
            self._interpreter(option, way.slot),
        )
        self.meetings.append(meeting)
        self.movable.append(wish.pinned is None)
        self.cost.append(0)
        self.rule_of[wish.id] = int(facts.rule[option])
        self.sit(len(self.meetings) - 1, meeting)
        self.open = self.open[facts.wish[self.open] != facts.wish[option]]

    def _interpreter(self, option: int, slot: int) -> str | None:
        need = int(self.facts.need[option])
        if not need:
            return None
        able = self.facts.able[need].astype(bool) & self.helper_free[:, slot]
        return self.compiled.problem.interpreters[int(np.flatnonzero(able)[0])].id
