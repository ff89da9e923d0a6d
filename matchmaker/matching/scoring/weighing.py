"""How much each criterion counts: profiles as versioned data, and what a buyer may change.

A profile is a TOML file in `weights/`: id, version, the weight of every criterion with the
bounds within which a buyer may move it, which criteria are musts, and how hard these bind.
Whoever changes a figure raises the version: stored matches name the one they were judged by.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from matchmaker.errors import BadInput
from matchmaker.matching.scoring.values import Closing

FOLDER = Path(__file__).parent / "weights"
CRITERIA = ("fit", "hs", "quantity", "moq", "papers", "price", "lead", "market", "reliability",
            "preferences")  # fmt: skip
# What counts for a firm that reads a requirement (`firm_side.py`).
FIRM_SIDE = ("fit", "size", "market", "terms", "price", "lead", "papers")


@dataclass(frozen=True)
class Weight:
    """What a criterion counts, relative to the others; a buyer may move it within the bounds."""

    weight: float
    least: float
    most: float


@dataclass(frozen=True)
class Weights:
    """A profile. `musts`: criteria of the soft minimum, `hardness` its exponent.

    `strictness`: 0 lets the mean decide, 1 the musts alone. `hs`: chapters and headings the
    profile is for; empty: for all goods. `firm`: what counts on the firm's side. `changed`: what
    a buyer moved.
    """

    id: str
    version: int
    title: str
    criteria: Mapping[str, Weight]
    musts: tuple[str, ...]
    strictness: float
    hardness: float
    closing: Closing
    firm: Mapping[str, float]
    hs: tuple[str, ...] = ()
    changed: Mapping[str, float] = field(default_factory=dict)

    def of(self, criterion: str) -> float:
        return self.criteria[criterion].weight

    @property
    def name(self) -> str:
        """What a stored match notes: 'food 1', 'food 1 (price 20)'."""
        moved = ", ".join(f"{key} {value:g}" for key, value in sorted(self.changed.items()))
        return f"{self.id} {self.version}" + (f" ({moved})" if moved else "")


def adjusted(weights: Weights, changes: Mapping[str, float]) -> Weights:
    """The profile with a buyer's own weights. Raises BadInput naming criterion and bounds."""
    criteria = dict(weights.criteria)
    for key, value in changes.items():
        if key not in criteria:
            raise BadInput("weight", key, f"Choose one of {', '.join(CRITERIA)}.")
        bounds = criteria[key]
        if not bounds.least <= value <= bounds.most:  # NaN fails this as well
            remedy = f"Choose a number from {bounds.least:g} to {bounds.most:g}."
            raise BadInput(f"weight of {key}", value, remedy)
        criteria[key] = replace(bounds, weight=float(value))
    if not any(each.weight > 0 for each in criteria.values()):
        raise BadInput("weights", dict(changes), "Let at least one criterion count.")
    return replace(weights, criteria=criteria, changed={**weights.changed, **changes})


@lru_cache(maxsize=1)
def profiles() -> Mapping[str, Weights]:
    """All profiles by id, read once."""
    found = [read_profile(file) for file in sorted(FOLDER.glob("*.toml"))]
    return {each.id: each for each in found}


def profile_for(hs_code: str, among: Iterable[Weights] | None = None) -> Weights:
    """The profile of the goods: the one that names most digits of the HS code, else 'default'."""
    offered = list(among if among is not None else profiles().values())
    fitting = [
        (len(prefix), each.id, each)
        for each in offered
        for prefix in each.hs
        if hs_code.startswith(prefix)
    ]
    if fitting:
        return max(fitting, key=lambda row: (row[0], row[1]))[2]
    return next(each for each in offered if each.id == "default")


def read_profile(file: Path) -> Weights:
    """The profile in a file. Raises BadInput that names the file, the value and the remedy."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as wrong:
        raise BadInput(file.name, wrong, "Write it as TOML.") from wrong
    return _profile(content, file.name)


def _profile(content: Mapping[str, Any], name: str) -> Weights:
    told = content.get("criteria", {})
    for key in sorted({*told} ^ {*CRITERIA}):
        remedy = "Give a weight to this criterion." if key in CRITERIA else "There is no such one."
        raise BadInput(f"{name}: criteria", key, remedy)
    musts = tuple(content.get("musts", ()))
    if not musts or not {*musts} <= {*CRITERIA}:
        raise BadInput(f"{name}: musts", musts, f"Name some of {', '.join(CRITERIA)}.")
    if content.get("id", "") != name.removesuffix(".toml"):
        raise BadInput(f"{name}: id", content.get("id", ""), "Call it as its file is called.")
    return Weights(
        id=content["id"],
        version=int(_number(content, "version", name, 1, 10**6)),
        title=str(content.get("title", "")),
        criteria={key: _weight(told[key], f"{name}: {key}") for key in CRITERIA},
        musts=musts,
        strictness=_number(content, "strictness", name, 0, 1),
        hardness=_number(content, "hardness", name, 1, 20),
        closing=_closing(content.get("closing", {}), name),
        firm={
            key: _number(content.get("firm", {}), key, f"{name}: firm", 0, 1e3) for key in FIRM_SIDE
        },
        hs=tuple(str(each) for each in content.get("hs", ())),
    )


def _weight(told: Mapping[str, Any], name: str) -> Weight:
    least, most = _number(told, "least", name, 0, 1e3), _number(told, "most", name, 0, 1e3)
    if least > most:
        raise BadInput(f"{name}: least", least, "It must not be above 'most'.")
    return Weight(_number(told, "weight", name, least, most), least, most)


def _closing(told: Mapping[str, Any], name: str) -> Closing:
    values = {
        key: _number(told, key, f"{name}: closing", 0, 1)
        for key in ("in_time", "spare", "tight", "late")
    }
    found = Closing(**values)
    if not 0 < found.late <= found.tight <= found.in_time <= found.in_time + found.spare <= 1:
        remedy = "They must rise: 0 < late ≤ tight ≤ in_time, and in_time + spare ≤ 1."
        raise BadInput(f"{name}: closing", values, remedy)
    return found


def _number(told: Mapping[str, Any], key: str, name: str, low: float, high: float) -> float:
    value = told.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadInput(f"{name}: {key}", value, f"Write a number from {low:g} to {high:g}.")
    return float(value)
