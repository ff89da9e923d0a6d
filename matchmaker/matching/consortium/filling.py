"""What one period costs, given who may ship: the cheapest amounts, each nought or at least the MOQ.

Relaxed, a line costs what the lower convex hull of nought and its modes says, and filling the
pieces of the hulls by slope is best; at most one piece is filled in part. If that amount is none
the line can ship at that cost, branch on this line: in one of its modes, or not at all. Few
branches are needed, as all other lines stand at a corner of their hull, which is real. Pure.
"""

from __future__ import annotations

import numpy as np

from matchmaker.jit import inner
from matchmaker.matching.consortium.arrays import Cells, Real, Whole

# What is said of a line; else the number of the mode it ships in.
ANY, NONE = -2, -1
# Costs are whole numbers below 1e15; sums of floats are off by less than this.
MARGIN = 0.25


@inner
def fix_modes(cells: Cells, status: Whole, filled: Whole, hull: Real, fixed: Whole) -> int:
    """Fill lines whose mode is said up to its least amount; list them by price: how many."""
    many = 0
    for line in range(status.shape[0]):
        filled[line], hull[line] = 0, 0.0
        mode = status[line]
        if mode < 0:
            continue
        filled[line] = cells.low[mode]
        hull[line] = float(cells.low[mode]) * cells.weight[mode]
        at = many
        while at > 0 and cells.weight[status[fixed[at - 1]]] > cells.weight[mode]:
            fixed[at] = fixed[at - 1]
            at -= 1
        fixed[at] = line
        many += 1
    return many


@inner
def fill(
    cells: Cells, t: int, status: Whole, filled: Whole, hull: Real, fixed: Whole
) -> tuple[float, int]:
    """The cheapest relaxed amounts of period `t`: (cost, line filled in part or -1).

    `filled`, `hull`: amount and cost of each line, written here. Infinite: not enough.
    """
    many = fix_modes(cells, status, filled, hull, fixed)
    need, cost = cells.demand[t], 0.0
    for line in range(status.shape[0]):
        need -= filled[line]
        cost += hull[line]
    piece, last, at = cells.piece_begin[t], cells.piece_begin[t + 1], 0
    while need > 0:
        while piece < last and status[cells.piece_line[piece]] != ANY:
            piece += 1
        if piece == last and at == many:
            return np.inf, -1
        is_fixed = at < many and (
            piece == last or cells.weight[status[fixed[at]]] <= cells.slope[piece]
        )
        if is_fixed:
            line = fixed[at]
            room = cells.high[status[line]] - cells.low[status[line]]
            slope = float(cells.weight[status[line]])
            at += 1
        else:
            line = cells.piece_line[piece]
            room = cells.length[piece]
            slope = cells.slope[piece]
            piece += 1
        take = min(need, room)
        filled[line] += take
        hull[line] += take * slope
        cost += take * slope
        need -= take
        if not is_fixed and take < room:
            return cost, line
    return cost, -1


@inner
def mode_for(cells: Cells, cell: int, amount: int) -> int:
    """The mode that ships `amount`, or a little more, at least cost; -1: none."""
    best, found = np.inf, -1
    for mode in range(cells.mode_ptr[cell], cells.mode_ptr[cell + 1]):
        if amount <= cells.high[mode]:
            cost = float(max(amount, cells.low[mode])) * cells.weight[mode]
            if cost < best:
                best, found = cost, mode
    return found


@inner
def settle_amounts(
    cells: Cells, t: int, status: Whole, filled: Whole, amounts: Whole, modes: Whole
) -> None:
    """Write what was filled as real amounts: what fits no mode is rounded up into one."""
    periods = cells.demand.shape[0]
    for line in range(status.shape[0]):
        amounts[line], modes[line] = filled[line], status[line]
        if status[line] == ANY:
            modes[line] = NONE
            if filled[line] > 0:
                modes[line] = mode_for(cells, line * periods + t, filled[line])
                amounts[line] = max(filled[line], cells.low[modes[line]])


@inner
def rounded_up(cells: Cells, t: int, line: int, filled: Whole, hull: Real) -> float:
    """What it costs more to ship for real what the line, filled in part, ships relaxed."""
    mode = mode_for(cells, line * cells.demand.shape[0] + t, filled[line])
    return float(max(filled[line], cells.low[mode]) * cells.weight[mode] - hull[line])


@inner
def next_child(
    cells: Cells, t: int, stack: Whole, line_at: Whole, next_mode: Whole, top: int
) -> int:
    """Put the next child of the node on top: its line in one of its modes, last of all without it.

    The new top; one lower when there is no child left.
    """
    line, mode = line_at[top], next_mode[top]
    end = cells.mode_ptr[line * cells.demand.shape[0] + t + 1]
    if mode > end:
        return top - 1
    next_mode[top] += 1
    for each in range(stack.shape[1]):
        stack[top + 1, each] = stack[top, each]
    stack[top + 1, line] = mode if mode < end else NONE
    return top + 1


@inner
def cheapest_amounts(
    cells: Cells, t: int, allowed: Whole, nodes: int, amounts: Whole, modes: Whole
) -> tuple[float, float, int]:
    """The cheapest real amounts of period `t`: (cost, bound, nodes used); infinite: impossible.

    `allowed`: 1 for lines that may ship. `amounts`, `modes` are written. The bound is the cost
    unless more than `nodes` branches were needed.
    """
    lines, periods = allowed.shape[0], cells.demand.shape[0]
    stack = np.empty((lines + 2, lines), np.int64)
    line_at, next_mode = np.empty(lines + 2, np.int64), np.empty(lines + 2, np.int64)
    filled, fixed = np.zeros(lines, np.int64), np.zeros(lines, np.int64)
    hull = np.zeros(lines, np.float64)
    for line in range(lines):
        amounts[line], modes[line] = 0, NONE
        stack[0, line] = ANY if allowed[line] else NONE
    best, root, top, used, is_new = np.inf, -1.0, 0, 0, True
    while top >= 0 and used < nodes:
        if not is_new:
            before = top
            top = next_child(cells, t, stack, line_at, next_mode, top)
            is_new = top > before
            continue
        is_new = False
        used += 1
        cost, line = fill(cells, t, stack[top], filled, hull, fixed)
        root = cost if used == 1 else root
        more = rounded_up(cells, t, line, filled, hull) if line >= 0 and cost < np.inf else 0.0
        if cost + more < best - MARGIN:
            best = cost + more
            settle_amounts(cells, t, stack[top], filled, amounts, modes)
        if more <= MARGIN or cost > best - 1.0 + MARGIN:
            top -= 1
        else:
            line_at[top], next_mode[top] = line, cells.mode_ptr[line * periods + t]
    return best, best if top < 0 else min(root, best), used
