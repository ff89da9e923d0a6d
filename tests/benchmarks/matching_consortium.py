"""Consortia of 20 to 300 candidates over 12 months, loose and tight, beside plain CP-SAT.

    python -m tests.benchmarks.matching_consortium [--json]

One core. Capacities are drawn log-normal and by month, one month in twelve is full already, MOQs
are 0 to 40 % of capacity; prices lie far apart in one half of the instances and within two per
cent in the other. Loose: 15 % of what all can make is asked for; tight: 60 %. The money is
searched for the fewest members and for two more. Compiling the loops is not counted (15 s, once
for each version of the code). Plain CP-SAT gets the same instance as one model, with one worker and
the fewest members as a hint.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from decimal import Decimal
from statistics import mean

import numpy as np
from ortools.sat.python import cp_model

from matchmaker.matching.consortium.arrays import Marks
from matchmaker.matching.consortium.choosing import Search
from matchmaker.matching.consortium.covering import fewest_cover, greedy_cover
from matchmaker.matching.consortium.planning import consortia_for
from matchmaker.matching.consortium.problem import Ask, Candidate, Effort, PriceFrom, Problem
from matchmaker.matching.consortium.supply import Supply, supply_of
from tests.benchmarks.harness import Figures

SIZES = (20, 40, 80, 300)
MONTHS = 12
SHARES = {"loose": 0.15, "tight": 0.6}
SEEDS = range(4)
LOOKS = (1.0, 5.0)
PLAIN_SECONDS = 5.0
NO_LIMIT = 10**15


@dataclass(frozen=True)
class Money:
    """One search: gap in per cent at each look, seconds until it was over, and whether proved."""

    gaps: tuple[float, ...]
    seconds: float
    is_proved: bool


def made_up(size: int, share: float, seed: int) -> Problem:
    """`size` firms with one line each; `share` of what they can make together is asked for."""
    dice = np.random.default_rng(seed)
    usual = dice.lognormal(0, 0.6, size) * 1000
    free = (usual[:, None] * dice.uniform(0.4, 1.2, (size, MONTHS))).astype(int)
    free[dice.random(free.shape) < 1 / 12] = 0
    moq = (usual * dice.uniform(0, 0.4, size)).astype(int) + 1
    price = dice.uniform(80, 130, size) if seed % 2 == 0 else dice.uniform(99, 101, size)
    misfit = dice.integers(0, 30, size)
    pooled = np.where(free >= moq[:, None], free, 0).sum(axis=0)
    demand = (pooled * share * dice.uniform(0.9, 1.0, MONTHS)).astype(int)
    fences = tuple(dt.date(2027 + n // 12, 1 + n % 12, 1) for n in range(MONTHS + 1))
    ask = Ask("KGM", Decimal(1), "EUR", dt.date(2026, 12, 1), fences, tuple(demand.tolist()))
    firms = [
        Candidate(
            f"firm-{n:03}", f"offer-{n:03}", f"line-{n:03}", tuple(free[n].tolist()),
            int(moq[n]), (PriceFrom(1, Decimal(f"{price[n]:.2f}")),), Decimal(int(misfit[n])),
            allocated=int(dice.integers(0, 1000)),
        )
        for n in range(size)
    ]  # fmt: skip
    return Problem(ask, tuple(firms))


def measure(figures: Figures, seeds: range = SEEDS) -> None:
    """Add the figures of all sizes; `seeds`: the instances of each."""
    consortia_for(made_up(5, 0.5, 0))  # compiles
    for size in SIZES:
        for tightness, share in SHARES.items():
            _measure_size(figures, size, tightness, [made_up(size, share, s) for s in seeds])


def _measure_size(figures: Figures, size: int, tightness: str, problems: list[Problem]) -> None:
    firsts, fewests, money, proofs = [], [], [], []
    for problem in problems:
        began = time.perf_counter()
        supply = supply_of(problem, problem.candidates)
        start = greedy_cover(supply.cells.caps, supply.cells.demand)
        Search(supply, size, start)
        firsts.append(time.perf_counter() - began)
        began = time.perf_counter()
        cover = fewest_cover(
            supply.cells.caps, supply.cells.demand, seconds=0.0, effort=10.0, workers=1
        )
        fewests.append(time.perf_counter() - began)
        fewest = int(cover.chosen.sum())
        proofs.append(fewest == cover.bound)
        money += [_search(Search(supply, k, cover.chosen)) for k in (fewest, fewest + 2)]
    name = f"{size} candidates, {tightness}"
    figures.told(f"{name}: first plan", max(firsts), "s")
    figures.at_most(f"{name}: fewest members proved, slowest", max(fewests), "s", goal=1.0)
    figures.at_least(f"{name}: fewest members proved", 100 * mean(proofs), "%", goal=100)
    _tell_money(figures, name, size, money)
    began = time.perf_counter()
    consortia_for(problems[0])
    figures.told(f"{name}: all plans at the usual effort", time.perf_counter() - began, "s")
    plain = _plain_gap(problems[0])
    figures.told(f"{name}: gap of plain CP-SAT after 5 s (100: no plan)", plain, "%")


def _tell_money(figures: Figures, name: str, size: int, money: list[Money]) -> None:
    slowest = max(each.seconds for each in money)
    gaps = [max(each.gaps[at] for each in money) for at in range(len(LOOKS))]
    proved = 100 * mean(each.is_proved for each in money)
    if size <= 40:
        figures.at_most(f"{name}: money proved, slowest", slowest, "s", goal=1.0)
        figures.at_least(f"{name}: money proved", proved, "%", goal=100)
        return
    figures.told(f"{name}: money proved within 5 s", proved, "%")
    figures.told(f"{name}: worst gap at 1 s", gaps[0], "%")
    figures.at_most(f"{name}: worst gap at 5 s (stretch: 1)", gaps[1], "%", goal=5.0)


def _search(search: Search) -> Money:
    began = time.perf_counter()
    gaps: list[float] = []
    for look in LOOKS:
        left = look - (time.perf_counter() - began)
        found = search.run(Effort(NO_LIMIT, left, time.perf_counter))
        gaps.append(0.0 if found.is_proved else 100 * (found.cost - found.bound) / found.cost)
        if found.is_proved:
            break
    gaps += gaps[-1:] * (len(LOOKS) - len(gaps))
    return Money(tuple(gaps), time.perf_counter() - began, found.is_proved)


def _plain_gap(problem: Problem) -> float:
    """The money stage at the fewest members as one CP-SAT model: the baseline."""
    supply = supply_of(problem, problem.candidates)
    cells = supply.cells
    cover = fewest_cover(cells.caps, cells.demand, seconds=0.0, effort=10.0, workers=1)
    model, solver = _plain_model(supply, cover.chosen), cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = PLAIN_SECONDS
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return 100.0
    return 100 * (1 - solver.best_objective_bound / solver.objective_value)


def _plain_model(supply: Supply, start: Marks) -> cp_model.CpModel:
    cells, model = supply.cells, cp_model.CpModel()
    firms = [model.new_bool_var("") for _ in supply.firms]
    costs = []
    for t, wanted in enumerate(cells.demand.tolist()):
        amounts = []
        for firm, taken in enumerate(firms):
            for mode in range(*cells.mode_ptr[firm * MONTHS + t :][:2].tolist()):
                low, high = int(cells.low[mode]), int(cells.high[mode])
                ships, amount = model.new_bool_var(""), model.new_int_var(0, high, "")
                model.add(amount <= high * ships)
                model.add(amount >= low * ships)
                model.add_implication(ships, taken)
                amounts.append(amount)
                costs.append(int(cells.weight[mode]) * amount)
        model.add(sum(amounts) >= wanted)
    model.add(sum(firms) <= int(start.sum()))
    model.minimize(sum(costs))
    for firm, is_in in zip(firms, start.tolist(), strict=True):
        model.add_hint(firm, is_in)
    return model


def main() -> None:
    figures = Figures("Consortia")
    measure(figures)
    figures.finish()


if __name__ == "__main__":
    main()
