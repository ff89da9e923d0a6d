"""The audit trail: read, narrowed, taken along as a table."""

from __future__ import annotations

import datetime as dt

from flask import Response, render_template, request, url_for
from flask_babel import format_datetime

from matchmaker.access import acting, open_to
from matchmaker.database import get_db
from matchmaker.desk.pages import pages
from matchmaker.desk.trail import PAGE, Asked, actions, export, read_trail
from matchmaker.desk.views import page_asked


@pages.app_template_filter("when")
def when(instant: dt.datetime) -> str:
    """Day and minute, in UTC: entries are compared with logs and with other people's."""
    return f"{format_datetime(instant, 'd MMM y HH:mm', rebase=False)} UTC"


@pages.get("/desk/audit")
@open_to("desk")
def audit() -> str:
    """Who did what to what, for whom; newest first."""
    asked, page = Asked.read(request.args), page_asked()
    found, total = read_trail(get_db(), asked, page)
    return render_template(
        "desk/audit.html",
        lines=found,
        total=total,
        asked=asked,
        actions=actions(get_db()),
        page=page,
        last=max(1, -(-total // PAGE)),
        page_url=lambda number: url_for(".audit", page=number, **asked.address()),
        actor=acting(),
    )


@pages.get("/desk/audit.csv")
@open_to("desk")
def audit_csv() -> Response:
    """The same narrowing as a file."""
    table = export(get_db(), Asked.read(request.args))
    answer = Response("\ufeff" + table, mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=audit.csv"
    return answer
