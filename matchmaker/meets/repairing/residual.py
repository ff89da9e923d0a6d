"""The meet that is left when some meetings are settled: what else can still take place. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from matchmaker.meets.problem import Interpreter, Meeting, Person, Problem, Wish


def residual(problem: Problem, settled: Iterable[Meeting]) -> Problem:
    """The same meet with these meetings settled: their people, tables and helpers are taken.

    A timetable of it, together with the settled meetings, is one of the whole meet; no timetable
    of the whole that contains them is worth more than theirs and the best of it.
    """
    meetings = tuple(settled)
    used = Counter(meeting.slot for meeting in meetings)
    busy: dict[str, set[int]] = defaultdict(set)
    for meeting in meetings:
        for who in (meeting.first, meeting.second):
            busy[who].add(meeting.slot)
    helping: dict[str, set[int]] = defaultdict(set)
    for meeting in meetings:
        if meeting.interpreter is not None:
            helping[meeting.interpreter].add(meeting.slot)
    people = tuple(_rest_of(problem, each, busy.get(each.id, set())) for each in problem.people)
    wishes = _open_wishes(problem, meetings, people)
    known = {wish.id for wish in wishes}
    return replace(
        problem,
        tables=tuple(count - used[slot] for slot, count in enumerate(problem.tables)),
        people=people,
        wishes=wishes,
        interpreters=tuple(_away(each, helping.get(each.id)) for each in problem.interpreters),
        precedences=tuple(
            pair for pair in problem.precedences if pair[0] in known and pair[1] in known
        ),
        floor=0,  # what is left of it is in each person's `least`
        place_all=False,  # what of a given list has no place is told, the rest stays
        most_apart=None,
    )


def _most(problem: Problem, person: Person) -> int:
    return len(problem.slots) if person.most is None else person.most


def _rest_of(problem: Problem, person: Person, busy: set[int]) -> Person:
    left = max(0, _most(problem, person) - len(busy))
    least = max(0, max(person.least, problem.floor) - len(busy))
    return replace(person, absent=person.absent | busy, most=left, least=min(least, left))


def _away(interpreter: Interpreter, busy: set[int] | None) -> Interpreter:
    return replace(interpreter, absent=interpreter.absent | busy) if busy else interpreter


def _open_wishes(
    problem: Problem, settled: Iterable[Meeting], people: Iterable[Person]
) -> tuple[Wish, ...]:
    """Wishes that are not settled and of which each side still has somebody who is free."""
    slots = len(problem.slots)
    slot_of = {meeting.wish: meeting.slot for meeting in settled}
    is_open = {each.id for each in people if each.most and len(each.absent) < slots}
    windows = _windows(problem, slot_of)
    found = (
        _confined(wish, windows.get(wish.id))
        for wish in problem.wishes
        if wish.id not in slot_of
        and not is_open.isdisjoint(wish.first)
        and not is_open.isdisjoint(wish.second)
    )
    return tuple(wish for wish in found if wish.slots is None or wish.slots)


def _confined(wish: Wish, window: frozenset[int] | None) -> Wish:
    """The wish, only where the order of meetings allows it."""
    if window is None:
        return wish
    return replace(wish, slots=window if wish.slots is None else wish.slots & window)


def _windows(problem: Problem, slot_of: dict[str, int]) -> dict[str, frozenset[int]]:
    """The slots left to wishes that must come before or after a settled meeting."""
    found: dict[str, frozenset[int]] = {}
    everything = frozenset(range(len(problem.slots)))
    for before, after in problem.precedences:
        if before in slot_of:
            later = frozenset(range(slot_of[before] + 1, len(problem.slots)))
            found[after] = found.get(after, everything) & later
        if after in slot_of:
            found[before] = found.get(before, everything) & frozenset(range(slot_of[after]))
    return found
