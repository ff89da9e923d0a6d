"""The climb from below proves the same however it is cut into slices, and by both its solvers."""

from __future__ import annotations

from typing import Any

import pytest
from pysat.solvers import Solver

from matchmaker.meets.placing import climbing
from matchmaker.meets.placing.climbing import Climb
from matchmaker.meets.placing.encoding import encode
from matchmaker.meets.placing.given import given_by
from tests.meets.placing.given_lists import crowded_list


def climbed(people: int, conflicts: int) -> Climb:
    encoding = encode(given_by(crowded_list(people)))
    waits = [each for breaks in encoding.breaks for each in breaks]
    climb = Climb(encoding.formula.clauses, encoding.formula.top, waits, slice=conflicts)
    for _ in climb.steps(needs_start=False):
        pass
    return climb


@pytest.mark.parametrize("people", [6, 7, 8])
def test_a_second_solver_asked_by_turns_changes_no_verdict(
    people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = climbed(people, conflicts=10**6)
    solvers: list[Solver] = []

    def made(**how: Any) -> Solver:
        solvers.append(Solver(**how))
        return solvers[-1]

    monkeypatch.setattr(climbing, "PATIENCE", 5)
    monkeypatch.setattr(climbing, "Solver", made)
    by_turns = climbed(people, conflicts=5)
    assert len(solvers) > 1
    assert (by_turns.fewest, by_turns.broken) == (alone.fewest, alone.broken)
    assert by_turns.broken == by_turns.fewest
