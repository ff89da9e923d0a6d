"""The print of a timetable: a heading for each day, names of any script and length in columns."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from matchmaker.meets.exchange.json_file import problem_from_json
from matchmaker.meets.exchange.printing import lines_of
from matchmaker.meets.problem import Answer, Meeting, Problem, Timetable, Unmet
from matchmaker.text_columns import width_of
from tests.meets.exchange.test_json_file import a_meet, slot

LONG = "delegate of the very long named cooperative of coir mat makers and weavers, number 17"
NAMES = ("b1", "سجادة الشرق", "日本の会社", LONG)


def told() -> tuple[Problem, Answer]:
    """Two slots on the last evening of a year, one on the first morning of the next."""
    slots = [
        slot("2026-12-31T10:00:00+05:30", "2026-12-31T10:25:00+05:30"),
        slot("2026-12-31T23:45:00+05:30", "2027-01-01T00:15:00+05:30"),
        slot("2027-01-01T09:00:00+05:30", "2027-01-01T09:30:00+05:30"),
    ]
    pairs = [(0, 1), (2, 3), (0, 3), (1, 2)]
    wishes: list[dict[str, Any]] = [
        {"id": f"w{one}{other}", "first": [NAMES[one]], "second": [NAMES[other]]}
        for one, other in pairs
    ]
    people = [{"id": name} for name in NAMES]
    document = a_meet(slots=slots, tables=[2, 2, 1], people=people, wishes=wishes)
    meetings = (
        Meeting("w01", NAMES[0], NAMES[1], 0, 0),
        Meeting("w23", NAMES[2], NAMES[3], 0, 1),
        Meeting("w03", NAMES[0], NAMES[3], 1, 0),
    )
    unmet = Unmet("w12", "no common slot", {"who": NAMES[1], "other": LONG})
    answer = Answer(Timetable(meetings), 3, 4.0, unmet=(unmet,))
    return problem_from_json(json.dumps(document)), answer


def test_each_day_has_a_heading_with_its_year() -> None:
    problem, answer = told()
    assert list(lines_of(problem, answer, width=200))[:9] == [
        "Thursday 31 December 2026, UTC+05:30",
        "Slot 1  10:00–10:25  2 of 2 tables",
        "   1 b1–\u2068سجادة الشرق\u2069",
        f"   2 日本の会社–{LONG}",
        "Slot 2  23:45–00:15 (Fri 1)  1 of 2 tables",
        f"   1 b1–{LONG}",
        "Friday 1 January 2027, UTC+05:30",
        "Slot 3  09:00–09:30  0 of 1 table",
        "",
    ]


def test_meetings_stand_below_each_other_in_columns() -> None:
    problem, answer = told()
    pairs = [("b1", "s1"), ("日本", "s2"), ("b", "s"), ("b4", "s4")]
    meetings = [Meeting("w01", *pair, 0, table) for table, pair in enumerate(pairs)]
    lines = list(lines_of(problem, replace(answer, timetable=Timetable(tuple(meetings))), width=42))
    assert lines[2:4] == [
        "   1 b1–s1       2 日本–s2     3 b–s",
        "   4 b4–s4",
    ]


def test_a_list_without_times_names_slots_alone() -> None:
    problem, answer = told()
    lines = list(lines_of(problem, answer, with_times=False))
    assert lines[0] == "Slot 1  2 of 2 tables"
    assert not any("2026" in line for line in lines)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_line_fits_the_terminal(width: int) -> None:
    lines = list(lines_of(*told(), width=width))
    assert max(width_of(line) for line in lines) <= width
    assert any("… " in line or "number 17" in line for line in lines)
