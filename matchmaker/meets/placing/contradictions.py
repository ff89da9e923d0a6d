"""Why a given list of meetings cannot be placed, where counting alone shows it. Pure.

Each finding names the people, slots and meetings that contradict each other, and few more than
the argument needs. What counting does not see, `refuting` finds.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from itertools import product

from matchmaker.meets.explaining.never import why_never
from matchmaker.meets.placing.given import Given
from matchmaker.meets.placing.oddness import at_once, odd_crowd
from matchmaker.meets.problem import Contradiction, Problem

Windows = Sequence[frozenset[int]]


def counted_out(given: Given) -> Contradiction | None:
    """The first contradiction that counting shows; None where it shows none."""
    return _without_option(given) or _quota(given) or _crowded(given) or _odd(given)


def astray(problem: Problem) -> Contradiction | None:
    """A meeting pinned to a slot in which it may not be, or an order that runs in a circle."""
    for wish in problem.wishes:
        if wish.pinned is not None and wish.slots and wish.pinned not in wish.slots:
            return Contradiction("pin", (wish.id,), (), (wish.pinned,))
    graph: dict[str, list[str]] = defaultdict(list)
    for first, second in problem.precedences:
        graph[second].append(first)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        return Contradiction("circle", tuple(circle.args[1][:-1]))
    return None


def tightened(given: Given) -> tuple[frozenset[int], ...]:
    """The slots of each meeting that leave room for all that comes before and after it.

    The order must not run in a circle.
    """
    windows = list(given.windows)
    graph: dict[int, list[int]] = defaultdict(list)
    for first, second in given.before:
        graph[second].append(first)
    order = [*TopologicalSorter(graph).static_order()]
    for second in order:
        for first in graph.get(second, ()):
            earliest = min(windows[first], default=given.slots)
            windows[second] = frozenset(slot for slot in windows[second] if slot > earliest)
    for second in reversed(order):
        for first in graph.get(second, ()):
            latest = max(windows[second], default=-1)
            windows[first] = frozenset(slot for slot in windows[first] if slot < latest)
    return tuple(windows)


def _without_option(given: Given) -> Contradiction | None:
    problem = given.problem
    people = {each.id: each for each in problem.people}
    for wish, options in zip(problem.wishes, given.options, strict=True):
        if options:
            continue
        pairs = [(people[one], people[other]) for one, other in product(wish.first, wish.second)]
        why = next(filter(None, (why_never(problem, wish, *pair) for pair in pairs)), None)
        who = tuple(dict.fromkeys(each.id for pair in pairs for each in pair))
        if why is None:
            return Contradiction("no table at all", (wish.id,), who)
        return Contradiction("never", (wish.id,), who, reason=why)
    return None


def _quota(given: Given) -> Contradiction | None:
    for person, meetings in zip(given.problem.people, given.attending, strict=True):
        if person.most is not None and len(meetings) > person.most:
            wishes = _ids(given, meetings)
            return Contradiction("quota", wishes, (person.id,), allowed=person.most)
    return None


def _crowded(given: Given) -> Contradiction | None:
    """Somebody's meetings, or all, have fewer places than there are of them."""
    for windows, ordered in _both_windows(given):
        for number, window in enumerate(windows):
            if not window:
                return Contradiction("order", _around(given, number))
        found = _crowded_in(given, windows)
        if found:
            return replace(found, with_order=ordered)
    return None


def _odd(given: Given) -> Contradiction | None:
    """People who would have to form more pairs than they can, in some slots or in one."""
    for windows, ordered in _both_windows(given):
        found = odd_crowd(given, windows) or _too_few_pairs(given, windows)
        if found:
            return replace(found, with_order=ordered)
    return None


def _too_few_pairs(given: Given, windows: tuple[frozenset[int], ...]) -> Contradiction | None:
    """Where those who are there cannot fill the tables, by whoever they meet."""
    held = at_once(given, windows)
    clash = without_place(windows, held.__getitem__) if held != list(given.tables) else None
    if clash:
        room = sum(held[slot] for slot in clash[1])
        return Contradiction("pairs", _ids(given, clash[0]), (), clash[1], allowed=room)
    return None


def _both_windows(given: Given) -> Iterator[tuple[tuple[frozenset[int], ...], bool]]:
    """The slots of each meeting; where there is an order, also what it leaves of them."""
    yield given.windows, False
    if given.before:
        yield tightened(given), True


def _crowded_in(given: Given, windows: Windows) -> Contradiction | None:
    for person, meetings in enumerate(given.attending):
        clash = without_place([windows[each] for each in meetings], lambda slot: 1)
        if clash:
            who, places = given.problem.people[person].id, clash[1]
            wishes = _ids(given, (meetings[each] for each in clash[0]))
            return Contradiction("person", wishes, (who,), places, allowed=len(places))
    clash = without_place(windows, given.tables.__getitem__)
    if clash:
        room = sum(given.tables[slot] for slot in clash[1])
        return Contradiction("tables", _ids(given, clash[0]), (), clash[1], allowed=room)
    return None


def without_place(
    windows: Windows, capacity: Callable[[int], int]
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Meetings that have fewer places together than there are of them, and their slots.

    None where each can have a place: they are given one after the other, and those who stand in
    the way move on (augmenting paths). Source of the argument: Hall 1935.
    """
    holders: dict[int, list[int]] = defaultdict(list)
    slot_of: dict[int, int] = {}
    for meeting in range(len(windows)):
        came_from: dict[int, int] = {}  # slot: the meeting that looked there
        queue, seen = deque([meeting]), {meeting}
        free = None
        while queue and free is None:
            looking = queue.popleft()
            for slot in sorted(windows[looking]):
                if slot in came_from:
                    continue
                came_from[slot] = looking
                if len(holders[slot]) < capacity(slot):
                    free = slot
                    break
                fresh = [each for each in holders[slot] if each not in seen]
                seen.update(fresh)
                queue.extend(fresh)
        if free is None:
            return tuple(sorted(seen)), tuple(sorted(came_from))
        _move_up(free, came_from, slot_of, holders)
    return None


def _move_up(
    free: int,
    came_from: Mapping[int, int],
    slot_of: dict[int, int],
    holders: dict[int, list[int]],
) -> None:
    """Each on the path takes the place it found, and leaves its own to the one before."""
    slot: int | None = free
    while slot is not None:
        mover = came_from[slot]
        left = slot_of.get(mover)
        if left is not None:
            holders[left].remove(mover)
        slot_of[mover] = slot
        holders[slot].append(mover)
        slot = left


def _around(given: Given, meeting: int) -> tuple[str, ...]:
    """The meeting and all that must come before or after it, along all steps."""
    found, queue = {meeting}, [meeting]
    while queue:
        here = queue.pop()
        for first, second in given.before:
            for other in ({first} if second == here else set()) | (
                {second} if first == here else set()
            ):
                if other not in found:
                    found.add(other)
                    queue.append(other)
    return _ids(given, sorted(found))


def people_of(given: Given, meetings: Iterable[int]) -> tuple[str, ...]:
    """Everybody who must attend at least two of these meetings."""
    known = set(meetings)
    return tuple(
        person.id
        for person, theirs in zip(given.problem.people, given.attending, strict=True)
        if len(known.intersection(theirs)) > 1
    )


def _ids(given: Given, meetings: Iterable[int]) -> tuple[str, ...]:
    return tuple(given.problem.wishes[each].id for each in meetings)
