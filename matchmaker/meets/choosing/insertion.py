"""Place one meeting after the other, making room where there is none. Pure."""

from __future__ import annotations

from matchmaker.jit import compiled_lean, inner_lean
from matchmaker.meets.arrays import FREE, Facts, Ints
from matchmaker.meets.choosing.chains import chain_from, free_by_turning, turn_chain
from matchmaker.meets.choosing.state import (
    State,
    could_meet,
    draw,
    fits,
    has_room,
    place,
    undo,
)


@compiled_lean
def insert_all(facts: Facts, state: State, options: Ints, start: int, stop: int) -> int:
    """Insert the options from `start` to `stop` of a list in its order; returns how many went in.

    Whoever gives the dearest first gets a good timetable: what comes later can hardly displace.
    """
    placed = 0
    for place_in_list in range(start, stop):
        placed += insert(facts, state, options[place_in_list])
        state.mark[0] = 0
    return placed


@inner_lean
def insert(facts: Facts, state: State, option: int) -> bool:
    """Place a meeting in a free slot, or in one freed by turning chains; nobody loses any."""
    if not has_room(facts, state, option):
        return False
    if place_freely(facts, state, option):
        return True
    first, second = facts.first[option], facts.second[option]
    for slot in range(len(facts.tables)):
        mine, theirs = state.at[first, slot], state.at[second, slot]
        if facts.rules[facts.rule[option], slot] == 0:
            continue
        if mine == FREE and theirs == FREE:
            done = state.used[slot] >= facts.tables[slot] and _by_table(facts, state, option, slot)
        elif state.used[slot] >= facts.tables[slot]:
            done = False
        elif mine == FREE and theirs >= 0:
            done = _by_person(facts, state, option, second, first, slot)
        elif theirs == FREE and mine >= 0:
            done = _by_person(facts, state, option, first, second, slot)
        else:
            done = False
        if done:
            return True
    return False


@inner_lean
def place_freely(facts: Facts, state: State, option: int) -> bool:
    """Place it in the free slot with the most free tables, so that tables last for others."""
    first, second = facts.first[option], facts.second[option]
    if not (could_meet(state, first, second) and has_room(facts, state, option)):
        return False
    best, most = 0, 0  # no slot so far: none has a table to spare
    for slot in range(len(facts.tables)):
        if state.at[first, slot] != FREE or state.at[second, slot] != FREE:
            continue
        spare = facts.tables[slot] - state.used[slot]
        if spare > most and fits(facts, state, option, slot):
            best, most = slot, spare
    return most > 0 and place(facts, state, option, best)


@inner_lean
def _by_person(facts: Facts, state: State, option: int, busy: int, free: int, slot: int) -> bool:
    """Free the busy person by turning a chain that leaves the free one free."""
    for away in range(len(facts.tables)):
        if state.at[busy, away] != FREE:
            continue
        mark = state.mark[0]
        if free_by_turning(facts, state, busy, free, slot, away):
            if place(facts, state, option, slot):
                return True
            undo(facts, state, mark)
    return False


@inner_lean
def _by_table(facts: Facts, state: State, option: int, slot: int) -> bool:
    """Free a table by turning a chain that has one meeting more here than elsewhere."""
    people = len(facts.most)
    for away in range(len(facts.tables)):
        if state.used[away] >= facts.tables[away]:
            continue
        for _ in range(8):
            person = draw(state, people)
            if state.at[person, slot] < 0 or state.at[person, away] != FREE:
                continue
            count = chain_from(facts, state, person, slot, away)
            if count <= 0 or count % 2 == 0:
                continue
            mark = state.mark[0]
            if turn_chain(facts, state, count, slot, away):
                if place(facts, state, option, slot):
                    return True
                undo(facts, state, mark)
    return False
