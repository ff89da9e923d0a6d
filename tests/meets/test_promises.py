"""Pins that exclude each other are refused in the same words by the file and by the library."""

from __future__ import annotations

import json
from typing import Any

import pytest

from matchmaker.errors import BadInput
from matchmaker.json_data import read
from matchmaker.meets.exchange.json_file import problem_from_json
from matchmaker.meets.problem import Budget, Problem
from matchmaker.meets.timetable import build_timetable
from tests.meets.exchange.test_json_file import a_meet, people, wishes


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"wishes": wishes({"pinned": 1}, {"pinned": 0}), "precedences": [["w1", "w2"]]},
         "$.precedences[0]"),
        ({"wishes": wishes({"pinned": 0}, {"pinned": 0})}, "$.wishes[1].pinned"),
        ({"wishes": wishes({}, {}, {"pinned": 0}), "people": people(absent=[0])},
         "$.wishes[2].pinned"),
        ({"wishes": wishes({"pinned": 1}), "apart": [["b1", "s1"]]}, "$.wishes[0]"),
    ],
)  # fmt: skip
def test_pins_in_each_others_way_are_one_error_at_every_door(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as of_file:
        problem_from_json(json.dumps(a_meet(**changes)))
    with pytest.raises(BadInput) as of_library:
        build_timetable(read(Problem, a_meet(**changes)), Budget(work=1))
    assert of_file.value.field == field
    assert str(of_library.value) == str(of_file.value)
