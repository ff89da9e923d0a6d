"""When goods are to be shipped, and how much can be made until then. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from matchmaker.matching.problem import FreeMonth, Requirement

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """A stretch of days, both included."""

    start: dt.date
    end: dt.date


def first_shipment(requirement: Requirement) -> dt.date:
    """The day by which the first goods must leave: `ship_by`, or the end of the first month."""
    return periods_of(requirement, requirement.ship_from)[0].end


def last_shipment(requirement: Requirement) -> dt.date:
    """The day by which the last goods must leave: papers are to be valid until then."""
    return periods_of(requirement, requirement.ship_from)[-1].end


def periods_of(requirement: Requirement, today: dt.date) -> tuple[Window, ...]:
    """The stretches in each of which `quantity` is to be made.

    One shipment: from today (what is made earlier than `ship_from` can wait) until `ship_by`.
    Monthly: each month from `ship_from` on, whatever is left of one that has begun.
    """
    if not requirement.months:
        return (Window(today, requirement.ship_by),)
    starts = [months_later(requirement.ship_from, n) for n in range(requirement.months + 1)]
    return tuple(Window(max(start, today), end - DAY) for start, end in pairwise(starts))


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months on; the last of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def shares_of(months: Sequence[dt.date], window: Window) -> tuple[float, ...]:
    """What part of each month (by its first day) lies in the window, for columns of months.

    Capacity is taken to come evenly over the days of its month.
    """
    return tuple(_share(month, window) for month in months)


def free_in(free: Iterable[FreeMonth], window: Window) -> float | None:
    """What can be made in the window, in trading units; None when nothing is said of it.

    Months of the window of which nobody spoke add nothing: the figure is then the least.
    """
    found: float | None = None
    for each in free:
        share = _share(each.month, window)
        if share > 0:
            found = (found or 0.0) + float(each.free) * share
    return found


@lru_cache(maxsize=4096)  # a question asks for the same months of every offer
def _share(month: dt.date, window: Window) -> float:
    days = calendar.monthrange(month.year, month.month)[1]
    first = month.replace(day=1)
    begin = max(first, window.start)
    end = min(first + dt.timedelta(days=days - 1), window.end)
    return max(0, (end - begin).days + 1) / days
