"""Names of any script stand below each other, and long ones are cut where they can be spared."""

from __future__ import annotations

import pytest

from matchmaker.text_columns import (
    cut,
    name_shown,
    one_line,
    padded,
    terminal_width,
    width_of,
    wrapped,
)


def test_letters_take_none_one_or_two_columns() -> None:
    assert [width_of(each) for each in ("coir", "日本", "é", "e\u0301", "ab\u200d")] == [
        4,
        4,
        1,
        1,
        2,
    ]
    assert padded("日本", 6) == "日本  "


def test_a_long_name_keeps_its_end() -> None:
    assert name_shown("delegate-of-the-anchor-17", 13) == "delega…hor-17"
    assert name_shown("日本語の会社", 7) == "日…社"
    assert name_shown("short", 13) == "short"
    assert cut("日本語の会社", 6) == "日本…"


def test_a_name_from_right_to_left_turns_nothing_else() -> None:
    assert name_shown("سجادة", 20) == "\u2068سجادة\u2069"
    assert width_of(name_shown("سجادة", 20)) == 5


def test_nothing_steers_the_terminal_or_breaks_a_line() -> None:
    assert one_line("mat\x1b[2J\r\n evil\u202e") == "mat [2J  evil "
    assert one_line("mat") == "mat"


def test_words_are_wrapped_below_each_other() -> None:
    assert list(wrapped("  w1: one two three", 12)) == ["  w1: one", "      two", "      three"]
    assert list(wrapped("10.  one  two  three", 11)) == ["10.  one", "    two", "    three"]
    assert list(wrapped("日本 日本 日本", 9)) == ["日本 日本", "    日本"]
    assert list(wrapped("unbreakable", 5)) == ["unbreakable"]


@pytest.mark.parametrize(("columns", "width"), [("80", 80), ("7", 60), ("900", 200)])
def test_the_width_is_the_terminals_within_reason(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert terminal_width() == width
