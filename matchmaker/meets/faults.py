"""What is wrong with a timetable, found without knowing how it was made. Pure.

    assert not find_faults(problem, answer.timetable)

Tests judge the solver by it, and repair asks it what must go; staff who drag a meeting shall see
its sentences, and publishing shall check itself, once these have pages. It is written from the
rules of `problem.py` and imports nothing of the solver, so that both can hardly share a mistake.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from matchmaker.meets.problem import Interpreter, Meeting, Person, Problem, Timetable, Wish
from matchmaker.meets.sentences import fault_sentence


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `kind`: a key of `sentences.FAULTS`.

    `wish`, `who` (a person or an interpreter), `slot` and `table` say what it is about, as far
    as it is about them; `facts` hold everything its sentence names.
    """

    kind: str
    wish: str = ""
    who: str = ""
    slot: int | None = None
    table: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What is wrong, in words; slots and tables are counted from 1."""
        return fault_sentence(self.kind, self.facts)


def find_faults(problem: Problem, timetable: Timetable) -> tuple[Fault, ...]:
    """Everything that breaks a rule of the meet; nothing where the timetable may be published.

    One cause is told once: of a meeting that names something unknown only that is told, and a
    wish that is missing is missing for one reason. `Person.least` is no rule but a hope, so
    somebody with too few meetings is not a fault.
    """
    ground = _Ground(problem)
    strange = [fault for meeting in timetable.meetings for fault in _unknown(ground, meeting)]
    sound = [each for each in timetable.meetings if next(_unknown(ground, each), None) is None]
    found = [fault for check in _CHECKS for fault in check(ground, sound)]
    placed = {each.wish for each in timetable.meetings}
    return (*strange, *found, *_missing(problem, placed))


class _Ground:
    """The problem by name, as the checks ask for it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.people: dict[str, Person] = {each.id: each for each in problem.people}
        self.wishes: dict[str, Wish] = {each.id: each for each in problem.wishes}
        self.interpreters: dict[str, Interpreter] = {each.id: each for each in problem.interpreters}
        self.apart = problem.apart | {(second, first) for first, second in problem.apart}

    def are_apart(self, one: Person, other: Person) -> bool:
        """Whether two people, or their companies, are to be kept from each other."""
        return any(
            (mine, theirs) in self.apart
            for mine in (one.id, one.company)
            for theirs in (other.id, other.company)
            if mine and theirs
        )


def _fault(kind: str, meeting: Meeting | None = None, who: str = "", **facts: object) -> Fault:
    """A fault of this kind about a meeting; what it names becomes the facts of its sentence."""
    facts = {"who": who, **facts}
    if meeting is not None:
        facts = {"wish": meeting.wish, "slot": meeting.slot, "table": meeting.table, **facts}
    slot, table = facts.get("slot"), facts.get("table")
    return Fault(
        kind,
        wish=str(facts.get("wish", "")),
        who=who,
        slot=slot if isinstance(slot, int) else None,
        table=table if isinstance(table, int) else None,
        facts=facts,
    )


def _unknown(ground: _Ground, meeting: Meeting) -> Iterator[Fault]:
    if meeting.wish not in ground.wishes:
        yield _fault("unknown wish", meeting, f"{meeting.first} and {meeting.second}")
    for person in (meeting.first, meeting.second):
        if person not in ground.people:
            yield _fault("unknown person", meeting, person)
    if not 0 <= meeting.slot < len(ground.problem.slots):
        yield _fault("unknown slot", meeting, slots=len(ground.problem.slots))
    if meeting.interpreter is not None and meeting.interpreter not in ground.interpreters:
        yield _fault("unknown interpreter", meeting, meeting.interpreter)


def _attendance(ground: _Ground, meetings: Iterable[Meeting]) -> Iterator[Fault]:
    """Those who attend are the ones of the wish, and may meet each other."""
    for meeting in meetings:
        wish = ground.wishes[meeting.wish]
        for who, side in ((meeting.first, wish.first), (meeting.second, wish.second)):
            if who not in side:
                yield _fault("not of the wish", meeting, who)
        one, other = ground.people[meeting.first], ground.people[meeting.second]
        if one.id == other.id:
            yield _fault("meets oneself", meeting, one.id)
        elif one.company and one.company == other.company:
            yield _fault("same company", meeting, one.id, other=other.id, company=one.company)
        elif ground.are_apart(one, other):
            yield _fault("kept apart", meeting, one.id, other=other.id)


def _presence(ground: _Ground, meetings: Iterable[Meeting]) -> Iterator[Fault]:
    """Everybody is there, at one place at a time, and not more often than they want."""
    attending = [
        (who, meeting) for meeting in meetings for who in {meeting.first, meeting.second}
    ]  # a set: whoever meets oneself is told so, not as being at two places
    for who, meeting in attending:
        if meeting.slot in ground.people[who].absent:
            yield _fault("person absent", meeting, who)
    at_once = Counter((who, meeting.slot) for who, meeting in attending)
    for (who, slot), count in at_once.items():
        if count > 1:
            yield _fault("person twice", None, who, slot=slot, count=count)
    for who, count in Counter(who for who, _ in attending).items():
        most = ground.people[who].most
        if most is not None and count > most:
            yield _fault("too many meetings", None, who, count=count, most=most)


def _places(ground: _Ground, meetings: Iterable[Meeting]) -> Iterator[Fault]:
    """Each wish once, in a slot where it may be, in its pinned slot if it has one."""
    times: Counter[str] = Counter()
    for meeting in meetings:
        times[meeting.wish] += 1
        wish = ground.wishes[meeting.wish]
        if wish.pinned is not None and meeting.slot != wish.pinned:
            yield _fault("pin moved", meeting, pinned=wish.pinned)
        elif wish.slots is not None and meeting.slot not in wish.slots:
            yield _fault("wrong slot", meeting)
    for wish_id, count in times.items():
        if count > 1:
            yield _fault("wish twice", None, wish=wish_id, count=count)


def _tables(ground: _Ground, meetings: Iterable[Meeting]) -> Iterator[Fault]:
    """No more meetings than tables, and each at a table of its own.

    In a slot with too many meetings some table number must be too high: that is not told again.
    """
    by_slot = defaultdict(list)
    for meeting in meetings:
        by_slot[meeting.slot].append(meeting)
    for slot, here in sorted(by_slot.items()):
        tables = ground.problem.tables[slot]
        is_full = len(here) > tables
        if is_full:
            yield _fault("slot full", None, slot=slot, count=len(here), tables=tables)
        for meeting in here:
            if meeting.table < 0 or (meeting.table >= tables and not is_full):
                yield _fault("no such table", meeting, tables=tables)
        for table, count in Counter(each.table for each in here).items():
            if count > 1:
                yield _fault("table twice", None, slot=slot, table=table, count=count)


def _interpreting(ground: _Ground, meetings: Iterable[Meeting]) -> Iterator[Fault]:
    """Who has no common language has an interpreter who is able, present and not elsewhere."""
    busy: Counter[tuple[str, int]] = Counter()
    for meeting in meetings:
        one, other = ground.people[meeting.first], ground.people[meeting.second]
        in_need = bool(one.languages and other.languages) and not one.languages & other.languages
        if meeting.interpreter is None:
            if in_need:
                yield _fault("interpreter missing", meeting, one.id, other=other.id)
            continue
        helper = ground.interpreters[meeting.interpreter]
        busy[helper.id, meeting.slot] += 1
        if in_need and not (
            helper.languages & one.languages and helper.languages & other.languages
        ):
            yield _fault(
                "interpreter unable", meeting, one.id, other=other.id, interpreter=helper.id
            )
        if meeting.slot in helper.absent:
            yield _fault("interpreter absent", meeting, helper.id)
    for (who, slot), count in busy.items():
        if count > 1:
            yield _fault("interpreter twice", None, who, slot=slot, count=count)


def _order(ground: _Ground, meetings: Iterable[Meeting]) -> Iterator[Fault]:
    """Of two meetings in a precedence the first is earlier; if one is missing, all is well."""
    slot_of = {meeting.wish: meeting for meeting in meetings}
    for before, after in ground.problem.precedences:
        one, other = slot_of.get(before), slot_of.get(after)
        if one is not None and other is not None and one.slot >= other.slot:
            yield _fault("precedence broken", one, other=after, later=other.slot)


def _evenness(ground: _Ground, meetings: Iterable[Meeting]) -> Iterator[Fault]:
    """With a given list: nobody has many more breaks than somebody else."""
    most = ground.problem.most_apart
    if not ground.problem.place_all or most is None or not ground.people:
        return
    breaks = breaks_of(ground.problem, meetings)
    worst, best = max(breaks, key=breaks.__getitem__), min(breaks, key=breaks.__getitem__)
    if breaks[worst] - breaks[best] > most:
        yield _fault(
            "breaks apart", None, worst, other=best,
            count=breaks[worst], least=breaks[best], most=most,
        )  # fmt: skip


def breaks_of(problem: Problem, meetings: Iterable[Meeting]) -> dict[str, int]:
    """How often each person waits: maximal runs of idle slots between two meetings of one day.

    Everybody is in the answer; who has no meeting waits 0 times. Source: JAIR 74 (2022).
    """
    attended: dict[str, set[int]] = {each.id: set() for each in problem.people}
    for meeting in meetings:
        for who in (meeting.first, meeting.second):
            attended.setdefault(who, set()).add(meeting.slot)
    place = _places_of_slots(problem)
    return {who: _breaks(sorted(place[slot] for slot in slots)) for who, slots in attended.items()}


def _places_of_slots(problem: Problem) -> list[tuple[int, int]]:
    """Of each slot its day and how many slots of that day come before it."""
    seen: Counter[int] = Counter()
    places = []
    for slot in problem.slots:
        places.append((slot.day, seen[slot.day]))
        seen[slot.day] += 1
    return places


def _breaks(places: list[tuple[int, int]]) -> int:
    return sum(
        day == next_day and following > place + 1
        for (day, place), (next_day, following) in pairwise(places)
    )


def _missing(problem: Problem, placed: set[str]) -> Iterator[Fault]:
    """What must take place and does not, with the strongest reason why it must."""
    for wish in problem.wishes:
        if wish.id in placed:
            continue
        if wish.pinned is not None:
            yield _fault("pin missing", None, wish=wish.id, pinned=wish.pinned)
        elif wish.is_must:
            yield _fault("must missing", None, wish=wish.id)
        elif problem.place_all:
            yield _fault("not placed", None, wish=wish.id)


_CHECKS: tuple[Callable[[_Ground, Iterable[Meeting]], Iterator[Fault]], ...] = (
    _attendance,
    _presence,
    _places,
    _tables,
    _interpreting,
    _order,
    _evenness,
)
