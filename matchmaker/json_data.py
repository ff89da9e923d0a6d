"""Frozen dataclasses as JSON and back, by nothing but their type hints. Pure.

    requirement = read(Requirement, json_value, "$.requirement")
    json_value = written(requirement)

Amounts are strings or numbers, read exactly; days are 'YYYY-MM-DD'; sets and tuples are lists.
What is left out has its default. What cannot be read raises BadInput with the JSON path of
the value, the value and the remedy; a field nobody knows is refused, not passed over.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import types
from collections.abc import Callable, Mapping, Set
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from matchmaker.codes import unit_meant
from matchmaker.errors import BadInput
from matchmaker.measures import Incomparable

T = TypeVar("T")
Reader = Callable[[Any], Any]

# As the database keeps amounts: zero or more, and nothing in the trade is larger.
LARGEST = Decimal(10) ** 14
# Digits after the point of an amount; 1e-999999999 would be written with as many noughts.
MOST_DIGITS = 20
# As the schema says it; Python would read '1_000' and digits of any script.
_DIGITS = re.compile(r"[0-9]+(\.[0-9]+)?")
LONGEST_TEXT = 100_000
# Beyond this no number is told by its own limit: it could not even be shown.
LARGEST_SHOWN = 10**40
SHOWN = 5  # entries of a list or an object in a message; what is longer is cut there
UNIT_REMEDY = "Use a UN/ECE Rec 20 code such as KGM, TNE, H87, PR, SET, MTK or MTR."
NOTHING = "nothing"


class _Wrong(Exception):
    """A value that cannot be read; who holds it puts its own part before the path."""

    def __init__(self, value: object, remedy: str, path: str = "") -> None:
        super().__init__(remedy)
        self.value, self.remedy, self.path = value, remedy, path


def read(kind: type[T], value: Any, path: str = "$") -> T:
    """The dataclass that this JSON value says. Raises BadInput."""
    reader: Reader = _reader(kind)  # type: ignore[arg-type]
    try:
        found: T = reader(value)
    except _Wrong as wrong:
        raise BadInput(path + wrong.path, as_json(wrong.value), wrong.remedy) from wrong
    return found


def as_json(value: object) -> str:
    """A value as it stands in the file, its beginning where it is long; texts without quotes."""
    if isinstance(value, str | Decimal):
        return str(value)
    if isinstance(value, dict):
        value = dict(islice(value.items(), SHOWN))
    if isinstance(value, list):
        value = value[:SHOWN]
    return json.dumps(value, default=str, ensure_ascii=False)


def written(value: Any) -> Any:
    """The JSON value of a dataclass; fields that hold their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            each.name: written(getattr(value, each.name))
            for each in fields(value)
            if not _is_default(each, getattr(value, each.name))
        }
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): written(each) for key, each in value.items()}
    if isinstance(value, Set):
        return sorted(written(each) for each in value)
    if isinstance(value, list | tuple):
        return [written(each) for each in value]
    return value


def is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _is_default(field: Field[Any], value: object) -> bool:
    if field.default is not MISSING:
        return bool(type(value) is type(field.default) and value == field.default)
    return field.default_factory is not MISSING and bool(value == field.default_factory())


@cache
def _reader(kind: Any) -> Reader:
    """How values of a type are read; made once for each type."""
    if is_dataclass(kind):
        return _record(kind)
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(_reader(next(each for each in inside if each is not type(None))))
    if origin is tuple and inside[-1] is not Ellipsis:
        return _exactly(tuple(_reader(each) for each in inside))
    if origin in (tuple, list):
        return _several(_reader(inside[0]), tuple)
    if origin in (frozenset, set):
        return _several(_reader(inside[0]), frozenset)
    if origin is Literal:
        return _one_of(inside)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(_reader(inside[1]))
    return _PLAIN[kind]


def _record(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    # Made at first use: a type may hold itself.
    readers: dict[str, Reader] = {}
    required = tuple(each.name for each in fields(kind) if is_required(each))
    known = tuple(each.name for each in fields(kind))

    def read_record(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _Wrong(value, f"Give an object with {', '.join(required or known)}.")
        if not readers:
            readers.update({name: _reader(hints[name]) for name in known})
        found = {}
        name = ""
        try:
            for name, each in value.items():
                reader = readers.get(name)
                if reader is None:
                    raise _Wrong(each, no_such_field(name, known))
                found[name] = reader(each)
        except _Wrong as wrong:
            wrong.path = f".{name}{wrong.path}"
            raise
        missing = [name for name in required if name not in found]
        if missing:
            more = f" So is {', '.join(missing[1:])}." if missing[1:] else ""
            raise _Wrong(NOTHING, f"It is missing and has no default.{more}", f".{missing[0]}")
        try:
            return kind(**found)
        except Incomparable as unknown:
            unit = value.get("unit", "")
            raise _Wrong(unit, unit_meant(unit) + UNIT_REMEDY, ".unit") from unknown

    return read_record


def no_such_field(name: str, known: tuple[str, ...]) -> str:
    """What to say of a field that nobody knows: which was meant, and which there are."""
    near = get_close_matches(name, known, n=1) or [
        each for each in known if name in each.split("_")
    ]
    meant = f"Did you mean “{near[0]}”? " if near else ""
    return f"There is no such field. {meant}There are: {', '.join(known)}."


def _optional(inner: Reader) -> Reader:
    return lambda value: None if value is None else inner(value)


def _several(inner: Reader, kind: Callable[[list[Any]], Any]) -> Reader:
    def read_several(value: Any) -> Any:
        if not isinstance(value, list):
            raise _Wrong(value, "Give a list in brackets.")
        found: list[Any] = []
        try:
            for each in value:
                found.append(inner(each))
        except _Wrong as wrong:
            wrong.path = f"[{len(found)}]{wrong.path}"
            raise
        return kind(found)

    return read_several


def _exactly(inner: tuple[Reader, ...]) -> Reader:
    """A list of so many values, each of its own kind, such as a pair."""

    def read_exactly(value: Any) -> Any:
        if not isinstance(value, list) or len(value) != len(inner):
            raise _Wrong(value, f"Give a list of exactly {len(inner)} values.")
        found: list[Any] = []
        try:
            for reader, each in zip(inner, value, strict=True):
                found.append(reader(each))
        except _Wrong as wrong:
            wrong.path = f"[{len(found)}]{wrong.path}"
            raise
        return tuple(found)

    return read_exactly


def _mapping(inner: Reader) -> Reader:
    def read_mapping(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _Wrong(value, "Give an object in braces.")
        found = {}
        for key, each in value.items():
            try:
                found[key] = inner(each)
            except _Wrong as wrong:
                wrong.path = f".{key}{wrong.path}"
                raise
        return found

    return read_mapping


def _one_of(choices: tuple[Any, ...]) -> Reader:
    named = ", ".join(str(each) for each in choices if each != "")
    empty = ", or leave it empty" if "" in choices else ""

    def read_choice(value: Any) -> Any:
        if value not in choices:
            raise _Wrong(value, f"Choose one of: {named}{empty}.")
        return value

    return read_choice


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong(value, "Give a text, in double quotes.")
    if len(value) > LONGEST_TEXT:
        raise _Wrong(value, f"Give a text of at most {LONGEST_TEXT:,} letters.")
    if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
        raise _Wrong(value, "It holds half a letter (a lone surrogate); write it anew.")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong(value, "Give true or false.")
    return value


def _amount(value: Any) -> Decimal:
    amount = _in_range(value)
    if int(amount.as_tuple().exponent) < -MOST_DIGITS:
        raise _Wrong(value, f"Give at most {MOST_DIGITS} digits after the point.")
    return amount


def _in_range(value: Any) -> Decimal:
    remedy = f"Give a number from 0 to {LARGEST:,.0f}, such as 500 or “12.75”."
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise _Wrong(value, remedy)
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise _Wrong(value, remedy)
    amount = Decimal(str(value))
    if not amount.is_finite() or not 0 <= amount <= LARGEST:
        raise _Wrong(value, remedy)
    return amount.copy_abs()  # there is a nought with a minus


def _whole(value: Any) -> int:
    """As the schema says: a number, not a text; the limits of each field are its owner's."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _Wrong(value, "Give a whole number, without quotation marks.")
    if not -LARGEST_SHOWN <= value <= LARGEST_SHOWN:
        raise _Wrong(value, "Give a whole number, of at most 40 digits.")
    if value != int(value):
        raise _Wrong(value, "Give a whole number.")
    return int(value)


def _number(value: Any) -> float:
    return float(_in_range(value))


def _day(value: Any) -> dt.date:
    remedy = "Give a day as YYYY-MM-DD, such as 2027-03-31."
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError) as wrong:
        raise _Wrong(value, _off_the_calendar(wrong) + remedy) from wrong


def _off_the_calendar(wrong: Exception) -> str:
    """What Python says of a day or an hour that there is none; nothing where the form is wrong."""
    said = str(wrong)
    is_of_form = isinstance(wrong, TypeError) or said.startswith("Invalid")
    return "" if is_of_form else f"{said[:1].upper()}{said[1:]}. "


def _instant(value: Any) -> dt.datetime:
    """A time with its offset: without one nobody in another country could tell when it is."""
    remedy = "Give a time with its offset, such as 2027-01-18T10:00:00+05:30."
    try:
        instant = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError) as wrong:
        raise _Wrong(value, _off_the_calendar(wrong) + remedy) from wrong
    if instant.tzinfo is None:
        raise _Wrong(value, remedy)
    return instant


def _anything(value: Any) -> Any:
    """A value of an attribute: text, number or yes/no, or a list of them."""
    if isinstance(value, list):
        return _several(_single, tuple)(value)
    return _single(value)


def _single(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, int | float | Decimal):
        raise _Wrong(value, "Give a text, a number, true or false, or a list of such.")
    if not -LARGEST <= value <= LARGEST:
        raise _Wrong(value, f"Give a number from -{LARGEST:,.0f} to {LARGEST:,.0f}.")
    return float(value) if isinstance(value, Decimal) else value


_PLAIN: Mapping[Any, Reader] = {
    str: _text, bool: _flag, int: _whole, float: _number, Decimal: _amount, dt.date: _day,
    dt.datetime: _instant, object: _anything, Any: _anything,
}  # fmt: skip
