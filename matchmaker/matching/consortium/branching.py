"""The cheapest choice of at most k firms: branch and bound over who is in. Pure.

Nodes say of some firms that they are in or out. Each is bounded (`bounding.py`), firms are fixed
by their reduced costs, and the choice that the bound suggests is priced for real (`filling.py`).
One child is looked into at once, the other waits; when a dive ends, the waiting node of the
lowest bound is next. So the lowest bound of all that waits bounds the whole at any time, and the
search may stop, and go on, after any amount of work.
"""

from __future__ import annotations

import math

import numpy as np

from matchmaker.jit import compiled, inner
from matchmaker.matching.consortium.arrays import (
    BEST,
    FREE,
    FULL,
    IN,
    NODES,
    OUT,
    SPARE,
    UNSURE,
    WAITING,
    WORK,
    Cells,
    Chosen,
    Marks,
    Real,
    Tree,
    Whole,
)
from matchmaker.matching.consortium.bounding import fix_firms, raise_bound, savings
from matchmaker.matching.consortium.filling import cheapest_amounts
from matchmaker.matching.consortium.swapping import swap

# Branches in which one period is priced before its cost is called unsure.
MOST_BRANCHES = 2000
ROOT_STEPS, ROOT_STRETCH = 400, 1.2
STEPS, STRETCH = 24, 0.5
# Every so many nodes the best choice is improved by exchanges.
SWAPS_EVERY = 16
NOT_BELOW = -1


@inner
def lines_of(cells: Cells, chosen: Marks) -> Whole:
    """1 for each line of the chosen firms."""
    allowed = np.zeros(cells.first_line[-1], np.int64)
    for firm in range(chosen.shape[0]):
        if chosen[firm]:
            for line in range(cells.first_line[firm], cells.first_line[firm + 1]):
                allowed[line] = 1
    return allowed


@compiled
def price_choice(
    cells: Cells, chosen: Marks, limit: int, amounts: Whole, modes: Whole
) -> tuple[int, int, int]:
    """(cost of these firms, or NOT_BELOW `limit`; bound; figures read).

    With these firms nothing costs less than the bound, which is the cost, or at least `limit`,
    unless a period took too many branches. `amounts`, `modes` by period and line are written.
    """
    allowed = lines_of(cells, chosen)
    cost, read = 0, 0
    for firm in range(chosen.shape[0]):
        if chosen[firm]:
            cost += cells.tie[firm]
    bound = cost
    for t in range(cells.demand.shape[0]):
        money, least, used = cheapest_amounts(
            cells, t, allowed, MOST_BRANCHES, amounts[t], modes[t]
        )
        read += used * allowed.shape[0]
        if money == np.inf:
            return NOT_BELOW, limit, read
        cost += cells.unit * int(money + 0.5)
        # Relaxed costs are off by less than half a unit of money.
        bound += cells.unit * math.ceil(least - 0.5)
        if bound >= limit:
            return NOT_BELOW, limit, read
    return (cost if cost < limit else NOT_BELOW), bound, read


@inner
def can_reach(cells: Cells, chosen: Marks) -> bool:
    """Whether these firms can make what is asked in every period."""
    for t in range(cells.demand.shape[0]):
        reached = 0
        for firm in range(chosen.shape[0]):
            if chosen[firm]:
                reached += cells.caps[firm, t]
        if reached < cells.demand[t]:
            return False
    return True


@inner
def try_choice(cells: Cells, tree: Tree, chosen: Marks, best: Chosen, trial: Chosen) -> int:
    """Price the choice, keep it when it is the best so far; no cost of it is below the answer."""
    counts = tree.counts
    if not can_reach(cells, chosen):
        return int(counts[BEST])
    cost, bound, read = price_choice(cells, chosen, counts[BEST], trial.amounts, trial.modes)
    counts[WORK] += read
    if cost != NOT_BELOW:
        counts[BEST] = cost
        for firm in range(chosen.shape[0]):
            best.chosen[firm] = chosen[firm]
        for t in range(trial.amounts.shape[0]):
            for line in range(trial.amounts.shape[1]):
                best.amounts[t, line] = trial.amounts[t, line]
                best.modes[t, line] = trial.modes[t, line]
    return bound


@inner
def try_swaps(
    cells: Cells, tree: Tree, prices: Real, most: int, best: Chosen, trial: Chosen
) -> None:
    """Swap members of the best choice as these multipliers advise, and price the outcome."""
    firms, periods = cells.caps.shape
    gain, taken = np.zeros(firms, np.int64), np.zeros((firms, periods), np.int64)
    read = savings(cells, prices, np.zeros(firms, np.int8), gain, taken)
    chosen = best.chosen.copy()
    changes, more = swap(cells, gain, tree.kept, most, chosen)
    tree.counts[WORK] += read + more
    if changes:
        try_choice(cells, tree, chosen, best, trial)


@inner
def wait(tree: Tree, place: int) -> None:
    """Put the node into the heap of those that wait."""
    heap, key, counts = tree.heap, tree.bounds, tree.counts
    at = counts[WAITING]
    heap[at] = place
    counts[WAITING] += 1
    while at > 0 and key[heap[(at - 1) // 2]] > key[heap[at]]:
        up = (at - 1) // 2
        heap[up], heap[at] = heap[at], heap[up]
        at = up


@inner
def next_waiting(tree: Tree) -> int:
    """Take the node of the least bound out of the heap."""
    heap, key, counts = tree.heap, tree.bounds, tree.counts
    place = heap[0]
    counts[WAITING] -= 1
    size = counts[WAITING]
    heap[0] = heap[size]
    at = 0
    while True:
        least = at
        for down in (2 * at + 1, 2 * at + 2):
            if down < size and key[heap[down]] < key[heap[least]]:
                least = down
        if least == at:
            return int(place)
        heap[least], heap[at] = heap[at], heap[least]
        at = least


@inner
def release(tree: Tree, place: int) -> None:
    tree.spare[tree.counts[SPARE]] = place
    tree.counts[SPARE] += 1


@inner
def most_open(state: Marks, share: Real) -> tuple[int, int]:
    """(the free firm of which the bound says least, or -1 when all is said; how many are in)."""
    found, nearest, inside = -1, 2.0, 0
    for firm in range(state.shape[0]):
        inside += state[firm] == IN
        if state[firm] == FREE and abs(share[firm] - 0.5) < nearest:
            found, nearest = firm, abs(share[firm] - 0.5)
    return found, inside


@inner
def split(tree: Tree, place: int, state: Marks, prices: Real, firm: int, side: int) -> None:
    """Say of the firm that it is on `side` in this node, and on the other in a new one."""
    tree.counts[SPARE] -= 1
    other = tree.spare[tree.counts[SPARE]]
    for each in (place, other):
        for at in range(state.shape[0]):
            tree.states[each, at] = state[at]
        for t in range(prices.shape[0]):
            tree.prices[each, t] = prices[t]
        tree.bounds[each] = tree.bounds[place]
    tree.states[place, firm] = side
    tree.states[other, firm] = OUT if side == IN else IN
    wait(tree, other)


@inner
def try_the_rest(
    cells: Cells, tree: Tree, state: Marks, chosen: Marks, best: Chosen, trial: Chosen
) -> None:
    """All is said of who is in: price it, as the bound may have suggested another choice."""
    for firm in range(state.shape[0]):
        chosen[firm] = state[firm] == IN
    least = try_choice(cells, tree, chosen, best, trial)
    if least < tree.counts[BEST]:
        tree.counts[UNSURE] = min(tree.counts[UNSURE], least)


@inner
def look_into(
    cells: Cells, tree: Tree, place: int, most: int, ceiling: float, best: Chosen, trial: Chosen,
    gain: Whole, taken: Whole,
) -> bool:  # fmt: skip
    """Bound the node, try what it suggests, split it; False when there is nothing left in it."""
    counts = tree.counts
    counts[NODES] += 1
    is_root = counts[NODES] == 1
    state, prices = tree.states[place].copy(), tree.prices[place].copy()
    share = np.full(state.shape[0], 0.5)
    chosen = np.zeros(state.shape[0], np.int8)
    own, read = raise_bound(
        cells, prices, ceiling, ROOT_STEPS if is_root else STEPS,
        ROOT_STRETCH if is_root else STRETCH, counts[BEST], state, most, gain, taken, chosen, share,
    )  # fmt: skip
    counts[WORK] += read
    tree.bounds[place] = max(own, tree.bounds[place])
    if tree.bounds[place] >= counts[BEST]:
        return False
    try_choice(cells, tree, chosen, best, trial)
    if is_root or counts[NODES] % SWAPS_EVERY == 0:
        try_swaps(cells, tree, prices, most, best, trial)
    if tree.bounds[place] >= counts[BEST]:
        return False
    fix_firms(own, counts[BEST], gain, most, state, chosen)
    firm, inside = most_open(state, share)
    if inside > most:
        return False
    if firm < 0 or inside == most:
        try_the_rest(cells, tree, state, chosen, best, trial)
        return False
    if counts[SPARE] == 0:
        counts[FULL] = 1
        return True
    split(tree, place, state, prices, firm, IN if share[firm] >= 0.5 else OUT)
    return True


@compiled
def search(cells: Cells, tree: Tree, most: int, ceiling: float, work: int, best: Chosen) -> None:
    """Go on for so much work, or until nothing waits or there is no space for nodes."""
    firms, periods = cells.caps.shape
    trial = Chosen(best.chosen.copy(), best.amounts.copy(), best.modes.copy())
    gain = np.zeros(firms, np.int64)
    taken = np.zeros((firms, periods), np.int64)
    counts = tree.counts
    last = counts[WORK] + work
    place = -1
    while counts[WORK] < last and counts[FULL] == 0:
        if place < 0:
            if counts[WAITING] == 0:
                return
            place = next_waiting(tree)
        is_open = tree.bounds[place] < counts[BEST]
        if is_open:
            is_open = look_into(cells, tree, place, most, ceiling, best, trial, gain, taken)
        if not is_open:
            release(tree, place)
            place = -1
    if place >= 0:
        wait(tree, place)
