"""What is left of an announced timetable when people, slots or tables are lost. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

from matchmaker.errors import BadInput
from matchmaker.meets.explaining.never import slots_together
from matchmaker.meets.faults import Fault, find_faults
from matchmaker.meets.problem import Meeting, Problem, Timetable, Wish

# A meeting with one of these faults cannot stay, whatever else takes place.
_ALONE = frozenset({
    "unknown wish", "unknown person", "unknown slot", "unknown interpreter", "not of the wish",
    "meets oneself", "same company", "kept apart", "person absent", "wrong slot", "pin moved",
    "interpreter missing", "interpreter unable", "interpreter absent",
})  # fmt: skip
# What may be missing or at the wrong table is not a reason to drop what is there.
_TAKEN_CARE_OF = frozenset({
    "pin missing", "must missing", "not placed", "breaks apart", "no such table", "table twice",
})  # fmt: skip


@dataclass(frozen=True)
class Lost:
    """What happened after the timetable was announced.

    `people`, `interpreters`: ids of those who do not come at all. `absences`: of others, the
    slots in which they are not there (who comes late, who leaves early). `slots`: those in which
    nothing takes place. `tables`: of a slot, how many tables fewer there are.
    """

    people: frozenset[str] = frozenset()
    interpreters: frozenset[str] = frozenset()
    absences: Mapping[str, frozenset[int]] = field(default_factory=dict)
    slots: frozenset[int] = frozenset()
    tables: Mapping[int, int] = field(default_factory=dict)


def without(problem: Problem, lost: Lost) -> Problem:
    """The meet as it is now. A must or a pin that has become impossible no longer binds.

    Raises BadInput where somebody or some slot is named that the meet does not have.
    """
    _check_known(problem, lost)
    everything = frozenset(range(len(problem.slots)))
    people = tuple(
        replace(each, absent=everything)
        if each.id in lost.people
        else replace(each, absent=each.absent | lost.absences.get(each.id, frozenset()))
        for each in problem.people
    )
    helpers = tuple(
        replace(each, absent=everything) if each.id in lost.interpreters else each
        for each in problem.interpreters
    )
    tables = tuple(
        0 if slot in lost.slots else max(0, count - lost.tables.get(slot, 0))
        for slot, count in enumerate(problem.tables)
    )
    changed = replace(problem, people=people, interpreters=helpers, tables=tables)
    return replace(changed, wishes=_still_binding(changed))


def _check_known(problem: Problem, lost: Lost) -> None:
    people = {each.id for each in problem.people}
    helpers = {each.id for each in problem.interpreters}
    slots = set(range(len(problem.slots)))
    named: tuple[tuple[str, Iterable[object], Iterable[object], str], ...] = (
        ("people", lost.people, people, "Name somebody who is among the people."),
        ("interpreters", lost.interpreters, helpers, "Name one of the interpreters."),
        ("absences", lost.absences, people, "Name somebody who is among the people."),
        ("slots", lost.slots, slots, f"Slots are counted from 0 to {len(slots) - 1}."),
        ("tables", lost.tables, slots, f"Slots are counted from 0 to {len(slots) - 1}."),
    )
    for field_name, names, known, remedy in named:
        for name in sorted(set(names) - set(known), key=str):
            raise BadInput(f"lost.{field_name}", name, remedy)
    for slot, count in lost.tables.items():
        if count < 0:
            raise BadInput(f"lost.tables[{slot}]", count, "Say how many tables fewer there are.")


def _still_binding(problem: Problem) -> tuple[Wish, ...]:
    """The wishes, without the musts and pins that can no longer be kept."""
    people = {each.id: each for each in problem.people}

    def is_possible(wish: Wish) -> bool:
        return any(
            problem.tables[slot]
            for one, other in product(wish.first, wish.second)
            for slot in slots_together(problem, wish, people[one], people[other])
        )

    def loosened(wish: Wish) -> Wish:
        if wish.pinned is not None and not is_possible(wish):
            wish = replace(wish, pinned=None)
        if wish.is_must and not is_possible(wish):
            wish = replace(wish, is_must=False)
        return wish

    return tuple(
        loosened(wish) if wish.is_must or wish.pinned is not None else wish
        for wish in problem.wishes
    )


def survivors(
    problem: Problem, announced: Timetable, is_kept: Callable[[Meeting], bool]
) -> tuple[Meeting, ...]:
    """The announced meetings that can stay where they are, dearest first where not all can.

    Raises BadInput where meetings that are to be kept exclude each other.
    """
    meetings = list(announced.meetings)
    order = _Order(problem, is_kept)
    while faults := _in_the_way(problem, meetings):
        alone = {(fault.wish, fault.slot) for fault in faults if fault.kind in _ALONE}
        if alone:
            meetings = [each for each in meetings if (each.wish, each.slot) not in alone]
            if all(fault.kind in _ALONE for fault in faults):
                break  # taking meetings out makes no new fault
        else:
            dropped = order.lightest(faults[0], meetings)
            meetings = [each for each in meetings if each not in dropped]
    return tuple(meetings)


def _in_the_way(problem: Problem, meetings: Iterable[Meeting]) -> list[Fault]:
    """The faults for which a meeting must go."""
    found = find_faults(problem, Timetable(tuple(meetings)))
    return [fault for fault in found if fault.kind not in _TAKEN_CARE_OF]


class _Order:
    """Which of several meetings gives way first."""

    def __init__(self, problem: Problem, is_kept: Callable[[Meeting], bool]) -> None:
        self.wishes = {each.id: each for each in problem.wishes}
        self.is_kept = is_kept

    def key(self, meeting: Meeting) -> tuple[bool, bool, bool, int]:
        wish = self.wishes[meeting.wish]
        return self.is_kept(meeting), wish.pinned is not None, wish.is_must, wish.weight

    def lightest(self, fault: Fault, meetings: Iterable[Meeting]) -> list[Meeting]:
        """The meetings to drop so that this fault is gone."""
        count, concerned = 1, [each for each in meetings if _concerns(fault, each)]
        if fault.kind in ("too many meetings", "slot full"):
            allowed = fault.facts["most" if fault.kind == "too many meetings" else "tables"]
            count = len(concerned) - int(str(allowed))
        elif fault.kind != "precedence broken":
            count = len(concerned) - 1
        dropped = sorted(concerned, key=self.key)[:count]
        for each in filter(self.is_kept, dropped):
            remedy = f"Not all that is to be kept can be: {fault.sentence} Keep fewer."
            raise BadInput("keep", each.wish, remedy)
        return dropped


def _concerns(fault: Fault, meeting: Meeting) -> bool:
    """Whether the meeting is one of those that together make the fault."""
    if fault.kind == "precedence broken":
        return meeting.wish in (fault.wish, fault.facts["other"])
    if fault.kind == "wish twice":
        return meeting.wish == fault.wish
    if fault.slot is not None and meeting.slot != fault.slot:
        return False
    return not fault.who or fault.who in (meeting.first, meeting.second, meeting.interpreter)


def seated(problem: Problem, stay: Iterable[Meeting], come: Iterable[Meeting]) -> Timetable:
    """All of them with a table: who stays keeps theirs if it still stands, others get a free one.

    Newcomers sit at the home table of one of the two where it is free.
    """
    home = {each.id: each.table for each in problem.people}
    taken: set[tuple[int, int]] = set()
    found: list[Meeting] = []
    homeless: list[Meeting] = []
    for meeting in stay:
        place = meeting.slot, meeting.table
        if place in taken or not 0 <= meeting.table < problem.tables[meeting.slot]:
            homeless.append(meeting)
        else:
            taken.add(place)
            found.append(meeting)
    first_free: Counter[int] = Counter()
    for meeting in (*homeless, *come):
        slot = meeting.slot
        for table in (home[meeting.first], home[meeting.second]):
            if table is not None and table < problem.tables[slot] and (slot, table) not in taken:
                break
        else:
            while (slot, first_free[slot]) in taken:
                first_free[slot] += 1
            table = first_free[slot]
        taken.add((slot, table))
        found.append(replace(meeting, table=table))
    return Timetable(tuple(sorted(found, key=lambda each: (each.slot, each.table))))
