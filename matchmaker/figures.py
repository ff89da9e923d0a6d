"""Find the numbers with units in a text, and what is said about them. Pure.

'coir mats at least 18 mm thick, MOQ under 200 pieces, below $3 per kg' holds three figures.
What stands in quotes or after a minus belongs to the reader's words; a number without a unit,
or with one that nobody knows, is no figure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeVar

from matchmaker import figure_words as known
from search.understanding import QUOTED

Bound = Literal["exact", "most", "least", "between"]
Name = TypeVar("Name", bound=str)
LONGEST_TEXT = 4_000
_HIDDEN = "\0"
_NEARBY = 60  # characters before a figure that may say what it is about
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}


@dataclass(frozen=True, slots=True)
class Figure:
    """One statement: text[start:end].

    `amounts` are in `unit` (two for a span, several for '18 x 1200 mm'). `about` is 'order',
    'capacity', 'lead', 'price', the name of a dimension ('thickness'), or empty when nobody
    said. A price has a `currency`; its unit is what it is for, empty when not said.
    """

    start: int
    end: int
    amounts: tuple[float, ...]
    unit: str
    bound: Bound = "exact"
    about: str = ""
    currency: str = ""


def read_figures(text: str, *, bare: bool = False) -> tuple[Figure, ...]:
    """Every figure of a text, in order; they do not overlap.

    `bare` leaves out what the words around a figure say, which takes ten times as long.
    """
    if not _ANY_DIGIT.search(text):
        return ()
    plain = _plain(text[:LONGEST_TEXT])
    if not bare:
        plain = QUOTED.sub(lambda m: _HIDDEN * len(m.group()), plain)
    found: list[Figure] = []
    at = 0
    while match := _NUMBER_BEFORE_UNIT.search(plain, at):
        figure = _figure(plain, match, at, bare)
        at = max(match.end() if figure is None else figure.end, match.start() + 1)
        if figure is not None:
            found.append(figure)
    return tuple(found)


def without_figures(text: str, figures: Iterable[Figure]) -> str:
    """The text that is left when these figures are taken out of it."""
    parts, at = [], 0
    for each in figures:
        parts.append(text[at : each.start])
        at = each.end
    rest = " ".join(" ".join([*parts, text[at:]]).split())
    return _LOOSE_ENDS.sub("", rest)


# -- the grammar ---------------------------------------------------------------------


def _any(words: str) -> str:
    """A pattern for one of these, the longest first."""
    several = sorted(words.split("|"), key=len, reverse=True)
    return "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in several)


def _all(table: Mapping[str, str]) -> str:
    return _any("|".join(table.values()))


# A letter or a vowel sign: where a word of any script goes on.
_ON = r"(?:[^\W\d_]|[\u0300-\u036f\u0600-\u06ff\u0900-\u0dff])"
_END = rf"(?!{_ON})"
_LOOSE_ENDS = re.compile(r"^(?:[\s,;:·]|[–-](?!\w))+|[\s,;:·–-]+$")
_NUM = (
    r"(?:\d+\s+\d/\d|\d+/\d+(?=\s*(?:inch|in\b|\"|ft|zoll))|\d*[½¼¾]"
    r"|\d+(?:[.,]\d+)*(?:\s\d{3}(?!\d))*)"
)
_MULT = rf"(?:{'|'.join(map(re.escape, known.MULTIPLIERS))}){_END}"
# 'in' is an inch only where no further words follow: "3 in 1", "10 in stock".
_UNIT = (
    rf"(?:(?:{_all(known.UNIT_WORDS)}){_END}(?!\d)|\"|″|′|'(?!\w)"
    r"|in(?=\s*(?:$|[x×,;)]|thick|wide|long|high|dia)))"
)
_CURRENCY = rf"(?:{_all(known.CURRENCIES)})"
_SPAN = r"(?:-|–|—|to|bis|à|a|and|und|et|y|से|മുതൽ)"
_NUMBER_BEFORE_UNIT = re.compile(
    rf"(?<![\w.,/])(?P<first>{_NUM})(?:\s*(?P<mult>{_MULT}))?(?:[\s-]{{0,2}}(?P<unit>{_UNIT}))?"
    rf"(?P<more>(?:\s*(?:x|×|\*|by)\s*{_NUM}(?:\s*{_UNIT})?)+)?"
    rf"(?:\s*{_SPAN}\s*(?P<second>{_NUM})(?:\s*(?P<mult2>{_MULT}))?\s*(?P<unit2>{_UNIT}|(?={_CURRENCY})))?"
)
_ANY_DIGIT = re.compile(r"[\d½¼¾]")
_FURTHER = re.compile(rf"(?:x|×|\*|by)\s*(?P<num>{_NUM})(?:\s*(?P<unit>{_UNIT}))?")


def _before(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_any(words)})[\s:=]*$")


def _after(words: str) -> re.Pattern[str]:
    return re.compile(rf"[\s-]*(?:{_any(words)})(?![\w])")


_BOUNDS_BEFORE: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    ("most", _before(known.MOST)),
    ("least", _before(known.LEAST)),
    ("exact", _before(known.ABOUT)),
    ("between", _before("between|zwischen|entre")),
)
_BOUNDS_AFTER: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    ("most", _after(known.MOST_AFTER)),
    ("least", _after(known.LEAST_AFTER)),
)
_ABOUT_BEFORE = (
    ("order", _before(known.ORDER)),
    ("capacity", _before(known.CAPACITY)),
    ("lead", _before(known.LEAD)),
    *((name, _before(words)) for name, words in known.NAMES_BEFORE.items()),
)
_ABOUT_AFTER = (
    ("capacity", _after(known.MONTHLY)),
    ("lead", _after(known.LEAD_AFTER)),
    ("order", _after("moq|minimum order quantity|minimum order|mindestbestellmenge")),
    *((name, _after(words)) for name, words in known.NAMES_AFTER.items()),
)
_MONEY_BEFORE = re.compile(rf"(?<!\w)(?P<currency>{_CURRENCY})\s*$")
_MONEY_AFTER = re.compile(rf"\s*(?P<currency>{_CURRENCY}){_END}")
_NEXT_FIGURE = re.compile(
    rf"[\s:=]*(?:(?:{_any('|'.join((known.MOST, known.LEAST, known.ABOUT, 'of')))})\s*)?"
    rf"(?:{_CURRENCY})?\s*\d"
)
_PER = re.compile(rf"\s*(?:{_any(known.PER)})\s*(?P<unit>{_UNIT})")


def _table(words: Mapping[str, str]) -> dict[str, str]:
    return {each: code for code, listed in words.items() for each in listed.split("|")}


_UNITS = _table(known.UNIT_WORDS) | {'"': "INH", "″": "INH", "in": "INH", "'": "FOT", "′": "FOT"}
_CURRENCY_CODES = _table(known.CURRENCIES)


def _plain(text: str) -> str:
    """Lower case and European digits, every character where it was."""
    return text.lower() if text.isascii() else "".join(map(_plain_character, text))


@lru_cache(maxsize=2_000)
def _plain_character(each: str) -> str:
    if each.isdecimal():
        return str(unicodedata.decimal(each))
    if each in "٫٬":
        return "." if each == "٫" else ","
    lower = each.lower()
    return lower if len(lower) == 1 else each


# -- reading one ---------------------------------------------------------------------


def _figure(text: str, match: re.Match[str], left: int, bare: bool) -> Figure | None:
    """What this match says; None when it is no figure. Nothing before `left` belongs to it."""
    amounts, units = _amounts(match)
    if not amounts:
        return None
    money = None if bare else _money(text, match, amounts, left)
    if money is not None:
        return money
    unit = next((each for each in reversed(units) if each), "")
    if not unit:
        return None
    bound: Bound = "between" if match["second"] else "exact"
    if bound == "between" and amounts[0] > amounts[1]:
        amounts = amounts[::-1]
    figure = Figure(match.start(), match.end(), amounts, unit, bound)
    return figure if bare else _framed(text, figure, left)


def _amounts(match: re.Match[str]) -> tuple[tuple[float, ...], list[str]]:
    """All numbers of a match in one unit, and the units as they were written."""
    read = [(match["first"], match["mult"], match["unit"])]
    if match["second"]:
        read.append((match["second"], match["mult2"], match["unit2"]))
    read += [(each["num"], None, each["unit"]) for each in _FURTHER.finditer(match["more"] or "")]
    numbers = [_number(number, mult or match["mult2"]) for number, mult, _ in read]
    units = [_UNITS.get(" ".join((unit or "").split()), "") for _, _, unit in read]
    if None in numbers or len({each for each in units if each}) > 1:
        return (), []
    return tuple(each for each in numbers if each is not None), units


def _number(text: str, multiplier: str | None) -> float | None:
    """1,000 and 5,00,000 are whole; 3,5 is broken; 1 1/2 and 2½ are halves."""
    text = text.strip()
    factor = known.MULTIPLIERS.get(multiplier or "", 1)
    if text[-1:] in _FRACTIONS:
        return (float(text[:-1] or 0) + _FRACTIONS[text[-1]]) * factor
    if "/" in text:
        whole, _, part = text.rpartition(" ")
        above, _, below = part.partition("/")
        return (float(whole or 0) + float(above) / float(below)) * factor if float(below) else None
    text = re.sub(r"\s", "", text)
    if re.fullmatch(r"\d{1,3}(,\d{2,3})*,\d{3}(\.\d+)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}", text):
        text = text.replace(".", "").replace(",", ".")
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        number = float(text) * factor
    except ValueError:
        return None
    return number if number <= 1e12 else None


def _money(text: str, match: re.Match[str], amounts: tuple[float, ...], left: int) -> Figure | None:
    """A price: a currency on one side of the number; what it is for may follow."""
    if match["unit"] or match["unit2"] or match["more"]:
        return None
    start, end = match.start(), match.end()
    sign = _MONEY_BEFORE.search(text, max(left, start - _NEARBY), start)
    if sign:
        start = sign.start()
    else:
        sign = _MONEY_AFTER.match(text, end)
        if not sign:
            return None
        end = sign.end()
    per = _PER.match(text, end)
    bound: Bound = "between" if len(amounts) == 2 else "exact"
    figure = Figure(
        start,
        per.end() if per else end,
        tuple(sorted(amounts)),
        _UNITS[" ".join(per["unit"].split())] if per else "",
        bound,
        "price",
        _CURRENCY_CODES[" ".join(sign["currency"].split())],
    )
    return _framed(text, figure, left)


def _framed(text: str, figure: Figure, left: int) -> Figure:
    """The figure with the words around it that say what it limits and what it is about."""
    start, end = figure.start, figure.end
    left = max(left, start - _NEARBY)
    bound, about = figure.bound, figure.about
    for name, pattern in _ABOUT_AFTER if not about else ():
        found = pattern.match(text, end)
        if found and not _of_next(text, end, found.end()):
            about, end = name, found.end()
            break
    for way, pattern in _BOUNDS_AFTER:
        if bound == "exact" and (found := pattern.match(text, end)):
            bound, end = way, found.end()
    for _ in range(3):  # 'lead time within', 'thickness: at least', in either order
        before = start
        named = _said(_ABOUT_BEFORE, text, left, start)
        if named and about in ("", named[0]):
            about, start = named
        if figure.bound != "between" or bound == figure.bound:
            limited = _said(_BOUNDS_BEFORE, text, left, start)
            if limited and (bound in ("exact", limited[0]) or limited[0] == "between"):
                bound = limited[0] if bound == "exact" and limited[0] != "between" else bound
                start = limited[1]
        if start == before:
            break
    return Figure(start, end, figure.amounts, figure.unit, bound, about, figure.currency)


def _of_next(text: str, start: int, end: int) -> bool:
    """Whether these words are said of the figure behind them: '8 mm MOQ 200 kg'."""
    may_lead = _said(_ABOUT_BEFORE, text, start, end) is not None
    return may_lead and _NEXT_FIGURE.match(text, end) is not None


def _said(
    patterns: Iterable[tuple[Name, re.Pattern[str]]], text: str, left: int, right: int
) -> tuple[Name, int] | None:
    """The longest phrase that ends just here, by its name and its beginning."""
    found: Iterator[tuple[int, Name]] = (
        (match.start(), name)
        for name, pattern in patterns
        if (match := pattern.search(text, left, right))
    )
    first = min(found, default=None)
    return None if first is None else (first[1], first[0])
