"""Pages of export readiness: for the firm itself, and for the desk of any firm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.catalogue.models import Firm
from matchmaker.certification.pages import pages
from matchmaker.certification.readiness_pages import (
    ADDRESSED,
    MARKETS,
    find_firm,
    find_product,
    label,
    overview,
    plan_page,
)
from matchmaker.database import get_db
from matchmaker.errors import NotFound
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

# Goods that are ordered today arrive in about three months: made, carried to the port, shipped.
USUAL = dt.timedelta(days=90)
FARTHEST = dt.timedelta(days=3653)


@dataclass(frozen=True)
class EntryDay:
    """The day asked for. `typed` and `error`: what was written, and what is wrong with it."""

    day: dt.date
    typed: str
    error: str = ""


@pages.get("/firm/readiness")
@open_to("firm")
def readiness() -> str:
    """The lights of all products in all markets."""
    return _overview(_own_firm(), "certification.readiness", {})


@pages.get("/firm/readiness/<product>/<market>")
@open_to("firm")
def readiness_plan(product: str, market: str) -> str | Response:
    """What to do for one product and one market."""
    return _plan(_own_firm(), product, market, "certification.readiness", {})


@pages.get("/desk/readiness/<firm>")
@open_to("desk")
def desk_readiness(firm: str) -> str:
    """The same lights of any firm, for those who advise it."""
    return _overview(_any_firm(firm), "certification.desk_readiness", {"firm": firm})


@pages.get("/desk/readiness/<firm>/<product>/<market>")
@open_to("desk")
def desk_readiness_plan(firm: str, product: str, market: str) -> str | Response:
    """The same plan, for those who advise the firm."""
    return _plan(_any_firm(firm), product, market, "certification.desk_readiness", {"firm": firm})


def _own_firm() -> Firm:
    party = acting().acts_for
    found = find_firm(get_db(), organisation_id=party.id) if party else None
    if found is None:
        raise NotFound(_("Your organisation has no firm in the catalogue yet."))
    return found


def _any_firm(public_id: str) -> Firm:
    found = find_firm(get_db(), public_id=public_id)
    if found is None:
        raise NotFound(_("There is no such firm here."))
    return found


def _overview(firm: Firm, here: str, named: dict[str, Any]) -> str:
    today = utc_now().date()
    asked = entry_day(request.args.get("on", ""), today)
    page = request.args.get("page", 1, type=int)
    shown = overview(get_db(), firm, today, asked.day, page)
    day = asked.day.isoformat()

    def address(product: str, market: str) -> str:
        return url_for(f"{here}_plan", product=product, market=market, on=day, **named)

    def page_address(page: int) -> str:
        return url_for(here, on=day, page=page, **named)

    return render_template(
        "certification/readiness.html",
        shown=shown,
        asked=asked,
        markets=MARKETS,
        today=today,
        address=address,
        page_address=page_address,
        is_own=not named,
    )


def _plan(
    firm: Firm, product: str, market: str, back: str, named: dict[str, Any]
) -> str | Response:
    db, today = get_db(), utc_now().date()
    found = find_product(db, firm, product)
    if found is None or market not in ADDRESSED:
        raise NotFound(_("There is no such product of this firm, or no such market here."))
    asked = entry_day(request.args.get("on", ""), today)
    other = request.args.get("market", market)
    if other != market and other in ADDRESSED:  # chosen in the form: its own address
        return redirect(
            url_for(f"{back}_plan", product=product, market=other, on=asked.typed, **named)
        )
    page = plan_page(db, firm, found, market, today, asked.day)
    return render_template(
        "certification/readiness_plan.html",
        page=page,
        plan=page.readiness.plan,
        asked=asked,
        markets=ADDRESSED,
        today=today,
        label=label,
        on_day=_days_from(today),
        back=url_for(back, on=asked.day.isoformat(), **named),
        is_own=not named,
    )


def entry_day(typed: str, today: dt.date) -> EntryDay:
    """The day of entry from the address; with nothing typed, or nonsense, three months ahead."""
    usual = today + USUAL
    if not typed:
        return EntryDay(usual, usual.isoformat())
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        return EntryDay(usual, typed, _("Write a day like %(day)s.", day=usual.isoformat()))
    if day < today:
        return EntryDay(usual, typed, _("Choose today or a later day."))
    if day > today + FARTHEST:
        return EntryDay(usual, typed, _("Nobody knows the law of that day. Choose a nearer one."))
    return EntryDay(day, day.isoformat())


def _days_from(today: dt.date) -> Callable[[int], dt.date]:
    return lambda days: today + dt.timedelta(days=days)
