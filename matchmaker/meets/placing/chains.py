"""Kempe chains: two slots exchange a connected set of meetings, and nobody clashes. Pure.

If a meeting goes from one slot to another, whatever its people do there must go the other way,
and so on until the chain closes. Where a slot has no table left, a further chain goes back.
"""

from __future__ import annotations

from matchmaker.jit import inner_lean
from matchmaker.meets.placing.hall import (
    LENGTH,
    NOBODY,
    STAMP,
    UNPLACED,
    Hall,
    Rules,
    draw,
    in_order,
)

TRIES = 8


@inner_lean
def plan_exchange(rules: Rules, hall: Hall, meeting: int, slot: int, other: int) -> bool:
    """Write the change that brings the meeting into `slot`, displacing others into `other`.

    False: it cannot be done like this. What stands in the hall is not touched.
    """
    hall.numbers[STAMP] += 1
    hall.numbers[LENGTH] = 0
    link(hall, meeting, slot)
    if not _grow(rules, hall, 0, slot, other):
        return False
    for _ in range(TRIES):
        over_here = _room(rules, hall, slot) < 0
        if not over_here and _room(rules, hall, other) >= 0:
            return True
        crowded, ease = (slot, other) if over_here else (other, slot)
        start = hall.numbers[LENGTH]
        surplus = _somebody(hall, crowded)
        if surplus == NOBODY:
            continue
        link(hall, surplus, ease)
        if not _grow(rules, hall, start, slot, other):
            return False
    return False


@inner_lean
def link(hall: Hall, meeting: int, goal: int) -> None:
    """Add to the change that a meeting goes to a slot, or to UNPLACED."""
    length = hall.numbers[LENGTH]
    hall.chain[length] = meeting
    hall.old[length] = hall.slot[meeting]
    hall.goal[length] = goal
    hall.linked[meeting] = hall.numbers[STAMP]
    hall.numbers[LENGTH] = length + 1


@inner_lean
def _grow(rules: Rules, hall: Hall, start: int, slot: int, other: int) -> bool:
    """Follow the chain from its link `start` until nobody clashes any more."""
    stamp = hall.numbers[STAMP]
    place = start
    while place < hall.numbers[LENGTH]:
        meeting, goal = hall.chain[place], hall.goal[place]
        place += 1
        if rules.allowed[meeting, goal] == 0:
            return False
        for seat in range(3):
            person = rules.who[meeting, seat]
            if person == NOBODY:
                continue
            if hall.marked[person, goal] == stamp:
                return False  # two of the chain would bring the same person here
            hall.marked[person, goal] = stamp
            there = hall.at[person, goal]
            if there != NOBODY and hall.linked[there] != stamp:
                link(hall, there, other if goal == slot else slot)
    return True


@inner_lean
def _room(rules: Rules, hall: Hall, slot: int) -> int:
    """Tables left in a slot after the change."""
    left: int = rules.tables[slot] - hall.used[slot]
    for place in range(hall.numbers[LENGTH]):
        left += (hall.old[place] == slot) - (hall.goal[place] == slot)
    return left


@inner_lean
def _somebody(hall: Hall, slot: int) -> int:
    """A meeting of the slot that is not yet in the chain, by chance."""
    for _ in range(TRIES):
        meeting: int = hall.at[draw(hall, hall.at.shape[0]), slot]
        if meeting != NOBODY and hall.linked[meeting] != hall.numbers[STAMP]:
            return meeting
    return NOBODY


@inner_lean
def keeps_order(rules: Rules, hall: Hall) -> bool:
    """Whether the meetings that were moved stand rightly before and after others."""
    for place in range(hall.numbers[LENGTH]):
        meeting = hall.chain[place]
        if hall.slot[meeting] != UNPLACED and not in_order(
            rules, hall, meeting, hall.slot[meeting]
        ):
            return False
    return True
