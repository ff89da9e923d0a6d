"""How probably an offer is the product that was asked for: calibrated, never a raw cosine. Pure.

    fit = sigmoid(b0 + Σ b_i · x_i),  b_i ≥ 0

The signals x are centred so that 0 says nothing: cosine and words as measured less their usual
size, family and HS agreement from -1 (differs) to 1 (same), agreement of stated attributes
likewise. A family that the words speak of counts by its share (`counting`). A signal that nobody
measured is 0. The coefficients come from judged pairs (`calibration.py`) and lie in `fits/` with
a version. 0.5 means 'probably another product'.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matchmaker.errors import BadInput
from matchmaker.matching.problem import Closeness, Spoken
from matchmaker.matching.scoring.values import Values, hs_value

FOLDER = Path(__file__).parent / "fits"
CURRENT = "fit-2"
SIGNALS = ("cosine", "words", "family", "hs", "attributes")


@dataclass(frozen=True)
class FitModel:
    """The coefficients: `centre` of the measured signals, `intercept`, a `slope` per signal."""

    version: str
    intercept: float
    centres: Mapping[str, float]
    slopes: Mapping[str, float]
    note: str = ""


def fit_value(signals: Mapping[str, npt.ArrayLike], model: FitModel) -> Values:
    """The probability for single signals or columns of them; NaN or left out: not measured."""
    found = np.asarray(model.intercept)
    for name, values in signals.items():
        centred = np.asarray(values, float) - model.centres.get(name, 0.0)
        found = found + model.slopes[name] * np.nan_to_num(centred, nan=0.0)
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(found, -40.0, 40.0))))


def signals_of(
    closeness: Closeness,
    family: tuple[str, str],
    hs: tuple[str, str],
    attributes: tuple[Mapping[str, object], Mapping[str, object]],
) -> dict[str, float]:
    """The signals of one pair; each tuple holds what was asked for and what is offered."""
    unknown = float("nan")
    spoken = counting(closeness.spoken, family[0], hs[0])
    return {
        "cosine": unknown if closeness.cosine is None else min(max(closeness.cosine, 0.0), 1.0),
        "words": unknown if closeness.words is None else closeness.words,
        "family": family_signal(*family, spoken),
        "hs": hs_signal(*hs),
        "attributes": attribute_signal(*attributes),
    }


def counting(spoken: Spoken | None, family: str, hs_code: str) -> Spoken | None:
    """What the words speak of, if it counts: where the buyer stated neither family nor code."""
    return None if family or hs_code else spoken


def family_signal(asked: str, offered: str, spoken: Spoken | None = None) -> float:
    """1 for the family that was asked for, -1 for another; 0 when it is not known on a side.

    `spoken`: what `counting` lets count; it stands for a stated family by its share.
    """
    share = 1.0
    if spoken is not None:
        asked, share = spoken.family, spoken.share
    if not asked or not offered:
        return 0.0
    return share if asked == offered else -share


def hs_signal(asked: str, offered: str) -> float:
    """HS agreement from -1 (another chapter) to 1 (the same code); 0 when one is missing."""
    value = hs_value(asked, offered)
    return 0.0 if math.isnan(value) else 2.0 * value - 1.0


def attribute_signal(asked: Mapping[str, object], offered: Mapping[str, object]) -> float:
    """Agreement of the attributes asked for, from -1 (all differ) to 1 (all the same).

    One that the offer does not name stands half way: the signal is Σ (2·agreement - 1) over
    those that both name, divided by the number asked for.
    """
    both = [2.0 * agreement(asked[key], offered[key]) - 1.0 for key in asked if key in offered]
    return sum(both) / len(asked) if both else 0.0


def agreement(asked: object, offered: object) -> float:
    """1 when they say the same, 0 when not; figures lose a tenth for every per cent between.

    A size may be off by what a maker's tolerance allows, a word may not.
    """
    if isinstance(asked, list | tuple | set | frozenset):
        return max((agreement(each, offered) for each in asked), default=0.0)
    if isinstance(offered, list | tuple | set | frozenset):
        return max((agreement(asked, each) for each in offered), default=0.0)
    first, second = _figure(asked), _figure(offered)
    if first is None or second is None:
        return float(str(asked).strip().casefold() == str(offered).strip().casefold())
    apart = abs(first - second) / max(abs(first), abs(second), 1e-9)
    return max(0.0, 1.0 - 10.0 * apart)


def _figure(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


@lru_cache(maxsize=4)
def fit_model(version: str = CURRENT) -> FitModel:
    """The coefficients of a version. Raises BadInput when it is not there or not monotone."""
    file = FOLDER / f"{version}.toml"
    if not file.is_file():
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("*.toml")))
        raise BadInput("version of the fit", version, f"There are {known}.")
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    slopes = {name: float(content["slopes"][name]) for name in SIGNALS}
    for name, slope in slopes.items():
        if not 0 <= slope < math.inf:
            raise BadInput(f"{file.name}: slope of {name}", slope, "It must not be negative.")
    centres = {name: float(value) for name, value in content["centres"].items()}
    return FitModel(version, float(content["intercept"]), centres, slopes, content["note"])
