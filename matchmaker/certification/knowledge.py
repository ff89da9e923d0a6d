"""What is known of steps, read from `seed/reference/steps.json`: one file, no database.

Rules and schemes live in the database because pages join them with what firms hold. These few
facts are only ever read whole.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from matchmaker.certification.materials import Condition
from matchmaker.certification.readiness import Prerequisite, StandIn
from matchmaker.certification.whom_to_ask import Council
from matchmaker.config import ROOT

FOLDER = ROOT / "seed" / "reference"


@cache
def prerequisites() -> tuple[Prerequisite, ...]:
    """What must be done before what, each with its source."""
    return tuple(
        Prerequisite(each["code"], need, each["why"], tuple(each["sources"]), _is_certain(each))
        for each in _read("steps")["prerequisites"]
        for need in each["needs"]
    )


@cache
def stand_ins() -> tuple[StandIn, ...]:
    """What makes another paper needless; only where that is certain."""
    return tuple(
        StandIn(each["code"], by, each["why"], tuple(each["sources"]))
        for each in _read("steps")["stand_ins"]
        if _is_certain(each)
        for by in each["by"]
    )


@cache
def conditions() -> tuple[Condition, ...]:
    """Demands that bind only goods of a material."""
    return tuple(
        Condition(
            code=each["code"],
            families=frozenset(each["families"]),
            holds=tuple(each["holds"]),
            lacks=tuple(each["lacks"]),
            why=each["why"],
            sources=tuple(each["sources"]),
        )
        for each in _read("steps")["materials"]
    )


@cache
def councils() -> tuple[Council, ...]:
    """The export councils and boards, by the goods they look after."""
    return tuple(
        Council(each["code"], each["name"], tuple(each["hs"]))
        for each in _read("certifications")["rcmc_bodies"]
    )


def _is_certain(entry: dict[str, Any]) -> bool:
    return bool(entry["confidence"] == "high")


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found
