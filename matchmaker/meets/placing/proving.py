"""How few breaks can be at best: core-guided search from below, which ends in an optimum. Pure.

All 'nobody waits here' are assumed at once. If that is refuted, the refutation names a set of
waits of which at least one must be: the lower bound rises by one, and from then on it is assumed
only that no more than one of the set is (OLL: Andres et al. 2012; Morgado et al. 2014). The first
placing that meets all assumptions has as many breaks as the lower bound, so it is optimal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pysat.card import ITotalizer
from pysat.solvers import Solver

from matchmaker.meets.placing.encoding import Encoding
from matchmaker.meets.placing.hall import Choice

# CaDiCaL keeps its limits between calls, so that a search in slices is the same search.
SOLVER = "cadical195"
SLICE = 2_000  # conflicts, between two looks at the clock: a fraction of a second
TRIM = 300  # conflicts for trying to do without one literal of a core


@dataclass
class Sum:
    """A totalizer over one core: at most `bound` of its waits may be."""

    totalizer: ITotalizer
    bound: int
    size: int


@dataclass(frozen=True)
class Found:
    """A placing out of a model: its breaks, the slot and the people of each meeting."""

    breaks: int
    slots: list[int]
    choices: list[Choice]


@dataclass
class Proof:
    """What is known: no placing has fewer breaks than `fewest`; `best` is one that was found.

    `is_infeasible`: there is no placing at all.
    """

    encoding: Encoding
    fewest: int = 0
    best: Found | None = None
    is_infeasible: bool = False
    sums: dict[int, Sum] = field(default_factory=dict)

    def climb(self, *, needs_start: bool) -> Iterator[None]:
        """Go on step by step; between two steps the bound may be read, or all be given up.

        `needs_start`: nobody else looks for a first placing, however many breaks it has.
        """
        encoding = self.encoding
        self.top = encoding.formula.top
        with Solver(name=SOLVER, bootstrap_with=encoding.formula.clauses) as solver:
            self.solver = solver
            assumed = {-wait: None for waits in encoding.waits for wait in waits}
            if needs_start:
                for _ in self._refuted([]):
                    yield
            while True:
                core = None
                for core in self._refuted(list(assumed)):
                    if core is None:
                        yield
                if core is None:
                    return
                yield from self._relax(core, assumed)
                yield

    def _refuted(self, assumed: Sequence[int]) -> Iterator[list[int] | None]:
        """None after each slice; at the end a core, or nothing where there is a model."""
        verdict = None
        while verdict is None:
            self.solver.conf_budget(SLICE)
            verdict = self.solver.solve_limited(assumptions=assumed)
            if verdict is None:
                yield None
        if verdict:
            self._keep_model()
            return
        core = self.solver.get_core() or []
        if not core:
            self.is_infeasible = True
            return
        yield core

    def _keep_model(self) -> None:
        """Every model is a placing; keep it if it has fewer breaks than the one before."""
        model = set(self.solver.get_model() or ())
        breaks = sum(wait in model for waits in self.encoding.waits for wait in waits)
        if self.best is None or breaks < self.best.breaks:
            slots, choices = self.encoding.read(model)
            self.best = Found(breaks, slots, choices)

    def _relax(self, core: list[int], assumed: dict[int, None]) -> Iterator[None]:
        """Raise the bound by one, and assume of the core only that no more than one must be."""
        core = self._trimmed(core)
        yield
        self.fewest += 1
        for literal in core:
            del assumed[literal]
            if literal in self.sums:
                self._loosen(self.sums.pop(literal), assumed)
        if len(core) == 1:
            self.solver.add_clause([-core[0]])
            return
        waits = [-literal for literal in core]
        totalizer = ITotalizer(lits=waits, ubound=1, top_id=self.top)
        self.top = totalizer.top_id
        self.solver.append_formula(totalizer.cnf.clauses)
        self._assume(Sum(totalizer, 1, len(waits)), assumed)

    def _loosen(self, counted: Sum, assumed: dict[int, None]) -> None:
        """Of the waits of an earlier core one more may be."""
        counted.bound += 1
        if counted.bound < counted.size:
            counted.totalizer.increase(ubound=counted.bound, top_id=self.top)
            self.top = max(self.top, counted.totalizer.top_id)
            added = counted.totalizer.cnf.clauses[-counted.totalizer.nof_new :]
            if counted.totalizer.nof_new:
                self.solver.append_formula(added)
            self._assume(counted, assumed)

    def _assume(self, counted: Sum, assumed: dict[int, None]) -> None:
        literal = -counted.totalizer.rhs[counted.bound]
        self.sums[literal] = counted
        assumed[literal] = None

    def _trimmed(self, core: list[int]) -> list[int]:
        """A smaller core: what a second refutation does not use, and what can be done without."""
        for _ in range(3):
            self.solver.conf_budget(SLICE)
            if not self._is_refuted(core):
                break
            smaller = self.solver.get_core() or []
            if not smaller or len(smaller) >= len(core):
                break
            core = smaller
        kept = list(core)
        for literal in core:
            if len(kept) == 1:
                break
            rest = [each for each in kept if each != literal]
            self.solver.conf_budget(TRIM)
            if self._is_refuted(rest):
                kept = self.solver.get_core() or kept
        return kept

    def _is_refuted(self, assumed: Sequence[int]) -> bool:
        """Within the limit of conflicts; a model is kept."""
        verdict = self.solver.solve_limited(assumptions=assumed)
        if verdict:
            self._keep_model()
        return verdict is False
