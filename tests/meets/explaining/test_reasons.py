"""Every reason given for an unmet wish is literally so, and it is the only thing in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from random import Random

from hypothesis import given, settings

from matchmaker.meets.arrays import compile_problem
from matchmaker.meets.explaining.reasons import UnmetWishes
from matchmaker.meets.faults import find_faults
from matchmaker.meets.problem import Meeting, Problem, Timetable, Unmet, Wish
from matchmaker.meets.sentences import REASONS, reason_sentence
from seed.meets import Shape, draw_meet
from tests.meets.first_fit import first_fit
from tests.meets.small_meets import seeds, small_meet


@dataclass(frozen=True)
class Claim:
    """A reason that was given, and the timetable it was given for, to be taken literally."""

    problem: Problem
    timetable: Timetable
    wish: Wish
    unmet: Unmet

    def fact(self, name: str) -> object:
        return self.unmet.facts[name]

    def person(self, name: str):
        return next(each for each in self.problem.people if each.id == self.fact(name))

    def worth(self, who: object) -> dict[int, int]:
        """Of each slot in which somebody has a meeting what it is worth."""
        weight = {each.id: each.weight for each in self.problem.wishes}
        return {
            each.slot: weight[each.wish]
            for each in self.timetable.meetings
            if who in (each.first, each.second)
        }

    @property
    def together(self) -> set[int]:
        slots = set(range(len(self.problem.slots)))
        return slots - self.person("who").absent - self.person("other").absent

    @property
    def common(self) -> set[int]:
        allowed = self.together
        if self.wish.slots is not None:
            allowed &= self.wish.slots
        return allowed if self.wish.pinned is None else allowed & {self.wish.pinned}

    @property
    def free(self) -> set[int]:
        return {
            slot
            for slot in self.common
            if slot not in self.worth(self.fact("who"))
            and slot not in self.worth(self.fact("other"))
        }

    def tables_left(self, slot: int) -> int:
        used = sum(each.slot == slot for each in self.timetable.meetings)
        return self.problem.tables[slot] - used

    @property
    def with_table(self) -> set[int]:
        return {slot for slot in self.free if self.tables_left(slot) > 0}

    def helpers(self) -> Iterator[tuple[str, int]]:
        """Who could interpret for the two, and in which slot."""
        one, other = self.person("who").languages, self.person("other").languages
        busy = {(each.interpreter, each.slot) for each in self.timetable.meetings}
        for each in self.problem.interpreters:
            if each.languages & one and each.languages & other:
                yield each.id, -1
                for slot in set(range(len(self.problem.slots))) - each.absent:
                    if (each.id, slot) not in busy:
                        yield each.id, slot

    @property
    def needs_help(self) -> bool:
        one, other = self.person("who").languages, self.person("other").languages
        return bool(one and other and not one & other)

    def keeps_busy(self, slot: int) -> list[int]:
        both = (self.worth(self.fact("who")), self.worth(self.fact("other")))
        return [worth[slot] for worth in both if slot in worth]


def is_full(claim: Claim) -> bool:
    meetings = claim.worth(claim.fact("who"))
    return len(meetings) == claim.fact("most") == claim.person("who").most


def is_busy(claim: Claim) -> bool:
    return len(claim.common) == claim.fact("slots") > 0 and not claim.free


def is_free_in_as_many(claim: Claim) -> bool:
    counts = len(claim.common), len(claim.free)
    return counts == (claim.fact("slots"), claim.fact("free")) and bool(claim.free)


def tables_told(claim: Claim) -> object:
    counts = {claim.problem.tables[slot] for slot in claim.free}
    low, high = min(counts), max(counts)
    return high if low == high else f"{low} to {high}"


def absent_of_all(claim: Claim) -> set[int]:
    """Slots in which everybody who could interpret for the two is absent."""
    able = {who for who, _ in claim.helpers()}
    return set.intersection(
        *(set(each.absent) for each in claim.problem.interpreters if each.id in able)
    )


def bound_to(claim: Claim, fixed: set[str]) -> bool:
    """Without the order of these meetings the wish would be possible, and all are bound to it."""
    order = [each for each in claim.problem.precedences if not fixed & set(each)]
    loose = replace(claim, problem=replace(claim.problem, precedences=tuple(order)))
    partners = {one for pair in claim.problem.precedences if claim.wish.id in pair for one in pair}
    return fixed <= partners - {claim.wish.id} and is_possible_anywhere(loose)


def is_possible(claim: Claim) -> bool:
    """The meeting added there, with whatever table and interpreter, makes no new fault."""
    return claim.fact("slot") in {each.slot for each in ways_in(claim)}


LITERALLY: dict[str, Callable[[Claim], bool]] = {
    "same company": lambda c: c.person("who").company == c.person("other").company != "",
    "kept apart": lambda c: any(
        {a, b} == set(pair)
        for pair in c.problem.apart
        for a in (c.person("who").id, c.person("who").company)
        for b in (c.person("other").id, c.person("other").company)
    ),
    "no common slot": lambda c: not c.together,
    "no allowed slot": lambda c: len(c.together) == c.fact("slots") > 0 and not c.common,
    "no interpreter": lambda c: c.needs_help and not list(c.helpers()),
    "interpreter away": lambda c: (
        c.needs_help
        and {who for who, _ in c.helpers()} == set(str(c.fact("interpreters")).split(", "))
        and not c.common - absent_of_all(c)
    ),
    "wants none": lambda c: c.person("who").most == 0,
    "quota full, worthier": lambda c: (
        is_full(c) and min(c.worth(c.fact("who")).values()) >= c.wish.weight
    ),
    "quota full": lambda c: is_full(c) and min(c.worth(c.fact("who")).values()) < c.wish.weight,
    "busy, worthier": lambda c: (
        is_busy(c) and all(max(c.keeps_busy(slot)) >= c.wish.weight for slot in c.common)
    ),
    "busy": lambda c: (
        is_busy(c) and any(max(c.keeps_busy(slot)) < c.wish.weight for slot in c.common)
    ),
    "tables": lambda c: (
        is_free_in_as_many(c) and not c.with_table and c.fact("tables") == tables_told(c)
    ),
    "interpreters": lambda c: (
        is_free_in_as_many(c)
        and c.needs_help
        and not {slot for _, slot in c.helpers()} & c.with_table
    ),
    "order": lambda c: (
        bool(c.with_table)
        and not is_possible_anywhere(c)
        and bound_to(c, set(str(c.fact("fixed")).split(", ")))
    ),
    "possible": is_possible,
}


def ways_in(claim: Claim) -> Iterator[Meeting]:
    """Every way to add the wish that breaks no rule, found by trying them all."""
    problem, timetable = claim.problem, claim.timetable
    known = set(map(repr, find_faults(problem, timetable)))
    helpers = (None, *(each.id for each in problem.interpreters))
    for first, second, slot, helper in product(
        claim.wish.first, claim.wish.second, range(len(problem.slots)), helpers
    ):
        taken = {each.table for each in timetable.meetings if each.slot == slot}
        table = next(number for number in range(len(taken) + 1) if number not in taken)
        meeting = Meeting(claim.wish.id, first, second, slot, table, helper)
        wider = Timetable((*timetable.meetings, meeting))
        if set(map(repr, find_faults(problem, wider))) <= known:
            yield meeting


def is_possible_anywhere(claim: Claim) -> bool:
    return next(ways_in(claim), None) is not None


def claims_of(problem: Problem, timetable: Timetable) -> list[Claim]:
    by_id = {each.id: each for each in problem.wishes}
    return [
        Claim(problem, timetable, by_id[unmet.wish], unmet)
        for unmet in UnmetWishes(compile_problem(problem), timetable)
    ]


@given(seeds())
@settings(deadline=None, max_examples=150)
def test_each_reason_is_literally_so_and_without_it_nothing_is_in_the_way(seed: int) -> None:
    problem, timetable = partly_filled(seed)
    claims = claims_of(problem, timetable)
    placed = {each.wish for each in timetable.meetings}
    assert [each.wish.id for each in claims] == [
        each.id for each in problem.wishes if each.id not in placed
    ]
    for claim in claims:
        assert LITERALLY[claim.unmet.reason](claim), claim.unmet
        assert (claim.unmet.reason == "possible") == is_possible_anywhere(claim), claim.unmet
        assert reason_sentence(claim.unmet.reason, claim.unmet.facts)


def partly_filled(seed: int) -> tuple[Problem, Timetable]:
    """A meet filled greedily, half of the time with a few meetings taken out and new weights."""
    random = Random(seed)
    problem = small_meet(seed, people=7, slots=4, wishes=16)
    problem = replace(problem, tables=tuple(random.randint(0, 2) for _ in problem.slots))
    timetable = first_fit(problem)
    if random.random() < 0.5:
        timetable = Timetable(tuple(m for m in timetable.meetings if random.random() < 0.8))
        wishes = tuple(replace(wish, weight=random.randint(0, 9)) for wish in problem.wishes)
        problem = replace(problem, wishes=wishes)
    return problem, timetable


def test_every_reason_can_be_seen() -> None:
    """Else the test above would say nothing of the reasons it never meets."""
    seen = {claim.unmet.reason for seed in range(250) for claim in claims_of(*partly_filled(seed))}
    assert seen == set(REASONS) == set(LITERALLY)


def test_reasons_of_a_slice_are_those_of_its_members() -> None:
    problem = draw_meet(Shape(12, 20, tables="tight"))
    unmet = UnmetWishes(compile_problem(problem), first_fit(problem))
    assert unmet[2:5] == tuple(list(unmet)[2:5])
    assert unmet[-1] == list(unmet)[-1]
