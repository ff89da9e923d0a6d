"""The periods of an order: months of a monthly one, weeks of a single shipment. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from matchmaker.errors import BadInput
from matchmaker.matching.consortium.checking import LARGEST_AMOUNT, MOST_PERIODS
from matchmaker.matching.consortium.problem import Ask
from matchmaker.matching.problem import FreeMonth, Requirement
from matchmaker.matching.scoring.window import DAY, months_later
from matchmaker.measures import UNITS, Quantity

# What is counted in whole pieces is not split; all else to about six digits of what is asked.
COUNTED = ("piece", "pair", "set")
DIGITS = 6
# How far beyond the deadline 'and later?' is asked.
LATER_WEEKS, LATER_MONTHS = 12, 3
WEEK = dt.timedelta(days=7)


def ask_of(requirement: Requirement, today: dt.date, currency: str) -> Ask:
    """The requirement's amounts and periods. Raises BadInput when it is due before today."""
    step = step_of(requirement.quantity)
    amount = steps_up(requirement.quantity.amount, step)
    if not 0 < amount <= LARGEST_AMOUNT:
        raise BadInput("quantity", requirement.quantity.amount, "Ask for an amount in reason.")
    if requirement.months:
        fences = _months(requirement, today)
        demand = (amount,) * requirement.months
        return Ask(requirement.quantity.unit, step, currency, today, fences, demand)
    fences, due = _weeks(requirement.ship_by, today)
    return Ask(
        requirement.quantity.unit, step, currency, today, fences, (amount,), is_once=True, due=due
    )  # fmt: skip


def step_of(quantity: Quantity) -> Decimal:
    """One piece of what is counted; else so that the quantity has about six digits."""
    if quantity.dimension in COUNTED and UNITS[quantity.unit].factor == 1:
        return Decimal(1)
    return Decimal(1).scaleb(quantity.amount.adjusted() + 1 - DIGITS)


def steps_up(amount: Decimal | Fraction, step: Decimal) -> int:
    """The amount in steps, rounded up: what must not be less."""
    return -int(-Fraction(amount) // Fraction(step))


def steps_down(amount: Decimal | Fraction, step: Decimal) -> int:
    """The amount in steps, rounded down: what must not be more."""
    return int(Fraction(amount) // Fraction(step))


def free_steps(
    free: Iterable[FreeMonth], fences: tuple[dt.date, ...], factor: Fraction, step: Decimal
) -> tuple[int, ...]:
    """What can be made in each period, in steps; `factor`: asked units in a trading unit.

    Capacity comes evenly over the days of its month. Sums are rounded, not weeks, so that a
    shipment of many weeks loses no more than one step.
    """
    known = list(free)
    sums = [steps_down(_free_until(known, fences[0], day) * factor, step) for day in fences]
    return tuple(b - a for a, b in pairwise(sums))


def _free_until(free: list[FreeMonth], start: dt.date, end: dt.date) -> Fraction:
    """In trading units, of the days from `start` up to `end`, that day left out."""
    total = Fraction(0)
    for each in free:
        first = each.month.replace(day=1)
        after = months_later(first, 1)
        days = (min(after, end) - max(first, start)).days
        if days > 0:
            total += Fraction(each.free) * days / (after - first).days
    return total


def _months(requirement: Requirement, today: dt.date) -> tuple[dt.date, ...]:
    """Months from `ship_from` on; of one that has begun only what is left."""
    count = min(requirement.months + LATER_MONTHS, MOST_PERIODS)
    fences = [months_later(requirement.ship_from, n) for n in range(count + 1)]
    if fences[1] <= today:
        remedy = "Name a first month that has not yet passed."
        raise BadInput("ship_from", requirement.ship_from, remedy)
    return (max(fences[0], today), *fences[1:])


def _weeks(ship_by: dt.date, today: dt.date) -> tuple[tuple[dt.date, ...], int]:
    """Weeks that end with the day of shipping, the first perhaps shorter, and some later ones.

    A far deadline is counted in longer stretches of whole weeks: a period is never less than a
    week, and there are never more than 120.
    """
    days = (ship_by - today).days + 1
    if days < 1:
        raise BadInput("ship_by", ship_by, "Name a day that has not yet passed.")
    weeks = -(-days // (7 * (MOST_PERIODS - LATER_WEEKS)))
    stretch = weeks * WEEK
    due = -(-days // stretch.days)
    end = ship_by + DAY
    before = [end - n * stretch for n in range(due - 1, -1, -1)]
    after = [end + (n + 1) * stretch for n in range(LATER_WEEKS)]
    return (today, *before, *after), due
