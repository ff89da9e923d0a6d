"""What rows are held against, and what is decided of each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matchmaker.catalogue.guessing import Families
from matchmaker.catalogue.importing.headings import folded
from matchmaker.catalogue.importing.remarks import Remark
from matchmaker.catalogue.importing.stating import Trouble


@dataclass(frozen=True)
class FamilyInfo:
    """A kind of product. `attributes`: key → {label, unit, …}."""

    key: str
    name: str
    hs_code: str
    unit: str
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirmInfo:
    """A firm the sender may write for, and what its products say now, by their numbers."""

    id: int
    name: str
    public_id: str
    sector: str = ""
    products: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass
class World:
    """What rows are held against. `firms` by id; `home`: whose a row is that names no firm."""

    families: Mapping[str, FamilyInfo]
    guesser: Families
    hs_codes: frozenset[str]
    firms: Mapping[int, FirmInfo]
    home: int | None
    guesses: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def labels(self) -> dict[str, str]:
        """Folded labels of all attributes, for the headings."""
        return {
            folded(about.get("label", key)): about.get("label", key)
            for family in self.families.values()
            for key, about in family.attributes.items()
        }


@dataclass(frozen=True)
class Outcome:
    """What would become of a row. `said`: what the product would say, whole.

    `changes`: (field, before, after). `is_guess`: the family was guessed from the name.
    """

    number: int
    kind: str
    firm_id: int | None = None
    sku: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)
    stated: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[tuple[str, Any, Any], ...] = ()
    troubles: tuple[Trouble, ...] = ()
    is_guess: bool = False


@dataclass(frozen=True)
class Skipped:
    """A row that is no product: a total, a heading between rows, a note."""

    number: int
    why: Remark
