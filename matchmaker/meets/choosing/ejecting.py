"""Force a meeting in, find new places for those it displaces, keep what is worth more. Pure.

Simulated annealing over such steps: at first a step may also lose a little, so that the
timetable gets out of a rut; at the end only what gains is kept. Must-meets and floors weigh so
much that no temperature ever gives one up.
"""

from __future__ import annotations

import math

import numpy as np

from matchmaker.jit import compiled_lean, inner_lean
from matchmaker.meets.arrays import FREE, Facts, Ints
from matchmaker.meets.choosing.gaps import recount
from matchmaker.meets.choosing.insertion import insert, place_freely
from matchmaker.meets.choosing.state import (
    START,
    UNPLACED,
    State,
    chance,
    draw,
    gain,
    interpreter_for,
    place,
    take_out,
    undo,
)

LOOK = 24  # how many of a person's dearest open wishes are tried for a freed slot


@compiled_lean
def anneal(
    facts: Facts,
    state: State,
    options: Ints,
    slots: Ints,
    steps: int,
    heat: float,
    idle: Ints,
    idle_cost: float,
) -> int:
    """Take so many steps at a temperature; returns how many were kept.

    A step forces `options[i]` into `slots[i]`, for a random i. The temperature is in units of
    weight: a loss of one temperature is kept one time in e. With `idle_cost` above 0 an idle slot
    counts as a loss of so much weight; `idle` holds how long each person waits.
    """
    kept = 0
    for _ in range(steps):
        state.mark[0] = 0
        number = draw(state, len(options))
        option, slot = options[number], slots[number]
        wish = facts.wish[option]
        is_there = state.slot[wish] == slot and state.option[wish] == option
        if is_there or state.locked[wish]:
            continue
        before = state.total[0]
        if state.slot[wish] != UNPLACED:
            take_out(facts, state, wish)
        if not _force(facts, state, option, slot):
            continue
        done = state.mark[0]
        change = np.float64(state.total[0] - before)
        if idle_cost > 0:
            change -= idle_cost * _recount_log(facts, state, idle, done)
        if change >= 0 or chance(state) < math.exp(change / heat):
            kept += 1
            continue
        undo(facts, state, START)
        if idle_cost > 0:
            _recount_log(facts, state, idle, done)
    state.mark[0] = 0
    return kept


@inner_lean
def _recount_log(facts: Facts, state: State, idle: Ints, done: int) -> int:
    """Bring `idle` up to date for all whom these entries of the log touch; by how much it grew."""
    grown = 0
    for entry in range(done):
        grown += recount(facts, state, idle, state.log[entry, 0])
    return grown


@inner_lean
def _force(facts: Facts, state: State, option: int, slot: int) -> bool:
    """Place it there, displacing whatever stands in its way; False: it cannot be done."""
    first, second = facts.first[option], facts.second[option]
    if facts.rules[facts.rule[option], slot] == 0:
        return False
    for person in (first, second):
        if not _clear(facts, state, person, slot):
            undo(facts, state, START)
            return False
    _clear_order(facts, state, facts.wish[option], slot)
    if facts.need[option] > 0 and interpreter_for(facts, state, option, slot) < 0:
        _free_interpreter(facts, state, facts.need[option], slot)
    if state.used[slot] >= facts.tables[slot]:
        _free_table(facts, state, slot)
    if not place(facts, state, option, slot):
        undo(facts, state, START)
        return False
    _repair(facts, state)
    return True


@inner_lean
def _clear(facts: Facts, state: State, person: int, slot: int) -> bool:
    """Make the person free in the slot and willing to have another meeting."""
    there = state.at[person, slot]
    if there != FREE:
        if there < 0 or state.locked[facts.wish[there]]:
            return False
        take_out(facts, state, facts.wish[there])
    if state.met[person] < facts.most[person]:
        return True
    cheapest = _cheapest_of(facts, state, person)
    if cheapest < 0:
        return False
    take_out(facts, state, facts.wish[cheapest])
    return True


@inner_lean
def _cheapest_of(facts: Facts, state: State, person: int) -> int:
    """The person's meeting that is worth least and may be moved; -1: there is none."""
    cheapest = -1
    for slot in range(len(facts.tables)):
        cheapest = _cheaper(facts, state, cheapest, state.at[person, slot])
    return cheapest


@inner_lean
def _cheaper(facts: Facts, state: State, one: int, other: int) -> int:
    if other < 0 or state.locked[facts.wish[other]]:
        return one
    return other if one < 0 or facts.worth[other] < facts.worth[one] else one


@inner_lean
def _free_table(facts: Facts, state: State, slot: int) -> None:
    """Take out the cheapest of some meetings in the slot."""
    people, cheapest = len(facts.most), -1
    for _ in range(16):
        cheapest = _cheaper(facts, state, cheapest, state.at[draw(state, people), slot])
    if cheapest >= 0:
        take_out(facts, state, facts.wish[cheapest])


@inner_lean
def _clear_order(facts: Facts, state: State, wish: int, slot: int) -> None:
    """Take out what must come before the wish and is not earlier, or after it and is not later."""
    for place_in_list in range(facts.earlier_at[wish], facts.earlier_at[wish + 1]):
        other = facts.earlier[place_in_list]
        if state.slot[other] >= slot and _can_take_out(state, other):
            take_out(facts, state, other)
    for place_in_list in range(facts.later_at[wish], facts.later_at[wish + 1]):
        other = facts.later[place_in_list]
        if UNPLACED < state.slot[other] <= slot and _can_take_out(state, other):
            take_out(facts, state, other)


@inner_lean
def _can_take_out(state: State, wish: int) -> bool:
    """It is not pinned, and the log has room: a wish may stand in many orders."""
    return not state.locked[wish] and state.mark[0] < len(state.log) // 2


@inner_lean
def _free_interpreter(facts: Facts, state: State, need: int, slot: int) -> None:
    """Take out the cheapest meeting of an interpreter who is able."""
    cheapest = -1
    for who in range(facts.able.shape[1]):
        if facts.able[need, who] > 0:
            cheapest = _cheaper(facts, state, cheapest, state.helping[who, slot])
    if cheapest >= 0:
        take_out(facts, state, facts.wish[cheapest])


@inner_lean
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


@inner_lean
def _resettle(facts: Facts, state: State, wish: int) -> None:
    for option in range(facts.options[wish], facts.options[wish + 1]):
        if state.slot[wish] == UNPLACED and not place_freely(facts, state, option):
            insert(facts, state, option)


@inner_lean
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
