"""Coefficients of product fit from judged pairs, and how well they are calibrated. Pure.

    model = calibrated(signals, is_product, version="fit-2")
    told = reliability(held_out_fits(signals, is_product, requirements), is_product)

Plain logistic regression with a ridge, fitted by Newton's method (iteratively reweighted least
squares); slopes that would turn negative are held at nought and the rest fitted again, so that
more agreement never lowers a fit. Pairs enter through their signals alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matchmaker.errors import BadInput
from matchmaker.matching.scoring.fit import SIGNALS, FitModel, fit_value
from matchmaker.matching.scoring.values import Values

MEASURED = ("cosine", "words")
MOST_STEPS = 100
ENOUGH = 1e-10


@dataclass(frozen=True)
class Bin:
    """Pairs whose fit lies between two figures: their mean fit, and the share that were it."""

    low: float
    high: float
    pairs: int
    mean_fit: float
    share: float


@dataclass(frozen=True)
class Calibration:
    """How fits agree with what was judged.

    `brier`: mean squared error, beside that of saying the overall share to all (`base`).
    """

    pairs: int
    brier: float
    base: float
    bins: tuple[Bin, ...]

    @property
    def skill(self) -> float:
        """What share of the base's error is gone; 0 for no better than the overall share."""
        return 1.0 - self.brier / self.base if self.base > 0 else 0.0


def calibrated(
    signals: Mapping[str, npt.ArrayLike],
    is_product: npt.ArrayLike,
    *,
    version: str,
    ridge: float = 1.0,
    note: str = "",
) -> FitModel:
    """The model that these pairs give. `signals`: columns as `fit.signals_of` names them.

    Measured signals are centred on their mean and NaN stands there. `ridge` is the strength of
    a pull towards nought on the slopes, in units of signals of spread one. Raises BadInput when
    the pairs do not hold both sorts.
    """
    wanted = np.asarray(is_product, float)
    if not len(wanted) or wanted.min() == wanted.max():
        raise BadInput("pairs", len(wanted), "Judge some that are the product and some not.")
    centres = {name: float(np.nanmean(np.asarray(signals[name], float))) for name in MEASURED}
    columns = np.column_stack(
        [np.nan_to_num(np.asarray(signals[name], float) - centres.get(name, 0.0))
         for name in SIGNALS]
    )  # fmt: skip
    spread = np.maximum(columns.std(axis=0), 1e-9)
    found = _non_negative(columns / spread, wanted, ridge)
    slopes = {name: float(slope) for name, slope in zip(SIGNALS, found[1:] / spread, strict=True)}
    return FitModel(version, float(found[0]), centres, slopes, note)


def reliability(
    fits: npt.ArrayLike, is_product: npt.ArrayLike, edges: Sequence[float] = (0, 0.2, 0.4, 0.6, 0.8)
) -> Calibration:
    """Brier score and reliability table of fits in [0, 1]; bins begin at `edges`."""
    told, wanted = np.asarray(fits, float), np.asarray(is_product, float)
    bins = []
    for low, high in zip(edges, (*edges[1:], 1.0), strict=True):
        inside = (told >= low) & ((told < high) | (high == 1.0))
        if inside.any():
            mean, share = float(told[inside].mean()), float(wanted[inside].mean())
            bins.append(Bin(low, high, int(inside.sum()), mean, share))
    share = wanted.mean()
    return Calibration(
        len(told), float(((told - wanted) ** 2).mean()), float(share * (1 - share)), tuple(bins)
    )


def held_out_fits(
    signals: Mapping[str, npt.ArrayLike],
    is_product: npt.ArrayLike,
    groups: Sequence[object],
    *,
    folds: int = 5,
    ridge: float = 1.0,
) -> Values:
    """Fits of pairs by models that never saw their group: an honest look without new labels.

    Groups (requirements) are dealt to folds in their order; pairs of one stay together.
    """
    wanted = np.asarray(is_product, float)
    order = {group: n for n, group in enumerate(dict.fromkeys(groups))}
    fold = np.array([order[group] % folds for group in groups])
    columns = {name: np.asarray(signals[name], float) for name in SIGNALS}
    found = np.empty(len(wanted))
    for each in range(folds):
        apart = fold == each
        if apart.any():
            rest = {name: column[~apart] for name, column in columns.items()}
            model = calibrated(rest, wanted[~apart], version="held-out", ridge=ridge)
            found[apart] = fit_value({name: c[apart] for name, c in columns.items()}, model)
    return found


def _non_negative(columns: Values, wanted: Values, ridge: float) -> Values:
    """Intercept and slopes, none negative: those that want to be are left out one by one."""
    kept = list(range(columns.shape[1]))
    while True:
        some = _newton(columns[:, kept], wanted, ridge)
        if not kept or some[1:].min() >= 0:
            break
        kept.pop(int(some[1:].argmin()))
    found = np.zeros(columns.shape[1] + 1)
    found[[0, *(each + 1 for each in kept)]] = some
    return found


def _newton(columns: Values, wanted: Values, ridge: float) -> Values:
    """Logistic regression; the intercept is not pulled. The ridge makes it strictly convex."""
    design = np.column_stack([np.ones(len(wanted)), columns])
    pull = np.full(design.shape[1], ridge)
    pull[0] = 1e-6
    found = np.zeros(design.shape[1])
    for _ in range(MOST_STEPS):
        told = 1.0 / (1.0 + np.exp(-np.clip(design @ found, -40.0, 40.0)))
        slope = design.T @ (told - wanted) + pull * found
        curve = (design.T * (told * (1.0 - told))) @ design + np.diag(pull)
        step = np.linalg.solve(curve, slope)
        found -= step
        if float(np.abs(step).max()) < ENOUGH:
            break
    return found
