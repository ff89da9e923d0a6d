"""Plans and shortfalls as a buyer reads them: dates that differ, amounts with their unit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from matchmaker.matching.consortium.describing import say_plan, say_relaxation, say_shortfall
from matchmaker.matching.consortium.planning import consortia_for
from matchmaker.matching.consortium.problem import (
    Consortia,
    Missing,
    Problem,
    Relaxation,
    Short,
    Shortfall,
)
from tests.matching.consortium.made_up import make_ask, make_candidate

DOZENS = replace(make_ask((720_000,)), unit="DZN", step=Decimal("0.1"), is_once=True, due=1)
WAITING = make_candidate(
    "A", missing=(Missing("GOTS", (60, 150), False, True), Missing("REACH", (10, 30), False, True))
)


def test_goods_that_leave_on_one_day_are_said_to_leave_on_one_day() -> None:
    problem = Problem(make_ask((8,)), (make_candidate("A", (10,)),))
    answer = consortia_for(problem)
    assert isinstance(answer, Consortia)
    one_day = replace(answer.fewest, first_shipment=dt.date(2027, 1, 15),
                      last_shipment=dt.date(2027, 1, 15))  # fmt: skip
    assert str(say_plan(one_day, problem.ask)[-1]) == "All goods leave by 2027-01-15."
    later = replace(one_day, last_shipment=dt.date(2027, 1, 31))
    assert str(say_plan(later, problem.ask)[-1]) == (
        "The first goods leave by 2027-01-15, the last by 2027-01-31."
    )


def test_what_is_short_and_what_is_left_are_whole_and_add_up() -> None:
    problem = Problem(DOZENS, (make_candidate("A", (113_576,)),))
    left = replace(problem, ask=replace(DOZENS, demand=(113_576,)))
    less = Relaxation("quantity", left, Decimal(606_424))
    said = say_shortfall(Shortfall("", (Short(0, 606_424),), (less,)), problem)
    assert [str(each) for each in said] == [
        f"60,643 doz short by {DOZENS.deadline}.",
        "With 60,643 doz less, 11,357 doz in all, it can be done.",
    ]


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ({1: 7}, "7 kg short in 2027-02."),
        ({0: 7, 1: 7, 2: 7}, "7 kg short in each month from 2027-01 to 2027-03."),
        ({0: 7, 2: 7}, "Short: 7 kg in 2027-01, 7 kg in 2027-03."),
        ({0: 7, 1: 1200}, "Short: 7 kg in 2027-01, 1,200 kg in 2027-02."),
        ({}, "It takes more firms than the buyer would have."),
    ],
)
def test_what_is_short_in_several_months_is_one_sentence(
    amounts: dict[int, int], said: str
) -> None:
    problem = Problem(make_ask((9, 1300, 9)), ())
    found = Shortfall("", tuple(Short(*each) for each in amounts.items()))
    assert [str(each) for each in say_shortfall(found, problem)] == [said]


@pytest.mark.parametrize(
    ("firms", "said"),
    [
        (("A",), "If A obtains GOTS, REACH in the shortest time (60 days), it can be done."),
        (("A", "B"), "If A, B obtain their certificates in the shortest time (60 days),"
                     " it can be done."),
    ],
)  # fmt: skip
def test_certificates_would_do_in_their_shortest_time(firms: tuple[str, ...], said: str) -> None:
    problem = Problem(make_ask(), (WAITING,))
    found = Relaxation("certificates", problem, firms=firms, days=60)
    assert str(say_relaxation(found)) == said
