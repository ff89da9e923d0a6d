"""find_faults is judged by faults of every kind, planted one at a time into right timetables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings

from matchmaker.meets.faults import Fault, breaks_of, find_faults
from matchmaker.meets.problem import Interpreter, Meeting, Person, Problem, Timetable, Wish
from matchmaker.meets.sentences import FAULTS
from seed.meets import draw_meet, lifelike, slots_of
from tests.meets.first_fit import first_fit
from tests.meets.small_meets import seeds, small_meet

Case = tuple[Problem, Timetable]


def right_case(seed: int) -> Case:
    """A right timetable with a further day of three slots, where four more people meet.

    An interpreter helps `anna` and `bo` in its first slot; `anna` meets `cem` in the third, so
    she waits once. `dov` has nothing to do. Every kind of fault can be planted here.
    """
    problem = replace(small_meet(seed), precedences=())
    count = len(problem.slots)
    later = slots_of(3)
    day = problem.slots[-1].day + 1
    people = [
        Person("anna", languages=frozenset({"xx"})),
        Person("bo", languages=frozenset({"yy"})),
    ]
    wishes = [Wish("anna-bo", ("anna",), ("bo",)), Wish("anna-cem", ("anna",), ("cem",))]
    wider = replace(
        problem,
        slots=(*problem.slots, *(replace(each, day=day) for each in later)),
        tables=(*problem.tables, 3, 3, 3),
        people=(*problem.people, *people, Person("cem"), Person("dov")),
        wishes=(*problem.wishes, *wishes),
        interpreters=(*problem.interpreters, Interpreter("ilse", frozenset({"xx", "yy"}))),
    )  # fmt: skip
    more = (
        Meeting("anna-bo", "anna", "bo", count, 0, "ilse"),
        Meeting("anna-cem", "anna", "cem", count + 2, 0),
    )
    return wider, Timetable((*first_fit(problem).meetings, *more))


def given_list(problem: Problem, timetable: Timetable) -> Problem:
    """The same meet with exactly these meetings as the list to be placed."""
    placed = {each.wish for each in timetable.meetings}
    wishes = tuple(each for each in problem.wishes if each.id in placed)
    return replace(problem, wishes=wishes, place_all=True)


def changed_person(problem: Problem, who: str, **changes: object) -> Problem:
    people = tuple(replace(p, **changes) if p.id == who else p for p in problem.people)
    return replace(problem, people=people)


def changed_wish(problem: Problem, wish: str, **changes: object) -> Problem:
    wishes = tuple(replace(w, **changes) if w.id == wish else w for w in problem.wishes)
    return replace(problem, wishes=wishes)


def changed_helper(problem: Problem, **changes: object) -> Problem:
    *others, ilse = problem.interpreters
    return replace(problem, interpreters=(*others, replace(ilse, **changes)))


def with_meeting(timetable: Timetable, old: Meeting, **changes: object) -> Timetable:
    return Timetable(tuple(replace(m, **changes) if m is old else m for m in timetable.meetings))


def without(timetable: Timetable, old: Meeting) -> Timetable:
    return Timetable(tuple(m for m in timetable.meetings if m is not old))


def free_of(problem: Problem, meeting: Meeting) -> Problem:
    """Without the rules that would be broken as well if this meeting took place anywhere."""
    problem = changed_wish(problem, meeting.wish, pinned=None, slots=None)
    for who in (meeting.first, meeting.second):
        problem = changed_person(problem, who, most=None)
    return problem


def beside(problem: Problem, timetable: Timetable, meeting: Meeting, **changes: object) -> Case:
    """One more meeting in the slot of this one, of `cem` and `dov`, at a table of its own."""
    wish = Wish("one more", (str(changes.get("first", "cem")),), ("dov",))
    tables = list(problem.tables)
    tables[meeting.slot] += 1
    wider = replace(problem, wishes=(*problem.wishes, wish), tables=tuple(tables))
    new = Meeting(wish.id, "cem", "dov", meeting.slot, tables[meeting.slot] - 1)
    return wider, Timetable((*timetable.meetings, replace(new, **changes)))


def plant(kind: str, problem: Problem, timetable: Timetable, random: Random) -> Case:
    """The case with one fault of this kind."""
    return PLANTS[kind](problem, timetable, random.choice(timetable.meetings))


def helped(timetable: Timetable) -> Meeting:
    return next(each for each in timetable.meetings if each.wish == "anna-bo")


def _unknown_wish(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    return problem, Timetable((*timetable.meetings, replace(meeting, wish="nobody asked")))


def _meets_oneself(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    problem = changed_wish(problem, meeting.wish, second=(meeting.first,))
    return problem, with_meeting(timetable, meeting, second=meeting.first)


def _same_company(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    for who in (meeting.first, meeting.second):
        problem = changed_person(problem, who, company="Joint")
    return problem, timetable


def _kept_apart(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    pair = (meeting.second, meeting.first)
    return replace(problem, apart=problem.apart | {pair}), timetable


def _rival_companies(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    problem = changed_person(problem, meeting.first, company="North")
    problem = changed_person(problem, meeting.second, company="South")
    return replace(problem, apart=problem.apart | {("North", "South")}), timetable


def _person_twice(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    wider = free_of(changed_person(problem, meeting.first, languages=frozenset()), meeting)
    return beside(wider, timetable, meeting, first=meeting.first)


def _absent(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    return changed_person(problem, meeting.second, absent=frozenset({meeting.slot})), timetable


def _too_many(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    count = Counter(who for each in timetable.meetings for who in (each.first, each.second))
    return changed_person(problem, meeting.first, most=count[meeting.first] - 1), timetable


def _wish_twice(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    meeting = helped(timetable)
    again = replace(meeting, slot=meeting.slot + 1)
    return problem, Timetable((*timetable.meetings, again))


def _wrong_slot(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    others = frozenset(range(len(problem.slots))) - {meeting.slot}
    return changed_wish(problem, meeting.wish, slots=others), timetable


def _pin_moved(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    elsewhere = (meeting.slot + 1) % len(problem.slots)
    return changed_wish(problem, meeting.wish, pinned=elsewhere), timetable


def _pin_missing(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    problem = changed_wish(problem, meeting.wish, pinned=meeting.slot, is_must=True)
    return problem, without(timetable, meeting)


def _must_missing(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    return changed_wish(problem, meeting.wish, is_must=True), without(timetable, meeting)


def _not_placed(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    return given_list(problem, timetable), without(timetable, meeting)


def _slot_full(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    tables = list(problem.tables)
    tables[meeting.slot] = sum(each.slot == meeting.slot for each in timetable.meetings) - 1
    return replace(problem, tables=tuple(tables)), timetable


def _table_twice(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    if meeting.wish == "anna-cem":  # cem, who is to sit down there as well, is busy
        meeting = helped(timetable)
    return beside(problem, timetable, meeting, table=meeting.table)


def _interpreter_twice(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    return beside(problem, timetable, helped(timetable), interpreter="ilse")


def _precedence(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    last = next(each for each in timetable.meetings if each.wish == "anna-cem")
    other = meeting if meeting is not last else helped(timetable)
    return replace(problem, precedences=((last.wish, other.wish),)), timetable


def _breaks_apart(problem: Problem, timetable: Timetable, meeting: Meeting) -> Case:
    breaks = breaks_of(problem, timetable.meetings).values()
    spread = max(breaks) - min(breaks)
    return replace(given_list(problem, timetable), most_apart=spread - 1), timetable


PLANTS: dict[str, Callable[[Problem, Timetable, Meeting], Case]] = {
    "unknown wish": _unknown_wish,
    "unknown person": lambda p, t, m: (p, with_meeting(t, m, second="a stranger")),
    "unknown slot": lambda p, t, m: (p, with_meeting(t, m, slot=len(p.slots))),
    "unknown interpreter": lambda p, t, m: (p, with_meeting(t, m, interpreter="nobody")),
    "not of the wish": lambda p, t, m: (p, with_meeting(t, m, first=m.second, second=m.first)),
    "meets oneself": _meets_oneself,
    "same company": _same_company,
    "kept apart": _kept_apart,
    "person twice": _person_twice,
    "person absent": _absent,
    "too many meetings": _too_many,
    "wish twice": _wish_twice,
    "wrong slot": _wrong_slot,
    "pin moved": _pin_moved,
    "pin missing": _pin_missing,
    "must missing": _must_missing,
    "not placed": _not_placed,
    "slot full": _slot_full,
    "no such table": lambda p, t, m: (p, with_meeting(t, m, table=-1)),
    "table twice": _table_twice,
    "interpreter missing": lambda p, t, m: (p, with_meeting(t, helped(t), interpreter=None)),
    "interpreter unable": lambda p, t, m: (changed_helper(p, languages=frozenset({"xx"})), t),
    "interpreter twice": _interpreter_twice,
    "interpreter absent": lambda p, t, m: (
        changed_helper(p, absent=frozenset({helped(t).slot})),
        t,
    ),
    "precedence broken": _precedence,
    "breaks apart": _breaks_apart,
}


def test_a_plant_is_known_for_every_kind_of_fault() -> None:
    assert set(PLANTS) == set(FAULTS)


@given(seeds())
@settings(deadline=None, max_examples=40)
def test_a_right_timetable_has_no_faults_and_a_planted_one_is_the_only_one_found(
    seed: int,
) -> None:
    problem, timetable = right_case(seed)
    assert find_faults(problem, timetable) == ()
    assert find_faults(given_list(problem, timetable), timetable) == ()
    for kind in FAULTS:
        found = find_faults(*plant(kind, problem, timetable, Random(seed)))
        assert {fault.kind for fault in found} == {kind}
        assert all(fault.sentence for fault in found)


def test_companies_that_are_rivals_are_kept_apart() -> None:
    problem, timetable = right_case(1)
    found = find_faults(*_rival_companies(problem, timetable, helped(timetable)))
    assert [fault.kind for fault in found] == ["kept apart"]


def test_a_table_beyond_the_hall_is_told_once_where_the_slot_is_not_full() -> None:
    problem, timetable = right_case(1)
    far = with_meeting(timetable, helped(timetable), table=3)
    assert [fault.kind for fault in find_faults(problem, far)] == ["no such table"]


def test_a_fault_says_who_what_and_where_and_counts_slots_from_one() -> None:
    people = (Person("anna", absent=frozenset({1})), Person("bo"))
    problem = Problem(slots_of(2), (1, 1), people, (Wish("w", ("anna",), ("bo",)),))
    timetable = Timetable((Meeting("w", "anna", "bo", slot=1, table=0),))
    (fault,) = find_faults(problem, timetable)
    assert fault == Fault(
        "person absent", "w", "anna", 1, 0, {"wish": "w", "who": "anna", "slot": 1, "table": 0}
    )
    assert fault.sentence == "anna has a meeting in slot 2, but is absent then."


def test_a_precedence_binds_only_where_both_meetings_take_place() -> None:
    people = tuple(Person(each) for each in "abc")
    wishes = (Wish("ab", ("a",), ("b",)), Wish("bc", ("b",), ("c",)))
    problem = Problem(slots_of(2), (1, 1), people, wishes, precedences=(("ab", "bc"),))
    assert not find_faults(problem, Timetable((Meeting("bc", "b", "c", 0, 0),)))


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ((0, 3), 1),
        ((0, 2, 4), 2),
        ((0, 1, 2), 0),
        ((4, 5), 0),
        ((), 0),
        ((3, 6), 0),
        ((0, 3, 6, 9), 2),
    ],
)
def test_waiting_is_counted_in_runs_and_not_over_night(
    slots: tuple[int, ...], expected: int
) -> None:
    people = (Person("a"), *(Person(f"b{slot}") for slot in slots))
    problem = Problem(slots_of(10, a_day=5), (9,) * 10, people, ())
    meetings = [Meeting("", "a", f"b{slot}", slot, 0) for slot in slots]
    assert breaks_of(problem, meetings)["a"] == expected


def test_a_lifelike_meet_filled_greedily_has_no_faults_except_missing_musts() -> None:
    problem = draw_meet(lifelike(60, 120, tables="tight"))
    found = find_faults(problem, first_fit(problem))
    assert {fault.kind for fault in found} <= {"must missing"}
