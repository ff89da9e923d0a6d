"""The desk's home and its queues."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.members import members_of
from matchmaker.catalogue.upkeep import CatalogueImport
from matchmaker.database import get_db
from matchmaker.desk import wording, working
from matchmaker.desk.cases import AGES, PAGE, Wanted, choices, count_all, look_around, read_cases
from matchmaker.desk.models import QUEUES
from matchmaker.desk.pages import pages
from matchmaker.errors import BadInput, NotFound

pages.add_app_template_filter(wording.title_of, "case_title")
pages.add_app_template_filter(wording.detail_of, "case_detail")
pages.add_app_template_filter(wording.address_of, "case_address")
pages.add_app_template_filter(wording.queue_name, "queue_name")


@pages.get("/desk")
@open_to("desk")
def home() -> str:
    """What waits, how long, and for whom; every number leads to its rows."""
    db, wanted = get_db(), Wanted.read(request.args)
    counts = count_all(db, look_around(db), wanted, _own_id())
    return render_template(
        "desk/home.html",
        counts=counts,
        words=wording.QUEUE_WORDS,
        wanted=wanted,
        choices=choices(db),
        ages=AGES,
    )


@pages.get("/desk/queues/<queue>")
@open_to("desk")
def queue(queue: str) -> str:
    """One queue, the most pressing first."""
    return _queue_page(_known(queue))


@pages.post("/desk/queues/<queue>")
@open_to("desk")
def work(queue: str) -> Response | tuple[str, int]:
    """Assign, remind or set aside the rows that were ticked."""
    act = ACTS.get(request.form.get("act", ""))
    if act is None:
        raise BadInput("act", request.form.get("act", ""), _("Choose what is to be done."))
    try:
        act(_known(queue), _chosen())
    except BadInput as wrong:
        get_db().rollback()
        return _queue_page(queue, wrong), 400
    get_db().commit()
    return redirect(url_for(".queue", queue=queue, page=page_asked(), **_wanted().address()))


@pages.get("/desk/imports/<public_id>")
@open_to("desk")
def failed_import(public_id: str) -> str:
    """What went wrong with a table, and whom to call about it."""
    db = get_db()
    found = db.scalar(
        select(CatalogueImport)
        .where(CatalogueImport.public_id == public_id)
        .options(joinedload(CatalogueImport.organisation))
    )
    if found is None:
        raise NotFound(_("This import was not found."))
    return render_template(
        "desk/import.html",
        found=found,
        state=_(wording.IMPORT_STATES.get(found.state, found.state)),
        members=members_of(db, found.organisation),
    )


def _queue_page(queue: str, wrong: BadInput | None = None) -> str:
    db, wanted, page = get_db(), _wanted(), page_asked()
    cases, total = read_cases(db, look_around(db), queue, wanted, _own_id(), page)
    return render_template(
        "desk/queue.html",
        queue=queue,
        words=wording.QUEUE_WORDS[queue],
        cases=cases,
        total=total,
        page=page,
        last=max(1, -(-total // PAGE)),
        page_url=lambda number: url_for(".queue", queue=queue, page=number, **wanted.address()),
        wanted=wanted,
        choices=choices(db),
        ages=AGES,
        aside=working.ASIDE,
        can_remind=queue in working.REMINDERS,
        queues=QUEUES,
        wrong=wrong,
        ticked=set(request.form.getlist("case")),
        all_ticked=request.form.get("all") == "1",
        for_good=working.FOR_GOOD,
        typed=request.form,
    )


def _chosen() -> list[str]:
    """The rows that were ticked, or all that the page shows."""
    if request.form.get("all") != "1":
        return request.form.getlist("case")
    return request.form.getlist("shown")


def _assign(queue: str, subjects: list[str]) -> None:
    due = request.form.get("due_on", "")
    count = working.assign_cases(
        get_db(),
        acting(),
        queue,
        subjects,
        officer=request.form.get("officer") or None,
        due_on=day_of("due_on", due) if due else None,
    )
    flash(ngettext("%(num)s case assigned.", "%(num)s cases assigned.", count), "success")


def _take(queue: str, subjects: list[str]) -> None:
    count = working.assign_cases(get_db(), acting(), queue, subjects, officer="me")
    flash(ngettext("%(num)s case is yours.", "%(num)s cases are yours.", count), "success")


def _remind(queue: str, subjects: list[str]) -> None:
    done = working.remind(get_db(), acting(), queue, subjects)
    if done.told:
        flash(ngettext("%(num)s case: reminded.", "%(num)s cases: reminded.", done.told), "success")
    else:
        flash(_("Nobody was reminded."), "error")
    if done.lately:
        flash(
            ngettext(
                "%(num)s was reminded within the last three days and was left alone.",
                "%(num)s were reminded within the last three days and were left alone.",
                done.lately,
            )
        )
    if done.nobody:
        flash(
            ngettext(
                "%(num)s has nobody here who could be told. Call them.",
                "%(num)s have nobody here who could be told. Call them.",
                done.nobody,
            ),
            "error",
        )


def _aside(queue: str, subjects: list[str]) -> None:
    count = working.set_aside(
        get_db(),
        acting(),
        queue,
        subjects,
        how_long=request.form.get("days", ""),
        note=request.form.get("note", "")[:500],
    )
    flash(ngettext("%(num)s case set aside.", "%(num)s cases set aside.", count), "success")


def _back(queue: str, subjects: list[str]) -> None:
    count = working.take_back(get_db(), acting(), queue, subjects)
    flash(ngettext("%(num)s case is back.", "%(num)s cases are back.", count), "success")


ACTS: dict[str, Callable[[str, list[str]], None]] = {
    "assign": _assign,
    "take": _take,
    "remind": _remind,
    "aside": _aside,
    "back": _back,
}


def day_of(field: str, typed: str) -> dt.date:
    """The day that was typed. Raises BadInput."""
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        raise BadInput(field, typed, _("Give a day as 2026-12-31.")) from None


def _known(queue: str) -> str:
    if queue not in QUEUES:
        raise NotFound(_("There is no such queue."))
    return queue


def _wanted() -> Wanted:
    return Wanted.read(request.args)


def page_asked() -> int:
    """The page of a list that the address names; the first for what is no number."""
    return min(max(request.args.get("page", 1, type=int), 1), 100_000)


def _own_id() -> int:
    user = acting().user
    return user.id if user is not None else 0
