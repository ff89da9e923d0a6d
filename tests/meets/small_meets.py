"""Small random meets with some of everything, for property tests of the timetable core."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import strategies as st

from matchmaker.meets.problem import Interpreter, Person, Problem, Wish
from seed.meets import slots_of

LANGUAGES = ("en", "de", "ml")


def small_meet(seed: int, *, people: int = 8, slots: int = 5, wishes: int = 14) -> Problem:
    """A meet small enough to think through: teams, companies, languages, pins, exclusions."""
    random = Random(seed)
    count = random.randint(2, slots)
    crowd = tuple(_person(random, number, count) for number in range(random.randint(2, people)))
    wanted = _wishes(random, crowd, count, random.randint(1, wishes))
    return Problem(
        slots=slots_of(count, a_day=random.choice((2, 3, 10))),
        tables=tuple(random.randint(0, 3) for _ in range(count)),
        people=crowd,
        wishes=wanted,
        interpreters=tuple(
            Interpreter(f"i{number}", frozenset(random.sample(LANGUAGES, 2)), _some(random, count))
            for number in range(random.randint(0, 2))
        ),
        apart=frozenset(
            tuple(sorted(random.sample([each.id for each in crowd], 2)))
            for _ in range(random.choice((0, 0, 2)))
        ),
        precedences=tuple(
            (one.id, other.id) for one, other in pairwise(wanted) if random.random() < 0.1
        ),
    )


def _person(random: Random, number: int, slots: int) -> Person:
    return Person(
        id=f"p{number}",
        company=random.choice(("", "", "Anchor", "Bell")),
        absent=_some(random, slots),
        most=random.choice((None, None, 0, 1, 1, 2, 2, 3, 3)),
        table=random.choice((None, 0, 1)),
        languages=frozenset(random.sample(LANGUAGES, random.randint(0, 2))),
    )


def _some(random: Random, slots: int) -> frozenset[int]:
    return frozenset(slot for slot in range(slots) if random.random() < 0.25)


def _wishes(random: Random, crowd: tuple[Person, ...], slots: int, wishes: int) -> tuple[Wish, ...]:
    """Wishes between different people; each pair of people is asked for once at most."""
    ids = [each.id for each in crowd]
    found: list[Wish] = []
    asked: set[frozenset[str]] = set()
    for _ in range(wishes):
        team = 2 if len(ids) > 3 and random.random() < 0.2 else 1
        one, *others = random.sample(ids, 1 + team)
        pairs = {frozenset((one, other)) for other in others}
        if pairs & asked:
            continue
        asked |= pairs
        found.append(
            Wish(
                f"w{len(found)}",
                (one,),
                tuple(others),
                weight=random.randint(0, 9),
                slots=(frozenset(range(slots)) - _some(random, slots) or None)
                if random.random() < 0.2
                else None,
            )
        )
    return tuple(found)


def seeds() -> st.SearchStrategy[int]:
    return st.integers(0, 10**6)
