"""A timetable while it is made: what is placed where, and how to take steps back. Pure.

Everything that changes a timetable goes through `place` and `take_out`, which know every rule and
write a log; `undo` goes back along it. So no search, however wild, can break a rule.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.jit import compiled_lean, inner_lean
from matchmaker.meets.arrays import ABSENT, FREE, Compiled, Facts, Ints

UNPLACED = -1
WORD = 64  # bits
SPARE = 200  # entries of the log that are left for single steps after a chain
START = 0  # of the log: undo everything since it was cleared


class State(NamedTuple):
    """A timetable as arrays.

    `at[p, t]`: the option a person attends, FREE or ABSENT; `free[p]`: a bit for each slot in
    which the person is free, in words of 64; `slot[w]`, `option[w]`, `via[w]`:
    where a wish is placed, with which people and interpreter; `used[t]`, `met[p]`: meetings;
    `helping[i, t]`: the option an interpreter works for. `total[0]`: worth of all that is placed
    with floors. `log`: what was done, `mark[0]` entries; `dice[0]`: state of the random numbers.
    """

    at: Ints
    free: NDArray[np.uint64]
    slot: Ints
    option: Ints
    via: Ints
    used: Ints
    met: Ints
    helping: Ints
    locked: NDArray[np.bool_]
    total: Ints
    log: Ints
    mark: Ints
    dice: NDArray[np.uint64]
    path: Ints


def empty_state(problem: Compiled, seed: int) -> State:
    """Nothing placed yet."""
    facts = problem.facts
    wishes = len(problem.is_must)
    return State(
        at=np.where(facts.present > 0, FREE, ABSENT).astype(np.int64),
        free=_in_words(facts.present > 0),
        slot=np.full(wishes, UNPLACED, np.int64),
        option=np.full(wishes, -1, np.int64),
        via=np.full(wishes, -1, np.int64),
        used=np.zeros(problem.slots, np.int64),
        met=np.zeros(problem.people, np.int64),
        helping=np.where(facts.interpreting > 0, FREE, ABSENT).astype(np.int64),
        locked=np.zeros(wishes, bool),
        total=np.zeros(1, np.int64),
        log=np.zeros((4096, 4), np.int64),
        mark=np.zeros(1, np.int64),
        dice=np.array([seed * 2654435761 % 2**63 + 1], np.uint64),
        path=np.zeros(1024, np.int64),
    )


def _in_words(flags: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Each row of flags as bits, the first the lowest, in as many words as they need."""
    wide = np.zeros((len(flags), max(1, -(-flags.shape[1] // WORD)) * WORD), bool)
    wide[:, : flags.shape[1]] = flags
    return np.packbits(wide, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def copied(state: State) -> State:
    """The same timetable, to come back to."""
    fields: Any = (each.copy() for each in state)
    return State(*fields)


@inner_lean
def could_meet(state: State, one: int, other: int) -> bool:
    """Whether there is a slot in which both are free: asked often, and mostly there is none."""
    for word in range(state.free.shape[1]):
        if state.free[one, word] & state.free[other, word]:
            return True
    return False


@inner_lean
def _flip(state: State, person: int, slot: int) -> None:
    """Whoever was free in the slot is busy, and the other way round."""
    state.free[person, slot // WORD] ^= np.uint64(1) << np.uint64(slot % WORD)


@inner_lean
def chance(state: State) -> float:
    """A random number from 0 to 1, 1 excluded (xorshift64*, Vigna 2016)."""
    dice = state.dice[0]
    dice ^= dice >> np.uint64(12)
    dice ^= dice << np.uint64(25)
    dice ^= dice >> np.uint64(27)
    state.dice[0] = dice
    return float((dice * np.uint64(2685821657736338717)) >> np.uint64(11)) / 2.0**53


@inner_lean
def draw(state: State, count: int) -> int:
    """A random number from 0 to count - 1."""
    return int(chance(state) * count)


@inner_lean
def floor_gain(facts: Facts, person: int, count: int) -> int:
    """What the next meeting of somebody with so many adds to the fairness floor."""
    if count >= facts.least[person]:
        return 0
    return 2 * facts.floor_worth if count == 0 else facts.floor_worth


@inner_lean
def gain(facts: Facts, state: State, option: int) -> int:
    """What placing the option would add to the total."""
    first, second = facts.first[option], facts.second[option]
    return int(
        facts.worth[option]
        + floor_gain(facts, first, state.met[first])
        + floor_gain(facts, second, state.met[second])
    )


@inner_lean
def in_order(facts: Facts, state: State, wish: int, slot: int) -> bool:
    """Whether the slot lies after all that must come before, and before all that must follow."""
    for place in range(facts.earlier_at[wish], facts.earlier_at[wish + 1]):
        if state.slot[facts.earlier[place]] >= slot:
            return False
    for place in range(facts.later_at[wish], facts.later_at[wish + 1]):
        other = state.slot[facts.later[place]]
        if other != UNPLACED and other <= slot:
            return False
    return True


@inner_lean
def interpreter_for(facts: Facts, state: State, option: int, slot: int) -> int:
    """A free interpreter who is able; -1 where there is none."""
    need = facts.need[option]
    for who in range(facts.able.shape[1]):
        if facts.able[need, who] and state.helping[who, slot] == FREE:
            return who
    return -1


@inner_lean
def has_room(facts: Facts, state: State, option: int) -> bool:
    """Whether the wish is not placed yet and both people want another meeting."""
    first, second = facts.first[option], facts.second[option]
    return bool(
        state.slot[facts.wish[option]] == UNPLACED
        and state.met[first] < facts.most[first]
        and state.met[second] < facts.most[second]
    )


@inner_lean
def fits(facts: Facts, state: State, option: int, slot: int) -> bool:
    """Whether the slot takes this meeting as it is: people, rules, table, order, interpreter."""
    return bool(
        state.at[facts.first[option], slot] == FREE
        and state.at[facts.second[option], slot] == FREE
        and facts.rules[facts.rule[option], slot] > 0
        and state.used[slot] < facts.tables[slot]
        and in_order(facts, state, facts.wish[option], slot)
        and (facts.need[option] == 0 or interpreter_for(facts, state, option, slot) >= 0)
    )


@compiled_lean
def place(facts: Facts, state: State, option: int, slot: int) -> bool:
    """Place it if every rule allows; says whether it is placed."""
    if state.mark[0] >= len(state.log):  # loops check no bounds themselves
        return False
    if not (has_room(facts, state, option) and fits(facts, state, option, slot)):
        return False
    via = -1
    if facts.need[option] > 0:
        via = interpreter_for(facts, state, option, slot)
    _put(facts, state, option, slot, via)
    _note(state, option, slot, via, True)
    return True


@compiled_lean
def take_out(facts: Facts, state: State, wish: int) -> None:
    """Take a placed wish out."""
    option, slot, via = state.option[wish], state.slot[wish], state.via[wish]
    _take(facts, state, option)
    _note(state, option, slot, via, False)


@inner_lean
def undo(facts: Facts, state: State, mark: int) -> None:
    """Back to how it was when the log had this many entries."""
    for place_in_log in range(state.mark[0] - 1, mark - 1, -1):
        option, slot, via, was_placed = state.log[place_in_log]
        if was_placed:
            _take(facts, state, option)
        else:
            _put(facts, state, option, slot, via)
    state.mark[0] = mark


@inner_lean
def _note(state: State, option: int, slot: int, via: int, was_placed: bool) -> None:
    row = state.log[state.mark[0]]
    row[0], row[1], row[2], row[3] = option, slot, via, was_placed
    state.mark[0] += 1


@inner_lean
def _put(facts: Facts, state: State, option: int, slot: int, via: int) -> None:
    state.total[0] += gain(facts, state, option)
    first, second, wish = facts.first[option], facts.second[option], facts.wish[option]
    state.at[first, slot] = option
    state.at[second, slot] = option
    _flip(state, first, slot)
    _flip(state, second, slot)
    state.slot[wish], state.option[wish], state.via[wish] = slot, option, via
    state.used[slot] += 1
    state.met[first] += 1
    state.met[second] += 1
    if via >= 0:
        state.helping[via, slot] = option


@inner_lean
def _take(facts: Facts, state: State, option: int) -> None:
    first, second, wish = facts.first[option], facts.second[option], facts.wish[option]
    slot, via = state.slot[wish], state.via[wish]
    state.at[first, slot] = FREE
    state.at[second, slot] = FREE
    _flip(state, first, slot)
    _flip(state, second, slot)
    state.slot[wish], state.option[wish], state.via[wish] = UNPLACED, -1, -1
    state.used[slot] -= 1
    state.met[first] -= 1
    state.met[second] -= 1
    if via >= 0:
        state.helping[via, slot] = FREE
    state.total[0] -= gain(facts, state, option)
