"""How good a ranking is, against grades 0 to 3 given by people. Pure.

A measure is None for a query that no ranking could answer: a mean over such queries would
tell of the labels, not of the search.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

GOOD = 2  # from this grade on a buyer has found what was asked for

Grades = Mapping[str, float]  # of documents, for one query
Labels = Mapping[str, Grades]  # by query
Measure = Callable[[Sequence[str], Grades], float | None]


def ndcg(ranked: Sequence[str], grades: Grades, depth: int = 10) -> float | None:
    """1 when the best stand first, in order of their grade; gain is 2^grade - 1, unjudged 0."""
    ideal = _discounted(sorted(grades.values(), reverse=True)[:depth])
    found = _discounted([grades.get(id, 0) for id in ranked[:depth]])
    return found / ideal if ideal else None


def condensed_ndcg(ranked: Sequence[str], grades: Grades, depth: int = 10) -> float | None:
    """nDCG of what was judged alone: a ranking pays nothing for finding what nobody looked at."""
    return ndcg([id for id in ranked if id in grades], grades, depth)


def _discounted(grades: Sequence[float]) -> float:
    gains = (2.0**grade - 1 for grade in grades)
    return math.fsum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def recall(ranked: Sequence[str], grades: Grades, depth: int = 100) -> float | None:
    """The share of the good ones found, of as many as `depth` has room for."""
    good = {id for id, grade in grades.items() if grade >= GOOD}
    room = min(depth, len(good))
    return len(good.intersection(ranked[:depth])) / room if room else None


def reciprocal_rank(ranked: Sequence[str], grades: Grades, depth: int = 10) -> float | None:
    """1 if the first is good, 1/2 if only the second is, and so on."""
    if not any(grade >= GOOD for grade in grades.values()):
        return None
    places = (place for place, id in enumerate(ranked[:depth], 1) if grades.get(id, 0) >= GOOD)
    first = next(places, None)
    return 1 / first if first else 0.0


def average(values: Sequence[float | None]) -> float:
    """The mean of what is known; 0 when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and where it lies, 95 times out of 100, were other queries drawn."""

    mean: float
    low: float
    high: float


def bootstrap(differences: Sequence[float], draws: int = 10_000, seed: int = 1) -> Interval:
    """The mean of per-query differences with its 95 % interval (paired, percentile)."""
    if not differences:
        return Interval(0.0, 0.0, 0.0)
    values = np.asarray(differences)
    chosen = np.random.default_rng(seed).integers(len(values), size=(draws, len(values)))
    low, high = np.quantile(values[chosen].mean(axis=1), [0.025, 0.975])
    return Interval(float(values.mean()), float(low), float(high))
