"""Published instances of the business-to-business meeting problem (MiniZinc data, .dzn). Pure.

    problem = problem_from_dzn(path.read_bytes())
    answer = build_timetable(problem, Budget(seconds=60), clock=time.monotonic)

Fields (JAIR 74, 2022): `nBusiness` people, `nMeetings`, `nTables` in each slot, `nTotalSlots` of
which the first `nMorningSlots` are the morning; `requested`: for each meeting person, person and
session (1 morning, 2 afternoon, 3 any); `forbidden`: for each person a set of slots; `fixed`: for
each meeting its slot, 0 none; `precedences`: for each meeting the set of those that come before
it. All count from 1; a 0 in a set says nothing. `meetingsxBusiness` and `nMeetingsBusiness` follow
from the others (and the first is shifted by one), so they are not read. Understood too: rows of
flags for `forbidden` (a 1 for each slot that is), `fixed` as sets of one slot or as rows
[|meeting, slot|], `precedences` as rows [|earlier meeting, later meeting|].
"""

from __future__ import annotations

import codecs
import datetime as dt
from collections.abc import Mapping, Sequence, Set
from difflib import get_close_matches
from typing import TypeGuard

from matchmaker.errors import BadInput
from matchmaker.meets.checking import MOST, MOST_TABLES
from matchmaker.meets.exchange.minizinc import Rows, Value, read_assignments
from matchmaker.meets.problem import Person, Problem, Slot, Wish

REQUIRED = ("nBusiness", "nMeetings", "nTables", "nTotalSlots", "requested")
OPTIONAL = ("nMorningSlots", "forbidden", "fixed", "precedences")
DERIVED = ("meetingsxBusiness", "nMeetingsBusiness")
EXAMPLES = {"nBusiness": "40", "nMeetings": "60", "nTables": "10", "nTotalSlots": "12",
            "requested": "[| 1, 2, 3 | 4, 5, 3 |]"}  # fmt: skip
MORNING, AFTERNOON, ANY = 1, 2, 3

_OPENING = dt.datetime(2000, 1, 3, 9, tzinfo=dt.UTC)
_SLOT = dt.timedelta(minutes=15)


def problem_from_dzn(text: str | bytes, *, most_apart: int | None = 2) -> Problem:
    """The given list of a .dzn file; people and meetings are named by their numbers.

    `most_apart`: the largest difference of breaks between two people, which the files do not
    hold; the published results are for 2. Raises BadInput that names field, value and remedy.
    """
    fields, others = read_assignments(_decoded(text), {*REQUIRED, *OPTIONAL})
    _check_names(fields, set(others) - {*DERIVED})
    return _Reading(fields).problem(most_apart)


def _decoded(text: str | bytes) -> str:
    """Letters beyond ASCII stand in comments only; whatever they were written in, they may."""
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    is_wide = text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return text.decode("utf-16" if is_wide else "utf-8-sig", errors="replace")


def _check_names(fields: Mapping[str, Value], others: Set[str]) -> None:
    """What is needed is there, and nothing is passed over that was meant for one of our fields."""
    for name in (*REQUIRED, *OPTIONAL):
        if name in fields:
            continue
        folded = {each.casefold(): each for each in sorted(others)}
        near = get_close_matches(name.casefold(), folded, 1, cutoff=0.8)
        if near:
            remedy = f"There is no such field. Did you mean “{name}”?"
            raise BadInput(folded[near[0]], folded[near[0]], remedy)
        if name in REQUIRED:
            raise BadInput(name, "nothing", f"Add it, such as “{name} = {EXAMPLES[name]};”.")


class _Reading:
    """The fields of one file, with their sizes checked against each other."""

    def __init__(self, fields: Mapping[str, Value]) -> None:
        self.fields = fields
        self.people = self._number("nBusiness", 2, MOST["people"])
        self.meetings = self._number("nMeetings", 1, MOST["wishes"])
        self.slots = self._number("nTotalSlots", 1, MOST["slots"])
        self.tables = self._number("nTables", 0, 10**9)
        self.morning = self._number("nMorningSlots", 0, self.slots, self.slots)

    def problem(self, most_apart: int | None) -> Problem:
        wishes = self._wishes()
        absences = self._sets("forbidden", self.people, self.slots, "person")
        earlier = self._precedences()
        return Problem(
            slots=tuple(
                Slot(_OPENING + number * _SLOT, _OPENING + (number + 1) * _SLOT)
                for number in range(self.slots)
            ),
            tables=(min(self.tables, MOST_TABLES),) * self.slots,
            people=tuple(
                Person(str(number), absent=frozenset(slot - 1 for slot in absent))
                for number, absent in enumerate(absences, 1)
            ),
            wishes=wishes,
            precedences=tuple(
                (str(first), str(second))
                for second, before in enumerate(earlier, 1)
                for first in before
            ),
            place_all=True,
            most_apart=most_apart,
        )

    def _wishes(self) -> tuple[Wish, ...]:
        rows = self.fields["requested"]
        remedy = "Give a row for each meeting: person, person, session."
        if not isinstance(rows, list) or not all(isinstance(each, list) for each in rows):
            raise BadInput("requested", _shown(rows), f"{remedy} Such as [|1, 2, 3|4, 5, 3|].")
        if len(rows) != self.meetings:
            raise BadInput("requested", f"{len(rows)} rows", f"nMeetings is {self.meetings}.")
        fixed = self._fixed()
        wishes = []
        widths = {len(row) for row in rows if isinstance(row, list)}
        for number, row in enumerate(rows, 1):
            path = f"requested, row {number}"
            if isinstance(row, list) and len(row) == 2 and len(widths) > 1:
                raise BadInput(path, _shown(row), f"{remedy} Let all rows be of one length.")
            if not isinstance(row, list) or len(row) not in (2, 3):
                raise BadInput(path, _shown(row), remedy)
            numbers = [_whole(path, each) for each in row]
            one, other = (self._within(path, each, self.people, "person") for each in numbers[:2])
            if one == other:
                raise BadInput(path, _shown(row), "Nobody meets oneself: name two people.")
            session = numbers[2] if len(row) == 3 else ANY
            wishes.append(
                Wish(str(number), (str(one),), (str(other),),
                     slots=self._session(path, session), pinned=fixed[number - 1])
            )  # fmt: skip
        return tuple(wishes)

    def _session(self, path: str, session: int) -> frozenset[int] | None:
        if session == ANY:
            return None
        if session not in (MORNING, AFTERNOON):
            raise BadInput(path, session, "Sessions are 1 (morning), 2 (afternoon) and 3 (any).")
        if "nMorningSlots" not in self.fields:
            remedy = f"{path} asks for session {session}: say which slots are the morning."
            raise BadInput("nMorningSlots", "nothing", remedy)
        bounds = (0, self.morning) if session == MORNING else (self.morning, self.slots)
        if bounds[0] == bounds[1]:
            remedy = f"It leaves no slot for session {session}, which {path} asks for."
            raise BadInput("nMorningSlots", self.morning, remedy)
        return frozenset(range(*bounds))

    def _fixed(self) -> list[int | None]:
        value = self.fields.get("fixed")
        if value is None or value == []:
            return [None] * self.meetings
        pairs = _pairs("fixed", value) if isinstance(value, Rows) else None
        if pairs:
            value = [0] * self.meetings
            for row, (meeting, slot) in enumerate(pairs, 1):
                self._within(f"fixed, row {row}", meeting, self.meetings, "meeting")
                value[meeting - 1] = slot
        if not isinstance(value, list) or len(value) != self.meetings:
            raise BadInput("fixed", _shown(value), f"Give {self.meetings} numbers, 0 for none.")
        return [self._pin(f"fixed[{number}]", each) for number, each in enumerate(value, 1)]

    def _pin(self, path: str, value: Value) -> int | None:
        known = _members(path, value) - {0}
        if len(known) > 1:
            raise BadInput(path, _shown(value), "Give one slot, or 0 for none.")
        return next((self._within(path, slot, self.slots, "slot") - 1 for slot in known), None)

    def _precedences(self) -> list[list[int]]:
        """For each meeting those that come before it."""
        value = self.fields.get("precedences")
        pairs = None
        if isinstance(value, Rows) and len(value) != self.meetings:
            pairs = _pairs("precedences", value)
        if not pairs:
            return self._sets("precedences", self.meetings, self.meetings, "meeting")
        earlier: list[list[int]] = [[] for _ in range(self.meetings)]
        for row, pair in enumerate(pairs, 1):
            path = f"precedences, row {row}"
            first, second = (self._within(path, each, self.meetings, "meeting") for each in pair)
            earlier[second - 1].append(first)
        return earlier

    def _sets(self, name: str, count: int, most: int, noun: str) -> list[list[int]]:
        """A set for each person or meeting; a single number counts as a set of one."""
        value = self.fields.get(name)
        if value is None or (isinstance(value, list) and not value):
            return [[] for _ in range(count)]
        if not isinstance(value, list) or len(value) != count:
            raise BadInput(name, _shown(value), f"Give a set for each {noun}: {count} of them.")
        what = "slot" if name == "forbidden" else "meeting"
        if isinstance(value, Rows) and _are_flags(value, most):
            return [[place for place, flag in enumerate(row, 1) if flag] for row in value]
        return [
            [
                self._within(f"{name}[{number}]", each, most, what)
                for each in sorted(_members(f"{name}[{number}]", item) - {0})
            ]
            for number, item in enumerate(value, 1)
        ]

    def _number(self, name: str, least: int, most: int, default: int = 0) -> int:
        value = self.fields.get(name, default)
        if not isinstance(value, int) or not least <= value <= most:
            remedy = f"Give a whole number from {least} to {most:,}."
            raise BadInput(name, _shown(value), remedy)
        return value

    def _within(self, path: str, number: int, most: int, noun: str) -> int:
        if not 1 <= number <= most:
            raise BadInput(path, number, f"There is no such {noun}: give 1 to {most}.")
        return number


def _pairs(path: str, rows: Rows) -> list[list[int]] | None:
    """Rows of two numbers each; None where they are something else."""
    if not all(isinstance(row, list) and len(row) == 2 for row in rows):
        return None
    return [[_whole(path, each) for each in row] for row in rows if isinstance(row, list)]


def _are_flags(rows: Rows, width: int) -> TypeGuard[list[list[int]]]:
    """Whether there is a 0 or a 1 for each slot, or each meeting, instead of its number."""
    return all(
        isinstance(row, list) and len(row) == width and all(each in (0, 1) for each in row)
        for row in rows
    )


def _members(path: str, value: Value) -> set[int]:
    items = value if isinstance(value, (set, frozenset, list)) else [value]
    return {_whole(path, each) for each in items}


def _whole(path: str, value: Value) -> int:
    if not isinstance(value, int):
        raise BadInput(path, _shown(value), "Give a whole number.")
    return value


def _shown(value: Value) -> str:
    """A value in a message: a short list of numbers in full, else how many there are."""
    if not isinstance(value, Sequence | frozenset):
        return str(value)
    if isinstance(value, frozenset):
        return "{" + ", ".join(map(str, sorted(value))) + "}" if len(value) < 10 else "a set"
    is_short = len(value) < 5 and not any(isinstance(each, Sequence) for each in value)
    return ", ".join(map(_shown, value)) if value and is_short else f"{len(value)} entries"
