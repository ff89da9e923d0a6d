"""The fewest soft literals that must be broken: core-guided search from below. Pure.

All 'nobody waits here' are assumed at once. If that is refuted, the refutation names a set of
waits of which at least one must be: the lower bound rises by one, and from then on it is assumed
only that no more than one of the set is (OLL: Andres et al. 2012; Morgado et al. 2014). The first
model that meets all assumptions breaks as many as the lower bound says, so it is optimal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pysat.card import ITotalizer
from pysat.solvers import Solver

SOLVER = "cadical195"
TRIM = 300  # conflicts for trying to do without one literal of a core
PATIENCE = 20_000  # conflicts without a verdict; then a second solver is asked as well,
TURNS = 4  # for so many slices after each of the first


@dataclass
class Sum:
    """A totalizer over one core: at most `bound` of its waits may be."""

    totalizer: ITotalizer
    bound: int
    size: int


@dataclass
class Climb:
    """What is known: no model breaks fewer than `fewest`; `model` breaks `broken`.

    `waits`: the soft literals; each that is true counts one. `slice`: conflicts between two
    steps; long slices find much faster, as the solver then comes to all of its techniques.
    """

    clauses: Sequence[Sequence[int]]
    top: int
    waits: Sequence[int]
    slice: int
    fewest: int = 0
    model: frozenset[int] | None = None
    broken: int = 0
    is_refuted: bool = False
    sums: dict[int, Sum] = field(default_factory=dict)
    _added: list[list[int]] = field(default_factory=list)
    _ahead: int = 0

    def steps(self, *, needs_start: bool) -> Iterator[None]:
        """Go on step by step; between two steps all may be read, or given up.

        `needs_start`: any model is of use at first, however much it breaks.
        """
        top = self.top
        with Solver(name=SOLVER, bootstrap_with=self.clauses) as solver:
            self.solver, self.meaningful = solver, top
            assumed = {-wait: None for wait in self.waits}
            if needs_start:
                for _ in self._refuted([]):
                    yield
            while not self.is_refuted:
                core = None
                for core in self._refuted(list(assumed)):
                    if core is None:
                        yield
                if core is None:
                    return
                self._relax(self._trimmed(core), assumed)
                yield

    def _refuted(self, assumed: Sequence[int]) -> Iterator[list[int] | None]:
        """None after each slice; at the end a core, or nothing where there is a model."""
        verdict = None
        for verdict in self._verdicts(assumed):
            if verdict is None:
                yield None
        if verdict:
            return
        core = self.solver.get_core() or []
        if not core:
            self.is_refuted = True
            return
        yield core

    def _verdicts(self, assumed: Sequence[int]) -> Iterator[bool | None]:
        """None after each slice; at the end whether there is a model, which is kept.

        When it takes long, a second solver is asked by turns, to which the assumptions are facts.
        It can simplify by them, and found the last model of published lists up to eight times as
        fast. It names no core; if it finds that there is no model, that alone raises the bound.
        """
        spent = 0
        firm: Solver | None = None
        try:
            while (verdict := self._searched(self.solver, assumed)) is None:
                yield None
                spent += self.slice
                if assumed and spent - self.slice < PATIENCE <= spent:
                    facts = [[each] for each in assumed]
                    firm = Solver(name=SOLVER, bootstrap_with=[*self.clauses, *self._added, *facts])
                for _ in range(TURNS):
                    if not firm:
                        break
                    verdict = self._searched(firm, ())
                    if verdict:
                        yield True
                        return
                    if verdict is False:
                        self.fewest, self._ahead = self.fewest + 1, 1
                        firm.delete()
                        firm = None
                    yield None
            yield verdict
        finally:
            if firm:
                firm.delete()

    def _searched(self, solver: Solver, assumed: Sequence[int]) -> bool | None:
        """Whether there is a model, which is kept; None: not known after one slice."""
        solver.conf_budget(self.slice)
        verdict: bool | None = solver.solve_limited(assumptions=assumed)
        if verdict:
            self._keep_model(solver)
        return verdict

    def _keep_model(self, solver: Solver) -> None:
        """Keep it if it breaks fewer than the one before."""
        model = solver.get_model() or ()
        known = frozenset(each for each in model if 0 < each <= self.meaningful)
        broken = sum((abs(wait) in known) == (wait > 0) for wait in self.waits)
        if self.model is None or broken < self.broken:
            self.model, self.broken = known, broken

    def _relax(self, core: Iterable[int], assumed: dict[int, None]) -> None:
        """Raise the bound by one, and assume of the core only that no more than one must be."""
        core = list(core)
        self.fewest, self._ahead = self.fewest + 1 - self._ahead, 0
        for literal in core:
            del assumed[literal]
            if literal in self.sums:
                self._loosen(self.sums.pop(literal), assumed)
        if len(core) == 1:
            self._add([[-core[0]]])
            return
        waits = [-literal for literal in core]
        totalizer = ITotalizer(lits=waits, ubound=1, top_id=self.top)
        self.top = totalizer.top_id
        self._add(totalizer.cnf.clauses)
        self._assume(Sum(totalizer, 1, len(waits)), assumed)

    def _loosen(self, counted: Sum, assumed: dict[int, None]) -> None:
        """Of the waits of an earlier core one more may be."""
        counted.bound += 1
        if counted.bound < counted.size:
            counted.totalizer.increase(ubound=counted.bound, top_id=self.top)
            self.top = max(self.top, counted.totalizer.top_id)
            if counted.totalizer.nof_new:
                added = counted.totalizer.cnf.clauses[-counted.totalizer.nof_new :]
                self._add(added)
            self._assume(counted, assumed)

    def _add(self, clauses: Sequence[Sequence[int]]) -> None:
        self.solver.append_formula(clauses)
        self._added += map(list, clauses)

    def _assume(self, counted: Sum, assumed: dict[int, None]) -> None:
        literal = -counted.totalizer.rhs[counted.bound]
        self.sums[literal] = counted
        assumed[literal] = None

    def _trimmed(self, core: list[int]) -> list[int]:
        """A smaller core: what a further refutation does not use, and what can be done without."""
        size = len(core) + 1
        while len(core) < size:
            size = len(core)
            core = self._refuted_by(core, self.slice)
        for literal in list(core):
            if len(core) > 1 and literal in core:
                rest = [each for each in core if each != literal]
                core = self._refuted_by(rest, TRIM, otherwise=core)
        return core

    def _refuted_by(
        self, assumed: list[int], conflicts: int, otherwise: list[int] | None = None
    ) -> list[int]:
        """The part of the assumptions that is refuted; what was given if that is not seen soon."""
        self.solver.conf_budget(conflicts)
        verdict = self.solver.solve_limited(assumptions=assumed)
        if verdict:
            self._keep_model(self.solver)
        kept = assumed if otherwise is None else otherwise
        return (self.solver.get_core() or kept) if verdict is False else kept
