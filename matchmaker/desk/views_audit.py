"""The audit trail: read, narrowed, taken along as a table."""

from __future__ import annotations

import datetime as dt

from flask import Response, render_template, request, url_for

from matchmaker.access import acting, open_to
from matchmaker.clocks import for_reader, reader_zone
from matchmaker.database import get_db
from matchmaker.desk.pages import pages
from matchmaker.desk.trail import PAGE, Asked, actions, export, read_trail
from matchmaker.desk.views import page_asked


@pages.app_template_filter("when")
def when(instant: dt.datetime) -> str:
    """Day and minute on the reader's clock, which is named: others read theirs."""
    return for_reader(instant)


@pages.get("/desk/audit")
@open_to("desk")
def audit() -> str:
    """Who did what to what, for whom; newest first."""
    asked, page = Asked.read(request.args, reader_zone()), page_asked()
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
    table = export(get_db(), Asked.read(request.args, reader_zone()))
    answer = Response("\ufeff" + table, mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=audit.csv"
    return answer
