"""Columns that a family knows as attributes, read in the family's units. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from matchmaker.catalogue.importing.headings import folded
from matchmaker.catalogue.importing.numbers import number_in, plain
from matchmaker.catalogue.importing.one_unit import other_unit
from matchmaker.catalogue.importing.remarks import Unread
from matchmaker.catalogue.importing.saying import is_same
from matchmaker.catalogue.importing.stating import Stated
from matchmaker.catalogue.importing.world import FamilyInfo
from matchmaker.measures import UNITS
from matchmaker.trade_words import unit_of


def read_attributes(stated: Stated, before: Mapping[str, Any] | None, family: FamilyInfo) -> None:
    """Put what the row says of attributes into its facts, and what cannot be read into its
    troubles."""
    for heading, (text, is_text) in stated.properties.items():
        key, unit = _attribute_of(heading, family)
        about = family.attributes.get(key, {})
        name = f"attributes.{key}"
        was = before.get(name) if before else None
        if was is not None and is_same(was, text):
            continue
        try:
            stated.facts[name] = _attribute_value(text, is_text, about, unit)
        except Unread as unread:
            stated.trouble(f"attributes.{heading}", unread.remedy)


def _attribute_of(heading: str, family: FamilyInfo) -> tuple[str, str | None]:
    """The key of the family's attribute with this label, and the unit the heading names."""
    bare, _, rest = heading.rpartition(" (")
    unit = unit_of(rest.rstrip(")")) if bare and rest.endswith(")") else None
    for asked in (heading, bare):
        for key, about in family.attributes.items():
            if asked and folded(asked) in (folded(about.get("label", key)), folded(key)):
                return key, unit[0] if unit else None
    return (bare if unit else heading)[:60], None


def _attribute_value(text: str, is_text: bool, about: Mapping[str, Any], given: str | None) -> Any:
    """A number where the family has a unit and the cell a number; else the words."""
    unit = str(about.get("unit", ""))
    if not is_text and not unit:
        return _as_number(Decimal(text))
    if not unit or unit not in UNITS:
        return text if is_text else _as_number(Decimal(text))
    clean = plain(text)
    parts = clean.split()
    try:
        value = number_in(parts[0]) if len(parts) in (1, 2) and parts[0][:1].isdigit() else None
    except (Unread, ArithmeticError):
        value = None
    if value is None:
        return text
    said = unit_of(parts[1]) if len(parts) == 2 else None
    if len(parts) == 2 and said is None:
        return text
    came = said[0] if said else given or unit
    if UNITS[came].dimension != UNITS[unit].dimension:
        raise Unread(other_unit(came, unit))
    return _as_number((value * UNITS[came].factor / UNITS[unit].factor).quantize(Decimal("0.0001")))


def _as_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
