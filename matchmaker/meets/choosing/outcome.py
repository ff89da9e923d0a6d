"""What a finished search says in the words of the problem. Pure."""

from __future__ import annotations

import numpy as np

from matchmaker.meets.arrays import Compiled
from matchmaker.meets.choosing.state import UNPLACED, State
from matchmaker.meets.problem import Meeting


def meetings_of(problem: Compiled, state: State) -> list[Meeting]:
    """Everything that is placed, by wish, all at table 0: tables are given out later."""
    meet, facts = problem.problem, problem.facts
    found = []
    for wish in np.flatnonzero(state.slot != UNPLACED):
        option, via = int(state.option[wish]), int(state.via[wish])
        found.append(
            Meeting(
                wish=meet.wishes[wish].id,
                first=meet.people[facts.first[option]].id,
                second=meet.people[facts.second[option]].id,
                slot=int(state.slot[wish]),
                table=0,
                interpreter=meet.interpreters[via].id if via >= 0 else None,
            )
        )
    return found


def below_floor(problem: Compiled, state: State) -> tuple[str, ...]:
    """People with fewer meetings than they should have, as they are listed."""
    people = problem.problem.people
    return tuple(people[row].id for row in np.flatnonzero(state.met < problem.facts.least))


def musts_cannot(problem: Compiled, most_total: int) -> bool:
    """Whether it is certain that no timetable keeps all must-meets.

    `most_total`: no timetable is worth more, must-meets and floors counted in.
    """
    facts = problem.facts
    if (np.diff(facts.options)[problem.is_must] == 0).any():
        return True
    must_worth = int((facts.worth - problem.weight).max(initial=0))
    return most_total < must_worth * int(problem.is_must.sum())
