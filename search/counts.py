"""Facet counts, statistics and chosen facets as the contract wants them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from search.contract import AnyOf, Bucket, Equals, FacetCount, Filter, NumberStats, Or
from search.values import normal

_BARS = 12


def shown_counts(
    counts: Mapping[str, int], size: int, keep: Iterable[str] = ()
) -> tuple[FacetCount, ...]:
    """The commonest values first; those to `keep` are shown even at zero."""
    order = sorted(counts, key=lambda value: (-counts[value], value))[:size]
    chosen = set(keep)
    if chosen:  # in the spelling they are counted in
        spelt = {normal(value): value for value in counts}
        chosen = {spelt.get(normal(value), value) for value in chosen}
    missing = sorted(chosen - set(order))
    return tuple(FacetCount(value, counts.get(value, 0)) for value in (*order, *missing))


def histogram_edges(low: float, high: float) -> list[float]:
    """Where the bars begin and end; a single bar when there is nothing to divide."""
    # Orders of magnitude (a MOQ of 1 and of 50,000) show nothing on an even scale
    if low > 0 and high / low > 100:
        edges = np.geomspace(low, high, _BARS + 1)
    else:
        edges = np.linspace(low, high, _BARS + 1)
    edges[0], edges[-1] = low, high
    if not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
        return [low, high]  # equal, or too near or far apart for floating point
    found: list[float] = edges.tolist()
    return found


def number_stats(numbers: NDArray[np.float64]) -> NumberStats:
    """Spread and histogram of these numbers."""
    if not len(numbers):
        return NumberStats(0, None, None)
    low, high = float(numbers.min()), float(numbers.max())
    edges = histogram_edges(low, high)
    if len(edges) == 2:
        return NumberStats(len(numbers), low, high, (Bucket(low, high, len(numbers)),))
    counts, _ = np.histogram(numbers, edges)
    return NumberStats(len(numbers), low, high, buckets(edges, counts.tolist()))


def buckets(edges: Sequence[float], counts: Sequence[int]) -> tuple[Bucket, ...]:
    """Bars between neighbouring edges."""
    spans = zip(pairwise(edges), counts, strict=True)
    return tuple(Bucket(low, high, count) for (low, high), count in spans)


def chosen_values(refinement: Filter | None) -> list[str]:
    """The values a reader ticked in a facet, so that they stay visible."""
    match refinement:
        case Equals(_, value):
            return [str(value).lower() if isinstance(value, bool) else str(value)]
        case AnyOf(_, values):
            return [str(each).lower() if isinstance(each, bool) else str(each) for each in values]
        case Or(parts):
            return [value for part in parts for value in chosen_values(part)]
    return []


def without(refinements: Mapping[str, Filter], name: str) -> tuple[str, ...]:
    """The names of all refinements but this one."""
    return tuple(each for each in refinements if each != name)
