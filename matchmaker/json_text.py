"""JSON text as Python values; what cannot be read is named with its place. Pure.

    told = parsed(text)  # BadInput: $.offers[3].tiers[0].price: “NaN” cannot be used. …

A file is read at full speed, and read again, more slowly, only where it has to be said what is
wrong in which place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from matchmaker.errors import BadInput

DEEPEST = 100  # lists and objects within each other; ten would do for all that is read
STEPS_SHOWN = 6
MOST_DIGITS = 300
LONGEST_SCAN = 10_000_000  # letters, some two seconds; past them the place is told by its line
_SIGN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]', re.DOTALL)

# What Python's reader says, as what to do about it.
REMEDIES = {
    "Expecting property name": "Put every name in double quotes, and no comma before a brace.",
    "Illegal trailing comma": "Take out the comma before the bracket.",
    "Expecting ',' delimiter": "Put a comma between two values, and close what was opened.",
    "Unexpected UTF-8 BOM": "Save it as UTF-8 without a byte order mark.",
    "Expecting ':' delimiter": "Put a colon between a name and its value.",
    "Extra data": "The value ends before this: take out the rest, or join it in one list.",
    "Invalid control character": "Write a line break in a text as \\n and a tab as \\t.",
    "Invalid \\": "Write a backslash in a text as two.",
    "Unterminated string": "Close the text with a double quote.",
    "Expecting value": "Put a value here: a text in double quotes, a number, true, false or null.",
}


@dataclass(frozen=True)
class _NoNumber:
    """Stands where a number stands that cannot be read."""

    shown: str
    remedy: str


Reading = Callable[[str], Any]


def parsed(text: str | bytes, path: str = "$") -> Any:
    """JSON as Python values, numbers with a point as Decimal. Raises BadInput naming the place."""
    try:
        return _loaded(text, path, Decimal, int, _refuse)
    except (ValueError, InvalidOperation):
        told = _loaded(text, path, _decimal, _whole, _constant)
    where, wrong = next(each for each in _places(told) if isinstance(each[1], _NoNumber))
    raise BadInput(f"{path}{where}", wrong.shown, wrong.remedy)


def _loaded(
    text: str | bytes, path: str, decimal: Reading, whole: Reading, constant: Reading
) -> Any:
    """The values; ValueError or InvalidOperation where a number is none."""
    twice: list[tuple[dict[str, Any], str]] = []

    def record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice.append((found, _repeated(pairs)))
        return found

    try:
        told = json.loads(
            text,
            parse_float=decimal,
            parse_int=whole,
            parse_constant=constant,
            object_pairs_hook=record,
        )
    except json.JSONDecodeError as wrong:
        raise _no_json(wrong, path) from wrong
    except UnicodeDecodeError as wrong:
        shown = ascii(wrong.object[wrong.start : wrong.start + 8])[2:-1]
        remedy = f"Byte {wrong.start:,} is no letter: write the file in UTF-8."
        raise BadInput(path, shown, remedy) from wrong
    except RecursionError as wrong:
        raise _too_deep(text, path) from wrong
    if twice:
        # The outermost closes last; what stands in it may have been passed over.
        holder, name = twice[-1]
        remedy = "This name stands twice in one object; keep one of them."
        where = next(where for where, each in _places(told) if each is holder)
        raise BadInput(f"{path}{where}.{name}", name, remedy)
    return told


def _no_json(wrong: json.JSONDecodeError, path: str) -> BadInput:
    found = wrong.doc[wrong.pos : wrong.pos + 20]
    said = "Illegal trailing comma" if found[:1] == "]" else wrong.msg
    remedy = next((each for start, each in REMEDIES.items() if said.startswith(start)), "")
    where = f"line {wrong.lineno:,}, column {wrong.colno:,}"
    place = _place_at(wrong.doc, wrong.pos)
    shown = found if found.strip() else "the end of the file"
    return BadInput(f"{path}{place}", shown, f"It is no JSON ({where}). {remedy}".rstrip())


def _too_deep(text: str | bytes, path: str) -> BadInput:
    document = text if isinstance(text, str) else text.decode(json.detect_encoding(text))
    place = _place_at(document, len(document))
    remedy = f"Lists and objects lie more than {DEEPEST} deep within each other here."
    return BadInput(f"{path}{place}", "its brackets", remedy)


def _place_at(document: str, end: int) -> str:
    """The path of what stands at this letter, or of where brackets lie too deep before it."""
    if end > LONGEST_SCAN:
        return ""
    steps: list[int | str] = []
    text = ""
    for match in _SIGN.finditer(document, 0, end):
        sign = match.group()
        if sign in "[{":
            steps.append(0 if sign == "[" else "")
        elif sign in "]}":
            del steps[-1:]
        elif sign == "," and steps:
            last = steps[-1]
            steps[-1] = last + 1 if isinstance(last, int) else ""
        elif sign == ":" and steps and isinstance(steps[-1], str):
            steps[-1] = text
        else:
            text = sign[1:-1]
        if len(steps) > DEEPEST:
            break
    return _joined(steps[:STEPS_SHOWN]) + ("…" if len(steps) > STEPS_SHOWN else "")


def _joined(steps: list[int | str]) -> str:
    shown = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in steps if each != "")
    return "".join(shown)


def _places(told: Any) -> Iterator[tuple[str, Any]]:
    """Everything in what was read with its path, as it stands in the text."""
    waiting: list[tuple[str, Any]] = [("", told)]
    while waiting:
        place, each = waiting.pop()
        yield place, each
        if isinstance(each, dict):
            waiting += [(f"{place}.{name}", inner) for name, inner in reversed(each.items())]
        elif isinstance(each, list):
            waiting += [(f"{place}[{at}]", each[at]) for at in reversed(range(len(each)))]


def _repeated(pairs: list[tuple[str, Any]]) -> str:
    names = [name for name, _ in pairs]
    return next(name for name in names if names.count(name) > 1)


def _refuse(_name: str) -> Any:
    raise ValueError


def _constant(name: str) -> _NoNumber:
    return _NoNumber(name, "Give a finite number, or leave it out where it is not known.")


def _decimal(digits: str) -> Decimal | _NoNumber:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return _NoNumber(digits, "Its exponent is beyond all reason: write the number out.")


def _whole(digits: str) -> int | _NoNumber:
    if len(digits) > MOST_DIGITS:
        remedy = f"It has {len(digits):,} digits; numbers here have at most {MOST_DIGITS}."
        return _NoNumber(digits, remedy)
    return int(digits)
