"""A placing while it is made: who is where, what it costs, and a change that can be taken back.

Meetings, people and interpreters are row numbers; interpreters are people whose breaks do not
count. Loops at compiled speed work on these arrays and make none. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.jit import inner_lean
from matchmaker.meets.placing.given import Choice, Given

Ints = NDArray[np.int64]
NOBODY, UNPLACED = -1, -1
# Places in `Hall.numbers`.
STAMP, LENGTH, TOUCHED, BREAKS, OPEN, FEWEST, IDLE = range(7)


class Rules(NamedTuple):
    """What never changes. `who[m]`: up to three people of a meeting; `allowed[m, t]`: its slots.

    Meeting m comes after `before[before_at[m] : before_at[m + 1]]` and before those of `after`.
    `counted`: the first so many people have breaks that count. `apart[0]`: the largest difference
    of breaks between two of them, -1: any.
    """

    who: Ints
    allowed: NDArray[np.uint8]
    tables: Ints
    day: Ints
    before_at: Ints
    before: Ints
    after_at: Ints
    after: Ints
    counted: int
    apart: int


class Hall(NamedTuple):
    """The placing as it stands, and the change that is being tried.

    `at[p, t]`: the meeting of a person; `slot[m]`; `used[t]`: tables in use; `breaks[p]`,
    `idle[p]`: how often and how many slots a person waits;
    `spread[k]`: how many people have k breaks; `best[m]`: slots of the best placing so far.
    The change: meetings `chain`, each from slot `old` to `goal`, `LENGTH` of them. `marked` and
    `linked` carry the stamp of the change in which they were set. `pressed[m]`: how often a
    meeting found no place.
    """

    at: Ints
    slot: Ints
    used: Ints
    breaks: Ints
    idle: Ints
    spread: Ints
    best: Ints
    chain: Ints
    old: Ints
    goal: Ints
    linked: Ints
    marked: Ints
    touched: Ints
    touched_stamp: Ints
    pressed: Ints
    numbers: Ints
    dice: NDArray[np.uint64]


def rules_of(given: Given, choices: Sequence[Choice]) -> Rules:
    """The rules when it is settled who attends each meeting."""
    who = np.array(choices, np.int64).reshape(-1, 3)
    who[:, 2] = np.where(who[:, 2] >= 0, who[:, 2] + given.people, NOBODY)
    allowed = np.zeros((given.meetings, given.slots), np.uint8)
    for meeting, (first, second, helper) in enumerate(choices):
        slots = next(each.slots for each in given.options[meeting]
                     if (each.first, each.second) == (first, second))  # fmt: skip
        if helper >= 0:
            slots &= given.helper_slots[helper]
        allowed[meeting, sorted(slots)] = 1
    before_at, before = _rows(given.meetings, ((b, a) for a, b in given.before))
    after_at, after = _rows(given.meetings, given.before)
    apart = given.problem.most_apart
    day = [number for number, slots in enumerate(given.days) for _ in slots]
    return Rules(
        who, allowed, np.array(given.tables, np.int64), np.array(day, np.int64),
        before_at, before, after_at, after, given.people, -1 if apart is None else apart,
    )  # fmt: skip


def _rows(count: int, pairs: Iterable[tuple[int, int]]) -> tuple[Ints, Ints]:
    """Of each row its partners, one after the other, and where each row's begin."""
    table = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return np.searchsorted(table[:, 0], np.arange(count + 1)).astype(np.int64), table[:, 1].copy()


def empty_hall(rules: Rules, seed: int) -> Hall:
    """Nothing placed yet."""
    meetings, slots = rules.allowed.shape
    people = int(max(rules.who.max(initial=0) + 1, rules.counted))
    numbers = np.zeros(8, np.int64)
    numbers[OPEN] = meetings
    numbers[FEWEST] = -1
    spread = np.zeros(slots + 2, np.int64)
    spread[0] = rules.counted
    return Hall(
        at=np.full((people, slots), NOBODY, np.int64),
        slot=np.full(meetings, UNPLACED, np.int64),
        used=np.zeros(slots, np.int64),
        breaks=np.zeros(people, np.int64),
        idle=np.zeros(people, np.int64),
        spread=spread,
        best=np.full(meetings, UNPLACED, np.int64),
        chain=np.zeros(meetings, np.int64),
        old=np.zeros(meetings, np.int64),
        goal=np.zeros(meetings, np.int64),
        linked=np.zeros(meetings, np.int64),
        marked=np.zeros((people, slots), np.int64),
        touched=np.zeros(people, np.int64),
        touched_stamp=np.zeros(people, np.int64),
        pressed=np.zeros(meetings, np.int64),
        numbers=numbers,
        dice=np.array([(seed * 2654435761 + 88172645463325252) % 2**63 + 1], np.uint64),
    )


@inner_lean
def draw(hall: Hall, count: int) -> int:
    """A random number from 0 to count - 1 (xorshift64*, Vigna 2016)."""
    dice = hall.dice[0]
    dice ^= dice >> np.uint64(12)
    dice ^= dice << np.uint64(25)
    dice ^= dice >> np.uint64(27)
    hall.dice[0] = dice
    high = (dice * np.uint64(2685821657736338717)) >> np.uint64(33)
    return np.int64(high % np.uint64(count))  # type: ignore[return-value]


@inner_lean
def _count(rules: Rules, hall: Hall, person: int) -> None:
    """Maximal runs of idle slots between two meetings of one day, and those slots."""
    found, idle, last = 0, 0, -1
    for slot in range(hall.at.shape[1]):
        if hall.at[person, slot] != NOBODY:
            if last >= 0 and slot - last > 1 and rules.day[last] == rules.day[slot]:
                found += 1
                idle += slot - last - 1
            last = slot
    numbers = hall.numbers
    hall.spread[hall.breaks[person]] -= 1
    hall.spread[found] += 1
    numbers[BREAKS] += found - hall.breaks[person]
    numbers[IDLE] += idle - hall.idle[person]
    hall.breaks[person] = found
    hall.idle[person] = idle


@inner_lean
def excess(rules: Rules, hall: Hall) -> int:
    """By how much the breaks of two people differ more than they may."""
    if rules.apart < 0:
        return 0
    least = 0
    while hall.spread[least] == 0:
        least += 1
    most = len(hall.spread) - 1
    while hall.spread[most] == 0:
        most -= 1
    return max(0, most - least - rules.apart)


@inner_lean
def move(rules: Rules, hall: Hall, back: bool) -> None:
    """Carry out the change, or take it back, and count the breaks anew."""
    numbers = hall.numbers
    numbers[STAMP] += 1
    numbers[TOUCHED] = 0
    for place in range(numbers[LENGTH]):
        _leave(rules, hall, hall.chain[place])
    for place in range(numbers[LENGTH]):
        slot = hall.old[place] if back else hall.goal[place]
        _enter(rules, hall, hall.chain[place], slot)
    for place in range(numbers[TOUCHED]):
        _count(rules, hall, hall.touched[place])


@inner_lean
def _leave(rules: Rules, hall: Hall, meeting: int) -> None:
    slot = hall.slot[meeting]
    for seat in range(3):
        person = rules.who[meeting, seat]
        if person == NOBODY:
            continue
        if slot != UNPLACED:
            hall.at[person, slot] = NOBODY
        if person < rules.counted and hall.touched_stamp[person] != hall.numbers[STAMP]:
            hall.touched_stamp[person] = hall.numbers[STAMP]
            hall.touched[hall.numbers[TOUCHED]] = person
            hall.numbers[TOUCHED] += 1
    if slot == UNPLACED:
        hall.numbers[OPEN] -= 1
    else:
        hall.used[slot] -= 1
        hall.slot[meeting] = UNPLACED


@inner_lean
def _enter(rules: Rules, hall: Hall, meeting: int, slot: int) -> None:
    if slot == UNPLACED:
        hall.numbers[OPEN] += 1
        return
    hall.slot[meeting] = slot
    hall.used[slot] += 1
    for seat in range(3):
        if rules.who[meeting, seat] != NOBODY:
            hall.at[rules.who[meeting, seat], slot] = meeting


@inner_lean
def in_order(rules: Rules, hall: Hall, meeting: int, slot: int) -> bool:
    """Whether the slot lies after all that must come before, and before all that must follow."""
    for place in range(rules.before_at[meeting], rules.before_at[meeting + 1]):
        if hall.slot[rules.before[place]] >= slot:
            return False
    for place in range(rules.after_at[meeting], rules.after_at[meeting + 1]):
        other = hall.slot[rules.after[place]]
        if other != UNPLACED and other <= slot:
            return False
    return True
