"""The rules and schemes of the reference data, for those who have no database. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from matchmaker.certification.knowledge import FOLDER, conditions, prerequisites, stand_ins
from matchmaker.certification.readiness import Book


@dataclass(frozen=True)
class ReferenceRule:
    """What a market demands, as `rules.Rule` asks it to be told."""

    id: str
    family: str
    hs: tuple[str, ...]
    market: str
    mandatory: tuple[str, ...]
    expected: tuple[str, ...]
    effective_from: dt.date | None
    confidence: str
    note: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReferenceScheme:
    """What of a scheme decides; days are calendar days to obtain it."""

    code: str
    lead_days_min: int
    lead_days_max: int
    is_held: bool


@cache
def reference_book() -> Book:
    """All rules and schemes as they are shipped; read once."""
    schemes = {each["code"]: _scheme(each) for each in _read("certifications", "certifications")}
    rules = tuple(_rule(each) for each in _read("market_requirements", "rules"))
    return Book(rules, schemes, prerequisites(), stand_ins(), conditions())


def _scheme(told: Mapping[str, Any]) -> ReferenceScheme:
    least, most = told["lead_days"]
    is_held = told["evidence_type"] != "consignment document"
    return ReferenceScheme(told["code"], least, most, is_held)


def _rule(told: Mapping[str, Any]) -> ReferenceRule:
    start = told["effective_from"]
    return ReferenceRule(
        id=told["id"],
        family=told["family"],
        hs=tuple(told["hs"]),
        market=told["market"],
        mandatory=tuple(told["mandatory"]),
        expected=tuple(told["expected"]),
        effective_from=dt.date.fromisoformat(start) if start else None,
        confidence=told["confidence"],
        note=told.get("note", ""),
        sources=tuple(told.get("sources", ())),
    )


def _read(name: str, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))[
        key
    ]
    return found
