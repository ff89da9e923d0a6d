"""What one row of a sheet says of a product, in our words. Pure.

The answer holds only what the row says: an empty cell says nothing, and what the product says
already stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matchmaker.catalogue.facts import INCOTERMS
from matchmaker.catalogue.importing.cells import (
    Amount,
    Hint,
    is_nothing,
    read_choice,
    read_count,
    read_currency,
    read_days,
    read_hs,
    read_measure,
    read_package,
    read_price,
    read_quantity,
    read_unit,
)
from matchmaker.catalogue.importing.columns import (
    AUDIENCE_WORDS,
    MOST_STEPS,
    STATE_WORDS,
)
from matchmaker.catalogue.importing.formulas import Formula
from matchmaker.catalogue.importing.headings import PROPERTY, Layout, Taken
from matchmaker.catalogue.importing.numbers import plain
from matchmaker.catalogue.importing.remarks import Remark, Unread, remark
from matchmaker.catalogue.importing.sheets import Cell, text_of
from matchmaker.errors import N_

_MEASURES = {"net_kg": "KGM", "gross_kg": "KGM", "unit_m2": "MTK", "unit_m3": "MTQ"}
_COUNTS = ("per_package", "per_20ft", "per_40hc")
_LONGEST = {"sku": 40, "title": 200, "description": 8000, "gi": 120, "incoterm_place": 80}
_WORDY = frozenset({"title", "description", "standards", "gi", "incoterm_place"})
_RULES = "|".join(sorted(INCOTERMS))
_RULE_BEFORE = re.compile(rf"\s*\b({_RULES})\b()[\s:]*(?=[^\s:])", re.IGNORECASE)
_RULE_BEHIND = re.compile(rf"[\s,]+\b({_RULES})\b((?:\s+[^\W\d_]+)*)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Trouble:
    """A cell that cannot be used: the heading of its column, what stands there, what to do."""

    column: str
    value: str
    remedy: Remark

    def as_json(self) -> list[Any]:
        return [self.column, self.value, self.remedy.as_json()]


@dataclass
class Stated:
    """What a row says. `facts`: fields of one unit as versions keep them, decimals as Decimal.

    `family`, `firm`: as typed. `steps`: (from quantity, price) as typed, None where not said.
    `unpriced`: it says that the price is given on request. `columns`: of each key the heading
    and what was typed; `left_empty`: the headings of cells that say nothing.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    firm: str = ""
    family: str = ""
    unit: str | None = None
    currency: str | None = None
    moq: Amount | None = None
    steps: list[tuple[Amount | None, Amount]] = field(default_factory=list)
    unpriced: bool = False
    properties: dict[str, tuple[str, bool]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)
    left_empty: dict[str, str] = field(default_factory=dict)

    def trouble(self, key: str, remedy: Remark, value: str | None = None) -> None:
        """Note what is wrong with the cell that said `key`."""
        heading, typed = self.columns.get(key, (self.left_empty.get(key, key), ""))
        self.troubles.append(Trouble(heading, typed if value is None else value, remedy))


def state(layout: Layout, cells: Sequence[Cell], hs_codes: frozenset[str]) -> Stated:
    """Read every cell of a row that the layout takes."""
    stated = Stated()
    steps: dict[int, dict[str, Amount]] = {}
    for place, taken in layout.taken.items():
        cell = cells[place] if place < len(cells) else None
        text = text_of(cell).strip()
        of_words = taken.key in _WORDY
        is_property = taken.key.startswith(PROPERTY) and text not in ("", "-")
        heading = layout.headings[place] if place < len(layout.headings) else ""
        heading = " ".join(heading.split()) or taken.key
        if is_nothing(text, of_words=of_words) and not is_property:
            stated.left_empty[taken.key] = heading
            continue
        stated.columns[taken.key] = (heading, text)
        hint = taken.hint if isinstance(cell, str) else _exactly(taken.hint)
        try:
            _must_have_result(taken, cell)
            _read(stated, steps, taken, text, hint, hs_codes, isinstance(cell, str))
        except Unread as unread:
            stated.trouble(taken.key, unread.remedy)
    _gather(stated, steps)
    return stated


def _must_have_result(taken: Taken, cell: Cell) -> None:
    """Refuse '=C2*2' where an amount or a choice belongs; words may begin as they like."""
    if isinstance(cell, Formula) and (taken.key.partition(":")[0] in ("price", "from", *_READERS)):
        raise Unread(
            remark(
                N_(
                    "This formula was saved without its result. "
                    "Open the sheet in Excel or LibreOffice, save it and send it again."
                )
            )
        )


def _exactly(hint: Hint) -> Hint:
    """Numbers that a spreadsheet keeps as numbers have a point."""
    return Hint(hint.unit, hint.times, hint.currency)


def _read(
    stated: Stated,
    steps: dict[int, dict[str, Amount]],
    taken: Taken,
    text: str,
    hint: Hint,
    hs_codes: frozenset[str],
    is_text: bool,
) -> None:
    name, _, number = taken.key.partition(":")
    if taken.key.startswith(PROPERTY):
        stated.properties[taken.key.removeprefix(PROPERTY)] = (text, is_text)
    elif name in ("price", "from"):
        _read_step(stated, steps.setdefault(int(number or 1), {}), taken, text, hint)
    elif name in _READERS:
        _READERS[name](stated, text, hint)
    elif name == "hs_code":
        stated.facts[name] = read_hs(text, hs_codes)
    else:
        stated.facts[name] = _words(name, text)


def _read_step(
    stated: Stated, step: dict[str, Amount], taken: Taken, text: str, hint: Hint
) -> None:
    if taken.key.startswith("from"):
        step["from"] = read_quantity(text, hint)
        return
    bare, rule = _without_rule(text)
    price = read_price(bare, hint)
    if rule:
        _incoterm(stated, rule, hint)
    if price is None:
        stated.unpriced = True
        return
    step["price"] = price
    if taken.quantity is not None:
        step.setdefault("from", Amount(taken.quantity))


def _without_rule(text: str) -> tuple[str, str]:
    """'FOB $4.2' → ('$4.2', 'FOB'); '€ 3.10 CIF Hamburg' → ('€ 3.10', 'CIF Hamburg')."""
    match = _RULE_BEFORE.match(text) or _RULE_BEHIND.search(text)
    if match is None:
        return text, ""
    return text[: match.start()] + text[match.end() :], match.group(1).upper() + match.group(2)


def _words(name: str, text: str) -> str:
    most = _LONGEST.get(name)
    if most and len(text) > most:
        raise Unread(remark(N_("Say it in at most %(most)s letters."), most=most))
    return text if name == "description" else " ".join(text.split())


def _standards(stated: Stated, text: str, _hint: Hint) -> None:
    stated.facts["standards"] = [" ".join(each.split()) for each in text.split(";") if each.strip()]


def _incoterm(stated: Stated, text: str, _hint: Hint) -> None:
    """'FOB Cochin' names the place as well."""
    rule, _, place = plain(text).partition(" ")
    words = {"ex": "EXW", "exworks": "EXW", "ex-works": "EXW", "ex-factory": "EXW", "c&f": "CFR",
             **{each.lower(): each for each in INCOTERMS}}  # fmt: skip
    if plain(text).lower() in ("ex works", "ex factory"):
        rule, place = "EXW", ""
    chosen = read_choice(rule.strip(",:"), words)
    if stated.facts.get("incoterm", chosen) != chosen:
        raise Unread(remark(N_("Give all prices of a product by one Incoterm.")))
    stated.facts["incoterm"] = chosen
    if place:
        stated.facts.setdefault("incoterm_place", place.strip(" ,")[:80])


def _set(name: str) -> Callable[[Stated, str, Hint], None]:
    def keep(stated: Stated, text: str, hint: Hint) -> None:
        if name in _MEASURES:
            stated.facts[name] = read_measure(text, hint, _MEASURES[name])
        else:
            stated.facts[name] = read_count(text, hint)

    return keep


def _choice(name: str, words: Mapping[str, str]) -> Callable[[Stated, str, Hint], None]:
    def keep(stated: Stated, text: str, _hint: Hint) -> None:
        stated.facts[name] = read_choice(text, words)

    return keep


def _firm(stated: Stated, text: str, _hint: Hint) -> None:
    stated.firm = " ".join(text.split())


def _family(stated: Stated, text: str, _hint: Hint) -> None:
    stated.family = " ".join(text.split())


def _unit(stated: Stated, text: str, _hint: Hint) -> None:
    stated.unit = read_unit(text)


def _currency(stated: Stated, text: str, _hint: Hint) -> None:
    stated.currency = read_currency(text)


def _moq(stated: Stated, text: str, hint: Hint) -> None:
    stated.moq = read_quantity(text, hint)


def _lead(stated: Stated, text: str, hint: Hint) -> None:
    stated.facts["lead_days"] = read_days(text, hint)


def _package(stated: Stated, text: str, _hint: Hint) -> None:
    stated.facts["package_kind"] = read_package(text)


_READERS: Mapping[str, Callable[[Stated, str, Hint], None]] = {
    "firm": _firm,
    "family": _family,
    "unit": _unit,
    "currency": _currency,
    "moq": _moq,
    "lead_days": _lead,
    "package_kind": _package,
    "incoterm": _incoterm,
    "standards": _standards,
    "state": _choice("state", STATE_WORDS),
    "price_audience": _choice("price_audience", AUDIENCE_WORDS),
    **{name: _set(name) for name in (*_MEASURES, *_COUNTS)},
}


def _gather(stated: Stated, steps: Mapping[int, Mapping[str, Amount]]) -> None:
    """Put the prices in the order of their columns; a quantity without a price is a trouble."""
    for number in sorted(steps)[:MOST_STEPS]:
        step = steps[number]
        if "price" in step:
            stated.steps.append((step.get("from"), step["price"]))
        elif number > 1:
            key = f"from:{number}"
            stated.trouble(key, remark(N_("Give the price from this quantity on as well.")))
