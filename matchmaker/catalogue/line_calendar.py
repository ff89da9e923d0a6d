"""The months of a production line as its firm keeps them: never below what was promised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.catalogue.amounts import not_whole
from matchmaker.catalogue.capacity import LineMonth, ProductionLine
from matchmaker.catalogue.facts import LARGEST
from matchmaker.catalogue.models import Firm, Product
from matchmaker.errors import BadInput, refuse
from matchmaker.wording import gettext as _

MONTHS_SHOWN = 12


@dataclass(frozen=True)
class CalendarMonth:
    """One month of a line, in its unit. `capacity` None: nobody has said."""

    month: dt.date
    capacity: Decimal | None
    committed: Decimal = Decimal(0)
    held: Decimal = Decimal(0)

    @property
    def promised(self) -> Decimal:
        """What cannot be taken back: committed to buyers or held for them."""
        return self.committed + self.held


def months_from(today: dt.date, count: int = MONTHS_SHOWN) -> list[dt.date]:
    """The first days of this month and of those that follow."""
    start = today.year * 12 + today.month - 1
    return [dt.date(at // 12, at % 12 + 1, 1) for at in range(start, start + count)]


def calendar_of(months: Iterable[LineMonth], today: dt.date) -> list[CalendarMonth]:
    """Twelve months from this one on, told or not."""
    told = {each.month: each for each in months}
    return [
        CalendarMonth(month, *_ledger(told[month])) if month in told else CalendarMonth(month, None)
        for month in months_from(today)
    ]


def set_capacity(
    db: Session,
    actor: Actor,
    firm: Firm,
    line: ProductionLine,
    months: Mapping[dt.date, Decimal],
    today: dt.date,
) -> None:
    """State what the line can make in these months, and confirm it by that. The caller commits.

    Raises BadInput('capacity.<month>') where less is stated than was promised to buyers. Holds
    placed in the same moment are seen: each month is one UPDATE that finds room or does nothing.
    """
    actor.must_write_for(firm.organisation_id)
    if line.firm_id != firm.id:
        raise BadInput("line", line.name, _("Choose a production line of this firm."))
    before = {each.month: each.capacity for each in line.months}
    for month, capacity in months.items():
        _check(month, capacity, line.unit)
        if month not in before:
            db.add(LineMonth(line_id=line.id, month=month, capacity=capacity))
        elif before[month] != capacity:
            _restate(db, line, month, capacity)
    line.confirmed_on = today
    db.flush()
    db.expire(line, ["months"])
    changed = {month for month in months if before.get(month) != months[month]}
    record(
        db,
        actor,
        "capacity.stated",
        "firm",
        firm.public_id,
        before={str(month): str(before.get(month)) for month in changed} | {"line": line.name},
        after={str(month): str(months[month]) for month in changed} | {"line": line.name},
    )
    note_line(db, line)


def note_line(db: Session, line: ProductionLine) -> None:
    """Tell everybody who shows it: all products of the line share its months."""
    products = db.scalars(select(Product.id).where(Product.line_id == line.id))
    changes = [Change("product", number, "saved") for number in products]
    note_changes(db, [*changes, Change("firm", line.firm_id, "saved")])


def _restate(db: Session, line: ProductionLine, month: dt.date, capacity: Decimal) -> None:
    stated = db.execute(
        update(LineMonth)
        .where(
            LineMonth.line_id == line.id,
            LineMonth.month == month,
            LineMonth.committed + LineMonth.held <= capacity,
        )
        .values(capacity=capacity)
        .execution_options(synchronize_session=False)
    )
    if not getattr(stated, "rowcount", 0):
        found = db.get(LineMonth, (line.id, month), populate_existing=True)
        promised = found.committed + found.held if found else Decimal(0)
        remedy = _(
            "%(promised)s are promised to buyers in this month: enter at least that.",
            promised=f"{promised:f}",
        )
        raise BadInput(f"capacity.{month:%Y-%m}", capacity, remedy)


def _check(month: dt.date, capacity: Decimal, unit: str) -> None:
    name = f"capacity.{month:%Y-%m}"
    if month.day != 1:
        raise BadInput("month", month, _("Give the first day of the month."))
    if not capacity.is_finite() or not 0 <= capacity < LARGEST:
        raise BadInput(name, capacity, _("Enter a number that is not negative."))
    refuse(not_whole(name, capacity, unit))


def _ledger(month: LineMonth) -> tuple[Decimal, Decimal, Decimal]:
    return month.capacity, month.committed, month.held
