"""Twelve months as bars, and what they say about an order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from flask import Flask

from matchmaker.storefront.capacity_view import (
    MonthSum,
    average_free,
    calm,
    filled_by,
    first_days,
    first_with_room,
    month_bars,
)
from matchmaker.storefront.sea import sailing_days

TODAY = dt.date(2026, 11, 21)


def month(number: int, year: int, capacity: int, committed: int = 0, held: int = 0) -> MonthSum:
    return MonthSum(dt.date(year, number, 1), Decimal(capacity), Decimal(committed), Decimal(held))


def test_twelve_months_begin_with_this_one_and_cross_the_year() -> None:
    days = first_days(TODAY)
    assert (days[0], days[2], days[-1]) == (
        dt.date(2026, 11, 1),
        dt.date(2027, 1, 1),
        dt.date(2027, 10, 1),
    )


def test_months_before_this_one_do_not_show(app: Flask) -> None:
    with app.test_request_context():
        bars = month_bars([month(10, 2026, 500), month(12, 2026, 300, 100, 50)], TODAY)
    assert [bar.capacity for bar in bars].count(None) == 11
    assert (bars[1].name, bars[1].free) == ("December 2026", Decimal(150))
    assert average_free(bars) == Decimal(150)


def test_what_is_under_way_is_too_late_for_a_new_order(app: Flask) -> None:
    with app.test_request_context():
        bars = month_bars([month(11, 2026, 900), month(1, 2027, 400), month(2, 2027, 700)], TODAY)
    assert first_with_room(bars, Decimal(500)) == bars[3]
    assert first_with_room(bars, Decimal(800)) is None
    assert filled_by(bars, Decimal(800)) == (3, bars[3])
    assert filled_by(bars, Decimal(5000)) is None


def test_nothing_told_is_no_capacity_of_nought(app: Flask) -> None:
    with app.test_request_context():
        bars = month_bars([], TODAY)
    assert average_free(bars) is None
    assert first_with_room(bars, Decimal(1)) is None


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("61732", "61700"),
        ("999.9", "999"),
        ("12.345", "12.3"),
        ("0.4567", "0.45"),
        ("0", "0"),
        ("-3", "0"),
        ("100", "100"),
    ],
)
def test_plans_are_told_in_three_digits_and_never_more_than_there_is(
    exact: str, shown: str
) -> None:
    assert calm(Decimal(exact)) == Decimal(shown)


def test_days_under_way() -> None:
    assert sailing_days(12661) == 20
    assert sailing_days(40) == 1
