"""Published instances are read as they are meant, and broken files are refused with a remedy."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import BadInput
from matchmaker.meets.checking import check
from matchmaker.meets.exchange.dzn import problem_from_dzn
from matchmaker.meets.exchange.minizinc import read_assignments
from matchmaker.meets.placing.place import place_given
from matchmaker.meets.problem import Budget, Wish

SMALL = """
nBusiness = 4; nMeetings = 3; nTables = 2;   % per slot
nTotalSlots = 5;
nMorningSlots = 3;
requested = [|1, 2,1,
|1, 3,3,
|4, 2,2,
|];
meetingsxBusiness = [{1,2,3}, {1,2,4}, {1,3}, {1,4}];
forbidden = [{0}, {0,5}, {}, 4..4];
fixed = [0, 2, 0];
precedences = [{}, {1}, {0}];
"""


def test_a_small_instance_is_read() -> None:
    problem = problem_from_dzn(SMALL)
    assert problem.wishes == (
        Wish("1", ("1",), ("2",), slots=frozenset({0, 1, 2})),
        Wish("2", ("1",), ("3",), pinned=1),
        Wish("3", ("4",), ("2",), slots=frozenset({3, 4})),
    )
    assert [each.absent for each in problem.people] == [set(), {4}, set(), {3}]
    assert problem.precedences == (("1", "2"),)
    assert (problem.tables, problem.most_apart, problem.place_all) == ((2,) * 5, 2, True)
    check(problem)


def test_what_it_asks_for_can_be_refuted() -> None:
    """Meeting 3 has only the afternoon, and in each of its slots one of the two is absent."""
    answer = place_given(problem_from_dzn(SMALL), Budget(work=100))
    assert answer.is_infeasible
    assert answer.contradiction and answer.contradiction.wishes == ("3",)


def test_arrays_may_be_written_in_any_way_minizinc_knows() -> None:
    plain = problem_from_dzn(SMALL)
    other = SMALL.replace("[|1, 2,1,\n|1, 3,3,\n|4, 2,2,\n|]",
                          "array2d(1..3, 1..3, [1,2,1, 1,3,3, 4,2,2])")  # fmt: skip
    other = other.replace("[0, 2, 0]", "array1d(1..3, [0, 2, 0,])")
    other = "/* first of all\n */" + other.replace("{0,5}", "5")
    assert problem_from_dzn(other) == plain


REQUESTED = "[|1, 2,1,\n|1, 3,3,\n|4, 2,2,\n|]"
FORBIDDEN = "[{0}, {0,5}, {}, 4..4]"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (REQUESTED, "[[1, 2, 1], [1, 3, 3], [4, 2, 2]]"),
        (REQUESTED, "array2d(1..nMeetings, 1..3, [1, 2, 1, 1, 3, 3, 4, 2, 2])"),
        (FORBIDDEN, "[|0, 0, 0, 0, 0|0, 0, 0, 0, 1|0, 0, 0, 0, 0|0, 0, 0, 1, 0|]"),
        (FORBIDDEN, "[{}, nTotalSlots..nTotalSlots, 1..0, {4}]"),
        (FORBIDDEN, "[[], [5], [], [4]]"),
        ("[0, 2, 0]", "[{}, {2}, {0}]"),
        ("[0, 2, 0]", "[<>, 2, <>]"),
        ("[0, 2, 0]", "[|2, 2|]"),
        ("[{}, {1}, {0}]", "[|1, 2|]"),
        ("[{}, {1}, {0}]", "[|false, false, false|true, false, false|false, false, false|]"),
    ],
)  # fmt: skip
def test_the_same_may_be_said_in_other_shapes(old: str, new: str) -> None:
    assert old in SMALL
    assert problem_from_dzn(SMALL.replace(old, new)) == problem_from_dzn(SMALL)


@pytest.mark.parametrize(
    ("old", "new", "field", "remedy"),
    [
        ("nMeetings = 3", "nMeetings = 4", "requested", "nMeetings is 4."),
        ("nTables = 2;", "", "nTables", "Add it, such as “nTables = 10;”."),
        ("|4, 2,2", "|4, 9,2", "requested, row 3", "There is no such person: give 1 to 4."),
        ("|4, 2,2", "|4, 4,2", "requested, row 3", "Nobody meets oneself: name two people."),
        ("|4, 2,2", "|4, 2,7", "requested, row 3",
         "Sessions are 1 (morning), 2 (afternoon) and 3 (any)."),
        ("|1, 3,3", "|1, 3", "requested, row 2",
         "Give a row for each meeting: person, person, session. Let all rows be of one length."),
        ("{0,5}", "{6}", "forbidden[2]", "There is no such slot: give 1 to 5."),
        ("[0, 2, 0]", "[0, {2, 3}, 0]", "fixed[2]", "Give one slot, or 0 for none."),
        ("[0, 2, 0]", "[|7, 2|]", "fixed, row 1", "There is no such meeting: give 1 to 3."),
        ("[{}, {1}, {0}]", "[|1, 4|]", "precedences, row 1",
         "There is no such meeting: give 1 to 3."),
        ("[0, 2, 0]", "[0, 2]", "fixed", "Give 3 numbers, 0 for none."),
        ("{1}, {0}]", "{1}, {8}]", "precedences[3]", "There is no such meeting: give 1 to 3."),
        ("{0,5}", "1..999999999", "line 10, forbidden",
         "The file holds more than 6,000,000 numbers."),
        ("nTables = 2;", "nTables = 2", "line 3, nTables", "Expected “;”."),
        ("nTables = 2;", "nTables = 2.5;", "line 2, nTables", "Give a whole number."),
        ("nTotalSlots = 5;", "nTotalSlots = 5; nTables = 3;", "line 3, nTables",
         "nTables is assigned twice: keep one."),
        ("{0}];", "", "line 13, precedences",
         "It ends in the middle of a value: is something cut off?"),
        ("nMorningSlots = 3;", "", "nMorningSlots",
         "requested, row 1 asks for session 1: say which slots are the morning."),
        ("nTotalSlots = 5", "nTotalSlots = 0", "nTotalSlots",
         "Give a whole number from 1 to 1,000."),
        ("nBusiness = 4", "nBusiness = 1", "nBusiness", "Give a whole number from 2 to 20,000."),
        ("nBusiness = 4", "nBusiness = 2000000000000", "line 2, nBusiness",
         "Give a number of at most 12 digits."),
        ("nBusiness = 4", "nBusiness = NaN", "line 2, nBusiness",
         "It is not known here: write numbers, sets and arrays."),
        ("nBusiness = 4", "int: nBusiness = 4", "line 2, int",
         "A data file holds nothing but name = value;"),
        ("{0}];", "{0}]; /* no end", "line 12", "Close the comment with */."),
        ("nTables", "nTable", "nTable", "There is no such field. Did you mean “nTables”?"),
        ("nBusiness", "nbusiness", "nbusiness",
         "There is no such field. Did you mean “nBusiness”?"),
        ("forbidden =", "forbiden =", "forbiden",
         "There is no such field. Did you mean “forbidden”?"),
        ("nBusiness = 4", "nBusiness = 4 ¿", "line 2",
         "This is not part of a MiniZinc data file (name = value;)."),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused(old: str, new: str, field: str, remedy: str) -> None:
    assert old in SMALL
    with pytest.raises(BadInput) as error:
        problem_from_dzn(SMALL.replace(old, new))
    assert (error.value.field, error.value.remedy) == (field, remedy)


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_any_damage_is_read_or_refused(data: st.DataObject) -> None:
    """Never another error, and never an endless loop."""
    start = data.draw(st.integers(0, len(SMALL)))
    end = data.draw(st.integers(start, min(len(SMALL), start + 6)))
    insert = data.draw(st.text(alphabet="[]{}|;=,.1 9-%\n", max_size=4))
    try:
        problem_from_dzn(SMALL[:start] + insert + SMALL[end:])
    except BadInput as error:
        assert error.field and error.remedy


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_the_encoding_of_a_file_does_not_matter(encoding: str) -> None:
    text = "% réunions\n" + SMALL
    assert problem_from_dzn(text.encode(encoding)) == problem_from_dzn(text)


def test_a_number_of_a_thousand_digits_is_refused() -> None:
    with pytest.raises(BadInput):
        read_assignments(f"n = {'9' * 1000};", {"n"})
