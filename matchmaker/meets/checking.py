"""Whether a problem says what can be timetabled; else the first thing that must be put right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from matchmaker.errors import BadInput
from matchmaker.meets.problem import Interpreter, Person, Problem, Slot, Wish

MOST_SLOTS = 1000  # three weeks of quarter hours
MOST_WEIGHT = 10**9


def check(problem: Problem) -> None:
    """Raise BadInput, which names field, value and remedy, unless the problem makes sense."""
    _check_slots(problem.slots)
    if len(problem.tables) != len(problem.slots):
        raise BadInput("tables", len(problem.tables), f"Give one for each of {_slots(problem)}.")
    for tables in problem.tables:
        if tables < 0:
            raise BadInput("tables", tables, "Give 0 or more tables.")
    if problem.floor < 0:
        raise BadInput("floor", problem.floor, "Give 0 or more meetings.")
    for name, ids in (
        ("people", [each.id for each in problem.people]),
        ("wishes", [each.id for each in problem.wishes]),
        ("interpreters", [each.id for each in problem.interpreters]),
    ):
        _check_once(name, ids)
    for person in problem.people:
        _check_person(person, problem)
    for interpreter in problem.interpreters:
        _check_absent(interpreter, problem)
    known = {each.id for each in problem.people}
    for wish in problem.wishes:
        _check_wish(wish, known, problem)
    _check_order(problem)


def _slots(problem: Problem) -> str:
    return f"{len(problem.slots)} slots"


def _check_slots(slots: Sequence[Slot]) -> None:
    if len(slots) > MOST_SLOTS:
        raise BadInput("slots", len(slots), f"Give at most {MOST_SLOTS} slots.")
    for slot in slots:
        if slot.start.tzinfo is None or slot.end.tzinfo is None:
            raise BadInput("slots", slot.start.isoformat(), "Give times with their time zone.")
        if slot.end <= slot.start:
            raise BadInput(
                "slots",
                f"{slot.start.isoformat()} to {slot.end.isoformat()}",
                "Let a slot end after it starts; across midnight its end is on the next day.",
            )
    for one, other in pairwise(slots):
        if other.start < one.end:
            raise BadInput(
                "slots",
                other.start.isoformat(),
                "Give slots in the order of time, each after the one before it.",
            )


def _check_once(name: str, ids: Sequence[str]) -> None:
    if len(set(ids)) == len(ids):
        return
    twice = next(each for each, count in Counter(ids).items() if count > 1)
    raise BadInput(name, twice, "Give each an id of its own.")


def _check_person(person: Person, problem: Problem) -> None:
    _check_absent(person, problem)
    if person.least < 0:
        raise BadInput("least", person.least, f"Give 0 or more meetings for {person.id}.")
    if person.most is not None and person.most < max(0, person.least):
        raise BadInput(
            "most",
            person.most,
            f"Give {person.id} at least {person.least} meetings, or a lower least.",
        )
    if person.table is not None and person.table < 0:
        raise BadInput("table", person.table, f"Give {person.id} a table from 0 on, or none.")


def _check_absent(who: Person | Interpreter, problem: Problem) -> None:
    _check_in(who.absent, "absent", who.id, problem)


def _check_in(slots: Iterable[int], name: str, whose: str, problem: Problem) -> None:
    for slot in slots:
        if not 0 <= slot < len(problem.slots):
            raise BadInput(name, slot, f"{whose}: slots are 0 to {len(problem.slots) - 1}.")


def _check_wish(wish: Wish, known: set[str], problem: Problem) -> None:
    for people in (wish.first, wish.second):
        if not people:
            raise BadInput("wishes", wish.id, "Name at least one person on each side.")
        for person in people:
            if person not in known:
                raise BadInput("wishes", wish.id, f"“{person}” is not among the people.")
    if wish.first == wish.second and len(wish.first) == 1:
        raise BadInput("wishes", wish.id, "Name two people: nobody meets themselves.")
    if not 0 <= wish.weight <= MOST_WEIGHT:
        raise BadInput("weight", wish.weight, f"{wish.id}: give 0 to {MOST_WEIGHT:,}.")
    if wish.slots is not None:
        _check_in(wish.slots, "slots", wish.id, problem)
    if wish.pinned is not None:
        _check_in((wish.pinned,), "pinned", wish.id, problem)


def _check_order(problem: Problem) -> None:
    """Both wishes of a precedence are there, and they do not go round in a ring."""
    if not problem.precedences:
        return
    known = {each.id for each in problem.wishes}
    after: dict[str, list[str]] = {}
    waiting: Counter[str] = Counter()
    for one, other in problem.precedences:
        for name in (one, other):
            if name not in known:
                raise BadInput("precedences", name, "Name wishes that are on the list.")
        after.setdefault(one, []).append(other)
        waiting[other] += 1
    ready = [each for each in known if not waiting[each]]
    while ready:
        for other in after.get(ready.pop(), ()):
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    ring = sorted(name for name, count in waiting.items() if count)
    if ring:
        raise BadInput("precedences", ", ".join(ring), "Take one out: they wait for each other.")
