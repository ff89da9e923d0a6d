"""The fewest breaks of a small given list, by trying every way. Knows nothing of the solver."""

from __future__ import annotations

from itertools import product

from matchmaker.meets.faults import breaks_of, find_faults
from matchmaker.meets.problem import Meeting, Problem, Timetable, Wish

OF_THE_WHOLE = {"not placed", "must missing", "pin missing", "breaks apart"}


def fewest_breaks(problem: Problem) -> int | None:
    """Over all placings without a fault; None: there is none."""
    ways = [_ways(problem, wish) for wish in problem.wishes]
    found = [
        sum(breaks_of(problem, placed).values())
        for placed in _placings(problem, sorted(ways, key=len))
    ]
    return min(found, default=None)


def _ways(problem: Problem, wish: Wish) -> list[Meeting]:
    """Each way in which this meeting alone would be without a fault."""
    helpers = (None, *(each.id for each in problem.interpreters))
    ways = [
        Meeting(wish.id, one, other, slot, 0, helper)
        for one, other in product(wish.first, wish.second)
        for slot in range(len(problem.slots))
        for helper in helpers
    ]
    allowed = [each for each in ways if _is_sound(problem, (each,))]
    needless = {(each.first, each.second, each.slot) for each in allowed if not each.interpreter}
    return [
        each
        for each in allowed
        if not each.interpreter or (each.first, each.second, each.slot) not in needless
    ]


def _placings(problem: Problem, ways: list[list[Meeting]], placed: tuple[Meeting, ...] = ()):  # type: ignore[no-untyped-def]
    if len(placed) == len(ways):
        kinds = {fault.kind for fault in find_faults(problem, _seated(placed))}
        if not kinds:
            yield placed
        return
    for way in ways[len(placed)]:
        more = (*placed, way)
        if _is_sound(problem, more):
            yield from _placings(problem, ways, more)


def _is_sound(problem: Problem, placed: tuple[Meeting, ...]) -> bool:
    faults = find_faults(problem, _seated(placed))
    return all(fault.kind in OF_THE_WHOLE for fault in faults)


def _seated(placed: tuple[Meeting, ...]) -> Timetable:
    """Each at a table of its own, so that tables are counted and nothing else."""
    used: dict[int, int] = {}
    seated = []
    for each in placed:
        table = used.get(each.slot, 0)
        used[each.slot] = table + 1
        seated.append(Meeting(each.wish, each.first, each.second, each.slot, table,
                              each.interpreter))  # fmt: skip
    return Timetable(tuple(seated))
