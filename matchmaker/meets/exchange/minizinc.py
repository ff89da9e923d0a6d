"""Assignments of a MiniZinc data file: whole numbers, sets, ranges and arrays. Pure.

    wanted = {"n", "rows", "free"}
    found = read_assignments("n = 3; rows = [|1, 2|3, 4|]; free = [{}, 1..2, {3}];", wanted)
    found.values["n"]

One pass over the text without backtracking; what is read is bounded, so that no file, however
odd, takes more than a few seconds or a few hundred megabytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from typing import NamedTuple, NoReturn, TypeAlias

from matchmaker.errors import BadInput

LONGEST = 30_000_000  # letters
OPENED = {"/*": "Close the comment with */.", '"': "Close the text with a quotation mark."}
CUT_OFF = "It ends in the middle of a value: is something cut off?"
MOST_NUMBERS = 6_000_000  # in all values together, ranges spelled out
MOST_DIGITS = 12
RESHAPING = ("array1d", "array2d")
WORDS = {"false": 0, "true": 1}

Value: TypeAlias = "int | frozenset[int] | list[Value]"

_TOKEN = re.compile(
    r"(?P<space>\s+|%[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r'|(?P<text>"[^"\n]*")'
    r"|(?P<sign>\.\.|\[\||\|\]|[\[\]{}(),;=|<>:])"
)


class Rows(list[Value]):
    """An array of rows, [| … | … |] or array2d(…)."""


class Assigned(NamedTuple):
    """The values of the wanted names, and the other names that were assigned."""

    values: dict[str, Value]
    passed_over: tuple[str, ...]


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def read_assignments(text: str, wanted: Set[str]) -> Assigned:
    """What the file assigns to the wanted names; of other assignments only the names are told.

    Raises BadInput with the line where the text stops making sense.
    """
    if len(text) > LONGEST:
        remedy = f"A data file has at most {LONGEST:,} letters."
        raise BadInput("file", f"{len(text):,} letters", remedy)
    return _Parser(_tokens(text)).assignments(wanted)


def _tokens(text: str) -> Iterator[_Token]:
    place, line = 0, 1
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            shown = text[place : place + 20].split("\n")[0]
            remedy = next(
                (each for start, each in OPENED.items() if shown.startswith(start)),
                "This is not part of a MiniZinc data file (name = value;).",
            )
            raise BadInput(f"line {line}", shown, remedy)
        if match.lastgroup != "space":
            yield _Token(match.lastgroup or "", match.group(), line)
        line += match.group().count("\n")
        place = match.end()
    yield _Token("end", "the end of the file", line)


class _Parser:
    """Reads token by token; `self.next` is the one that has not been used yet."""

    def __init__(self, tokens: Iterator[_Token]) -> None:
        self._tokens = tokens
        self.next = next(tokens)
        self.left = MOST_NUMBERS
        self.name = ""
        self.found: dict[str, Value] = {}

    def assignments(self, wanted: Set[str]) -> Assigned:
        found = self.found
        others: list[str] = []
        while self.next.kind != "end":
            if self._accept(";"):
                continue
            self.name = self._take("name", "Begin with a name: name = value;").text
            self._expect("=", "A data file holds nothing but name = value;")
            if self.name in found:
                self._fail(f"{self.name} is assigned twice: keep one.")
            if self.name in wanted:
                found[self.name] = self._value()
                if self.next.kind != "end":
                    self._expect(";")
            else:
                others.append(self.name)
                self._pass_over()
        return Assigned(found, tuple(others))

    def _value(self) -> Value:
        """What may stand on the right side."""
        if self.next.text == "[|":
            return self._rows()
        if self.next.text == "[":
            return self._list("]", self._entry)
        if self.next.text in RESHAPING:
            return self._reshaped()
        return self._item()

    def _entry(self) -> Value:
        """What may stand in a list: also a list of its own, for a row."""
        return self._list("]", self._item) if self.next.text == "[" else self._item()

    def _item(self) -> Value:
        """A number, a set or a range: what may stand in an array; `<>` (absent) is 0."""
        if self._accept("<"):
            self._expect(">")
            return 0
        if self.next.text == "{":
            return frozenset(self._list("}", self._whole))
        first = self._whole()
        if not self._accept(".."):
            return first
        last = self._whole()
        self._count(max(0, last - first + 1), f"{first}..{last}")
        return frozenset(range(first, last + 1))

    def _list(self, closing: str, one: Callable[[], Value]) -> list:  # type: ignore[type-arg]
        """Values between brackets, a comma after each or between them."""
        self._advance()
        found = []
        while not self._accept(closing):
            found.append(one())
            if not self._accept(","):
                self._expect(closing)
                break
        return found

    def _rows(self) -> Rows:
        """Rows of numbers or sets; the bar before the first and after the last closes them."""
        self._advance()
        rows, row = Rows(), list[Value]()
        while True:
            if self.next.text in ("|", "|]"):
                if row:
                    rows.append(row)
                row = []
                if self._accept("|]"):
                    return rows
                self._advance()
                if self._accept("]"):
                    return rows
            else:
                row.append(self._item())
                if not self._accept(",") and self.next.text not in ("|", "|]"):
                    self._fail("Put a comma between numbers, a bar between rows, |] at the end.")

    def _reshaped(self) -> Value:
        """array1d(index, […]) and array2d(rows, columns, […]), as MiniZinc writes them."""
        name = self._advance().text
        self._expect("(")
        sizes = []
        for _ in range(int(name[5])):
            index = self._item()
            if not isinstance(index, frozenset):
                self._fail(f"Give the indices of {name} as a range, such as 1..3.")
            sizes.append(len(index))
            self._expect(",")
        if self.next.text != "[":
            self._fail(f"Give the values of {name} as a list in brackets.")
        values = self._list("]", self._item)
        self._expect(")")
        if name == "array1d":
            return values
        width = sizes[1]
        if len(values) != sizes[0] * width:
            remedy = f"{name} is to hold {sizes[0]} × {width} values."
            self._fail(remedy, f"{len(values)} values")
        return Rows(values[start * width : (start + 1) * width] for start in range(sizes[0]))

    def _whole(self) -> int:
        """A number; also true, false, or the name of a number that was assigned above."""
        if self.next.kind == "name":
            value = WORDS.get(self.next.text, self.found.get(self.next.text))
            if not isinstance(value, int):
                self._fail("It is not known here: write numbers, sets and arrays.")
            self._count(1, self._advance().text)
            return value
        token = self._take("number", "Give a whole number.")
        where = f"line {token.line}, {self.name}"
        if not token.text.lstrip("-").isdigit():
            raise BadInput(where, token.text, "Give a whole number.")
        if len(token.text) > MOST_DIGITS:
            raise BadInput(where, token.text, f"Give a number of at most {MOST_DIGITS} digits.")
        self._count(1, token.text)
        return int(token.text)

    def _count(self, more: int, shown: str) -> None:
        self.left -= more
        if self.left < 0:
            self._fail(f"The file holds more than {MOST_NUMBERS:,} numbers.", shown)

    def _pass_over(self) -> None:
        while self.next.kind != "end" and not self._accept(";"):
            self._advance()

    def _advance(self) -> _Token:
        token = self.next
        if token.kind == "end":
            self._fail(CUT_OFF)
        self.next = next(self._tokens)
        return token

    def _accept(self, sign: str) -> bool:
        is_here = self.next.kind == "sign" and self.next.text == sign
        if is_here:
            self._advance()
        return is_here

    def _expect(self, sign: str, remedy: str = "") -> None:
        if not self._accept(sign):
            self._fail(CUT_OFF if self.next.kind == "end" else remedy or f"Expected “{sign}”.")

    def _take(self, kind: str, remedy: str) -> _Token:
        if self.next.kind != kind:
            self._fail(CUT_OFF if self.next.kind == "end" else remedy)
        return self._advance()

    def _fail(self, remedy: str, shown: str = "") -> NoReturn:
        where = f", {self.name}" if self.name else ""
        raise BadInput(f"line {self.next.line}{where}", shown or self.next.text, remedy)
