"""The arrays that the compiled loops read, with names. Pure.

Lines are numbered firm by firm; cell = line × periods + period. A line ships in a period nothing,
or an amount of one of its modes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]
Marks = npt.NDArray[np.int8]

# Of a firm, in a node of the search.
FREE, IN, OUT = 0, 1, 2


class Cells(NamedTuple):
    """Who can ship what at which price.

    `demand` by period. Firm f has the lines from `first_line[f]` up to `first_line[f + 1]`, a
    cell the modes from `mode_ptr[cell]` up to `mode_ptr[cell + 1]`. Of a mode: `low` to `high`
    steps at `weight` money a step. A firm that is in costs its `tie`; cost = `unit` × money +
    ties, and all ties together stay below one `unit`. `caps`: the most by firm and period.
    Pieces of the lower hulls, sorted by period and slope: those of period t from
    `piece_begin[t]` up to `piece_begin[t + 1]`, each of a line (`piece_line`), so long, so steep.
    """

    demand: Whole
    first_line: Whole
    mode_ptr: Whole
    low: Whole
    high: Whole
    weight: Whole
    tie: Whole
    unit: int
    caps: Whole
    piece_begin: Whole
    piece_line: Whole
    length: Whole
    slope: Real


class Tree(NamedTuple):
    """Nodes of a search that wait, so that it can be resumed.

    Of the node in each place: `states` of the firms, `prices` (multipliers by period), `bounds`.
    `heap`: the places of waiting nodes, least bound first; `spare`: unused places. `counts`: see
    the names below. `kept`: 1 for firms that must be in.
    """

    states: Marks
    prices: Real
    bounds: Whole
    heap: Whole
    spare: Whole
    counts: Whole
    kept: Marks


# Places of `Tree.counts`. UNSURE: the least bound of a choice that could not be priced exactly.
WAITING, SPARE, BEST, WORK, NODES, FULL, UNSURE = range(7)


class Chosen(NamedTuple):
    """The best choice found: firms, and by period and line the amount and the mode (or -1)."""

    chosen: Marks
    amounts: Whole
    modes: Whole
