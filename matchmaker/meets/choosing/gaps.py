"""Idle gaps: slots in which somebody waits between two meetings of a day. Pure.

They are closed by turning Kempe chains, which keeps every meeting and so the value.
"""

from __future__ import annotations

import math

from matchmaker.jit import compiled_lean, inner_lean
from matchmaker.meets.arrays import ABSENT, FREE, Facts, Ints
from matchmaker.meets.choosing.chains import chain_from, turn_chain
from matchmaker.meets.choosing.state import START, State, chance, draw, undo
from matchmaker.meets.problem import Problem, Timetable


def count_idle(problem: Problem, timetable: Timetable) -> int:
    """Over all people, slots without a meeting between the first and the last of their day.

    Slots in which a person is absent anyway are not waited through, so they do not count.
    """
    attended: dict[tuple[str, int], set[int]] = {}
    for meeting in timetable.meetings:
        for who in (meeting.first, meeting.second):
            key = (who, problem.slots[meeting.slot].day)
            attended.setdefault(key, set()).add(meeting.slot)
    absent = {each.id: each.absent for each in problem.people}
    return sum(
        slot not in slots and slot not in absent[who] and problem.slots[slot].day == day
        for (who, day), slots in attended.items()
        for slot in range(min(slots), max(slots))
    )


@compiled_lean
def close_gaps(facts: Facts, state: State, idle: Ints, steps: int, hot: float, cold: float) -> None:
    """Turn chains at random and keep what makes people wait less, or hardly more while it is hot.

    `idle` is room for how long each person waits; temperatures are in idle slots.
    """
    people, slots = len(facts.most), len(facts.tables)
    for person in range(people):
        idle[person] = _idle_of(facts, state, person)
    for step in range(steps):
        state.mark[0] = 0
        person, one, other = draw(state, people), draw(state, slots), draw(state, slots)
        if state.at[person, one] < 0 or other == one or state.at[person, other] == ABSENT:
            continue
        # Whoever waits nowhere is disturbed less often.
        if idle[person] == 0 and chance(state) < 0.8:
            continue
        count = chain_from(facts, state, person, one, other)
        if count <= 0 or not turn_chain(facts, state, count, one, other):
            continue
        change = _recount_chain(facts, state, idle, count)
        heat = hot * (cold / hot) ** (step / steps)
        if change > 0 and chance(state) >= math.exp(-change / heat):
            undo(facts, state, START)
            _recount_chain(facts, state, idle, count)
    state.mark[0] = 0


@inner_lean
def _recount_chain(facts: Facts, state: State, idle: Ints, count: int) -> int:
    """Bring `idle` up to date for all on the chain; returns by how much it grew."""
    grown = 0
    for number in range(count):
        grown += recount(facts, state, idle, state.path[number])
    return grown


@inner_lean
def recount(facts: Facts, state: State, idle: Ints, option: int) -> int:
    """Bring `idle` up to date for both people of an option; returns by how much it grew."""
    grown = 0
    for person in (facts.first[option], facts.second[option]):
        now = _idle_of(facts, state, person)
        grown += now - idle[person]
        idle[person] = now
    return grown


@inner_lean
def _idle_of(facts: Facts, state: State, person: int) -> int:
    """How many slots the person waits between meetings of a day."""
    idle, waited, day, is_waiting = 0, 0, -1, False
    for slot in range(len(facts.tables)):
        if facts.days[slot] != day:
            day, waited, is_waiting = facts.days[slot], 0, False
        there = state.at[person, slot]
        if there >= 0:
            idle += waited
            waited, is_waiting = 0, True
        elif there == FREE and is_waiting:
            waited += 1
    return idle
