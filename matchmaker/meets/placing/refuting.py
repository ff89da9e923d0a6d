"""Which meetings contradict each other, when counting does not show it. Pure.

The formula gets a literal for each meeting that says 'this one is to be placed'. A refutation
names some of them; then it is tried which can be left out (deletion, Marques-Silva 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pysat.solvers import Solver

from matchmaker.meets.placing.climbing import SOLVER
from matchmaker.meets.placing.contradictions import people_of
from matchmaker.meets.placing.encoding import encode
from matchmaker.meets.placing.given import Given
from matchmaker.meets.problem import Contradiction
from matchmaker.meets.watch import Watch

TRIALS = 400  # meetings that are tried to be left out, at most
EFFORT = 2_000  # conflicts for each, and between two looks at the clock


def contradiction_of(given: Given, watch: Watch) -> Contradiction | None:
    """The meetings of a refuted list that contradict each other; None if time runs out first.

    If it is only the evenness of breaks that cannot be kept, that is said.
    """
    uneven = replace(given, problem=replace(given.problem, most_apart=None))
    core = _core(uneven, watch)
    if core is None:
        return None
    if not core:
        return Contradiction("uneven", (), allowed=given.problem.most_apart)
    wishes = tuple(given.problem.wishes[each].id for each in core)
    people = people_of(given, core)
    roomy = replace(uneven, tables=(given.meetings,) * given.slots)
    kind = "together" if _core(roomy, watch, core) else "together with tables"
    return Contradiction(kind, wishes, people, with_order=_is_ordered(given, core))


def _is_ordered(given: Given, meetings: Sequence[int]) -> bool:
    return any(first in meetings and second in meetings for first, second in given.before)


def _core(given: Given, watch: Watch, among: Sequence[int] | None = None) -> list[int] | None:
    """Meetings that cannot all be placed; empty: they can; None: not known in time."""
    encoding = encode(given, with_selectors=True)
    number = {literal: meeting for meeting, literal in enumerate(encoding.must)}
    wanted = [encoding.must[each] for each in (range(given.meetings) if among is None else among)]
    with Solver(name=SOLVER, bootstrap_with=encoding.formula.clauses) as solver:
        verdict = None
        while verdict is None:
            if watch.is_over():
                return None
            solver.conf_budget(EFFORT)
            verdict = solver.solve_limited(assumptions=wanted)
        if verdict:
            return []
        core = solver.get_core()
        for literal in core[:TRIALS]:
            if literal in core and not watch.is_over():
                solver.conf_budget(EFFORT)
                if solver.solve_limited(assumptions=[x for x in core if x != literal]) is False:
                    core = solver.get_core()
    return sorted(number[literal] for literal in core)
