"""Whether a meet can be worked with at all: bounds, names, times, numbers. Pure.

    check(problem)                  # every solver does: what it says can be meant
    check_something_to_do(problem)  # at the door: and it is a meet

Mistakes are told by the JSON path of the value, so that the same sentence helps whoever wrote
the file and whoever built the dataclasses. What is well said but cannot all come true, such as
must-meets that exclude each other, is in `promises.py`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter

from matchmaker.errors import BadInput
from matchmaker.meets.names import check_form, check_ids, check_languages, check_shown, meant
from matchmaker.meets.problem import Interpreter, Person, Problem, Slot, Wish
from matchmaker.meets.sentences import counted

# Ten times the largest meet that was measured; memory and time stay within one machine.
MOST = {
    "slots": 1_000,
    "people": 20_000,
    "wishes": 1_000_000,
    "interpreters": 2_000,
    "apart": 1_000_000,
    "precedences": 100_000,
}
MOST_PAIRS = 2_000_000
MOST_TABLES = 20_000
HEAVIEST = 1_000_000_000
MOST_DAYS = 10_000
LONGEST_SLOT = dt.timedelta(hours=12)
LONGEST_MEET = dt.timedelta(days=366)
YEARS = range(1970, 3000)


def check(problem: Problem) -> None:
    """Raise BadInput at the first value that cannot be used; return where all can be."""
    check_sizes({name: len(getattr(problem, name)) for name in MOST})
    _check_slots(problem.slots)
    _check_tables(problem)
    _check_people(problem)
    _check_interpreters(problem)
    _check_wishes(problem)
    _check_apart(problem)
    _check_precedences(problem)
    _check_number("$.floor", problem.floor, max(1, len(problem.slots)))
    if problem.most_apart is not None:
        _check_number("$.most_apart", problem.most_apart, len(problem.slots))


def check_something_to_do(problem: Problem) -> None:
    """Raise BadInput where no meeting could take place, or one would take place twice."""
    if not problem.slots:
        raise BadInput("$.slots", "an empty list", "Give at least one slot with start and end.")
    if len(problem.people) < 2:
        remedy = "A meeting takes two people: give at least two."
        raise BadInput("$.people", _listed(each.id for each in problem.people), remedy)
    if not problem.wishes:
        raise BadInput("$.wishes", "an empty list", "Give at least one meeting that is wished.")
    if problem.tables and not any(problem.tables):
        remedy = "There is no table in any slot: give at least one."
        raise BadInput("$.tables", list(problem.tables), remedy)
    if all(len(each.absent) >= len(problem.slots) for each in problem.people):
        remedy = "Nobody is there in any slot: take slots off the lists of absences."
        raise BadInput("$.people", f"{len(problem.people)} people, all absent", remedy)
    _check_home_tables(problem)
    _check_people_apart(problem)
    if problem.most_apart is not None and not problem.place_all:
        remedy = "It counts only for a given list: set place_all to true, or leave this out."
        raise BadInput("$.most_apart", problem.most_apart, remedy)
    if not problem.place_all:
        _check_asked_once(problem.wishes)


def _check_home_tables(problem: Problem) -> None:
    """A home table stands in some slot at least."""
    tables = max(problem.tables, default=MOST_TABLES)
    for number, person in enumerate(problem.people):
        if person.table is not None and person.table >= tables:
            remedy = f"Tables are counted from 0 to {tables - 1}, the most of any slot: give one "
            remedy += "of these, or leave it out."
            raise BadInput(f"$.people[{number}].table", person.table, remedy)


def _check_people_apart(problem: Problem) -> None:
    """Interpreters are other people than those who meet; all speak languages that there are."""
    people = {each.id for each in problem.people}
    for number, interpreter in enumerate(problem.interpreters):
        if interpreter.id in people:
            remedy = "A person has this id: who meets others cannot interpret. Give another id."
            raise BadInput(f"$.interpreters[{number}].id", interpreter.id, remedy)
        check_languages(f"$.interpreters[{number}].languages", interpreter.languages)
    for number, person in enumerate(problem.people):
        check_languages(f"$.people[{number}].languages", person.languages)


def check_sizes(sizes: dict[str, int]) -> None:
    """Refuse lists that are too long, before anything is done with them."""
    for name, size in sizes.items():
        if size > MOST[name]:
            remedy = f"There can be at most {MOST[name]:,}. Split the meet into several."
            raise BadInput(f"$.{name}", f"{size:,} entries", remedy)


def _check_slots(slots: Sequence[Slot]) -> None:
    for number, slot in enumerate(slots):
        path = f"$.slots[{number}]"
        _check_times(slot, path)
        before = slots[number - 1] if number else None
        if before and slot.start < before.end:
            is_late = slot.start >= before.start
            remedy = (
                f"It begins before the slot before it ends ({before.end.isoformat()}), and nobody "
                "can be at two places: let slots follow each other."
                if is_late
                else "It lies before the slot before it: list the slots in the order of time."
            )
            raise BadInput(f"{path}.start", slot.start.isoformat(), remedy)
        if before and slot.day < before.day:
            remedy = f"The slot before is on day {before.day}: give this one no earlier day."
            raise BadInput(f"{path}.day", slot.day, remedy)
        if slot.start - slots[0].start > LONGEST_MEET:
            remedy = f"The meet begins at {slots[0].start.isoformat()} and may go on for a year."
            raise BadInput(f"{path}.start", slot.start.isoformat(), remedy)


def _check_times(slot: Slot, path: str) -> None:
    for name, instant in (("start", slot.start), ("end", slot.end)):
        if instant.utcoffset() is None:
            remedy = "Give the time zone's offset too, such as +05:30."
            raise BadInput(f"{path}.{name}", instant.isoformat(), remedy)
        if instant.year not in YEARS:
            remedy = f"Check the year: from {YEARS[0]} to {YEARS[-1]} it can be."
            raise BadInput(f"{path}.{name}", instant.isoformat(), remedy)
    if slot.end <= slot.start:
        remedy = (
            f"The slot starts at {slot.start.isoformat()} and must end later. One that goes on "
            "past midnight ends on the date of the next day."
        )
        raise BadInput(f"{path}.end", slot.end.isoformat(), remedy)
    if slot.end - slot.start > LONGEST_SLOT:
        remedy = "A slot holds one meeting of at most 12 hours: check the dates."
        raise BadInput(f"{path}.end", slot.end.isoformat(), remedy)
    _check_number(f"{path}.day", slot.day, MOST_DAYS)


def _check_tables(problem: Problem) -> None:
    if len(problem.tables) != len(problem.slots):
        remedy = f"Give one number for each slot: {len(problem.slots)} of them."
        raise BadInput("$.tables", counted(len(problem.tables), "number"), remedy)
    for number, tables in enumerate(problem.tables):
        _check_number(f"$.tables[{number}]", tables, MOST_TABLES)


def _check_people(problem: Problem) -> None:
    people, slots = problem.people, len(problem.slots)
    check_ids("$.people", [each.id for each in people])
    for number, person in enumerate(people):
        _check_person(person, f"$.people[{number}]", slots)


def _check_person(person: Person, path: str, slots: int) -> None:
    check_shown(f"{path}.company", person.company)
    _check_slot_numbers(f"{path}.absent", person.absent, slots)
    _check_number(f"{path}.least", person.least, slots)
    if person.most is not None:
        _check_number(f"{path}.most", person.most, HEAVIEST)
        if person.least > person.most:
            remedy = f"It is more than the most meetings, {person.most}: lower it or raise that."
            raise BadInput(f"{path}.least", person.least, remedy)
    if person.table is not None:
        _check_number(f"{path}.table", person.table, MOST_TABLES)
    check_form(f"{path}.languages", person.languages)


def _check_interpreters(problem: Problem) -> None:
    check_ids("$.interpreters", [each.id for each in problem.interpreters])
    for number, each in enumerate(problem.interpreters):
        _check_interpreter(each, f"$.interpreters[{number}]", len(problem.slots))


def _check_interpreter(interpreter: Interpreter, path: str, slots: int) -> None:
    _check_slot_numbers(f"{path}.absent", interpreter.absent, slots)
    check_form(f"{path}.languages", interpreter.languages)
    if len(interpreter.languages) < 2:
        shown = _listed(interpreter.languages)
        raise BadInput(f"{path}.languages", shown, "Interpreting takes two languages or more.")


def _check_wishes(problem: Problem) -> None:
    check_ids("$.wishes", [each.id for each in problem.wishes])
    known = {each.id for each in problem.people}
    pairs = 0
    for number, wish in enumerate(problem.wishes):
        _check_sides(wish, number, known)
        pairs += len(wish.first) * len(wish.second)
        if type(wish.weight) is not int or not 0 <= wish.weight <= HEAVIEST:
            _check_number(f"$.wishes[{number}].weight", wish.weight, HEAVIEST)
        if wish.slots is not None or wish.pinned is not None:
            _check_place(wish, f"$.wishes[{number}]", len(problem.slots))
    if pairs > MOST_PAIRS:
        remedy = (
            f"Together they allow more than {MOST_PAIRS:,} pairs of people: make teams smaller."
        )
        raise BadInput("$.wishes", f"{pairs:,} pairs", remedy)


def _check_sides(wish: Wish, number: int, known: set[str]) -> None:
    for name, side in (("first", wish.first), ("second", wish.second)):
        if not side:
            remedy = "Name at least one person of each side."
            raise BadInput(f"$.wishes[{number}].{name}", "an empty list", remedy)
        for place, who in enumerate(side):
            if who not in known:
                remedy = f"There is nobody of this id among the people.{meant(who, known)}"
                raise BadInput(f"$.wishes[{number}].{name}[{place}]", who, remedy)
    both = (*wish.first, *wish.second)
    if both[0] in both[1:] or (len(both) > 2 and len(set(both)) < len(both)):
        twice = next(who for who in both if both.count(who) > 1)
        remedy = "Each person stands on one side, once: nobody can meet oneself."
        raise BadInput(f"$.wishes[{number}].second", twice, remedy)


def _check_place(wish: Wish, path: str, slots: int) -> None:
    if wish.slots is not None:
        _check_slot_numbers(f"{path}.slots", wish.slots, slots)
        if not wish.slots:
            remedy = "Give at least one slot, or null for any."
            raise BadInput(f"{path}.slots", "an empty list", remedy)
    if wish.pinned is not None:
        _check_slot_numbers(f"{path}.pinned", (wish.pinned,), slots)
        if wish.slots is not None and wish.pinned not in wish.slots:
            remedy = "It is not among the slots of this wish: pin it to one of them."
            raise BadInput(f"{path}.pinned", wish.pinned, remedy)


def _check_asked_once(wishes: Iterable[Wish]) -> None:
    """Of two people there is one wish, else they might be seated twice."""
    asked: dict[tuple[str, str], str] = {}
    for number, wish in enumerate(wishes):
        for one in wish.first:
            for other in wish.second:
                pair = (one, other) if one < other else (other, one)
                if asked.setdefault(pair, wish.id) != wish.id:
                    remedy = f"{one} and {other} are wished already by {asked[pair]}: keep one."
                    raise BadInput(f"$.wishes[{number}]", wish.id, remedy)


def _check_apart(problem: Problem) -> None:
    known = {each.id for each in problem.people} | {each.company for each in problem.people}
    known.discard("")
    wrong = [each for each in problem.apart if each[0] == each[1] or not known.issuperset(each)]
    for one, other in sorted(wrong):
        if one == other:
            raise BadInput("$.apart", f"{one}, {other}", "Name two who are not the same.")
        name = other if one in known else one
        remedy = f"There is neither a person nor a company of this name.{meant(name, known)}"
        raise BadInput("$.apart", name or "nothing", remedy)


def _check_precedences(problem: Problem) -> None:
    """Both wishes are there, and what must come before what has no circle."""
    known = {each.id for each in problem.wishes} if problem.precedences else set()
    graph: dict[str, list[str]] = defaultdict(list)
    for number, pair in enumerate(problem.precedences):
        for place, wish in enumerate(pair):
            if wish not in known:
                remedy = f"There is no wish of this id.{meant(wish, known)}"
                raise BadInput(f"$.precedences[{number}][{place}]", wish, remedy)
        if pair[0] == pair[1]:
            remedy = "No meeting comes before itself: name two."
            raise BadInput(f"$.precedences[{number}]", pair[0], remedy)
        graph[pair[1]].append(pair[0])
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        round_trip = circle.args[1][:-1]
        start = round_trip.index(min(round_trip))
        shown = " → ".join((*round_trip[start:], *round_trip[:start], round_trip[start]))
        remedy = "Each must come before the next, in a circle: take one of them off."
        raise BadInput("$.precedences", shown, remedy) from circle


def _check_number(path: str, value: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise BadInput(path, value, f"Give a whole number from 0 to {most:,}.")


def _check_slot_numbers(path: str, numbers: Iterable[int], slots: int) -> None:
    for each in numbers:
        if isinstance(each, bool) or not isinstance(each, int) or not 0 <= each < slots:
            remedy = (
                f"Slots are counted from 0 to {slots - 1}."
                if slots > 1
                else "There is only slot 0."
            )
            raise BadInput(path, each, remedy)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)) or "an empty list"
