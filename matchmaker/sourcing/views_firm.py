"""Pages of a firm: what buyers ask, answering, and putting an end to it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.database import get_db
from matchmaker.errors import BadInput
from matchmaker.sourcing import queries, services
from matchmaker.sourcing.pages import pages
from matchmaker.sourcing.views import Answer, show_thread
from matchmaker.web import found

DEEDS = {
    "close": services.close_enquiry,
    "spam": services.mark_spam,
    "reopen": services.reopen_enquiry,
}


@pages.get("/firm/enquiries")
@open_to("firm")
def firm_enquiries() -> str:
    """What buyers ask this firm; what waits for an answer is marked."""
    shown = request.args.get("shown", "open")
    party = acting().acts_for
    assert party is not None  # the audience lets nobody else in
    page = queries.enquiries_to(get_db(), party, shown=shown, page=request.args.get("page", 1, int))
    return render_template(
        "sourcing/received.html",
        page=page,
        shown=shown,
        page_address=lambda number: url_for(".firm_enquiries", shown=shown, page=number),
    )


@pages.route("/firm/enquiries/<public_id>", methods=["GET", "POST"])
@open_to("firm")
def firm_thread(public_id: str) -> Answer:
    """One enquiry as the firm reads it."""
    return show_thread(public_id, ("firm",), ".firm_thread")


@pages.post("/firm/enquiries/<public_id>/state")
@open_to("firm")
def change_state(public_id: str) -> Response:
    """Close it, mark it as spam, or take that back."""
    shown = found(queries.thread_of(get_db(), acting(), public_id), _("The enquiry"))
    deed = request.form.get("deed", "")
    if deed not in DEEDS:
        raise BadInput("deed", deed, _("What was sent could not be used."))
    DEEDS[deed](get_db(), acting(), shown.enquiry)
    get_db().commit()
    said = {
        "close": _("The enquiry is closed."),
        "spam": _("Marked as spam: this buyer can write no more here, and the desk knows."),
        "reopen": _("The enquiry is open again."),
    }
    flash(said[deed], "success")
    return redirect(url_for(".firm_thread", public_id=public_id))
