"""After the announcement: what can stay stays, what may move moves little, nothing is broken."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings

from matchmaker.errors import BadInput
from matchmaker.meets.faults import find_faults
from matchmaker.meets.problem import Interpreter, Meeting, Person, Problem, Timetable, Wish
from matchmaker.meets.repairing.repair import Change, Option, repair
from matchmaker.meets.repairing.residual import residual
from matchmaker.meets.repairing.surviving import Lost, without
from seed.meets import Shape, draw_meet, slots_of
from tests.meets.first_fit import first_fit
from tests.meets.small_meets import seeds, small_meet

HOPES = {"must missing", "pin missing"}  # what no repair can promise


def some_loss(problem: Problem, random: Random) -> Lost:
    """Somebody does not come, somebody is late, a slot or tables or an interpreter fall away."""
    people = [each.id for each in problem.people]
    slots = range(len(problem.slots))
    return Lost(
        people=frozenset(random.sample(people, random.randint(0, 1))),
        interpreters=frozenset(each.id for each in problem.interpreters if random.random() < 0.2),
        absences={random.choice(people): frozenset({0})} if random.random() < 0.5 else {},
        slots=frozenset(slot for slot in slots if random.random() < 0.1),
        tables={slot: random.randint(0, 2) for slot in slots if random.random() < 0.2},
    )


def could_stay(problem: Problem, meeting: Meeting) -> bool:
    """Whether nothing but other meetings can be in its way where it was announced."""
    alone = Timetable((replace(meeting, table=0),))
    return not {fault.kind for fault in find_faults(problem, alone)} - HOPES


def place_of(meeting: Meeting | None) -> tuple[str, str, int] | None:
    return (meeting.first, meeting.second, meeting.slot) if meeting else None


@given(seeds())
@settings(deadline=None, max_examples=60)
def test_a_repair_breaks_no_rule_and_touches_nothing_it_was_told_to_keep(seed: int) -> None:
    random = Random(seed)
    problem = small_meet(seed, people=9, slots=5, wishes=20)
    announced = first_fit(problem)
    lost = some_loss(problem, random)
    now = without(problem, lost)
    keep = {each.id for each in problem.people if random.random() < 0.2}
    keep |= {each.id for each in problem.wishes if random.random() < 0.1}
    try:
        options = repair(problem, announced, lost=lost, keep=keep, moves=(0, 1, 3))
    except BadInput as error:
        assert error.field == "keep"
        return
    assert [option.allowed for option in options] == [0, 1, 3]
    for option in options:
        check_option(now, announced, option, keep)
    values = [option.value for option in options]
    assert values == sorted(values)


def check_option(now: Problem, announced: Timetable, option: Option, keep: set[str]) -> None:
    kinds = {fault.kind for fault in find_faults(now, option.timetable)}
    assert kinds <= HOPES
    weight = {each.id: each.weight for each in now.wishes}
    assert option.value == sum(weight[each.wish] for each in option.timetable.meetings)
    assert option.value <= option.bound
    new = {each.wish: each for each in option.timetable.meetings}
    used = Counter(each.slot for each in announced.meetings)
    gone = set()
    for old in announced.meetings:
        has_stayed = place_of(new.get(old.wish)) == place_of(old)
        if not has_stayed and could_stay(now, old):
            gone.add(old.wish)
            assert not keep & {old.wish, old.first, old.second}
    # A slot that lost tables may lose as many meetings; all others went by a move.
    squeezed = sum(max(0, used[slot] - now.tables[slot]) for slot in used)
    assert len(gone) <= option.allowed + squeezed
    assert set(option.moved) <= gone and len(option.moved) <= option.allowed
    assert set(option.moved) <= set(new), "who may be moved is not sent away"
    assert {each.wish for each in option.changes if each.what == "new"} >= set(option.new)


def test_of_a_drawn_meet_nothing_moves_and_freed_slots_are_filled_nearly_as_well_as_can_be() -> (
    None
):
    problem = draw_meet(Shape(30, 60, tables="tight"))
    announced = first_fit(problem)
    lost = Lost(people=frozenset({"b0001", "b0002", "s0005"}))
    (option,) = repair(problem, announced, lost=lost, moves=(0,))
    lives = [
        each for each in announced.meetings if lost.people.isdisjoint((each.first, each.second))
    ]
    assert set(lives) <= set(option.timetable.meetings)
    assert option.moved == () and option.gap <= 0.01 and option.new


def two_by_two(**changes: object) -> Problem:
    """Two buyers, two sellers, two slots of one table; b1–s1 is announced in slot 0."""
    people = tuple(Person(each) for each in ("b1", "b2", "s1", "s2"))
    wishes = (
        Wish("b1-s1", ("b1",), ("s1",), weight=5),
        Wish("b2-s2", ("b2",), ("s2",), weight=9, slots=frozenset({0})),
    )
    return replace(Problem(slots_of(2), (1, 1), people, wishes), **changes)


ANNOUNCED = Timetable((Meeting("b1-s1", "b1", "s1", 0, 0),))


def test_a_move_makes_room_for_who_can_come_at_one_time_only() -> None:
    stays, moves = repair(two_by_two(), ANNOUNCED, moves=(0, 1))
    assert stays == Option(0, ANNOUNCED, value=5, bound=5.0)
    assert moves == Option(
        1,
        Timetable((Meeting("b2-s2", "b2", "s2", 0, 0), Meeting("b1-s1", "b1", "s1", 1, 0))),
        value=14,
        bound=14.0,
        moved=("b1-s1",),
        new=("b2-s2",),
        changes=(
            Change("b1", "moved", "b1-s1", 0, 1),
            Change("b2", "new", "b2-s2", None, 0),
            Change("s1", "moved", "b1-s1", 0, 1),
            Change("s2", "new", "b2-s2", None, 0),
        ),
    )


@pytest.mark.parametrize("kept", ["b1", "b1-s1", "s1"])
def test_what_is_kept_does_not_make_room(kept: str) -> None:
    (option,) = repair(two_by_two(), ANNOUNCED, keep=[kept], moves=(20,))
    assert option.timetable == ANNOUNCED


def test_a_lost_slot_sends_its_meeting_elsewhere_without_a_move() -> None:
    (option,) = repair(two_by_two(), ANNOUNCED, lost=Lost(slots=frozenset({0})), moves=(0,))
    assert option.timetable == Timetable((Meeting("b1-s1", "b1", "s1", 1, 0),))
    assert option.moved == () and option.off == ()


def test_of_a_no_show_the_meeting_is_off_and_both_are_told() -> None:
    lost = Lost(people=frozenset({"s1"}))
    (option,) = repair(two_by_two(), ANNOUNCED, lost=lost, moves=(0,))
    assert option.off == ("b1-s1",)
    assert option.changes[0] == Change("b1", "off", "b1-s1", 0, None)
    assert Change("b2", "new", "b2-s2", None, 0) in option.changes


def test_a_table_that_is_gone_reseats_a_meeting_in_its_slot() -> None:
    problem = two_by_two(tables=(2, 2))
    announced = Timetable((Meeting("b1-s1", "b1", "s1", 0, 1),))
    (option,) = repair(problem, announced, lost=Lost(tables={0: 1}), keep=["b1"], moves=(0,))
    assert option.timetable.meetings[0] == Meeting("b1-s1", "b1", "s1", 0, 0)
    assert option.changes[0] == Change("b1", "reseated", "b1-s1", 0, 0)


def test_somebody_new_is_given_what_is_free() -> None:
    problem = two_by_two()
    wider = replace(
        problem,
        people=(*problem.people, Person("b3")),
        wishes=(*problem.wishes, Wish("b3-s1", ("b3",), ("s1",))),
    )
    (option,) = repair(wider, ANNOUNCED, moves=(0,))
    assert Meeting("b3-s1", "b3", "s1", 1, 0) in option.timetable.meetings


def test_a_lost_interpreter_is_replaced_by_another() -> None:
    people = (Person("b", languages=frozenset({"de"})), Person("s", languages=frozenset({"ml"})))
    helpers = tuple(Interpreter(each, frozenset({"de", "ml"})) for each in ("i1", "i2"))
    problem = Problem(slots_of(1), (1,), people, (Wish("w", ("b",), ("s",)),), helpers)
    announced = Timetable((Meeting("w", "b", "s", 0, 0, "i1"),))
    (option,) = repair(problem, announced, lost=Lost(interpreters=frozenset({"i1"})), moves=(0,))
    assert option.timetable == Timetable((Meeting("w", "b", "s", 0, 0, "i2"),))


def test_more_to_be_kept_than_there_are_tables_is_refused() -> None:
    problem = two_by_two(tables=(2, 2))
    both = Timetable((*ANNOUNCED.meetings, Meeting("b2-s2", "b2", "s2", 0, 1)))
    with pytest.raises(BadInput, match="There are 2 meetings in slot 1, but only 1 table"):
        repair(problem, both, lost=Lost(tables={0: 1}), keep=["b1", "b2"])


@pytest.mark.parametrize(
    ("lost", "field"),
    [
        (Lost(people=frozenset({"x"})), "lost.people"),
        (Lost(interpreters=frozenset({"x"})), "lost.interpreters"),
        (Lost(absences={"x": frozenset({0})}), "lost.absences"),
        (Lost(slots=frozenset({2})), "lost.slots"),
        (Lost(tables={-1: 1}), "lost.tables"),
        (Lost(tables={1: -1}), "lost.tables[1]"),
    ],
)
def test_a_loss_of_what_was_never_there_is_refused(lost: Lost, field: str) -> None:
    with pytest.raises(BadInput) as error:
        without(two_by_two(), lost)
    assert error.value.field == field


def test_musts_and_pins_that_became_impossible_no_longer_bind() -> None:
    wishes = (Wish("pin", ("b1",), ("s1",), pinned=0), Wish("must", ("b2",), ("s2",), is_must=True))
    problem = two_by_two(wishes=wishes)
    late = without(problem, Lost(absences={"b1": frozenset({0})}, people=frozenset({"s2"})))
    assert late.wishes == (replace(wishes[0], pinned=None), replace(wishes[1], is_must=False))


@given(seeds())
@settings(deadline=None, max_examples=40)
def test_a_timetable_of_the_residual_fits_beside_what_is_settled(seed: int) -> None:
    problem = small_meet(seed, people=9, slots=5, wishes=20)
    whole = first_fit(problem)
    settled = [each for each in whole.meetings if Random(seed).random() < 0.5]
    added = first_fit(residual(problem, settled)).meetings
    both = [replace(each, table=-1) for each in (*settled, *added)]
    kinds = {fault.kind for fault in find_faults(problem, Timetable(tuple(both)))}
    assert kinds <= {"no such table", "table twice"}
