"""A given list is placed with the fewest breaks, for certain, and every rule is kept."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import BadInput
from matchmaker.meets.faults import find_faults
from matchmaker.meets.placing.encoding import encode
from matchmaker.meets.placing.given import given_by
from matchmaker.meets.placing.place import place_given
from matchmaker.meets.placing.proving import Proof
from matchmaker.meets.problem import Answer, Budget, Interpreter, Person, Problem, Progress, Wish
from seed.meets import slots_of
from tests.meets.placing.every_way import fewest_breaks
from tests.meets.placing.given_lists import (
    absent,
    any_list,
    crowded_list,
    gappy_list,
    hidden_contradiction,
    meetings,
    pinned,
)

ENOUGH = Budget(work=5_000)


def placed(problem: Problem) -> Answer:
    """The answer, which must be without a fault."""
    answer = place_given(problem, ENOUGH)
    assert not find_faults(problem, answer.timetable)
    return answer


def slots_in(answer: Answer) -> dict[str, int]:
    return {each.wish: each.slot for each in answer.timetable.meetings}


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_a_list_full_of_gaps_is_placed_as_well_as_by_trying_every_way(seed: int) -> None:
    agrees_with_every_way(gappy_list(seed))


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_so_is_one_with_teams_and_interpreters(seed: int) -> None:
    agrees_with_every_way(any_list(seed))


def agrees_with_every_way(problem: Problem) -> None:
    fewest = fewest_breaks(problem)
    answer = place_given(problem, ENOUGH)
    if fewest is None:
        assert answer.is_infeasible
        assert answer.contradiction
        assert not answer.timetable.meetings
    else:
        assert (answer.breaks, answer.fewest, answer.is_proved) == (fewest, fewest, True)
        assert not find_faults(problem, answer.timetable)


def test_whoever_is_absent_in_between_has_one_break() -> None:
    problem = absent(meetings("ab", "ac", slots=4), "a", 1, 2)
    assert placed(problem).breaks == 1


def test_the_night_is_no_break() -> None:
    problem = absent(meetings("ab", "ac", slots=4), "a", 1, 2)
    assert placed(replace(problem, slots=slots_of(4, a_day=2))).breaks == 0


def test_pins_and_order_are_kept() -> None:
    problem = pinned(meetings("ab", "ac", "bc", slots=3), bc=0)
    answer = placed(replace(problem, precedences=(("ac", "ab"),)))
    assert slots_in(answer) == {"bc": 0, "ac": 1, "ab": 2}


def test_one_may_be_asked_to_share_the_waiting() -> None:
    """Without a limit one person waits twice; it is allowed to be once more than anybody."""
    problem = meetings("ab", "ac", "ad", slots=5)
    problem = absent(problem, "a", 1, 3)
    assert placed(problem).breaks == 2
    uneven = place_given(replace(problem, most_apart=1), ENOUGH)
    assert uneven.is_infeasible
    assert uneven.contradiction and uneven.contradiction.kind == "uneven"


def test_of_a_team_whoever_waits_less_goes() -> None:
    problem = meetings("ab", "ac", slots=3)
    problem = absent(absent(problem, "b", 1, 2), "c", 0, 1)
    team = replace(problem, wishes=(Wish("ab", ("a",), ("b",)), Wish("c", ("a", "b"), ("c",))))
    assert placed(problem).breaks == 1
    assert placed(team).breaks == 1
    free = absent(team, "b", 0)
    assert placed(free).breaks == 0


def test_one_interpreter_helps_one_meeting_at_a_time() -> None:
    tongues = dict(zip("abcd", ("en", "de", "en", "de"), strict=True))
    people = tuple(Person(who, languages=frozenset({tongues[who]})) for who in tongues)
    problem = replace(meetings("ab", "cd", slots=2), people=people)
    problem = replace(problem, interpreters=(Interpreter("i", frozenset({"en", "de"})),))
    answer = placed(problem)
    assert sorted(slots_in(answer).values()) == [0, 1]
    alone = replace(problem, slots=problem.slots[:1], tables=(2,))
    refused = place_given(alone, ENOUGH)
    assert refused.is_infeasible


def test_the_same_seed_and_work_give_the_same_placing() -> None:
    problem = crowded_list(4)
    budget = Budget(work=300, seed=5)
    assert place_given(problem, budget).timetable == place_given(problem, budget).timetable


def test_stopping_keeps_the_best_so_far() -> None:
    told: list[Progress] = []
    problem = crowded_list(9)
    answer = place_given(
        problem, Budget(seconds=120), clock=time.monotonic,
        tell=told.append, stop=lambda: bool(told),
    )  # fmt: skip
    assert not find_faults(problem, answer.timetable)
    assert answer.breaks == told[-1].value
    assert answer.seconds < 100


def test_progress_tells_the_breaks_and_how_few_there_must_be() -> None:
    told: list[Progress] = []
    place_given(crowded_list(9), Budget(work=200), tell=told.append)
    assert told[-1].stage == "breaks"
    assert told[-1].value >= told[-1].bound
    assert Progress(4, 3, 1.0, "breaks").gap == 0.25


def test_until_all_is_placed_progress_tells_how_much_is() -> None:
    told: list[Progress] = []
    assert place_given(hidden_contradiction(), ENOUGH, tell=told.append).is_infeasible
    assert (told[-1].stage, told[-1].bound) == ("placing", 4)
    assert told[-1].value < 4


def test_a_process_beside_proves_what_a_few_steps_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matchmaker.meets.placing.proving.STEPS_HERE", 1)
    problem = meetings("ab", "ac", "de", "df", slots=5)
    problem = absent(absent(problem, "a", 1, 2), "d", 1, 3)
    problem = absent(absent(problem, "b", 4), "e", 4)
    proof = Proof(encode(given_by(problem)), needs_start=False)
    try:
        while not proof.is_over:
            proof.poll(60) if proof.is_beside else proof.step_here()
        assert proof.is_beside
    finally:
        proof.close()
    assert proof.best
    assert proof.fewest == proof.best.breaks == fewest_breaks(problem)


def test_an_empty_list_is_placed_by_doing_nothing() -> None:
    for slots in (0, 2):
        empty = replace(meetings("ab", slots=2), wishes=(), slots=slots_of(slots))
        answer = place_given(replace(empty, tables=(1,) * slots), ENOUGH)
        assert (answer.breaks, answer.is_proved, answer.timetable.meetings) == (0, True, ())


def test_only_a_given_list_is_placed() -> None:
    with pytest.raises(BadInput) as error:
        place_given(replace(meetings("ab", slots=2), place_all=False), ENOUGH)
    assert error.value.field == "$.place_all"
