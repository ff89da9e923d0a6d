"""What a firm's production lines can make, month by month."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.api.door import key_actor, who_asks, with_key
from matchmaker.api.pages import own
from matchmaker.api.schemas import CapacityStated, FirmSeen, Lines, MonthOfLine
from matchmaker.api.shown import firm_seen, line_shown, month_shown
from matchmaker.catalogue.capacity import ProductionLine
from matchmaker.catalogue.line_calendar import calendar_of, months_from, set_capacity
from matchmaker.catalogue.models import Firm
from matchmaker.catalogue.queries import firm_of
from matchmaker.database import get_db
from matchmaker.errors import BadInput, NotFound
from matchmaker.limits import limiter, search_limit
from matchmaker.orm import utc_now

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@own.route("/firm")
@with_key("catalogue:read")
@limiter.limit(search_limit, key_func=who_asks)
@own.response(200, FirmSeen)
def own_firm() -> dict[str, Any]:
    """The firm this key belongs to, or acts for."""
    return firm_seen(firm_of(get_db(), key_actor()))


@own.route("/lines")
@with_key("capacity:read")
@limiter.limit(search_limit, key_func=who_asks)
@own.response(200, Lines)
def lines() -> dict[str, Any]:
    """All production lines with the coming twelve months."""
    db, today = get_db(), utc_now().date()
    found = _lines(db, firm_of(db, key_actor()))
    shown = (
        line_shown(number, each, calendar_of(each.months, today))
        for number, each in enumerate(found, 1)
    )
    return {"items": list(shown)}


@own.route("/lines/<int:number>/months/<month>", methods=["PUT"])
@with_key("capacity:write")
@limiter.limit(search_limit, key_func=who_asks)
@own.arguments(CapacityStated)
@own.response(200, MonthOfLine)
def state_capacity(said: dict[str, Any], number: int, month: str) -> dict[str, Any]:
    """State what a line can make in a month; never less than was promised in it."""
    actor, db, today = key_actor(), get_db(), utc_now().date()
    firm = firm_of(db, actor)
    found = _lines(db, firm)
    if not 1 <= number <= len(found):
        raise NotFound("There is no such production line.")
    line, first = found[number - 1], _first_day(month, today)
    set_capacity(db, actor, firm, line, {first: said["capacity"]}, today)
    db.commit()
    shown = {each.month: each for each in calendar_of(line.months, today)}
    return month_shown(shown[first])


def _lines(db: Session, firm: Firm) -> list[ProductionLine]:
    query = (
        select(ProductionLine)
        .where(ProductionLine.firm_id == firm.id)
        .options(joinedload(ProductionLine.family), selectinload(ProductionLine.months))
        .order_by(ProductionLine.id)
    )
    return list(db.scalars(query))


def _first_day(month: str, today: dt.date) -> dt.date:
    parts = MONTH.fullmatch(month)
    first = dt.date(int(parts[1]), int(parts[2]), 1) if parts and int(parts[1]) > 0 else None
    if first is None or first not in months_from(today):
        raise BadInput("month", month, "Write this or one of the next eleven months as 2027-03.")
    return first
