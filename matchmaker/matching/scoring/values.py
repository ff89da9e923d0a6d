"""The formulas of the score, on single figures and on whole columns alike. Pure.

    total = mean ** (1 - strictness) * floor ** strictness

`mean` is the weighted mean over the criteria of which something is known, `floor` the soft
minimum of the musts. Every function here is monotone in every argument that is a value, so an
upper bound of the parts gives an upper bound of the total: retrieval relies on that. Figures
are floats or numpy arrays of them; NaN is 'unknown'.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
# A price this share above the target is worth half. A tenth above is soon talked over.
PRICE_HALVES_AT = 0.3
# Every so many days later than asked halve the value of a lead time.
LATE_DAYS_HALVE = 21.0
SMALLEST = 1e-6


def quantity_value(free: npt.ArrayLike, asked: npt.ArrayLike) -> Values:
    """What share of the quantity can be made in the window: min(1, free / asked)."""
    return np.minimum(1.0, np.asarray(free, float) / asked)


def moq_value(moq: npt.ArrayLike, asked: npt.ArrayLike) -> Values:
    """1 while the smallest order is at most what is asked, else asked / smallest order."""
    return np.minimum(1.0, np.asarray(asked, float) / moq)


def price_value(price: npt.ArrayLike, target: npt.ArrayLike) -> Values:
    """1 up to the target; .93 a tenth above it, .5 at three tenths, .29 at four, then to nought."""
    above = np.maximum(0.0, np.asarray(price, float) / target - 1.0)
    return np.asarray(0.5 ** (np.minimum(above, 10.0) / PRICE_HALVES_AT) ** 2)


def lead_value(lead_days: npt.ArrayLike, days_left: npt.ArrayLike) -> Values:
    """1 when the goods can be there in time, then halved with every three weeks too late."""
    late = np.maximum(0.0, np.asarray(lead_days, float) - days_left)
    return np.asarray(0.5 ** (late / LATE_DAYS_HALVE))


@dataclass(frozen=True)
class Closing:
    """What something missing is worth, by how surely it can be closed before the ship date.

    `in_time`: even if it takes its longest; with time to spare it rises by up to `spare`.
    `tight`: only if all goes well. `late`: not even then; never nought.
    """

    in_time: float = 0.6
    spare: float = 0.3
    tight: float = 0.3
    late: float = 0.1


def closing_value(days_min: float, days_max: float, days_left: float, closing: Closing) -> float:
    """The worth of a gap that takes `days_min` to `days_max` days; more time never lowers it."""
    if days_left >= days_max:
        slack = 1.0 - days_max / days_left if days_left > 0 else 0.0
        return closing.in_time + closing.spare * slack
    return closing.tight if days_left >= days_min else closing.late


def hs_value(asked: str, offered: str) -> float:
    """How far two HS codes agree: 1 as far as was asked or six digits, .8 heading, .5 chapter.

    NaN when one is missing. A buyer who gave a heading alone asked for no more than that.
    """
    if not asked or not offered:
        return float("nan")
    digits = min(len(asked), len(offered), 6)
    if asked[:digits] == offered[:digits]:
        return 1.0
    if digits >= 4 and asked[:4] == offered[:4]:
        return 0.8
    return 0.5 if asked[:2] == offered[:2] else 0.0


def shrunk(good: npt.ArrayLike, of: npt.ArrayLike, prior: float, strength: float) -> Values:
    """The mean of a Beta posterior: a share of few cases is drawn towards the prior.

    `strength`: as how many cases the prior counts. One kept meeting of one is no perfect record.
    """
    return (np.asarray(good, float) + prior * strength) / (np.asarray(of, float) + strength)


def weighted_mean(values: npt.ArrayLike, weights: npt.ArrayLike) -> Values:
    """Over the last axis, unknown values (NaN) left out; NaN when nothing is known."""
    found = np.asarray(values, float)
    known = np.isfinite(found)
    weight = np.where(known, np.asarray(weights, float), 0.0)
    whole = weight.sum(axis=-1)
    parts = np.where(known, found, 0.0) * weight
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(whole > 0, parts.sum(axis=-1) / whole, np.nan))


def soft_minimum(values: npt.ArrayLike, hardness: float) -> Values:
    """Over the last axis: (1 + Σ (v^-h - 1))^(-1/h); unknown values (NaN) left out.

    With one value below 1 it is that value; every further one takes a little more away, so it
    never exceeds the least. Nothing known: 1. Groups may be taken first: the soft minimum of
    the soft minima of several groups is that of all their values together.
    """
    found = np.asarray(values, float)
    found = np.clip(np.where(np.isfinite(found), found, 1.0), SMALLEST, 1.0)
    return np.asarray((1.0 + (found**-hardness - 1.0).sum(axis=-1)) ** (-1.0 / hardness))


def total_score(mean: npt.ArrayLike, floor: npt.ArrayLike, strictness: float) -> Values:
    """mean^(1-s) · floor^s. At most floor^s: what is missing of a must no price buys off."""
    shares = np.asarray(mean, float) ** (1.0 - strictness)
    return np.asarray(shares * np.asarray(floor, float) ** strictness)
