"""A problem as arrays, for loops at compiled speed. Pure.

People, wishes and slots become row numbers. A wish becomes one option for each pair of people
who could attend it; what can never take place (same company, kept apart, no common slot, no
interpreter) is no option at all. Memory: about 60 bytes an option and 8 a person and slot.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import BadInput
from matchmaker.meets.bipartite import NO_COLOUR, two_colours
from matchmaker.meets.problem import Person, Problem

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Marks = NDArray[np.bool_]

FREE, ABSENT = -1, -2  # of a person in a slot, instead of the number of a meeting


class Facts(NamedTuple):
    """What never changes while a timetable is made; loops take it as one argument.

    An option `e` is `first[e]`, `second[e]` attending wish `wish[e]`, worth `worth[e]`: its
    weight, and for a must-meet so much more that no other good outweighs it. Options of wish w
    are `options[w]` to `options[w + 1]`. `rules[rule[e], t]`: whether slot t is allowed. A
    person's options, dearest first, are `of_person[starts[p] : starts[p + 1]]`. `need[e]`: 0, or
    the row of `able` that says which interpreters can help. Wish w must come after those of
    `earlier[earlier_at[w] : earlier_at[w + 1]]` and before those of `later`.
    """

    first: Ints
    second: Ints
    wish: Ints
    options: Ints
    worth: Ints
    rule: Ints
    rules: Bytes
    tables: Ints
    most: Ints
    least: Ints
    present: Bytes
    days: Ints
    starts: Ints
    of_person: Ints
    need: Ints
    able: Bytes
    interpreting: Bytes
    earlier_at: Ints
    earlier: Ints
    later_at: Ints
    later: Ints
    floor_worth: int


@dataclass(frozen=True)
class Compiled:
    """A problem as arrays. `weight`: of each option; `is_must`, `pinned`: of each wish (-1: no).

    What is pinned counts among the must-meets.

    `colour`: 0 or 1 for each person where nobody meets anybody of their own colour; else None.
    """

    problem: Problem
    facts: Facts
    weight: Ints
    is_must: NDArray[np.bool_]
    pinned: Ints
    colour: Ints | None

    @property
    def options(self) -> int:
        return len(self.facts.wish)

    @property
    def people(self) -> int:
        return len(self.facts.most)

    @property
    def slots(self) -> int:
        return len(self.facts.tables)


def compile_problem(problem: Problem) -> Compiled:
    """Turn a checked problem into arrays; BadInput where its weights are too large to add up."""
    row = {person.id: number for number, person in enumerate(problem.people)}
    first, second, wish = _pairs(problem, row)
    present = _present(problem)
    rules, rule_of_wish = _rules(problem)
    able, need = _interpreting(problem, first, second)
    interpreting = _there((each.absent for each in problem.interpreters), problem)
    helped = helped_in(able, interpreting)
    possible = _may_meet(problem, first, second) & (need >= 0)
    possible &= _has_slot(first, second, rule_of_wish[wish], present, rules, need, helped)
    first, second, wish, need = (each[possible] for each in (first, second, wish, need))
    weight = np.fromiter((each.weight for each in problem.wishes), np.int64, len(problem.wishes))
    # A pinned meeting must take place; whoever of a team attends it is still open.
    musts = (each.is_must or each.pinned is not None for each in problem.wishes)
    is_must = np.fromiter(musts, bool, len(problem.wishes))
    most, least = _quotas(problem, first, second, present)
    floor_worth, must_worth = _ladder(weight, is_must, most, least, len(problem.slots))
    worth = weight[wish] + must_worth * is_must[wish]
    starts, of_person = _by_person(first, second, worth, len(row))
    earlier_at, earlier, later_at, later = _order(problem)
    facts = Facts(
        first=first, second=second, wish=wish, worth=worth,
        options=np.searchsorted(wish, np.arange(len(weight) + 1)).astype(np.int64),
        rule=rule_of_wish[wish], rules=rules,
        tables=np.array([max(0, each) for each in problem.tables], np.int64),
        most=most, least=least, present=present,
        days=np.array([each.day for each in problem.slots], np.int64),
        starts=starts, of_person=of_person, need=need, able=able,
        interpreting=interpreting,
        earlier_at=earlier_at, earlier=earlier, later_at=later_at, later=later,
        floor_worth=floor_worth,
    )  # fmt: skip
    pinned = [-1 if each.pinned is None else each.pinned for each in problem.wishes]
    colour = np.full(len(row), NO_COLOUR, np.int64)
    is_bipartite = two_colours(first, second, starts, of_person, colour, colour.copy())
    return Compiled(
        problem, facts, weight[wish], is_must, np.array(pinned, np.int64),
        colour if is_bipartite else None,
    )  # fmt: skip


def _pairs(problem: Problem, row: dict[str, int]) -> tuple[Ints, Ints, Ints]:
    """Every pair of people who could attend a wish: rows of both, and of the wish, in its order."""
    wishes = problem.wishes
    if all(len(each.first) == 1 and len(each.second) == 1 for each in wishes):
        count = len(wishes)  # the usual case, four times as fast
        first = np.fromiter((row[each.first[0]] for each in wishes), np.int64, count)
        second = np.fromiter((row[each.second[0]] for each in wishes), np.int64, count)
        return first, second, np.arange(count, dtype=np.int64)
    rows = [
        (row[one], row[other], number)
        for number, each in enumerate(wishes)
        for one, other in product(each.first, each.second)
    ]
    table = np.array(rows, np.int64).reshape(-1, 3)
    return table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy()


def _there(absences: Iterable[frozenset[int]], problem: Problem) -> Bytes:
    """1 where somebody is there: rows of people or interpreters, columns of slots."""
    rows = list(absences)
    there = np.ones((len(rows), len(problem.slots)), np.uint8)
    for row, absent in enumerate(rows):
        there[row, list(absent)] = 0
    return there


def _present(problem: Problem) -> Bytes:
    return _there((each.absent for each in problem.people), problem)


def _rules(problem: Problem) -> tuple[Bytes, Ints]:
    """Different sets of allowed slots as rows, row 0 allowing all; and the row of each wish."""
    count = len(problem.slots)
    known: dict[frozenset[int] | int | None, int] = {None: 0}
    rows = [np.ones(count, np.uint8)]
    rule = np.zeros(len(problem.wishes), np.int64)
    for number, each in enumerate(problem.wishes):
        if each.pinned is None and each.slots is None:
            continue
        key = each.slots if each.pinned is None else each.pinned
        if key not in known:
            known[key] = len(rows)
            row = np.zeros(count, np.uint8)
            row[list(key) if isinstance(key, frozenset) else key] = 1
            rows.append(row)
        rule[number] = known[key]
    return np.array(rows, np.uint8).reshape(len(rows), count), rule


def _may_meet(problem: Problem, first: Ints, second: Ints) -> NDArray[np.bool_]:
    """Not oneself, not of one company, and not kept apart by name or company."""
    number: dict[str, int] = {"": 0}
    for name in (*(each.id for each in problem.people), *(e.company for e in problem.people)):
        number.setdefault(name, len(number))
    own = np.array([number[each.id] for each in problem.people], np.int64)
    company = np.array([number[each.company] for each in problem.people], np.int64)
    same = (first == second) | ((company[first] == company[second]) & (company[first] > 0))
    known = [(a, b) for a, b in problem.apart if number.get(a) and number.get(b)]
    codes = [number[a] * len(number) + number[b] for a, b in known]
    codes += [number[b] * len(number) + number[a] for a, b in known]
    for one, other in product((own, company), repeat=2) if codes else ():
        same |= np.isin(one[first] * len(number) + other[second], codes)
    may: NDArray[np.bool_] = ~same
    return may


def _has_slot(
    first: Ints,
    second: Ints,
    rule: Ints,
    present: Bytes,
    rules: Bytes,
    need: Ints,
    helped: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Whether both, and who interprets, are there in an allowed slot.

    Slot by slot, so that memory stays small.
    """
    found = np.zeros(len(first), bool)
    for slot in range(present.shape[1]):
        there = present[:, slot].astype(bool)
        both = there[first] & there[second] & rules[rule, slot].astype(bool)
        found |= both & helped[need, slot]
    return found


def _interpreting(problem: Problem, first: Ints, second: Ints) -> tuple[Bytes, Ints]:
    """Who can interpret for whom: rows of interpreters, and a row for each option.

    0 where none is needed, -1 where one is needed and nobody is able.
    """
    groups: dict[frozenset[str], int] = {}
    group = [groups.setdefault(each.languages, len(groups)) for each in problem.people]
    table = np.zeros((len(groups), len(groups)), np.int64)
    rows = {(False,) * len(problem.interpreters): 0}
    for (one, i), (other, j) in product(groups.items(), repeat=2):
        if not one or not other or one & other:
            continue
        able = tuple(
            bool(each.languages & one and each.languages & other) for each in problem.interpreters
        )
        table[i, j] = rows.setdefault(able, len(rows)) if any(able) else -1
    of = np.array(group, np.int64)
    able_rows = np.array(list(rows), np.uint8).reshape(len(rows), len(problem.interpreters))
    return able_rows, table[of[first], of[second]].astype(np.int64)


def helped_in(able: Bytes, there: Bytes | Marks) -> Marks:
    """In which slots one of the able interpreters is there: a row for each row of `able`."""
    found: Marks = able.astype(np.int64) @ there.astype(np.int64) > 0
    found[0] = True  # where none is needed
    return found


def _quotas(problem: Problem, first: Ints, second: Ints, present: Bytes) -> tuple[Ints, Ints]:
    """At most and at least how many meetings: no more than slots, floors no more than options."""
    people = problem.people
    count = np.bincount(first, minlength=len(people)) + np.bincount(second, minlength=len(people))
    there = present.sum(axis=1, dtype=np.int64)
    asked = [_asked(each, len(problem.slots)) for each in people]
    most = np.minimum(np.array(asked, np.int64).reshape(-1), there)
    floor = np.array([max(each.least, problem.floor) for each in people], np.int64)
    least = np.minimum(floor.reshape(-1), np.minimum(most, count))
    return most.astype(np.int64), least.astype(np.int64)


def _asked(person: Person, slots: int) -> int:
    return slots if person.most is None else min(slots, person.most)


def _ladder(
    weight: Ints, is_must: NDArray[np.bool_], most: Ints, least: Ints, slots: int
) -> tuple[int, int]:
    """What a floor and a must-meet are worth so that neither is ever given up for value.

    A floor is worth more than all value there could be, a must-meet more than all floors. A
    person's first meeting counts double, so that nobody stays without one for others' second.
    """
    if not len(weight) or not slots:
        return 1, 1
    # No more meetings than half of all quotas: each takes two people.
    meetings = min(int(most.sum()) // 2, len(weight))
    value = int(np.sort(weight)[::-1][:meetings].sum())
    floor = value + 1
    floors = int(least.sum() + (least > 0).sum())
    must = floor * (floors + 1) if is_must.any() else 0
    # Flows multiply what they add up by the number of nodes.
    if max(must, floor) * (2 * len(most) + 2 * slots + len(weight) // 50 + 10) > 2**62:
        raise BadInput("weight", int(weight.max()), "Divide all weights by the same number.")
    return floor, must


def _by_person(first: Ints, second: Ints, worth: Ints, people: int) -> tuple[Ints, Ints]:
    """Each person's options, dearest first, one list after the other."""
    who = np.concatenate([first, second])
    option = np.concatenate([np.arange(len(first), dtype=np.int64)] * 2)
    order = np.lexsort((option, -worth[option], who))
    starts = np.zeros(people + 1, np.int64)
    starts[1:] = np.cumsum(np.bincount(who, minlength=people))
    return starts, option[order]


def _order(problem: Problem) -> tuple[Ints, Ints, Ints, Ints]:
    """For each wish those it must follow, and those that must follow it."""
    number = (
        {each.id: row for row, each in enumerate(problem.wishes)} if problem.precedences else {}
    )
    pairs = [(number[a], number[b]) for a, b in problem.precedences]
    count = len(problem.wishes)
    return (*_lists([(b, a) for a, b in pairs], count), *_lists(pairs, count))


def _lists(pairs: Sequence[tuple[int, int]], count: int) -> tuple[Ints, Ints]:
    """Of each number those it is paired with: where its list starts, and all lists together."""
    ordered = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    starts = np.searchsorted(ordered[:, 0], np.arange(count + 1)).astype(np.int64)
    return starts, ordered[:, 1].copy()
