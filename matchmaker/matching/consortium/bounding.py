"""What a choice of at most k firms costs at least: a Lagrangian bound in whole numbers. Pure.

Price what is lacking in each period at a multiplier and ask every firm what it would save on its
own; the k greatest savings are taken:

    L(λ) = Σ_t λ_t Q_t + Σ over chosen (tie_i + Σ_t min(0, min over modes (w - λ_t) · high))

For every λ ≥ 0 this lies at or below the cost of every real plan (weak duality); whole
multipliers make it exact in 64 bits, so that no rounding can make the bound unsafe. The best λ
(by subgradient steps of Polyak's length) gives the bound of the linear relaxation, in which only
the choice of firms is fractional. The same figures say which firms must be in, or cannot be.
"""

from __future__ import annotations

import numpy as np

from matchmaker.jit import inner
from matchmaker.matching.consortium.arrays import FREE, IN, OUT, Cells, Marks, Real, Whole

LEAST = -(2**62)


@inner
def savings(cells: Cells, price: Whole, state: Marks, gain: Whole, taken: Whole) -> int:
    """Write what each firm adds to L (`gain`) and would ship (`taken`); how much was read."""
    firms, periods = taken.shape
    read = 0
    for firm in range(firms):
        if state[firm] == OUT:
            continue
        gain[firm] = cells.tie[firm]
        taken[firm] = 0
        for line in range(cells.first_line[firm], cells.first_line[firm + 1]):
            for t in range(periods):
                best, amount = 0, 0
                cell = line * periods + t
                for mode in range(cells.mode_ptr[cell], cells.mode_ptr[cell + 1]):
                    saved = (cells.weight[mode] * cells.unit - price[t]) * cells.high[mode]
                    if saved < best:
                        best, amount = saved, cells.high[mode]
                gain[firm] += best
                taken[firm, t] += amount
            read += periods
    return read


@inner
def choose(gain: Whole, state: Marks, most: int, chosen: Marks) -> tuple[int, int, int]:
    """Mark firms that are IN and the best free ones: (Σ gain, worst of those, best left).

    A free firm that saves nothing is not taken. Where there is room for more, `worst` and
    `left` are 0: another firm would take nobody's place.
    """
    free = (state == FREE) & (gain < 0)
    chosen[:] = 0
    chosen[state == IN] = 1
    room = most - chosen.sum()
    total = gain[state == IN].sum()
    values = gain[free]
    if values.shape[0] <= room:
        chosen[free] = 1
        return total + values.sum(), 0, 0
    if room <= 0:
        return total, 0, 0
    split = np.partition(values, room)
    left = split[room]
    took = 0
    for is_tied in (False, True):
        for firm in range(gain.shape[0]):
            fits = gain[firm] == left if is_tied else gain[firm] < left
            if free[firm] and fits and took < room:
                chosen[firm] = 1
                took += 1
    return total + split[:room].sum(), split[:room].max(), left


@inner
def lagrangian(
    cells: Cells, multipliers: Real, state: Marks, most: int,
    gain: Whole, taken: Whole, chosen: Marks,
) -> tuple[int, int]:  # fmt: skip
    """L of these multipliers, rounded to whole ones, and how much was read."""
    price = np.round(multipliers).astype(np.int64)
    read = savings(cells, price, state, gain, taken)
    added, _, _ = choose(gain, state, most, chosen)
    return (price * cells.demand).sum() + added, read


@inner
def raise_bound(
    cells: Cells, multipliers: Real, ceiling: float, steps: int, stretch: float, target: int,
    state: Marks, most: int, gain: Whole, taken: Whole, chosen: Marks, share: Real,
) -> tuple[int, int]:  # fmt: skip
    """Improve `multipliers` in place: (best L, figures read). Stops when L reaches `target`.

    `gain`, `taken`, `chosen` are those of the best multipliers on return; `share` is how often
    each firm was chosen lately: near its part in the linear relaxation.
    """
    now = multipliers.copy()
    slope = np.zeros(now.shape[0], np.float64)
    best, read, stale = LEAST, 0, 0
    for _step in range(steps):
        value, more = lagrangian(cells, now, state, most, gain, taken, chosen)
        read += more
        stale += 1
        if value > best:
            if best == LEAST or value - best > abs(target - value) // 64:
                stale = 0
            best = value
            multipliers[:] = now
            if best >= target:
                break
        if stale >= 4:
            stretch *= 0.6
            stale = 0
        # Part of the last direction is kept: plain subgradients zigzag.
        slope *= 0.5
        slope += cells.demand
        for firm in range(gain.shape[0]):
            share[firm] = 0.8 * share[firm] + 0.2 * chosen[firm]
            if chosen[firm]:
                slope -= taken[firm]
        norm = (slope * slope).sum()
        if norm == 0.0 or stretch < 0.005:
            break
        length = stretch * (float(target) - float(value)) / norm
        now = np.minimum(ceiling, np.maximum(0.0, now + length * slope))
    _, more = lagrangian(cells, multipliers, state, most, gain, taken, chosen)
    return best, read + more


@inner
def fix_firms(bound: int, limit: int, gain: Whole, most: int, state: Marks, chosen: Marks) -> None:
    """Fix firms without which, or with which, no plan below `limit` is left.

    `bound`: L of just these gains. To leave out a chosen firm costs its gain less that of the
    best left; to take another costs its gain less that of the worst it would replace.
    """
    _, worst, left = choose(gain, state, most, chosen)
    is_full = (state == IN).sum() >= most
    for firm in range(state.shape[0]):
        if state[firm] != FREE:
            continue
        if chosen[firm]:
            if bound - gain[firm] + left >= limit:
                state[firm] = IN
        elif is_full or bound + gain[firm] - worst >= limit:
            state[firm] = OUT
