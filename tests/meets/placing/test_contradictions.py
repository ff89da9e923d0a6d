"""A list that contradicts itself is recognised, and the answer says what by."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from matchmaker.meets.placing.place import place_given
from matchmaker.meets.placing.sentences import contradiction_sentence
from matchmaker.meets.problem import Budget, Contradiction, Problem
from tests.meets.placing.given_lists import absent, hidden_contradiction, meetings, pinned


def contradiction(problem: Problem) -> Contradiction:
    answer = place_given(problem, Budget(work=5_000))
    assert answer.is_infeasible
    assert answer.contradiction is not None
    return answer.contradiction


def test_more_meetings_than_slots_in_which_somebody_is_there() -> None:
    found = contradiction(absent(meetings("ab", "ac", "ad", "bc", slots=3), "a", 1))
    assert (found.kind, set(found.wishes)) == ("person", {"ab", "ac", "ad"})
    assert (found.people, found.slots, found.allowed) == (("a",), (0, 2), 2)
    assert contradiction_sentence(found) == (
        "a has 3 meetings (ab, ac, ad) that fit only into 2 slots (1, 3)."
    )


def test_two_pins_of_one_person_in_one_slot() -> None:
    found = contradiction(pinned(meetings("ab", "ac", "bc", slots=4), ab=2, ac=2))
    assert found == Contradiction("person", ("ab", "ac"), ("a",), (2,), 1)


def test_more_meetings_than_tables() -> None:
    found = contradiction(meetings("ab", "cd", "ef", slots=2, tables=1))
    assert (found.kind, len(found.wishes), found.allowed) == ("tables", 3, 2)


def test_two_who_are_never_there_together() -> None:
    problem = absent(absent(meetings("ab", slots=2), "a", 0), "b", 1)
    found = contradiction(problem)
    assert (found.kind, found.wishes, found.people) == ("never", ("ab",), ("a", "b"))
    assert "no common free slot" in contradiction_sentence(found)


def test_an_order_in_a_circle() -> None:
    problem = meetings("ab", "cd", slots=3, precedences=(("ab", "cd"), ("cd", "ab")))
    assert contradiction(problem).kind == "circle"


def test_an_order_longer_than_the_day() -> None:
    chain = (("ab", "cd"), ("cd", "ef"))
    found = contradiction(meetings("ab", "cd", "ef", slots=2, precedences=chain))
    assert (found.kind, set(found.wishes)) == ("order", {"ab", "cd", "ef"})


def test_an_order_that_leaves_too_few_slots_is_named_with_the_person() -> None:
    problem = pinned(meetings("ab", "ac", "xy", slots=3), xy=1)
    found = contradiction(replace(problem, precedences=(("xy", "ab"), ("xy", "ac"))))
    assert found == Contradiction("person", ("ab", "ac"), ("a",), (2,), 1, with_order=True)
    assert contradiction_sentence(found).endswith("given what must come before what.")


def test_three_who_all_meet_need_three_slots() -> None:
    """Nobody has too many meetings for two slots, and yet: one of three is always left over."""
    found = contradiction(meetings("ab", "bc", "ac", "xy", slots=2))
    assert found == Contradiction("odd", ("ab", "bc", "ac"), ("a", "b", "c"), (0, 1), 2)


def test_so_do_eleven_in_one_session_which_no_refutation_shows_in_time() -> None:
    crowd = [one + other for one, other in combinations("abcdefghijk", 2)]
    problem = meetings(*crowd, "ax", "xy", slots=14)
    wishes = tuple(
        replace(each, slots=frozenset(range(10))) if each.id in crowd else each
        for each in problem.wishes
    )
    found = contradiction(replace(problem, wishes=wishes))
    assert (found.kind, found.people, found.slots) == ("odd", tuple("abcdefghijk"), (*range(10),))
    assert (len(found.wishes), found.allowed) == (55, 50)
    sentence = contradiction_sentence(found)
    assert "have 55 meetings among them" in sentence
    assert sentence.endswith("where they can hold 50: an odd number of people leaves one alone.")


def test_absences_may_leave_somebody_over() -> None:
    """Three slots are enough for three people, but not if two of them leave after the second."""
    problem = absent(meetings("ab", "ac", "bc", "cd", slots=3), "a", 2)
    found = contradiction(absent(problem, "b", 2))
    assert found == Contradiction("odd", ("ab", "ac", "bc"), ("a", "b", "c"), (0, 1), 2)


def test_too_few_are_there_to_fill_the_tables() -> None:
    """Six meetings need both tables in all three slots; in the last, all that are there want a."""
    problem = meetings("ae", "af", "ah", "bc", "bg", "cd", slots=3, tables=2)
    for who in "bcdg":
        problem = absent(problem, who, 2)
    found = contradiction(problem)
    wishes = ("ae", "af", "ah", "bc", "bg", "cd")
    assert found == Contradiction("pairs", wishes, (), (0, 1, 2), 5)
    assert contradiction_sentence(found).endswith("can hold 5 at most, however they pair.")


def test_what_no_counting_shows_is_refuted() -> None:
    wishes, people = ("cd", "ac", "bc", "ad"), ("a", "c", "d")
    found = contradiction(hidden_contradiction())
    assert found == Contradiction("together", wishes, people, with_order=True)


def test_a_pin_outside_of_its_session() -> None:
    problem = meetings("ab", "cd", slots=4)
    wishes = (replace(problem.wishes[0], slots=frozenset({0, 1}), pinned=3), problem.wishes[1])
    found = contradiction(replace(problem, wishes=wishes))
    assert found == Contradiction("pin", ("ab",), (), (3,))
