"""A given list of meetings as numbers: who could attend each, in which slots. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, product

from matchmaker.meets.explaining.never import slots_together, why_never
from matchmaker.meets.problem import Person, Problem, Wish

Choice = tuple[int, int, int]  # rows of the two people and of the interpreter, -1: none


@dataclass(frozen=True, slots=True)
class Option:
    """One way to hold a meeting: rows of the two people, their slots, interpreters who can help.

    `helpers`: rows of interpreters, one of whom must be there; empty: none is needed.
    """

    first: int
    second: int
    slots: frozenset[int]
    helpers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Given:
    """The list by row numbers. `options` of each meeting; none: it can never take place.

    `before`: (a, b): meeting a in an earlier slot than b. `days`: the slots of each day in order.
    `helper_slots`: where each interpreter is there.
    """

    problem: Problem
    options: tuple[tuple[Option, ...], ...]
    tables: tuple[int, ...]
    days: tuple[tuple[int, ...], ...]
    before: tuple[tuple[int, int], ...]
    helper_slots: tuple[frozenset[int], ...]

    @property
    def people(self) -> int:
        return len(self.problem.people)

    @property
    def meetings(self) -> int:
        return len(self.options)

    @property
    def slots(self) -> int:
        return len(self.tables)

    @cached_property
    def windows(self) -> tuple[frozenset[int], ...]:
        """Where each meeting may be placed at all, by any of its options."""
        return tuple(
            frozenset().union(*(option.slots for option in options)) for options in self.options
        )

    @cached_property
    def attending(self) -> tuple[tuple[int, ...], ...]:
        """The meetings of each person that nobody else could attend instead."""
        own: list[list[int]] = [[] for _ in range(self.people)]
        for meeting, options in enumerate(self.options):
            for person in set.intersection(*({each.first, each.second} for each in options)) \
                    if options else ():  # fmt: skip
                own[person].append(meeting)
        return tuple(map(tuple, own))

    @cached_property
    def is_plain(self) -> bool:
        """Whether who attends is known of every meeting, and none needs an interpreter."""
        return all(len(each) == 1 and not each[0].helpers for each in self.options)


def given_by(problem: Problem) -> Given:
    """The numbers of a problem that has passed `check`."""
    row = {each.id: number for number, each in enumerate(problem.people)}
    number_of = {each.id: number for number, each in enumerate(problem.wishes)}
    numbered = enumerate(problem.slots)
    return Given(
        problem=problem,
        options=tuple(_options(problem, wish, row) for wish in problem.wishes),
        tables=problem.tables,
        days=tuple(
            tuple(number for number, _ in day)
            for _, day in groupby(numbered, key=lambda each: each[1].day)
        ),
        before=tuple(sorted({(number_of[a], number_of[b]) for a, b in problem.precedences})),
        helper_slots=tuple(
            frozenset(range(len(problem.slots))) - each.absent for each in problem.interpreters
        ),
    )


def _options(problem: Problem, wish: Wish, row: dict[str, int]) -> tuple[Option, ...]:
    """Every pair that may attend, with a slot and an interpreter where they need one."""
    people = problem.people
    return tuple(
        option
        for one, other in product(wish.first, wish.second)
        if not why_never(problem, wish, people[row[one]], people[row[other]])
        for option in [_option(problem, wish, row[one], row[other])]
        if option.slots
    )


def _option(problem: Problem, wish: Wish, first: int, second: int) -> Option:
    one, other = problem.people[first], problem.people[second]
    slots = {slot for slot in slots_together(problem, wish, one, other) if problem.tables[slot]}
    helpers = _helpers(problem, one, other)
    if helpers:
        absences = (problem.interpreters[helper].absent for helper in helpers)
        slots -= frozenset.intersection(*absences)
    return Option(first, second, frozenset(slots), helpers)


def _helpers(problem: Problem, one: Person, other: Person) -> tuple[int, ...]:
    """Who could interpret; empty where a language is shared, or anything is understood."""
    if not one.languages or not other.languages or one.languages & other.languages:
        return ()
    return tuple(
        number
        for number, each in enumerate(problem.interpreters)
        if each.languages & one.languages and each.languages & other.languages
    )
