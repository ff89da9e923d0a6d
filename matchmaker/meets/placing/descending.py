"""Ever better models: each must break fewer waits than the one before. Pure.

The counterpart of the climb. It starts from a placing that is known and usually good, and looks
near it first; when nothing better can be, that is a proof as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pysat.card import ITotalizer
from pysat.solvers import Solver

from matchmaker.meets.placing.climbing import SOLVER


@dataclass
class Descent:
    """What is known: `model` breaks `broken` waits; when it is over, `fewest` is as many.

    `below`: models that break more are of no use. `near`: literals that are tried first.
    """

    clauses: Sequence[Sequence[int]]
    top: int
    waits: Sequence[int]
    slice: int
    below: int
    near: Sequence[int] = ()
    fewest: int = 0
    model: frozenset[int] | None = None
    broken: int = 0
    is_refuted: bool = False

    def steps(self) -> Iterator[None]:
        """Go on slice by slice until no better model can be.

        Of what may be left a quarter is asked for at once; if that cannot be, one less.
        """
        with Solver(name=SOLVER, bootstrap_with=self.clauses) as solver:
            total = ITotalizer(lits=list(self.waits), ubound=self.below, top_id=self.top)
            solver.append_formula(total.cnf.clauses)
            solver.set_phases(list(self.near))
            while self.below >= self.fewest:
                reach = self.below - (self.below - self.fewest) // 4
                bound = [-total.rhs[reach]] if reach < len(total.rhs) else []
                verdict = None
                while verdict is None:
                    solver.conf_budget(self.slice)
                    verdict = solver.solve_limited(assumptions=bound)
                    if verdict is None:
                        yield
                if verdict:
                    self._keep(solver.get_model())
                else:
                    self.fewest = reach + 1
                yield

    def _keep(self, model: Sequence[int]) -> None:
        known = frozenset(each for each in model if 0 < each <= self.top)
        self.model = known
        self.broken = sum((abs(wait) in known) == (wait > 0) for wait in self.waits)
        self.below = self.broken - 1
