"""A timetable put right after it was announced, with as little moved as one likes. Pure.

    options = repair(problem, announced, lost=Lost(people=frozenset({"b7"})))

Who has a copy of the timetable in hand does not want another. So what can stay stays: in slot,
people and table. Freed slots are filled like a small meet of their own, the residual one. With
some moves allowed, the few meetings that stand in the way of the dearest wishes go elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from matchmaker.meets.arrays import Compiled, compile_problem
from matchmaker.meets.bounds.moving import most_with_moves
from matchmaker.meets.problem import Answer, Budget, Meeting, Problem, Timetable
from matchmaker.meets.repairing.giving_way import make_room
from matchmaker.meets.repairing.residual import residual
from matchmaker.meets.repairing.surviving import Lost, seated, survivors, without
from matchmaker.meets.timetable import build_timetable

DEFAULT = Budget(work=20)


@dataclass(frozen=True, slots=True)
class Change:
    """What is different for one person: a meeting that is new, moved, or off.

    `before`, `after`: slots; None where there was or is none. "reseated": the slot is the same,
    the table or the other people are not.
    """

    who: str
    what: Literal["new", "moved", "off", "reseated"]
    wish: str
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class Option:
    """One way to go on. `allowed`: how many announced meetings might be moved; `moved`: which.

    `off`: announced meetings that no longer take place; `new`: wishes that now do. `bound`: no
    timetable is worth more in which all meetings that can stay do take place; with 0 allowed, in
    which they keep their slots too.
    """

    allowed: int
    timetable: Timetable
    value: int
    bound: float
    moved: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def gap(self) -> float:
        """How far the value may be from the best possible, as a share of the bound."""
        return max(0.0, 1 - self.value / self.bound) if self.bound > 0 else 0.0


def repair(
    problem: Problem,
    announced: Timetable,
    *,
    lost: Lost | None = None,
    keep: Iterable[str] = (),
    moves: Iterable[int] = (0, 5, 20),
    budget: Budget = DEFAULT,
    clock: Callable[[], float] | None = None,
) -> tuple[Option, ...]:
    """A short list of ways to go on, one for each number of announced meetings that may move.

    `problem`: the meet as it was announced, or already with whoever is new; `lost`: what fell
    away. `keep`: wishes and people of which nothing is moved. More moves never give less value.
    A meeting that cannot stay is no move: it is taken off, and placed anew where it can be.
    Raises BadInput where what is to be kept excludes itself.
    """
    changed = without(problem, lost or Lost())
    repairing = _Repairing(changed, announced, frozenset(keep), budget, clock)
    return tuple(repairing.option(allowed) for allowed in sorted(set(moves)))


class _Repairing:
    """The options in the making; each begins where the one with fewer moves ended."""

    def __init__(
        self,
        problem: Problem,
        announced: Timetable,
        keep: frozenset[str],
        budget: Budget,
        clock: Callable[[], float] | None,
    ) -> None:
        self.problem, self.announced, self.keep = problem, announced, keep
        self.weight = {each.id: each.weight for each in problem.wishes}
        self.pinned = {each.id for each in problem.wishes if each.pinned is not None}
        self.budget, self.clock = budget, clock
        self.stay = survivors(problem, announced, self.is_kept)
        self.bound = 0.0  # of the timetables that move nothing
        self.current = self.fill(self.stay)
        self.last: Option | None = None

    def is_kept(self, meeting: Meeting) -> bool:
        return not self.keep.isdisjoint((meeting.wish, meeting.first, meeting.second))

    def may_move(self, meeting: Meeting) -> bool:
        return not self.is_kept(meeting) and meeting.wish not in self.pinned

    @cached_property
    def compiled(self) -> Compiled:
        """The whole meet as arrays; only needed where something may be moved."""
        return compile_problem(self.problem)

    def fill(self, settled: tuple[Meeting, ...]) -> tuple[Meeting, ...]:
        """The settled meetings and the best that fits beside them."""
        rest = residual(self.problem, settled)
        answer = Answer(Timetable(), 0, 0.0)
        if rest.wishes:
            answer = build_timetable(rest, self.budget, clock=self.clock)
        self.bound = self.value(settled) + answer.bound
        return (*settled, *answer.timetable.meetings)

    def value(self, meetings: Iterable[Meeting]) -> int:
        return sum(self.weight[each.wish] for each in meetings)

    def moved(self, meetings: Iterable[Meeting]) -> set[str]:
        """Which of those that could have stayed did not."""
        place = {each.wish: (each.slot, each.first, each.second) for each in meetings}
        return {
            each.wish
            for each in self.stay
            if place.get(each.wish) != (each.slot, each.first, each.second)
        }

    def option(self, allowed: int) -> Option:
        """The best found with this many moves."""
        before = self.current
        if allowed:
            stayed = {each.wish: each for each in self.stay}
            self.current = make_room(
                self.compiled,
                before,
                self.may_move,
                lambda each: each == stayed.get(each.wish),
                allowed - len(self.moved(before)),
            )
        bound = self.bound_with_moves if allowed else self.bound
        if self.last is None or self.current != before:
            self.last = self.told(allowed, bound)
        else:
            self.last = replace(self.last, allowed=allowed, bound=max(bound, self.last.value))
        return self.last

    @cached_property
    def bound_with_moves(self) -> float:
        """What no timetable can exceed in which all that could stay takes place somewhere."""
        return most_with_moves(self.compiled, self.stay)

    def told(self, allowed: int, bound: float) -> Option:
        """What the timetable as it is now means for everybody; it is worth no more than `bound`."""
        stay = {each.wish: each for each in self.stay}
        come = [each for each in self.current if each != stay.get(each.wish)]
        timetable = seated(self.problem, [m for m in self.current if m == stay.get(m.wish)], come)
        before = {each.wish for each in self.announced.meetings}
        after = {each.wish for each in timetable.meetings}
        value = self.value(timetable.meetings)
        return Option(
            allowed=allowed,
            timetable=timetable,
            value=value,
            bound=max(bound, value),
            moved=tuple(sorted(self.moved(timetable.meetings))),
            off=tuple(sorted(before - after)),
            new=tuple(sorted(after - before)),
            changes=changes(self.announced, timetable),
        )


def changes(before: Timetable, after: Timetable) -> tuple[Change, ...]:
    """What is different for whom, person by person."""
    old = {each.wish: each for each in before.meetings}
    new = {each.wish: each for each in after.meetings}
    found: set[Change] = set()
    for wish in old.keys() | new.keys():
        one, other = old.get(wish), new.get(wish)
        if one != other:
            found.update(_changes_of(wish, one, other))
    return tuple(sorted(found, key=lambda each: (each.who, each.wish, each.what)))


def _changes_of(wish: str, old: Meeting | None, new: Meeting | None) -> Iterable[Change]:
    """Both people of a meeting, or whoever takes their place in a team."""
    were = {old.first, old.second} if old else set()
    are = {new.first, new.second} if new else set()
    before, after = old.slot if old else None, new.slot if new else None
    for who in were - are:
        yield Change(who, "off", wish, before, None)
    for who in are - were:
        yield Change(who, "new", wish, None, after)
    for who in were & are:
        yield Change(who, "moved" if before != after else "reseated", wish, before, after)
