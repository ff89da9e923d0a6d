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
def whole(multiplier: float) -> int:
    """The multiplier that is reckoned with."""
    return int(multiplier + 0.5)


@inner
def savings(cells: Cells, multipliers: Real, state: Marks, gain: Whole, taken: Whole) -> int:
    """Write what each firm adds to L (`gain`) and would ship (`taken`); how much was read."""
    firms, periods = taken.shape
    read = 0
    for firm in range(firms):
        if state[firm] == OUT:
            continue
        gain[firm] = cells.tie[firm]
        for t in range(periods):
            taken[firm, t] = 0
        for line in range(cells.first_line[firm], cells.first_line[firm + 1]):
            for t in range(periods):
                best, amount, price = 0, 0, whole(multipliers[t])
                cell = line * periods + t
                for mode in range(cells.mode_ptr[cell], cells.mode_ptr[cell + 1]):
                    saved = (cells.weight[mode] * cells.unit - price) * cells.high[mode]
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
    total, room, useful = 0, most, 0
    for firm in range(state.shape[0]):
        chosen[firm] = state[firm] == IN
        if state[firm] == IN:
            total += gain[firm]
            room -= 1
        elif state[firm] == FREE and gain[firm] < 0:
            useful += 1
    if room <= 0:
        return total, 0, 0
    if useful <= room:
        for firm in range(state.shape[0]):
            if state[firm] == FREE and gain[firm] < 0:
                chosen[firm] = 1
                total += gain[firm]
        return total, 0, 0
    added, worst, left = choose_best(gain, state, room, chosen)
    return total + added, worst, left


@inner
def choose_best(gain: Whole, state: Marks, room: int, chosen: Marks) -> tuple[int, int, int]:
    """Mark the `room` best of more free firms that save something; as `choose`.

    A heap of those taken with the worst on top: quicker than sorting all, and of equal gains
    the first firms stay.
    """
    heap = np.empty(room, np.int64)
    size, left = 0, 0
    for firm in range(state.shape[0]):
        if state[firm] != FREE or gain[firm] >= 0:
            continue
        if size < room:
            at = size
            heap[at] = firm
            size += 1
            while at > 0 and gain[heap[(at - 1) // 2]] < gain[heap[at]]:
                up = (at - 1) // 2
                heap[up], heap[at] = heap[at], heap[up]
                at = up
        elif gain[firm] < gain[heap[0]]:
            left = min(left, gain[heap[0]])
            heap[0] = firm
            sink(heap, gain, size)
        else:
            left = min(left, gain[firm])
    total = 0
    for at in range(size):
        chosen[heap[at]] = 1
        total += gain[heap[at]]
    return total, gain[heap[0]], left


@inner
def sink(heap: Whole, gain: Whole, size: int) -> None:
    """Let the firm on top go down to where it belongs."""
    at = 0
    while True:
        worst = at
        for down in (2 * at + 1, 2 * at + 2):
            if down < size and gain[heap[down]] > gain[heap[worst]]:
                worst = down
        if worst == at:
            return
        heap[worst], heap[at] = heap[at], heap[worst]
        at = worst


@inner
def lagrangian(
    cells: Cells, multipliers: Real, state: Marks, most: int,
    gain: Whole, taken: Whole, chosen: Marks,
) -> tuple[int, int]:  # fmt: skip
    """L of these multipliers, rounded to whole ones, and how much was read."""
    read = savings(cells, multipliers, state, gain, taken)
    value, _, _ = choose(gain, state, most, chosen)
    for t in range(cells.demand.shape[0]):
        value += whole(multipliers[t]) * cells.demand[t]
    return value, read


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
            for t in range(now.shape[0]):
                multipliers[t] = now[t]
            if best >= target:
                break
        if stale >= 4:
            stretch *= 0.6
            stale = 0
        norm = turn(cells, slope, taken, chosen, share)
        if norm == 0.0 or stretch < 0.005:
            break
        length = stretch * (float(target) - float(value)) / norm
        for t in range(now.shape[0]):
            now[t] = min(ceiling, max(0.0, now[t] + length * slope[t]))
    _, more = lagrangian(cells, multipliers, state, most, gain, taken, chosen)
    return best, read + more


@inner
def turn(cells: Cells, slope: Real, taken: Whole, chosen: Marks, share: Real) -> float:
    """The next direction: what the choice lacks in each period; its square.

    Half of the last direction is kept, as plain subgradients zigzag.
    """
    for t in range(slope.shape[0]):
        slope[t] = 0.5 * slope[t] + cells.demand[t]
    for firm in range(chosen.shape[0]):
        share[firm] = 0.8 * share[firm] + 0.2 * chosen[firm]
        if chosen[firm]:
            for t in range(slope.shape[0]):
                slope[t] -= taken[firm, t]
    norm = 0.0
    for t in range(slope.shape[0]):
        norm += slope[t] * slope[t]
    return norm


@inner
def fix_firms(bound: int, limit: int, gain: Whole, most: int, state: Marks, chosen: Marks) -> None:
    """Fix firms without which, or with which, no plan below `limit` is left.

    `bound`: L of just these gains. To leave out a chosen firm costs its gain less that of the
    best left; to take another costs its gain less that of the worst it would replace.
    """
    _, worst, left = choose(gain, state, most, chosen)
    inside = 0
    for firm in range(state.shape[0]):
        inside += state[firm] == IN
    is_full = inside >= most
    for firm in range(state.shape[0]):
        if state[firm] != FREE:
            continue
        if chosen[firm]:
            if bound - gain[firm] + left >= limit:
                state[firm] = IN
        elif is_full or bound + gain[firm] - worst >= limit:
            state[firm] = OUT
