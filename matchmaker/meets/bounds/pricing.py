"""Find good prices step by step, and say what they bound and which meetings they favour. Pure."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from matchmaker.meets.arrays import Compiled, Facts, Ints
from matchmaker.meets.bounds.prices import Iterate, bound_of, iterate, programme_of

AT_ONCE = 5_000_000  # visits of variables between two looks at the bound
LEAST = 8  # iterations between them: a look costs as much as two
TURNS = 50  # iterations between them, in a meet that is not large
FLOOR, MUST = 2, 16  # what they are worth in dearest wishes: little, so prices stay in scale


class Pricing:
    """The linear programme of a meet on its way to its solution."""

    def __init__(self, problem: Compiled) -> None:
        self.facts: Facts = problem.facts
        dearest = max(1.0, float(problem.weight.max(initial=0)))
        self.floor_worth, self.must_worth = FLOOR * dearest, MUST * dearest
        self.programme = programme_of(problem, self.must_worth, self.floor_worth)
        variables, rows = len(self.programme.slot), len(self.programme.cap)
        self.point = Iterate(
            np.zeros(variables, np.float32), np.zeros(variables, np.float32),
            np.zeros(rows), np.zeros(rows), np.zeros(rows),
        )  # fmt: skip
        self.weight = dearest / 2  # of steps in prices against steps in variables
        self.best = math.inf
        self.price = self.point.price.copy()
        self.iterations, self._since = 0, 0
        self._x, self._price = self.point.x.copy(), self.point.price.copy()

    @property
    def variables(self) -> int:
        return len(self.programme.slot)

    @property
    def work(self) -> int:
        """What one `go_on` counts as, in units of a budget's work."""
        return 1 + self.variables * TURNS // AT_ONCE

    def go_on(self) -> None:
        """Some more iterations; `best` and `price` are the best so far."""
        turns = max(LEAST, min(TURNS, AT_ONCE // max(1, self.variables)))
        iterate(self.facts, self.programme, self.point, self.weight, turns)
        self.iterations += turns
        self._since += turns
        average = self.point.price_sum / self._since
        now = bound_of(self.facts, self.programme, self.point.price)
        mean = bound_of(self.facts, self.programme, average)
        for bound, price in ((now, self.point.price), (mean, average)):
            if bound < self.best:
                self.best, self.price = bound, price.copy()
        if self._since >= 200 + self.iterations // 4:
            self._restart(average, is_better=mean < now)

    def _restart(self, average: NDArray[np.float64], is_better: bool) -> None:
        """Begin again from the average, which lies nearer to the solution than where we are.

        Steps are balanced by how far prices and variables have moved since the last restart.
        """
        x, price = self.point.x, self.point.price
        if is_better:
            x[:] = self.point.x_sum / self._since
            price[:] = average
        moved, paid = np.linalg.norm(x - self._x), np.linalg.norm(price - self._price)
        if moved > 0 and paid > 0:
            self.weight = math.sqrt(self.weight * float(paid / moved))
        self._x[:], self._price[:] = x, price
        self.point.x_sum[:] = 0
        self.point.price_sum[:] = 0
        self._since = 0

    def bound(self, value: int, musts: int, floors: int) -> float:
        """What no timetable with so many must-meets and floors can exceed in value.

        `floors`: how many meetings up to people's `least` the timetable at hand has.
        """
        missing = int(self.facts.least.sum()) - floors
        # One part in 10^9 for what floats lose in adding up; weights are whole numbers.
        total = self.best * (1 + 1e-9) + 1e-6
        bound = total - self.must_worth * musts + self.floor_worth * missing
        return max(float(value), math.floor(bound))

    def favoured(self, slack: float) -> tuple[Ints, Ints]:
        """Options and slots that lose at most `slack` against the best the prices offer."""
        programme, facts, price = self.programme, self.facts, self.price
        slots = len(facts.tables)
        e = np.repeat(np.arange(len(facts.first)), np.diff(programme.start))
        t = programme.slot.astype(np.int64)
        u, v = facts.first[e], facts.second[e]
        pays = programme.gain[e] - price[u * slots + t] - price[v * slots + t]
        pays -= price[programme.quotas + u] + price[programme.quotas + v]
        pays += price[programme.floors + u] + price[programme.floors + v]
        pays -= price[programme.tables + t] + price[programme.wishes + facts.wish[e]]
        need = facts.need[e]
        help_price = price[programme.helps + t] + price[programme.helps + need * slots + t]
        pays -= np.where(need > 0, help_price, 0)
        near = pays >= -slack
        return e[near], t[near]
