"""A meet as JSON: read back it is the same, and whatever is wrong is named with its remedy."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import BadInput
from matchmaker.meets.checking import check
from matchmaker.meets.exchange.json_file import (
    answer_as_json,
    check_file_size,
    problem_as_json,
    problem_from_json,
    schema,
)
from matchmaker.meets.problem import (
    Answer,
    Meeting,
    Person,
    Problem,
    Slot,
    Timetable,
    Unmet,
    Wish,
)
from matchmaker.meets.promises import check_promises
from seed.meets import draw_meet, lifelike, slots_of
from tests.meets.small_meets import seeds, small_meet

IST = dt.timezone(dt.timedelta(hours=5, minutes=30))


def a_meet(**changes: Any) -> dict[str, Any]:
    """Two buyers and two sellers on one morning, each buyer wishing each seller."""
    return {
        "slots": [
            {"start": "2027-01-18T10:00:00+05:30", "end": "2027-01-18T10:25:00+05:30"},
            {"start": "2027-01-18T10:30:00+05:30", "end": "2027-01-18T10:55:00+05:30"},
        ],
        "tables": [2, 2],
        "people": [{"id": who} for who in ("b1", "b2", "s1", "s2")],
        "wishes": [
            {"id": "w1", "first": ["b1"], "second": ["s1"]},
            {"id": "w2", "first": ["b1"], "second": ["s2"]},
            {"id": "w3", "first": ["b2"], "second": ["s1"]},
        ],
    } | changes


def refused(**changes: Any) -> tuple[str, str]:
    """Field and value of the error with which the meet is refused; it always has a remedy."""
    with pytest.raises(BadInput) as error:
        problem_from_json(json.dumps(a_meet(**changes)))
    assert error.value.remedy
    return error.value.field, error.value.shown


def slot(start: str, end: str, **more: Any) -> dict[str, Any]:
    return {"start": start, "end": end, **more}


def people(**changes: Any) -> list[dict[str, Any]]:
    """The people of the meet, the second buyer changed."""
    return [{"id": "b1"}, {"id": "b2"} | changes, {"id": "s1"}, {"id": "s2"}]


def wishes(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    """The wishes of the meet, changed one after the other."""
    given_ = a_meet()["wishes"]
    return [each | changes[n] if n < len(changes) else each for n, each in enumerate(given_)]


def test_a_drawn_meet_read_back_is_the_same() -> None:
    problem = draw_meet(lifelike(20, 40, tables="tight"))
    assert problem_from_json(json.dumps(problem_as_json(problem))) == problem


def test_days_follow_from_local_dates_where_none_is_named() -> None:
    nights = [
        slot("2027-01-18T23:30:00+05:30", "2027-01-19T00:15:00+05:30"),
        slot("2027-01-18T19:00:00+00:00", "2027-01-18T19:30:00+00:00"),
        slot("2027-01-19T10:00:00+05:30", "2027-01-19T10:30:00+05:30"),
    ]
    problem = problem_from_json(json.dumps(a_meet(slots=nights, tables=[1, 1, 1])))
    assert [each.day for each in problem.slots] == [0, 0, 1]
    assert problem.slots[0] == Slot(
        dt.datetime(2027, 1, 18, 23, 30, tzinfo=IST), dt.datetime(2027, 1, 19, 0, 15, tzinfo=IST)
    )


TEN, HALF_PAST, ELEVEN = (f"2027-01-18T{time}:00+05:30" for time in ("10:00", "10:30", "11:00"))


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"slots": []}, "$.slots", "an empty list"),
        ({"slots": [slot(HALF_PAST, TEN)] * 2}, "$.slots[0].end", "2027-01-18T10:00:00+05:30"),
        ({"slots": [slot("2027-01-18T23:45:00+05:30", "2027-01-18T00:15:00+05:30")] * 2},
         "$.slots[0].end", "2027-01-18T00:15:00+05:30"),
        ({"slots": [slot(TEN, ELEVEN), slot(HALF_PAST, ELEVEN)]},
         "$.slots[1].start", "2027-01-18T10:30:00+05:30"),
        ({"slots": [slot(HALF_PAST, ELEVEN), slot(TEN, HALF_PAST)]},
         "$.slots[1].start", "2027-01-18T10:00:00+05:30"),
        ({"slots": [slot(TEN, "2027-02-18T10:25:00+05:30")] * 2},
         "$.slots[0].end", "2027-02-18T10:25:00+05:30"),
        ({"slots": [slot("2027-01-18T10:00:00", ELEVEN)] * 2},
         "$.slots[0].start", "2027-01-18T10:00:00"),
        ({"slots": [slot("soon", ELEVEN)] * 2}, "$.slots[0].start", "soon"),
        ({"slots": [slot(TEN, HALF_PAST, day=1), slot(HALF_PAST, ELEVEN, day=0)]},
         "$.slots[1].day", "0"),
        ({"slots": [slot(TEN, HALF_PAST, day=10**5)] * 2}, "$.slots[0].day", "100000"),
        ({"slots": [slot(TEN, HALF_PAST), slot("2028-02-18T10:00:00Z", "2028-02-18T10:30:00Z")]},
         "$.slots[1].start", "2028-02-18T10:00:00+00:00"),
        ({"slots": [slot("0207-01-18T10:00:00Z", "0207-01-18T10:30:00Z")] * 2},
         "$.slots[0].start", "0207-01-18T10:00:00+00:00"),
        ({"tables": []}, "$.tables", "0 numbers"),
        ({"tables": [2]}, "$.tables", "1 number"),
        ({"tables": [2, -1]}, "$.tables[1]", "-1"),
        ({"tables": [0, 0]}, "$.tables", "[0, 0]"),
        ({"tables": [2, 1e300]}, "$.tables[1]", "1E+300"),
        ({"tables": [2, 10**15]}, "$.tables[1]", "1000000000000000"),
        ({"people": None}, "$.people", "null"),
        ({"slots": [slot("2027-02-30T10:00:00Z", "2027-02-30T10:30:00Z")] * 2},
         "$.slots[0].start", "2027-02-30T10:00:00Z"),
        ({"people": []}, "$.people", "an empty list"),
        ({"people": [{"id": "b1"}]}, "$.people", "b1"),
        ({"people": people(id="b1")}, "$.people[1].id", "b1"),
        ({"people": people(id="")}, "$.people[1].id", "nothing"),
        ({"people": people(id=" \u200b")}, "$.people[1].id", r"\u200b"),
        ({"people": people(id="b\u202e2")}, "$.people[1].id", r"b\u202e2"),
        ({"people": people(id="b" * 101)}, "$.people[1].id", "b" * 57 + "…"),
        ({"people": people(company="A\x1b[2J")}, "$.people[1].company", r"A\x1b[2J"),
        ({"people": people(company="A" * 101)}, "$.people[1].company", "A" * 57 + "…"),
        ({"people": people(languages=["xx"])}, "$.people[1].languages", "xx"),
        ({"people": people(absent=[2])}, "$.people[1].absent", "2"),
        ({"people": people(least=2, most=1)}, "$.people[1].least", "2"),
        ({"people": people(languages=["English"])}, "$.people[1].languages", "English"),
        ({"people": people(table=2)}, "$.people[1].table", "2"),
        ({"people": people(id="b\n2")}, "$.people[1].id", r"b\n2"),
        ({"wishes": wishes({"weight": "5"})}, "$.wishes[0].weight", "5"),
        ({"people": people(side="maker")}, "$.people[1].side", "maker"),
        ({"people": people(mots=3)}, "$.people[1].mots", "3"),
        ({"people": [{"id": who, "absent": [0, 1]} for who in ("b1", "b2", "s1", "s2")]},
         "$.people", "4 people, all absent"),
        ({"wishes": []}, "$.wishes", "an empty list"),
        ({"wishes": wishes({}, {"id": "w1"})}, "$.wishes[1].id", "w1"),
        ({"wishes": wishes({"first": []})}, "$.wishes[0].first", "an empty list"),
        ({"wishes": wishes({"second": ["s9"]})}, "$.wishes[0].second[0]", "s9"),
        ({"wishes": wishes({"second": ["b1"]})}, "$.wishes[0].second", "b1"),
        ({"wishes": wishes({"weight": -1})}, "$.wishes[0].weight", "-1"),
        ({"wishes": wishes({"weight": 1.5})}, "$.wishes[0].weight", "1.5"),
        ({"wishes": wishes({"weight": True})}, "$.wishes[0].weight", "true"),
        ({"wishes": wishes({"weight": 10**12})}, "$.wishes[0].weight", "1000000000000"),
        ({"wishes": wishes({"slots": []})}, "$.wishes[0].slots", "an empty list"),
        ({"wishes": wishes({"slots": [7]})}, "$.wishes[0].slots", "7"),
        ({"wishes": wishes({"slots": [0], "pinned": 1})}, "$.wishes[0].pinned", "1"),
        ({"wishes": wishes({}, {"second": ["s1"]})}, "$.wishes[1]", "w2"),
        ({"interpreters": [{"id": "i", "languages": ["en"]}]}, "$.interpreters[0].languages", "en"),
        ({"interpreters": [{"id": "b1", "languages": ["en", "de"]}]}, "$.interpreters[0].id", "b1"),
        ({"apart": [["b1", "nobody"]]}, "$.apart", "nobody"),
        ({"apart": [["b1", "b1"]]}, "$.apart", "b1, b1"),
        ({"apart": [["b1"]]}, "$.apart[0]", '["b1"]'),
        ({"precedences": [["w1", "w9"]]}, "$.precedences[0][1]", "w9"),
        ({"precedences": [["w1", "w1"]]}, "$.precedences[0]", "w1"),
        ({"most_apart": 1}, "$.most_apart", "1"),
        # What is well said, but cannot all come true:
        ({"wishes": wishes({"is_must": True}), "apart": [["s1", "b1"]]}, "$.wishes[0]", "w1"),
        ({"wishes": wishes({"is_must": True, "slots": [1]}), "tables": [2, 0]},
         "$.wishes[0]", "w1"),
        ({"people": [{"id": "b1", "most": 1}, *people()[1:]],
          "wishes": wishes({"is_must": True}, {"is_must": True})}, "$.people[0].most", "1"),
        ({"wishes": wishes({"pinned": 1}, {"is_must": True, "slots": [1]})}, "$.wishes[1]", "w2"),
        ({"wishes": wishes({}, {"pinned": 1}, {"pinned": 1}), "tables": [2, 1]},
         "$.tables[1]", "1"),
        ({"place_all": True, "tables": [1, 1]}, "$.wishes", "3 meetings"),
        ({"wishes": wishes({}, {"is_must": True, "slots": [0]}, {"is_must": True, "slots": [0]}),
          "tables": [1, 2]}, "$.wishes[2]", "w3"),
        ({"precedences": [["w1", "w3"], ["w3", "w1"]]}, "$.precedences", "w1 → w3 → w1"),
        ({"precedences": [["w2", "w3"]], "wishes": wishes({}, {"pinned": 1}, {"pinned": 0})},
         "$.precedences[0]", "w2, w3"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(changes: dict[str, Any], field: str, value: str) -> None:
    assert refused(**changes) == (field, value)


def test_a_promise_that_cannot_be_kept_says_why() -> None:
    absent = [{"id": "b1", "absent": [0]}, {"id": "b2"}, {"id": "s1", "absent": [1]}, {"id": "s2"}]
    with pytest.raises(BadInput) as error:
        problem_from_json(json.dumps(a_meet(people=absent, wishes=wishes({"is_must": True}))))
    assert str(error.value) == (
        "$.wishes[0]: “w1” cannot be used. It must take place, but b1 and s1 have no common free "
        "slot: they are never there together. Change that, or let the meeting go."
    )


def refusal(**changes: Any) -> str:
    with pytest.raises(BadInput) as error:
        problem_from_json(json.dumps(a_meet(**changes)))
    return str(error.value)


def test_musts_that_leave_each_other_no_slot_in_their_order_are_named_with_their_slots() -> None:
    slots_ = [*a_meet()["slots"], slot(ELEVEN, "2027-01-18T11:30:00+05:30")]
    musts = wishes({"is_must": True, "slots": [1, 2]}, {"is_must": True}, {"is_must": True})
    order = {"slots": slots_, "tables": [2, 2, 2], "precedences": [["w2", "w3"], ["w1", "w2"]]}
    assert problem_from_json(json.dumps(a_meet(**order)))
    assert refusal(**order, wishes=musts) == (
        "$.precedences[0]: “w2, w3” cannot be used. w2 must come first, and slot 2 is the earliest "
        "it can have; w3 must take place as well, but slot 2 is its latest. Change that, or let "
        "the meeting go."
    )


def test_what_was_meant_is_named() -> None:
    """A name nearly right, and a language by its name."""
    known = [{"id": "Anchor-1"}, *people()]
    asked = wishes({"first": ["anchor1"]})
    assert refusal(people=known, wishes=asked).endswith("Did you mean “Anchor-1”?")
    assert refusal(tables=[2, 10**15]).endswith("Give a whole number from 0 to 20,000.")
    assert "Day is out of range for month" in refusal(
        slots=[slot("2027-02-30T10:00:00Z", "2027-02-30T10:30:00Z")] * 2
    )
    for english in ("English", "EN", "eng"):
        refused_ = refusal(people=people(languages=[english]))
        assert refused_.endswith("The code of English is en.")


def test_a_side_may_be_left_empty_and_the_refusal_says_so() -> None:
    assert refusal(people=people(side="visitor")).endswith(
        "Choose one of: buyer, seller, or leave it empty."
    )


def test_two_pins_of_one_person_in_one_slot_are_both_named() -> None:
    assert refusal(wishes=wishes({"pinned": 0}, {"pinned": 0})) == (
        "$.wishes[1].pinned: “0” cannot be used. w1 and w2 are both pinned to slot 0, and b1 "
        "attends both: pin one of them to another slot."
    )


def test_a_pin_in_a_slot_in_which_somebody_is_absent_says_who() -> None:
    assert refusal(people=people(absent=[0]), wishes=wishes({}, {}, {"pinned": 0})) == (
        "$.wishes[2].pinned: “0” cannot be used. w3 is pinned to this slot, in which b2 cannot "
        "come: pin it to another, or take the absence off."
    )


def test_a_must_whose_only_interpreter_is_absent_names_the_interpreter() -> None:
    strangers = [{"id": "b1", "languages": ["de"]}, {"id": "b2"},
                 {"id": "s1", "languages": ["hi"]}, {"id": "s2"}]  # fmt: skip
    away = [{"id": "i1", "languages": ["de", "hi"], "absent": [0, 1]}]
    with pytest.raises(BadInput, match=r"interpret for them \(i1\) is absent in every slot"):
        problem_from_json(
            json.dumps(
                a_meet(people=strangers, wishes=wishes({"is_must": True}), interpreters=away)
            )
        )


def test_a_thousand_musts_of_one_person_each_push_the_next_on_and_fit() -> None:
    """Each could only move when all others do: paths of a thousand steps."""
    count = 900
    sellers = tuple(Person(f"s{number}") for number in range(count))
    wishes_ = tuple(
        Wish(f"w{number}", ("b",), (f"s{number}",), is_must=True,
             slots=frozenset({number, max(0, number - 1)}))
        for number in reversed(range(count))
    )  # fmt: skip
    problem = Problem(slots_of(count), (1,) * count, (Person("b"), *sellers), wishes_)
    check_promises(problem)
    first = replace(wishes_[-2], slots=frozenset({0}))
    with pytest.raises(BadInput, match="w0"):
        check_promises(replace(problem, wishes=(*wishes_[:-2], first, wishes_[-1])))


@pytest.mark.parametrize("text", ["", "[]", "7", "{", '{"slots": NaN}', "[" * 10**5, b"\xff\xfe"])
def test_what_is_no_meet_at_all_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadInput):
        problem_from_json(text)


def test_lists_beyond_reason_are_refused_before_they_are_read() -> None:
    assert refused(slots=[{}] * 1001) == ("$.slots", "1,001 entries")
    with pytest.raises(BadInput, match="the file"):
        check_file_size(10**9)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_a_meet_with_anything_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    """Never another error: whoever wrote the file is not left with a traceback."""
    document = a_meet()
    field = data.draw(st.sampled_from(["slots", "tables", "people", "wishes", "apart", "floor"]))
    strange = data.draw(ANYTHING)
    if data.draw(st.booleans()) and isinstance(document.get(field), list):
        inner = data.draw(st.sampled_from(["id", "start", "absent", "first", "weight", "pinned"]))
        entry = document[field][0]
        document[field][0] = entry | {inner: strange} if isinstance(entry, dict) else strange
    else:
        document[field] = strange
    try:
        problem = problem_from_json(json.dumps(document))
    except BadInput as error:
        assert error.field and error.remedy
    else:
        check(problem)


@given(seeds())
@settings(deadline=None, max_examples=50)
def test_small_meets_of_the_tests_pass_the_check(seed: int) -> None:
    problem = small_meet(seed)
    check(problem)


def test_an_answer_says_everything_and_why() -> None:
    answer = Answer(
        Timetable((Meeting("w1", "b1", "s1", 0, 1),)),
        value=3,
        bound=4.0,
        unmet=(Unmet("w2", "no common slot", {"who": "b1", "other": "s2"}),),
    )
    assert json.loads(json.dumps(answer_as_json(answer))) == {
        "timetable": {
            "meetings": [
                {"wish": "w1", "first": "b1", "second": "s1", "slot": 0, "table": 1,
                 "interpreter": None}
            ]
        },
        "value": 3, "bound": 4.0, "gap": 0.25, "is_proved": False, "is_infeasible": False,
        "breaks": None, "fewest": None, "idle_gaps": 0, "table_moves": 0, "below_floor": [],
        "contradiction": None, "fairness_price": 0.0, "seconds": 0.0,
        "unmet": [
            {"wish": "w2", "reason": "no common slot", "facts": {"who": "b1", "other": "s2"},
             "sentence": "b1 and s2 have no common free slot: they are never there together."}
        ],
    }  # fmt: skip


def test_the_schema_knows_every_field_that_is_read_and_written() -> None:
    defined = schema()["$defs"]
    document = problem_as_json(draw_meet(lifelike(12, 20)))
    assert set(document) <= set(defined["Problem"]["properties"])
    assert set(answer_as_json(Answer(Timetable(), 0, 0.0))) == set(defined["Answer"]["properties"])
    assert defined["Slot"]["properties"]["start"] == {"type": "string", "format": "date-time"}
