"""Whether the parts work: one word for machines (/healthz), one page for people (/health)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template
from flask_babel import format_decimal, format_percent
from flask_babel import gettext as _
from sqlalchemy import text

from matchmaker.access import open_to
from matchmaker.accounts.changes import lag_of
from matchmaker.database import get_db
from matchmaker.errors import Unavailable
from matchmaker.jobs import Jobs
from matchmaker.model_change import change_of
from matchmaker.notices.outbox import state_of_outbox
from matchmaker.searching import searching
from matchmaker.store import get_store

pages = Blueprint("health", __name__)


MAIL_LATE_AFTER = 60  # seconds; a letter that was refused for now is not due


class Ailing(Exception):
    """A part answers but does not do its work; the message says so to everybody."""


@dataclass(frozen=True)
class Part:
    """One part of the house: does it work, since the check took how long, and what it says."""

    name: str
    works: bool
    says: str
    milliseconds: float


@pages.get("/healthz")
@open_to("anyone")
def healthz() -> Response:
    """200 while pages can be served; names no detail."""
    parts = [_check(_("Database"), _database)]
    works = all(part.works for part in parts)
    answer = jsonify(status="ok" if works else "degraded")
    answer.status_code = 200 if works else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/health")
@open_to("anyone")
def health() -> tuple[str, int, dict[str, str]]:
    """What works, how far the search is behind the catalogue, what waits."""
    parts = [
        _check(_("Database"), _database),
        _check(_("Search index"), _search),
        _check(_("Search by meaning"), _meaning),
        _check(_("Catalogue changes waiting for the index"), partial(_lag, "index")),
        _check(_("Of these, findable by words only so far"), partial(_lag, "meaning")),
        _check(_("Background work"), _jobs),
        _check(_("Mail"), _mail),
        _check(_("Uploaded files"), _uploads),
    ]
    status = 200 if parts[0].works else 503
    return render_template("health.html", parts=parts), status, {"Cache-Control": "no-store"}


def _check(name: str, look: Callable[[], str]) -> Part:
    began = time.perf_counter()
    try:
        says, works = look(), True
    except Ailing as ailing:
        says, works = str(ailing), False
    except Exception as broken:  # whatever is broken, the page must still be shown
        # The kind of failure only: messages may hold paths and addresses.
        says, works = _("does not answer (%(kind)s)", kind=type(broken).__name__), False
    return Part(name, works, says, (time.perf_counter() - began) * 1000)


def _database() -> str:
    get_db().execute(text("SELECT 1"))
    return str(_("answers"))


def _search() -> str:
    status = searching().engine.status()
    bad = [each for each in status.values() if not each.healthy]
    if bad or not status:
        raise RuntimeError("index damaged or missing")
    names = {"products": _("products"), "firms": _("firms"), "clusters": _("clusters")}
    return ", ".join(
        f"{names.get(each.name, each.name)}: {format_decimal(each.documents)}"
        for each in status.values()
    )


def _meaning() -> str:
    search = searching()
    held = search.engine.vector_model("products")
    model = (search.encoder_of(held) if held else search.encoder).model_id
    choice, state = change_of(current_app.extensions["config"])
    if state is None or state.progress is None or not state.progress.total:
        return model
    share = format_percent(state.progress.done / state.progress.total)
    coming = choice.next_source.rsplit("/", 1)[-1]
    return str(
        _("%(model)s; changing to %(next)s: %(share)s", model=model, next=coming, share=share)
    )


def _lag(consumer: str) -> str:
    lag = lag_of(get_db(), consumer)
    if not lag.waiting:
        return str(_("none"))
    age = round(lag.oldest_seconds)
    return str(_("%(count)s, the oldest for %(seconds)s s", count=lag.waiting, seconds=age))


def _jobs() -> str:
    counts: dict[Any, int] = dict(Jobs(current_app.extensions["config"]).counts())
    names = {"waiting": _("waiting"), "running": _("running"), "failed": _("failed")}
    return ", ".join(
        f"{names.get(name, name)}: {format_decimal(count)}" for name, count in counts.items()
    )


def _uploads() -> str:
    """Whether files that people send can be kept; never where, or how much room there is."""
    try:
        get_store().check()
    except Unavailable as full:
        raise Ailing(full.message) from full
    return str(_("can be kept"))


def _mail() -> str:
    """How many letters wait and failed; never to whom or why: everybody may read this page."""
    stands = state_of_outbox(get_db())
    says = _(
        "waiting: %(waiting)s, failed: %(failed)s",
        waiting=format_decimal(stands.waiting),
        failed=format_decimal(stands.failed),
    )
    if stands.overdue_seconds > MAIL_LATE_AFTER:
        minutes = format_decimal(-(-round(stands.oldest_seconds) // 60))
        raise Ailing(
            _("%(says)s; the oldest waits for %(minutes)s min", says=says, minutes=minutes)
        )
    if not current_app.extensions["config"].mail_url:
        return str(_("%(says)s; written to a folder, nothing is sent", says=says))
    return str(says)
