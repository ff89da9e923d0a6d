"""Twelve months of capacity as the bars show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from functools import cache
from typing import Protocol

from babel import Locale
from flask_babel import format_date

from matchmaker.storefront.words import locale

MONTHS = 12
LONGEST_ON_A_PHONE = 4  # letters of a month under a bar of a twelfth of 390 px


class Ledger(Protocol):
    """What a month of a line, or of many lines summed, says."""

    @property
    def month(self) -> dt.date: ...
    @property
    def capacity(self) -> Decimal: ...
    @property
    def committed(self) -> Decimal: ...
    @property
    def held(self) -> Decimal: ...


@dataclass(frozen=True)
class MonthSum:
    """The same month of several lines, added up."""

    month: dt.date
    capacity: Decimal
    committed: Decimal
    held: Decimal


@dataclass(frozen=True)
class MonthBar:
    """One bar; all figures None when nothing is known of the month.

    `short` is the name that fits a phone.
    """

    label: str
    short: str
    name: str
    capacity: Decimal | None
    committed: Decimal | None
    held: Decimal | None

    @property
    def free(self) -> Decimal | None:
        if self.capacity is None or self.committed is None or self.held is None:
            return None
        return self.capacity - self.committed - self.held


def first_days(today: dt.date) -> tuple[dt.date, ...]:
    """The first days of this month and of the eleven after it."""
    start = today.year * 12 + today.month - 1
    return tuple(dt.date(n // 12, n % 12 + 1, 1) for n in range(start, start + MONTHS))


def month_bars(
    ledgers: Iterable[Ledger], today: dt.date, per_unit: Decimal = Decimal(1)
) -> tuple[MonthBar, ...]:
    """Bars in trading units, when `per_unit` is what one of them takes of the line."""
    known: Mapping[dt.date, Ledger] = {each.month: each for each in ledgers}
    return tuple(_bar(day, known.get(day), per_unit) for day in first_days(today))


def average_free(bars: Sequence[MonthBar]) -> Decimal | None:
    """What is free in a usual month; None when nobody said."""
    told = [bar.free for bar in bars if bar.free is not None]
    return calm(sum(told, Decimal(0)) / len(told)) if told else None


def first_with_room(bars: Sequence[MonthBar], needed: Decimal) -> MonthBar | None:
    """The first month from the next on in which so much is free: this one is under way."""
    return next((bar for bar in bars[1:] if bar.free is not None and bar.free >= needed), None)


def filled_by(bars: Sequence[MonthBar], needed: Decimal) -> tuple[int, MonthBar] | None:
    """How many months from the next on give so much together, and the last of them."""
    total = Decimal(0)
    for count, bar in enumerate(bars[1:], start=1):
        total += bar.free or 0
        if total >= needed:
            return count, bar
    return None


def calm(value: Decimal) -> Decimal:
    """Three significant digits, never more than there is: plans are no more exact than that."""
    if value <= 0:
        return Decimal(0)
    step = Decimal(1).scaleb(max(value.adjusted() - 2, -2))
    rounded = value.quantize(step, ROUND_DOWN)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


def _bar(day: dt.date, ledger: Ledger | None, per_unit: Decimal) -> MonthBar:
    names = (
        format_date(day, "LLL"),
        format_date(day, "LLLLL" if _has_long_months(locale()) else "LLL"),
        format_date(day, "LLLL yyyy"),
    )
    if ledger is None:
        return MonthBar(*names, None, None, None)
    capacity, committed, held = (
        calm(each / per_unit) for each in (ledger.capacity, ledger.committed, ledger.held)
    )
    return MonthBar(*names, capacity, min(committed, capacity), held)


@cache
def _has_long_months(spoken: Locale) -> bool:
    """Whether even abbreviated months are wider than a twelfth of a phone."""
    return max(map(len, spoken.months["stand-alone"]["abbreviated"].values())) > LONGEST_ON_A_PHONE
