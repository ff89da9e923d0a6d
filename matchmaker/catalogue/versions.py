"""Versions of what a product says: compared, merged and undone field by field. Pure.

A version is a flat table of JSON values: the names of `ProductFacts`, 'attributes.<key>' for
each attribute, 'family' (its key) and 'line' (its number). Price steps are one field: half of
one price list and half of another is nobody's price.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from matchmaker.catalogue.facts import SMALLEST, ProductFacts

Said = Mapping[str, Any]
# Follow from what else was said, so nobody decides them.
_DERIVED = frozenset({"price_confirmed_on", "lead_confirmed_on", "has_photo"})
_NUMBERS = frozenset(
    {"moq", "net_kg", "gross_kg", "unit_m2", "unit_m3"}
    | {"per_package", "per_20ft", "per_40hc", "line_factor"}
)
_ATTRIBUTE = "attributes."


@dataclass(frozen=True)
class Difference:
    """One field that two versions say differently; None where one says nothing."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Choice:
    """A field that I and somebody else say differently since both began at `base`."""

    field: str
    base: Any
    mine: Any
    theirs: Any

    @property
    def is_clash(self) -> bool:
        """Both changed it, each in another way."""
        return bool(self.mine != self.base and self.theirs != self.base)

    @property
    def suggestion(self) -> str:
        """'mine' or 'theirs': whoever changed it; nobody's where both did."""
        if self.is_clash:
            return ""
        return "mine" if self.mine != self.base else "theirs"


@dataclass(frozen=True)
class Undone:
    """What is said once a change is taken back.

    `restored`: fields that say again what they said; `left`: those that were changed once
    more since and keep what they say now.
    """

    said: dict[str, Any]
    restored: tuple[str, ...]
    left: tuple[str, ...]


def said_of(facts: ProductFacts, family: str, line: int | None) -> dict[str, Any]:
    """The version these facts are. Numbers are kept as text: 12.50 and 12.5 are the same."""
    said: dict[str, Any] = {"family": family, "line": line}
    for each in fields(ProductFacts):
        value = getattr(facts, each.name)
        if each.name in _DERIVED:
            continue
        if each.name == "attributes":
            said |= {f"{_ATTRIBUTE}{key}": _plain(value[key]) for key in value}
        elif each.name == "tiers":
            said["tiers"] = [[_text(quantity), _text(price)] for quantity, price in value]
        elif each.name == "standards":
            said["standards"] = list(value)
        else:
            said[each.name] = _plain(value)
    return said


def facts_in(said: Said) -> ProductFacts:
    """The facts of a version, without what follows from them."""
    known = {each.name for each in fields(ProductFacts)}
    values = {name: _read(name, value) for name, value in said.items() if name in known}
    values["attributes"] = {
        name.removeprefix(_ATTRIBUTE): value
        for name, value in said.items()
        if name.startswith(_ATTRIBUTE) and value is not None
    }
    return ProductFacts(**values)


def differences(before: Said, after: Said) -> tuple[Difference, ...]:
    """What changed from one version to another, in the order of the later one."""
    return tuple(
        Difference(name, before.get(name), after.get(name))
        for name in _names(after, before)
        if before.get(name) != after.get(name)
    )


def choices(base: Said, mine: Said, theirs: Said) -> tuple[Choice, ...]:
    """Every field on which the two of us are not of one mind."""
    return tuple(
        Choice(name, base.get(name), mine.get(name), theirs.get(name))
        for name in _names(theirs, mine)
        if mine.get(name) != theirs.get(name)
    )


def merged(mine: Said, theirs: Said, keep_mine: Collection[str]) -> dict[str, Any]:
    """Theirs, but mine in the fields named."""
    return {
        name: mine.get(name) if name in keep_mine else theirs.get(name)
        for name in _names(theirs, mine)
    }


def undone(before: Said, after: Said, now: Said) -> Undone:
    """Take back the change from `before` to `after`, keeping what was changed since."""
    changed = differences(before, after)
    back = [each for each in changed if now.get(each.field) == each.after]
    left = [each.field for each in changed if now.get(each.field) not in (each.after, each.before)]
    said = dict(now) | {each.field: each.before for each in back}
    return Undone(said, tuple(each.field for each in back), tuple(left))


def _names(first: Said, second: Said) -> list[str]:
    return [*first, *(name for name in second if name not in first)]


def _plain(value: Any) -> Any:
    return _text(value) if isinstance(value, Decimal) else value


def _text(value: Decimal) -> str:
    """As the database keeps it: four digits after the point, no zeros at the end."""
    text = f"{value.quantize(SMALLEST):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read(name: str, value: Any) -> Any:
    if name == "tiers":
        return tuple((Decimal(quantity), Decimal(price)) for quantity, price in value or ())
    if name == "standards":
        return tuple(value or ())
    if name in _NUMBERS and value is not None:
        return Decimal(value)
    return value
