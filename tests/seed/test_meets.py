"""Drawn meets are the same for the same seed, lifelike, and can be timetabled."""

from __future__ import annotations

from collections import Counter

import pytest

from matchmaker.meets.checking import check, check_something_to_do
from matchmaker.meets.problem import Problem
from matchmaker.meets.promises import check_promises
from seed.meets import AMPLE, SCARCE, Shape, draw_meet, lifelike

SHAPES = [
    Shape(60, 120),
    Shape(60, 120, availability=SCARCE, tables="tight"),
    lifelike(60, 120),
    lifelike(150, 300, SCARCE, "tight"),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_drawn_meet_is_sound_and_its_promises_can_be_kept(shape: Shape) -> None:
    problem = draw_meet(shape)
    check_something_to_do(problem)
    check(problem)
    check_promises(problem)
    assert len(problem.people) == shape.buyers + shape.sellers


def test_the_same_seed_draws_the_same_meet_and_another_another() -> None:
    shape = lifelike(20, 40)
    assert draw_meet(shape, seed=3) == draw_meet(shape, seed=3)
    assert draw_meet(shape, seed=3) != draw_meet(shape, seed=4)


@pytest.mark.parametrize("availability", [AMPLE, SCARCE])
def test_people_are_there_as_much_as_the_shape_says(availability: tuple[float, float]) -> None:
    problem = draw_meet(Shape(150, 300, availability=availability))
    there = [1 - len(each.absent) / len(problem.slots) for each in problem.people]
    low, high = availability
    assert low < sum(there) / len(there) < high


def test_tight_tables_have_room_for_most_of_what_people_want_and_loose_ones_for_all() -> None:
    loose, tight = draw_meet(Shape(60, 120)), draw_meet(Shape(60, 120, tables="tight"))
    wanted = min(_wanted(loose, "buyer"), _wanted(loose, "seller"))
    assert sum(loose.tables) >= wanted > sum(tight.tables) > 0.8 * wanted
    assert [each.table for each in loose.people[:60]] == list(range(60))


def _wanted(problem: Problem, side: str) -> int:
    return sum(
        min(each.most or 0, len(problem.slots) - len(each.absent))
        for each in problem.people
        if each.side == side
    )


def test_a_lifelike_meet_has_some_of_everything() -> None:
    problem = draw_meet(lifelike(60, 120))
    teams = [each for each in problem.wishes if len(each.second) == 2]
    company = {each.id: each.company for each in problem.people}
    assert teams and all(company[a] == company[b] for a, b in (each.second for each in teams))
    assert any("en" not in each.languages for each in problem.people)
    assert problem.interpreters and problem.apart
    musts = Counter(who for each in problem.wishes if each.is_must for who in each.first)
    assert len(musts) == 3 and set(musts.values()) == {1}


def test_wishes_are_worth_more_the_higher_both_rank_each_other() -> None:
    weights = sorted(each.weight for each in draw_meet(Shape(60, 120)).wishes)
    assert weights[0] >= 1 and weights[-1] > 100 > weights[len(weights) // 2]
