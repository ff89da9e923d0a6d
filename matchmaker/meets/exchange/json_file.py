"""Meets and timetables as JSON: what `matchmaker timetable` reads and writes. Pure.

    problem = problem_from_json(text)          # checked; BadInput names path, value, remedy
    document = answer_as_json(answer)

A file says what `problem.Problem` says, field by field. Times are instants with their offset, so
people of several zones mean the same slot and a slot may go past midnight. Where no slot names
its `day`, days are counted from the local dates on which slots start.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from matchmaker.errors import BadInput
from matchmaker.json_data import read, written
from matchmaker.json_schema import schema_of
from matchmaker.json_text import parsed
from matchmaker.meets.checking import MOST, check, check_sizes, check_something_to_do
from matchmaker.meets.placing.sentences import contradiction_sentence
from matchmaker.meets.problem import Answer, Problem, Unmet
from matchmaker.meets.promises import check_promises
from matchmaker.meets.sentences import reason_sentence

LARGEST_FILE = 150_000_000  # bytes; 434,000 wishes take 34 million


def problem_from_json(text: str | bytes) -> Problem:
    """The meet this JSON describes, checked so that it can be solved. Raises BadInput."""
    check_file_size(len(text))
    data = parsed(text)
    if isinstance(data, dict):
        check_sizes({name: len(data[name]) for name in MOST if isinstance(data.get(name), list)})
        _number_days(data.get("slots"))
    problem = read(Problem, data)
    check_something_to_do(problem)
    check(problem)
    check_promises(problem)
    return problem


def check_file_size(size: int) -> None:
    """Refuse a file that could not be held in memory, before it is read."""
    if size > LARGEST_FILE:
        remedy = f"It can have at most {LARGEST_FILE // 10**6} million bytes: split the meet."
        raise BadInput("the file", f"{size:,} bytes", remedy)


def _number_days(slots: Any) -> None:
    """Give slots their day by date where the file names none, so that no night is idle time."""
    if not isinstance(slots, list) or not all(isinstance(each, dict) for each in slots):
        return
    if any("day" in each for each in slots):
        return
    try:
        dates = [dt.datetime.fromisoformat(each["start"]).date() for each in slots]
    except (KeyError, TypeError, ValueError):
        return  # reading it will say what is wrong, and where
    days = {date: number for number, date in enumerate(sorted(set(dates)))}
    for each, date in zip(slots, dates, strict=True):
        each["day"] = days[date]


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """The meet as JSON values; what holds its default is left out. Read back it is equal."""
    document: dict[str, Any] = written(problem)
    for number, slot in enumerate(document["slots"]):
        slot["day"] = problem.slots[number].day  # else it would be numbered anew
    return document


def answer_as_json(answer: Answer) -> dict[str, Any]:
    """The answer as JSON values: every field, the gap, and the sentence of each unmet wish."""
    document = asdict(replace(answer, unmet=())) | {"gap": answer.gap}
    document["unmet"] = [_unmet(each) for each in answer.unmet]
    if answer.contradiction:
        document["contradiction"]["sentence"] = contradiction_sentence(answer.contradiction)
    return document


def _unmet(unmet: Unmet) -> dict[str, Any]:
    return {
        "wish": unmet.wish,
        "reason": unmet.reason,
        "facts": dict(unmet.facts),
        "sentence": reason_sentence(unmet.reason, unmet.facts),
    }


def schema() -> Mapping[str, Any]:
    """The JSON Schema of a meet; its definition `Answer` describes what is written."""
    asked = schema_of(Problem, "A meet to be timetabled")
    told = schema_of(Answer, "")["$defs"]
    told["Answer"]["properties"]["gap"] = {"type": "number", "minimum": 0}
    for name in ("Unmet", "Contradiction"):
        told[name]["properties"]["sentence"] = {"type": "string"}
    return {**asked, "$defs": asked["$defs"] | told}
