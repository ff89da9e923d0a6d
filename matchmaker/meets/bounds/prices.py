"""The second bound: prices on people's time, tables, quotas and interpreters. Pure.

Whoever asks a price for each scarce thing, and lets each wish take place where it pays most
after prices, bounds all timetables: none is worth more than what the prices take in at full use
plus what the wishes keep. That holds for any prices, so rounding or stopping early never makes
the bound wrong, only weaker. Good prices come from the time-indexed linear programme

    max Σ w x[e, t]   each person and slot ≤ 1, tables, quotas, floors, interpreters, wish ≤ 1

by the primal-dual hybrid gradient method with restarts (Applegate et al., PDLP, 2021), written
for this structure: no matrix is stored, only 14 bytes for each option and slot.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.jit import compiled_lean
from matchmaker.meets.arrays import Compiled, Facts, Ints

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


class Programme(NamedTuple):
    """The linear programme. A variable is an option `e` in one of its slots.

    Variables of option e are `start[e]` to `start[e + 1]`, in slots `slot`. Rows, one after the
    other: person × slot; table of slot; quota and floor of person; wish; help × slot. `cap`: at
    most so much of a row; `top`: its highest price; `size`: how many variables it has.
    """

    start: Ints
    slot: NDArray[np.int16]
    gain: Floats
    cap: Floats
    top: Floats
    step: Floats
    tables: int
    quotas: int
    floors: int
    wishes: int
    helps: int


class Iterate(NamedTuple):
    """Where the method stands, and the sums since its last restart."""

    x: Singles
    x_sum: Singles
    price: Floats
    price_sum: Floats
    use: Floats


def programme_of(problem: Compiled, must_worth: float, floor_worth: float) -> Programme:
    """The linear programme; must-meets and floors are worth so much, since prices are floats."""
    facts = problem.facts
    people, slots, wishes = problem.people, problem.slots, len(problem.is_must)
    start, slot = variables_of(problem)
    sizes = [people * slots, slots, people, people, wishes, len(facts.able) * slots]
    tables, quotas, floors, wish_rows, helps, end = np.cumsum(sizes).tolist()
    able = facts.able.astype(np.int64) @ facts.interpreting.astype(np.int64)
    able[0] = facts.interpreting.sum(axis=0)  # row 0: all interpreters together
    cap = np.concatenate(
        [
            np.ones(people * slots), facts.tables, facts.most, -facts.least, np.ones(wishes),
            able.reshape(-1),
        ]
    ).astype(np.float64)  # fmt: skip
    top = np.full(end, np.inf)
    top[floors:wish_rows] = floor_worth
    gain = problem.weight + must_worth * problem.is_must[facts.wish]
    programme = Programme(
        start, slot, gain.astype(np.float64), cap, top, np.zeros(end),
        tables, quotas, floors, wish_rows, helps,
    )  # fmt: skip
    size = np.zeros(end)
    count_rows(facts, programme, size)
    programme.step[:] = np.where(size > 0, 1 / np.maximum(size, 1), 0)
    programme.cap[size == 0] = 0  # what no variable uses costs nothing
    return programme


def variables_of(problem: Compiled) -> tuple[Ints, NDArray[np.int16]]:
    """For each option the slots in which both are there and which its rule allows."""
    facts = problem.facts
    count = np.zeros(problem.options, np.int64)
    possible = [_possible(facts, slot) for slot in range(problem.slots)]
    for mask in possible:
        count += mask
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    slots = np.zeros(int(start[-1]), np.int16)
    place = start[:-1].copy()
    for slot, mask in enumerate(possible):
        slots[place[mask]] = slot
        place += mask
    return start, slots


def _possible(facts: Facts, slot: int) -> NDArray[np.bool_]:
    there = facts.present[:, slot].astype(bool)
    allowed = facts.rules[facts.rule, slot].astype(bool)
    mask: NDArray[np.bool_] = there[facts.first] & there[facts.second] & allowed
    return mask


@compiled_lean
def count_rows(facts: Facts, programme: Programme, size: Floats) -> None:
    """How many variables each row has."""
    slots = len(facts.tables)
    for e in range(len(facts.first)):
        u, v = facts.first[e], facts.second[e]
        own = programme.start[e + 1] - programme.start[e]
        for j in range(programme.start[e], programme.start[e + 1]):
            t = np.int64(programme.slot[j])
            size[u * slots + t] += 1
            size[v * slots + t] += 1
            size[programme.tables + t] += 1
            if facts.need[e] > 0:
                size[programme.helps + t] += 1
                size[programme.helps + facts.need[e] * slots + t] += 1
        for base in (programme.quotas, programme.floors):
            size[base + u] += own
            size[base + v] += own
        size[programme.wishes + facts.wish[e]] += own


@compiled_lean
def iterate(
    facts: Facts, programme: Programme, point: Iterate, weight: float, iterations: int
) -> None:
    """So many steps: variables follow what they gain after prices, prices what is overused."""
    slots = len(facts.tables)
    x, price, use = point.x, point.price, point.use
    for _ in range(iterations):
        use[:] = 0
        for e in range(len(facts.first)):
            u, v, w = facts.first[e], facts.second[e], facts.wish[e]
            need = facts.need[e]
            net = (
                programme.gain[e]
                - price[programme.quotas + u]
                - price[programme.quotas + v]
                + price[programme.floors + u]
                + price[programme.floors + v]
                - price[programme.wishes + w]
            )
            stride = (0.1 if need > 0 else 0.125) / weight  # one over the rows of a variable
            total = 0.0
            for j in range(programme.start[e], programme.start[e + 1]):
                t = np.int64(programme.slot[j])
                pays = net - price[u * slots + t] - price[v * slots + t]
                pays -= price[programme.tables + t]
                if need > 0:
                    pays -= price[programme.helps + t] + price[programme.helps + need * slots + t]
                before = np.float64(x[j])
                after = min(1.0, max(0.0, before + stride * pays))
                x[j] = after
                point.x_sum[j] += after
                ahead = 2 * after - before
                total += ahead
                use[u * slots + t] += ahead
                use[v * slots + t] += ahead
                use[programme.tables + t] += ahead
                if need > 0:
                    use[programme.helps + t] += ahead
                    use[programme.helps + need * slots + t] += ahead
            use[programme.quotas + u] += total
            use[programme.quotas + v] += total
            use[programme.floors + u] -= total
            use[programme.floors + v] -= total
            use[programme.wishes + w] += total
        for row in range(len(price)):
            over = use[row] - programme.cap[row]
            cost = price[row] + weight * programme.step[row] * over
            price[row] = min(programme.top[row], max(0.0, cost))
            point.price_sum[row] += price[row]


@compiled_lean
def bound_of(facts: Facts, programme: Programme, price: Floats) -> float:
    """What no timetable can exceed, by these prices; those of wishes are not needed."""
    slots = len(facts.tables)
    bound = 0.0
    for row in range(len(price)):
        if row < programme.wishes or row >= programme.helps:
            bound += price[row] * programme.cap[row]
    for w in range(len(facts.options) - 1):
        best = 0.0
        for e in range(facts.options[w], facts.options[w + 1]):
            u, v, need = facts.first[e], facts.second[e], facts.need[e]
            net = (
                programme.gain[e]
                - price[programme.quotas + u]
                - price[programme.quotas + v]
                + price[programme.floors + u]
                + price[programme.floors + v]
            )
            for j in range(programme.start[e], programme.start[e + 1]):
                t = np.int64(programme.slot[j])
                pays = net - price[u * slots + t] - price[v * slots + t]
                pays -= price[programme.tables + t]
                if need > 0:
                    pays -= price[programme.helps + t] + price[programme.helps + need * slots + t]
                best = max(best, pays)
        bound += best
    return bound
