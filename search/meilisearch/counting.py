"""Facet counts and statistics out of the server's distributions. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from search.contract import Bucket, FacetCount, IndexSettings, NumberStats
from search.counts import buckets, histogram_edges, shown_counts


def facet_counts(
    settings: IndexSettings,
    name: str,
    answer: Mapping[str, Any],
    size: int,
    keep: Iterable[str] = (),
) -> tuple[FacetCount, ...]:
    """The commonest values first; those to `keep` are shown even at zero."""
    counted: Mapping[str, int] = (answer.get("facetDistribution") or {}).get(name) or {}
    spec = settings.field(name)
    if spec is not None and spec.kind == "number":
        numbers: dict[str, int] = {}
        for value, count in counted.items():
            shown = f"{float(value):g}"
            numbers[shown] = numbers.get(shown, 0) + count
        counted = numbers
    return shown_counts(counted, size, keep)


def number_stats(name: str, answer: Mapping[str, Any]) -> NumberStats:
    """Spread and histogram; exact up to the number of distinct values the server lists."""
    counted: Mapping[str, int] = (answer.get("facetDistribution") or {}).get(name) or {}
    if not counted:
        return NumberStats(0, None, None)
    values = np.array([float(each) for each in counted], dtype=np.float64)
    counts = np.array(list(counted.values()), dtype=np.int64)
    spread = (answer.get("facetStats") or {}).get(name) or {}
    low = float(spread.get("min", values.min()))
    high = float(spread.get("max", values.max()))
    total = int(counts.sum())
    edges = histogram_edges(low, high)
    if len(edges) == 2:
        return NumberStats(total, low, high, (Bucket(low, high, total),))
    bars, _ = np.histogram(values, edges, weights=counts)
    return NumberStats(total, low, high, buckets(edges, [int(each) for each in bars]))
