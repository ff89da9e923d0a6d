"""The product families: what they are, how they are sold and how they are written about."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "families"
GROUPS = ("opening", "make", "use", "spec", "packing", "trade")


@dataclass(frozen=True)
class Range:
    """From low to high; `source` is the title of what it rests on, empty where none is needed."""

    low: float
    high: float
    source: str = ""

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, eq=False)  # one object a family: compared and hashed as itself
class Family:
    """One family of seed/families/*.toml; the fields are those of the file."""

    key: str
    name: str
    sector: str
    hs: str
    rules: tuple[str, ...]
    unit: str
    drawing: str
    aliases: tuple[str, ...]
    clusters: Mapping[str, float]
    unit_kg: str
    unit_m2: str | None
    unit_kg_range: Range
    price_usd_per_kg: Range
    output_kg_per_worker_month: Range
    stowage_kg_per_m3: Range
    package: str
    package_kg: Range
    moq: Range
    lead_days: Range
    workers: Range
    standards: tuple[str, ...]
    schemes: tuple[str, ...]
    markets: tuple[str, ...]
    attributes: Mapping[str, Mapping[str, Any]]
    titles: tuple[str, ...]
    text: Mapping[str, Sequence[str]]


@lru_cache(maxsize=1)
def all_families() -> tuple[Family, ...]:
    """Every family of every file, by key."""
    found = [family for file in sorted(FOLDER.glob("*.toml")) for family in families_of(file)]
    return tuple(sorted(found, key=lambda family: family.key))


def families_of(file: Path) -> list[Family]:
    """The families of one file. A missing or unknown field raises KeyError or TypeError."""
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    sources = {key: str(about["title"]) for key, about in content.get("sources", {}).items()}
    return [_family(raw, sources) for raw in content["family"]]


def _family(raw: dict[str, Any], sources: Mapping[str, str]) -> Family:
    def ranged(name: str) -> Range:
        low, high = raw[name]["low"], raw[name]["high"]
        key = raw[name].get("source")
        return Range(low, high, sources[key] if key else "")

    return Family(
        **{name: raw[name] for name in ("key", "name", "sector", "hs", "unit", "drawing")},
        rules=tuple(raw["rules"]),
        aliases=tuple(raw["aliases"]),
        standards=tuple(raw["standards"]),
        schemes=tuple(raw["schemes"]),
        markets=tuple(raw["markets"]),
        clusters=raw["clusters"],
        unit_kg=raw["unit_kg"],
        unit_m2=raw.get("unit_m2"),
        unit_kg_range=ranged("unit_kg_range"),
        price_usd_per_kg=ranged("price_usd_per_kg"),
        output_kg_per_worker_month=ranged("output_kg_per_worker_month"),
        stowage_kg_per_m3=ranged("stowage_kg_per_m3"),
        package=raw["package"],
        package_kg=ranged("package_kg"),
        moq=ranged("moq"),
        lead_days=ranged("lead_days"),
        workers=ranged("workers"),
        attributes=raw["attributes"],
        titles=tuple(raw["text"]["titles"]),
        text={group: tuple(raw["text"][group]) for group in GROUPS},
    )
