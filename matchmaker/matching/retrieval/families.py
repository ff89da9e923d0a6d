"""Which product family the words of a requirement speak of, for buyers who state none. Pure.

    family f:  v_f = mean words of its three nearest offers
    share_f  = e^(v_f/T) / (Σ_g e^(v_g/T) + e^(none/T))

Every family has one vote, however many offers it has: by its three nearest, so that one offer
in the wrong family decides nothing, and a family of thousands speaks no louder than one of ten.
'None of them' has a vote as well: where words hardly match, nothing is told. Nor is a family
without a majority: a wrong one does more harm than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.problem import Spoken
from matchmaker.matching.retrieval.columns import NO_ROWS, OfferTable, Rows
from matchmaker.matching.scoring.values import Values

# Votes between fewer offers, or fewer families, tell what is there, not what was meant.
FEWEST_OFFERS, FEWEST_FAMILIES = 30, 8
NEAREST = 3
# A family that is nearer by so much of the best words has e times the share (T).
SOFTNESS = 0.1
# What 'none of them' scores, as a share of the best words; an offer with less says nothing.
NONE_OF_THEM = 0.5
MAJORITY = 0.5

Codes = NDArray[np.int32]


def spoken_among(
    tables: Sequence[OfferTable], words: Sequence[Values | None], gone: Rows = NO_ROWS
) -> Spoken | None:
    """The family with a majority of the votes, to which 'none of them' counts; else None.

    `words`: of every row of each table the share of the best keyword score. `gone`: rows of the
    first table that no longer hold.
    """
    known = [each for each in words if each is not None]
    if len(known) < len(tables) or sum(map(len, known)) - len(gone) < FEWEST_OFFERS:
        return None
    numbers: dict[str, int] = {}
    families = [_numbered(each, numbers) for each in tables if each.count]
    if len(numbers) < FEWEST_FAMILIES:
        return None
    of, near = np.concatenate(families), np.concatenate(known)
    if len(gone):
        of, near = np.delete(of, gone), np.delete(near, gone)
    shares = shares_of_families(of, len(numbers), near)
    best = int(shares.argmax())
    name = list(numbers)[best]
    return Spoken(name, float(shares[best])) if name and shares[best] >= MAJORITY else None


def _numbered(table: OfferTable, numbers: dict[str, int]) -> Codes:
    """The family of every row, by one numbering for all tables: that of the first."""
    own = [numbers.setdefault(name, len(numbers)) for name in table.values("family")]
    found: Codes = table.column("family")
    return found if own == list(range(len(own))) else np.array(own, np.int32)[found]


def shares_of_families(families: NDArray[Any], count: int, words: Values) -> Values:
    """The share of every family, by its number below `count`; what is left is 'none of them'."""
    near = np.flatnonzero(words >= NONE_OF_THEM)
    # By family, in it the nearest first; plain numbers are sorted ten times as fast as pairs.
    in_order = np.sort(families[near] + 0.5 * (1.0 - words[near]))
    of = in_order.astype(np.intp)
    is_heard = np.arange(len(of)) - np.searchsorted(of, of) < NEAREST
    of, heard = of[is_heard], 1.0 - 2.0 * (in_order - of)[is_heard]
    sizes = np.clip(np.bincount(families, minlength=count), 1, NEAREST)
    votes: Values = np.bincount(of, heard, count) / sizes
    highest = max(float(votes.max(initial=0.0)), NONE_OF_THEM)
    weights = np.exp((votes - highest) / SOFTNESS)
    found: Values = weights / (weights.sum() + np.exp((NONE_OF_THEM - highest) / SOFTNESS))
    return found
