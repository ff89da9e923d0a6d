"""The fewest firms that can make what is asked in every period, proved by CP-SAT. Pure.

Amounts and MOQs do not matter here: more than is asked may be shipped, so firms that can
together make it at their most can ship it. One worker and deterministic time: the same answer
every time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from matchmaker.matching.consortium.arrays import Marks, Whole


@dataclass(frozen=True)
class Cover:
    """`chosen`: 1 for firms that are in. No fewer than `bound` firms can do it."""

    chosen: Marks
    bound: int


def can_cover(caps: Whole, demand: Whole) -> bool:
    return bool((caps.sum(axis=0) >= demand).all())


def greedy_cover(caps: Whole, demand: Whole) -> Marks:
    """Firms taken by how much of what is still lacking each can make; none too many at the end."""
    chosen = np.zeros(len(caps), np.int8)
    lacking = demand.astype(np.float64)
    while (lacking > 0).any():
        help_ = np.minimum(caps, np.maximum(lacking, 0)) / np.maximum(demand, 1)
        worth = np.where(chosen == 1, -1.0, help_.sum(axis=1))
        best = int(worth.argmax())
        chosen[best] = 1
        lacking -= caps[best]
    for firm in np.flatnonzero(chosen)[::-1]:
        if (caps[chosen == 1].sum(axis=0) - caps[firm] >= demand).all():
            chosen[firm] = 0
    return chosen


def fewest_cover(
    caps: Whole, demand: Whole, *, seconds: float, effort: float, workers: int
) -> Cover:
    """The fewest rows of `caps` that add up to `demand` in every column; it must be possible.

    `effort`: CP-SAT's deterministic time; `seconds`: wall clock, 0 for no limit.
    """
    start = greedy_cover(caps, demand)
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in caps]
    for t in np.flatnonzero(demand > 0):
        # No more than is asked helps: smaller figures, tighter relaxation.
        column = np.minimum(caps[:, t], demand[t])
        model.add(cp_model.LinearExpr.weighted_sum(taken, column.tolist()) >= int(demand[t]))
    model.minimize(cp_model.LinearExpr.sum(taken))
    for each, hint in zip(taken, start.tolist(), strict=True):
        model.add_hint(each, hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = effort
    if seconds > 0:
        solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Cover(start, max(1, int(np.ceil(solver.best_objective_bound - 1e-6))))
    chosen = np.array([solver.value(each) for each in taken], np.int8)
    return Cover(chosen, int(np.ceil(solver.best_objective_bound - 1e-6)))
