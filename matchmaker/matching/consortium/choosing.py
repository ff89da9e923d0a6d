"""Runs the search for the cheapest choice of at most k firms, for as long as one likes. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.matching.consortium.arrays import (
    BEST,
    FREE,
    FULL,
    IN,
    NODES,
    SPARE,
    UNSURE,
    WAITING,
    WORK,
    Chosen,
    Marks,
    Tree,
    Whole,
)
from matchmaker.matching.consortium.branching import NOT_BELOW, price_choice, search
from matchmaker.matching.consortium.problem import Effort
from matchmaker.matching.consortium.supply import Supply

# Nodes are kept in at most so many bytes.
NODE_SPACE = 64_000_000
# A clock is looked at after so much work: some hundredths of a second.
SLICE = 4_000_000
# When the money is proved, so much more is done to find the fairest of equally cheap choices.
FOR_TIES = 4_000_000
ABOVE_ALL = 2**61  # no choice costs so much


@dataclass(frozen=True)
class Choice:
    """`amounts`, `modes`: by period and line (-1: ships nothing).

    `cost`, `bound`: `unit` × money + ties. `work`: figures looked at; `nodes`: of the search.
    """

    amounts: Whole
    modes: Whole
    cost: int
    bound: int
    unit: int
    work: int = 0
    nodes: int = 0

    @property
    def is_proved(self) -> bool:
        """Whether nothing costs less money; of equal money something may be the fairer."""
        return self.bound // self.unit == self.cost // self.unit


class Search:
    """A search that can be resumed. `start`: firms that can do it, no more than `most`.

    `kept`: 1 for firms that are to be in, whatever they cost; they are in `start` too.
    """

    def __init__(self, supply: Supply, most: int, start: Marks, kept: Marks | None = None) -> None:
        cells = supply.cells
        firms, periods = cells.caps.shape
        places = max(64, min(200_000, NODE_SPACE // (firms + 8 * periods + 32)))
        self.supply, self.most = supply, min(most, firms)
        self.tree = Tree(
            states=np.zeros((places, firms), np.int8),
            prices=np.zeros((places, periods)),
            bounds=np.zeros(places, np.int64),
            heap=np.zeros(places, np.int64),
            spare=np.arange(places, dtype=np.int64),
            counts=np.zeros(UNSURE + 1, np.int64),
            kept=np.zeros(firms, np.int8) if kept is None else kept,
        )
        self.best = empty_choice(supply)
        self.best.chosen[:] = start
        cost, _, _ = price_choice(cells, start, ABOVE_ALL, self.best.amounts, self.best.modes)
        self._place_root(cost, places - 1)
        self.tree.states[places - 1] = np.where(self.tree.kept, IN, FREE)

    def _place_root(self, cost: int, root: int) -> None:
        tree, cells = self.tree, self.supply.cells
        tree.counts[[WAITING, SPARE, BEST, UNSURE]] = 1, root, cost, ABOVE_ALL
        tree.heap[0] = root
        tree.prices[root] = float(np.median(cells.weight)) * cells.unit

    @property
    def is_over(self) -> bool:
        return bool(self.tree.counts[WAITING] == 0 or self.tree.counts[FULL])

    @property
    def cost(self) -> int:
        return int(self.tree.counts[BEST])

    @property
    def bound(self) -> int:
        """No choice costs less, as far as has been searched."""
        least = min(self.cost, int(self.tree.counts[UNSURE]))
        if self.tree.counts[WAITING]:
            least = min(least, int(self.tree.bounds[self.tree.heap[0]]))
        return least

    def go_on(self, work: int) -> None:
        search(self.supply.cells, self.tree, self.most, self.supply.ceiling, work, self.best)

    def run(self, effort: Effort) -> Choice:
        """Until the effort is spent, or the money is proved and a little was done for ties."""
        begun = effort.clock() if effort.clock else 0.0
        last = effort.work
        while not self.is_over and self.tree.counts[WORK] < last:
            self.go_on(min(SLICE, last - int(self.tree.counts[WORK])))
            if effort.clock and effort.clock() - begun >= effort.seconds:
                break
            if self.found.is_proved:
                last = min(last, int(self.tree.counts[WORK]) + FOR_TIES)
        return self.found

    @property
    def found(self) -> Choice:
        """The best so far."""
        counts = self.tree.counts
        return Choice(
            self.best.amounts, self.best.modes, self.cost, self.bound,
            self.supply.cells.unit, int(counts[WORK]), int(counts[NODES]),
        )  # fmt: skip


def cheapest_of_all(supply: Supply) -> Choice:
    """The cheapest of any number of firms: each period on its own.

    A firm without which the money is the same is left out, those who were given most first.
    """
    tie = supply.cells.tie
    cells = supply.cells._replace(tie=np.zeros_like(tie), unit=1)
    best = empty_choice(supply)
    best.chosen[:] = 1
    cost, bound, read = price_choice(cells, best.chosen, ABOVE_ALL, best.amounts, best.modes)
    best.chosen[:] = used_firms(supply, best.modes)
    for firm in sorted(np.flatnonzero(best.chosen), key=lambda at: -int(tie[at])):
        trial = empty_choice(supply)
        trial.chosen[:] = best.chosen
        trial.chosen[firm] = 0
        again, _, more = price_choice(cells, trial.chosen, cost + 1, trial.amounts, trial.modes)
        read += more
        if again != NOT_BELOW:
            trial.chosen[:] = used_firms(supply, trial.modes)
            best = trial
    return Choice(best.amounts, best.modes, cost, bound, unit=1, work=read)


def empty_choice(supply: Supply) -> Chosen:
    """Room for a choice of this supply."""
    firms, periods = supply.cells.caps.shape
    lines = int(supply.cells.first_line[-1])
    amounts = np.zeros((periods, lines), np.int64)
    return Chosen(np.zeros(firms, np.int8), amounts, np.full((periods, lines), -1, np.int64))


def used_firms(supply: Supply, modes: Whole) -> Marks:
    """1 for each firm of which a line ships in some period."""
    is_used = np.any(modes >= 0, axis=0)
    firm_of = np.repeat(np.arange(len(supply.firms)), np.diff(supply.cells.first_line))
    return (
        np.bincount(firm_of, weights=is_used, minlength=len(supply.firms))
        .astype(bool)
        .astype(np.int8)
    )
