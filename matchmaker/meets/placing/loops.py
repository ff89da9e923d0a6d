"""The two searches at compiled speed: place what has no place, then anneal the breaks. Pure."""

from __future__ import annotations

import math

from matchmaker.jit import compiled_lean, inner_lean
from matchmaker.meets.placing.chains import keeps_order, link, plan_exchange
from matchmaker.meets.placing.hall import (
    BREAKS,
    FEWEST,
    IDLE,
    LENGTH,
    NOBODY,
    OPEN,
    STAMP,
    UNPLACED,
    Hall,
    Ints,
    Rules,
    draw,
    excess,
    move,
)

EXCHANGES = 10
LONG = 0.1  # what each idle slot costs, in breaks
UNEVEN = 2  # what a difference of one break too much costs, in breaks


@compiled_lean
def put(rules: Rules, hall: Hall, slots: Ints) -> None:
    """Place every meeting in its slot of an array; it must break no rule."""
    hall.numbers[LENGTH] = 0
    hall.numbers[STAMP] += 1
    for meeting in range(len(slots)):
        link(hall, meeting, slots[meeting])
    move(rules, hall, False)
    _remember(rules, hall)


@compiled_lean
def insert(rules: Rules, hall: Hall, steps: int) -> int:
    """Place meetings until all are placed; returns how many steps were left.

    A meeting that finds no free place, nor one by a Kempe chain, drives out those who were
    driven out least so far (guided ejection search, Nagata and Bräysy 2009).
    """
    meetings = len(hall.slot)
    for step in range(steps):
        if hall.numbers[OPEN] == 0:
            _remember(rules, hall)
            return steps - step
        meeting = draw(hall, meetings)
        while hall.slot[meeting] != UNPLACED:
            meeting = (meeting + 1) % meetings
        slot = _least_pressed(rules, hall, meeting)
        if slot == UNPLACED:
            continue
        if hall.numbers[LENGTH] > 1:
            if _exchanged(rules, hall, meeting):
                continue
            hall.pressed[meeting] += 1
            _drive_out(rules, hall, meeting, slot)
        move(rules, hall, False)
    return 0


@inner_lean
def _exchanged(rules: Rules, hall: Hall, meeting: int) -> bool:
    """Place it by a Kempe chain, if a few tries find one."""
    slots = len(hall.used)
    for _ in range(EXCHANGES):
        slot = draw(hall, slots)
        other = draw(hall, slots)
        if slot == other or rules.allowed[meeting, slot] == 0:
            continue
        if plan_exchange(rules, hall, meeting, slot, other):
            move(rules, hall, False)
            if keeps_order(rules, hall):
                return True
            move(rules, hall, True)
    return False


@inner_lean
def _least_pressed(rules: Rules, hall: Hall, meeting: int) -> int:
    """The slot in which the fewest hard cases would be driven out; writes that change."""
    best, chosen, ties = -1, UNPLACED, 0
    for slot in range(len(hall.used)):
        if rules.allowed[meeting, slot] == 0:
            continue
        _drive_out(rules, hall, meeting, slot)
        price = 0
        for place in range(1, hall.numbers[LENGTH]):
            price += 1 + hall.pressed[hall.chain[place]]
        if best < 0 or price < best:
            best, chosen, ties = price, slot, 1
        elif price == best:
            ties += 1
            if draw(hall, ties) == 0:
                chosen = slot
    if chosen != UNPLACED:
        _drive_out(rules, hall, meeting, chosen)
    return chosen


@inner_lean
def _drive_out(rules: Rules, hall: Hall, meeting: int, slot: int) -> None:
    """Write the change that puts a meeting here and takes away all that stands against it."""
    numbers = hall.numbers
    numbers[STAMP] += 1
    numbers[LENGTH] = 0
    link(hall, meeting, slot)
    for seat in range(3):
        person = rules.who[meeting, seat]
        if person != NOBODY:
            _take_away(hall, hall.at[person, slot])
    for place in range(rules.before_at[meeting], rules.before_at[meeting + 1]):
        if hall.slot[rules.before[place]] >= slot:
            _take_away(hall, rules.before[place])
    for place in range(rules.after_at[meeting], rules.after_at[meeting + 1]):
        if hall.slot[rules.after[place]] <= slot:
            _take_away(hall, rules.after[place])
    if hall.used[slot] >= rules.tables[slot] and not _frees_table(hall, slot):
        _take_away(hall, _easiest(hall, slot))


@inner_lean
def _take_away(hall: Hall, meeting: int) -> None:
    if (
        meeting != NOBODY
        and hall.slot[meeting] != UNPLACED
        and hall.linked[meeting] != hall.numbers[STAMP]
    ):
        link(hall, meeting, UNPLACED)


@inner_lean
def _frees_table(hall: Hall, slot: int) -> bool:
    freed = 0
    for place in range(1, hall.numbers[LENGTH]):
        freed += hall.old[place] == slot
    return freed > 0


@inner_lean
def _easiest(hall: Hall, slot: int) -> int:
    """Of some meetings of the slot the one that was driven out least."""
    found, people = NOBODY, hall.at.shape[0]
    start = draw(hall, people)
    for place in range(people):
        meeting = hall.at[(start + place) % people, slot]
        if meeting != NOBODY and (found == NOBODY or hall.pressed[meeting] < hall.pressed[found]):
            found = meeting
    return found


@compiled_lean
def anneal(rules: Rules, hall: Hall, steps: int, hot: float, cold: float, target: int) -> int:
    """Exchange Kempe chains by chance while it cools; keeps the best placing in `hall.best`.

    Stops at `target` breaks; returns how many steps were left.
    """
    meetings, slots = len(hall.slot), len(hall.used)
    heat = hot
    cooling = (cold / hot) ** (1.0 / max(1, steps))
    for step in range(steps):
        if 0 <= hall.numbers[FEWEST] <= target:
            return steps - step
        heat *= cooling
        meeting = draw(hall, meetings)
        slot = draw(hall, slots) if draw(hall, 4) == 0 else _beside(rules, hall, meeting)
        if slot == hall.slot[meeting] or rules.allowed[meeting, slot] == 0:
            continue
        before = _price(rules, hall)
        fewer = hall.numbers[BREAKS]
        if not plan_exchange(rules, hall, meeting, slot, hall.slot[meeting]):
            continue
        move(rules, hall, False)
        more = _price(rules, hall) - before
        is_taken = more <= 0 or draw(hall, 1 << 30) < math.exp(-more / heat) * (1 << 30)
        if not is_taken or not keeps_order(rules, hall):
            move(rules, hall, True)
        elif more < 0 or hall.numbers[BREAKS] < fewer:
            _remember(rules, hall)
    return 0


@inner_lean
def _price(rules: Rules, hall: Hall) -> float:
    """Breaks; that somebody waits long counts a little, so that gaps shrink until they close."""
    waits = hall.numbers[BREAKS] + UNEVEN * excess(rules, hall)
    return float(waits + LONG * hall.numbers[IDLE])


@inner_lean
def _beside(rules: Rules, hall: Hall, meeting: int) -> int:
    """A slot next to another meeting of one of its people: where breaks are closed."""
    slots = len(hall.used)
    person = rules.who[meeting, draw(hall, 2)]
    slot = draw(hall, slots)
    for _ in range(slots):
        slot = (slot + 1) % slots
        if hall.at[person, slot] != NOBODY and hall.at[person, slot] != meeting:
            break
    return min(slots - 1, max(0, slot + 2 * draw(hall, 2) - 1))


@inner_lean
def _remember(rules: Rules, hall: Hall) -> None:
    """Keep the placing if all are placed, evenly enough, with fewer breaks than before."""
    numbers = hall.numbers
    if numbers[OPEN] == 0 and excess(rules, hall) == 0 and (
        numbers[FEWEST] < 0 or numbers[BREAKS] < numbers[FEWEST]
    ):  # fmt: skip
        numbers[FEWEST] = numbers[BREAKS]
        for meeting in range(len(hall.slot)):
            hall.best[meeting] = hall.slot[meeting]
