"""Text in the columns of a terminal: how wide it is, cut, padded and wrapped.

Letters of some scripts take two columns, marks above or below take none; names from right to left
are isolated, so that a terminal which turns them does not turn their neighbours as well.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterator

CUT = "…"
USUAL, NARROWEST, WIDEST = 100, 60, 200
_TURNED = frozenset({"R", "AL"})
_ISOLATE, _RELEASE = "\u2068", "\u2069"
_WORD = re.compile(r"\s*\S+")  # with the spaces before it
# Steers a terminal, breaks a line or turns the order of letters beyond its own text;
# isolating text, as here, does none of it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066\u2067\ud800-\udfff]+")


def terminal_width() -> int:
    """Columns of the terminal, or as many as `COLUMNS` says; 100 where there is none."""
    return min(max(shutil.get_terminal_size((USUAL, 24)).columns, NARROWEST), WIDEST)


def width_of(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(each) for each in text)


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def one_line(text: str) -> str:
    """The text without anything that would break its line or steer the terminal."""
    return _CONTROL.sub(" ", text)


def name_shown(name: str, most: int) -> str:
    """A name in at most so many columns, its middle left out: names often differ at their end."""
    name = one_line(name)
    if width_of(name) > most:
        half = (most - 1) // 2
        name = f"{_first(name, most - 1 - half)}{CUT}{_first(name[::-1], half)[::-1]}"
    if name.isascii() or not any(unicodedata.bidirectional(each) in _TURNED for each in name):
        return name
    return f"{_ISOLATE}{name}{_RELEASE}"


def cut(text: str, most: int) -> str:
    """The beginning of a text, in at most so many columns."""
    return text if width_of(text) <= most else f"{_first(text, most - 1)}{CUT}"


def _first(text: str, most: int) -> str:
    taken = 0
    for place, letter in enumerate(text):
        taken += _columns(letter)
        if taken > most:
            return text[:place]
    return text


def padded(text: str, columns: int) -> str:
    """The text with spaces after it, up to so many columns."""
    return text + " " * (columns - width_of(text))


def wrapped(text: str, columns: int, indent: str = "    ") -> Iterator[str]:
    """Lines of at most so many columns, where words allow it; all but the first are indented."""
    if width_of(text) <= columns:
        yield text
        return
    start = text[: len(text) - len(text.lstrip())]
    line = start
    for word in _WORD.findall(text[len(start) :]):
        if line.strip() and width_of(line) + width_of(word) > columns:
            yield line
            line, word = start + indent, word.lstrip()
        line += word
    yield line
