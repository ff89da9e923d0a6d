"""Force a meeting in, find new places for those it displaces, keep what is worth more. Pure.

Simulated annealing over such steps: at first a step may also lose a little, so that the
timetable gets out of a rut; at the end only what gains is kept. Must-meets and floors weigh so
much that no temperature ever gives one up.
"""

from __future__ import annotations

import math

from matchmaker.meets.compiled import Facts, Ints
from matchmaker.meets.insertion import insert, place_freely
from matchmaker.meets.jit import compiled, inner
from matchmaker.meets.state import FREE, UNPLACED, State, draw, gain, lift, place, undo

LOOK = 24  # how many of a person's dearest open wishes are tried for a freed slot


@compiled
def anneal(facts: Facts, state: State, steps: int, hot: float, cold: float) -> int:
    """Take so many steps while the temperature falls from hot to cold; returns those kept.

    Temperatures are in units of weight: a loss of one temperature is kept one time in e.
    """
    people, slots = len(facts.most), len(facts.tables)
    kept = 0
    for step in range(steps):
        state.mark[0] = 0
        option = _open_option(facts, state, draw(state, people))
        if option < 0:
            continue
        before = state.total[0]
        if not _force(facts, state, option, draw(state, slots)):
            continue
        change = state.total[0] - before
        heat = hot * (cold / hot) ** (step / steps)
        if change >= 0 or draw(state, 1 << 30) < math.exp(change / heat) * (1 << 30):
            kept += 1
        else:
            undo(facts, state, 0)
    state.mark[0] = 0
    return kept


@compiled
def force_all(facts: Facts, state: State, options: Ints) -> int:
    """Force each option into the slot where that gains most, if it gains; returns how many did."""
    forced = 0
    for option in options:
        best, most = -1, 0
        for slot in range(len(facts.tables)):
            state.mark[0] = 0
            before = state.total[0]
            if state.slot[facts.wish[option]] != UNPLACED:
                break
            if _force(facts, state, option, slot):
                if state.total[0] - before > most:
                    best, most = slot, state.total[0] - before
                undo(facts, state, 0)
        if best >= 0:
            _force(facts, state, option, best)
            forced += 1
    state.mark[0] = 0
    return forced


@inner
def _open_option(facts: Facts, state: State, person: int) -> int:
    """One of the person's wishes that is not placed, the dear ones more often; -1: none found."""
    start, count = facts.starts[person], facts.starts[person + 1] - facts.starts[person]
    if count == 0:
        return -1
    for _ in range(4):
        share = draw(state, 1 << 20) / (1 << 20)
        option = facts.of_person[start + int(share * share * count)]
        if state.slot[facts.wish[option]] == UNPLACED:
            return int(option)
    return -1


@inner
def _force(facts: Facts, state: State, option: int, slot: int) -> bool:
    """Place it there, displacing whatever stands in its way; False: it cannot be done."""
    first, second = facts.first[option], facts.second[option]
    if facts.rules[facts.rule[option], slot] == 0:
        return False
    for person in (first, second):
        if not _clear(facts, state, person, slot):
            undo(facts, state, 0)
            return False
    if state.used[slot] >= facts.tables[slot]:
        _free_table(facts, state, slot)
    if not place(facts, state, option, slot):
        undo(facts, state, 0)
        return False
    _repair(facts, state)
    return True


@inner
def _clear(facts: Facts, state: State, person: int, slot: int) -> bool:
    """Make the person free in the slot and willing to have another meeting."""
    there = state.at[person, slot]
    if there != FREE:
        if there < 0 or state.locked[facts.wish[there]]:
            return False
        lift(facts, state, facts.wish[there])
    if state.met[person] < facts.most[person]:
        return True
    cheapest = -1
    for other in range(len(facts.tables)):
        option = state.at[person, other]
        if option < 0 or state.locked[facts.wish[option]]:
            continue
        if cheapest < 0 or facts.worth[option] < facts.worth[cheapest]:
            cheapest = option
    if cheapest < 0:
        return False
    lift(facts, state, facts.wish[cheapest])
    return True


@inner
def _free_table(facts: Facts, state: State, slot: int) -> None:
    """Lift the cheapest of some meetings in the slot."""
    people = len(facts.most)
    cheapest = -1
    for _ in range(16):
        option = state.at[draw(state, people), slot]
        if option < 0 or state.locked[facts.wish[option]]:
            continue
        if cheapest < 0 or facts.worth[option] < facts.worth[cheapest]:
            cheapest = option
    if cheapest >= 0:
        lift(facts, state, facts.wish[cheapest])


@inner
def _repair(facts: Facts, state: State) -> None:
    """Find new places for what was displaced, then other meetings for those left behind."""
    done = state.mark[0]
    for entry in range(done):
        if state.log[entry, 3] == 0:
            _resettle(facts, state, facts.wish[state.log[entry, 0]])
    for entry in range(done):
        option = state.log[entry, 0]
        if state.slot[facts.wish[option]] == UNPLACED:
            fill(facts, state, facts.first[option])
            fill(facts, state, facts.second[option])


@inner
def _resettle(facts: Facts, state: State, wish: int) -> None:
    for option in range(facts.options[wish], facts.options[wish + 1]):
        if state.slot[wish] == UNPLACED and not place_freely(facts, state, option):
            insert(facts, state, option)


@inner
def fill(facts: Facts, state: State, person: int) -> None:
    """Give the person the dearest open wishes that fit without displacing any."""
    tried = 0
    for entry in range(facts.starts[person], facts.starts[person + 1]):
        if state.met[person] >= facts.most[person] or tried >= LOOK:
            return
        option = facts.of_person[entry]
        if state.slot[facts.wish[option]] == UNPLACED and gain(facts, state, option) > 0:
            tried += 1
            place_freely(facts, state, option)
