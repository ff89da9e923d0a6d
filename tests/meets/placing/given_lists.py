"""Small given lists for tests: drawn by seed, or written down in one line."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

from matchmaker.meets.problem import Person, Problem, Wish
from seed.meets import slots_of
from tests.meets.small_meets import small_meet


def meetings(*pairs: str, slots: int, tables: int = 9, **changes: object) -> Problem:
    """`meetings("ab", "ac", slots=3)`: a meets b, a meets c; wishes are named by their pair."""
    names = sorted(set("".join(pairs)))
    problem = Problem(
        slots=slots_of(slots, a_day=slots),
        tables=(tables,) * slots,
        people=tuple(Person(name) for name in names),
        wishes=tuple(Wish(pair, (pair[0],), (pair[1],)) for pair in pairs),
        place_all=True,
    )
    return replace(problem, **changes)  # type: ignore[arg-type]


def absent(problem: Problem, who: str, *slots: int) -> Problem:
    """The same list; somebody is not there in these slots."""
    people = tuple(
        replace(each, absent=frozenset(slots)) if each.id == who else each
        for each in problem.people
    )
    return replace(problem, people=people)


def pinned(problem: Problem, **slots: int) -> Problem:
    """The same list with some meetings at fixed slots: `pinned(problem, ab=2)`."""
    wishes = tuple(replace(each, pinned=slots.get(each.id)) for each in problem.wishes)
    return replace(problem, wishes=wishes)


def gappy_list(seed: int) -> Problem:
    """A list in which people often have to wait: many absences, few tables, sessions, order."""
    random = Random(seed)
    slots = random.randint(3, 6)
    crowd = "abcdef"[: random.randint(3, 6)]
    pairs = [one + other for one in crowd for other in crowd if one < other]
    chosen = random.sample(pairs, random.randint(2, min(6, len(pairs))))
    problem = meetings(
        *chosen,
        slots=slots,
        tables=random.randint(1, 3),
        most_apart=random.choice((None, None, 0, 1, 2)),
        precedences=tuple(
            (one, other) for one, other in pairwise(chosen)
            if random.random() < 0.15
        ),
    )  # fmt: skip
    for who in crowd:
        problem = absent(
            problem, who, *(slot for slot in range(slots) if random.random() < 0.3)
        ) if who in "".join(chosen) else problem  # fmt: skip
    return replace(problem, slots=slots_of(slots, a_day=random.choice((3, slots))))


def any_list(seed: int) -> Problem:
    """A small meet with teams, companies, languages and interpreters, as a given list."""
    random = Random(seed)
    drawn = small_meet(seed, people=7, slots=5, wishes=6)
    people = tuple(
        replace(each, company="", most=None, absent=frozenset(list(each.absent)[:1]))
        for each in drawn.people
    )
    return replace(
        drawn,
        people=people if random.random() < 0.8 else drawn.people,
        tables=tuple(max(1, each) for each in drawn.tables),
        apart=frozenset(),
        place_all=True,
        most_apart=random.choice((None, 1)),
    )


def crowded_list(people: int) -> Problem:
    """Everybody meets everybody, with one slot more than each needs and few tables."""
    names = "abcdefghijkl"[:people]
    pairs = [one + other for one in names for other in names if one < other]
    return meetings(*pairs, slots=people + 2, tables=-(-len(pairs) // (people + 1)))


def hidden_contradiction() -> Problem:
    """It cannot be placed, but no counting shows it: all have slots and partners enough."""
    problem = meetings("cd", "ac", "bc", "ad", slots=4, precedences=(("ac", "bc"),))
    return absent(absent(problem, "a", 1, 3), "d", 1, 2)
