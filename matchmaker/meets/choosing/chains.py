"""Kempe chains: meetings of two slots that hang together, each moved to the other slot. Pure.

Two meetings hang together when the same person attends both. So the meetings of two slots form
paths and rings. Whoever turns one, that is, moves each of its meetings to the other of the two
slots, gets a timetable of the same value. That frees a slot for a person, or a table, without
anybody losing a meeting.
"""

from __future__ import annotations

from matchmaker.jit import inner_lean
from matchmaker.meets.arrays import ABSENT, FREE, Facts
from matchmaker.meets.choosing.state import SPARE, State, place, take_out, undo

LONGEST = 200  # meetings on a chain; turning a longer one takes more time than it is worth


@inner_lean
def chain_from(facts: Facts, state: State, person: int, one: int, other: int) -> int:
    """Write the options of a person's chain over two slots into `state.path`.

    Returns how many; -1 where the chain is too long or somebody on it is absent in
    the other slot, so that it cannot be turned.
    """
    count = 0
    for start, back in ((one, other), (other, one)):
        who, slot, then = person, start, back
        while True:
            option = state.at[who, slot]
            if option < 0:
                # Whoever ends the chain moves a meeting into this slot.
                if option == ABSENT and (count > 0 or state.at[who, then] >= 0):
                    return -1
                break
            if count == LONGEST or facts.rules[facts.rule[option], then] == 0:
                return -1
            state.path[count] = option
            count += 1
            first = facts.first[option]
            who = facts.second[option] if first == who else first
            slot, then = then, slot
            if who == person:
                return count  # a ring
    return count


@inner_lean
def turn_chain(facts: Facts, state: State, count: int, one: int, other: int) -> bool:
    """Turn the chain in `state.path`; where a rule forbids it all stays as it was."""
    mark = state.mark[0]
    if mark + 2 * count > len(state.log) - SPARE:
        return False
    slots = state.path[count : 2 * count]
    for number in range(count):
        wish = facts.wish[state.path[number]]
        slots[number] = one + other - state.slot[wish]
        take_out(facts, state, wish)
    for number in range(count):
        if not place(facts, state, state.path[number], slots[number]):
            undo(facts, state, mark)
            return False
    return True


@inner_lean
def free_by_turning(
    facts: Facts, state: State, person: int, other: int, slot: int, away: int
) -> bool:
    """Free the person in `slot` by turning a chain with `away`, leaving `other` as it is."""
    count = chain_from(facts, state, person, slot, away)
    if count <= 0:
        return False
    for number in range(count):
        option = state.path[number]
        if facts.first[option] == other or facts.second[option] == other:
            return False
    return turn_chain(facts, state, count, slot, away) and state.at[person, slot] == FREE
