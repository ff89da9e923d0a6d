"""Tests that call the same compiled loops are run by one worker, which alone compiles them."""

from __future__ import annotations

from matchmaker.config import ROOT
from tests.distributing import WITH_LOOPS, part_of


def test_a_room_with_loops_stays_together_and_otherwise_a_file() -> None:
    assert part_of("tests/meets/placing/test_links.py::test_one[a::b]") == "tests/meets/"
    assert part_of("tests/desk/test_pages.py::test_one[a::b]") == "tests/desk/test_pages.py"


def test_every_room_with_loops_is_known() -> None:
    files = [
        file for file in (ROOT / "matchmaker").glob("*/**/*.py") if has_loops(file.read_text())
    ]
    rooms = {file.relative_to(ROOT / "matchmaker").parts[0] for file in files}
    assert {f"tests/{room}/" for room in rooms} == set(WITH_LOOPS)


def has_loops(source: str) -> bool:
    return "\n@compiled" in source or "\n@inner" in source
