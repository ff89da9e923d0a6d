"""Who is seen: near-equal offers take turns, and a figure for how unevenly. Pure.

    shown = rotated(ranked, key=f"{requirement.id}/{today}")
    per_cluster = concentration([shown, ...], firms)

Scores that differ by less than ε say nothing of who is better: their inputs are rougher than
that. Whoever always stood first among equals by the letters of an id would take all enquiries.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from matchmaker.matching.scoring.answers import Judged

EPSILON = 0.02
# How far down a list people look.
PLACES = 10


def rotated(
    ranked: Sequence[Judged],
    *,
    key: str,
    epsilon: float = EPSILON,
    seen: Mapping[str, float] | None = None,
) -> tuple[Judged, ...]:
    """The same offers, with those within ε of the best of their group in turn.

    `key` decides the turn (a requirement and a day, say): the same key gives the same order.
    `seen`: exposure of firms until now; who was seen less comes first. A group begins with the
    best offer not yet in one, so nobody is overtaken by one that is more than ε worse.
    """
    before = seen or {}
    waiting = sorted(ranked, key=lambda each: each.rank_key)
    found: list[Judged] = []
    while waiting:
        least = waiting[0].total - epsilon
        size = next((n for n, each in enumerate(waiting) if each.total < least), len(waiting))
        group, waiting = waiting[:size], waiting[size:]
        found += sorted(
            group,
            key=lambda each: (before.get(each.offer.maker.id, 0.0), _turn(key, each.offer.id)),
        )
    return tuple(found)


def _turn(key: str, offer_id: str) -> bytes:
    return hashlib.blake2b(f"{key}\x1f{offer_id}".encode(), digest_size=8).digest()


def attention(place: int) -> float:
    """How much a place in a list is looked at: 1 for the first, then 1 / log2(place + 1).

    The discount of nDCG (Järvelin and Kekäläinen 2002); 0 beyond the first ten.
    """
    return 1.0 / math.log2(place + 1) if place <= PLACES else 0.0


def exposure_of(lists: Iterable[Sequence[Judged]]) -> dict[str, float]:
    """The attention every firm has had over lists that were shown."""
    found: dict[str, float] = defaultdict(float)
    for shown in lists:
        for place, each in enumerate(shown[:PLACES], 1):
            found[each.offer.maker.id] += attention(place)
    return dict(found)


def gini(amounts: Iterable[float]) -> float:
    """0 when all have the same, near 1 when one has all; 0 for nobody or nothing."""
    ordered = sorted(amounts)
    whole = sum(ordered)
    if not ordered or whole <= 0:
        return 0.0
    number = len(ordered)
    weighted = sum((2 * place - number - 1) * each for place, each in enumerate(ordered, 1))
    return weighted / (number * whole)


def concentration(lists: Iterable[Sequence[Judged]], firms: Mapping[str, str]) -> dict[str, float]:
    """Gini of exposure within every cluster; `firms`: the cluster of each, unseen ones too."""
    seen = exposure_of(lists)
    by_cluster: dict[str, list[float]] = defaultdict(list)
    for firm, cluster in firms.items():
        by_cluster[cluster].append(seen.get(firm, 0.0))
    return {cluster: gini(amounts) for cluster, amounts in sorted(by_cluster.items())}
