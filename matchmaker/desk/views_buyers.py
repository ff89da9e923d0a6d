"""The page on which a buyer, or another organisation that is no firm, is verified or suspended."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.members import members_of
from matchmaker.accounts.models import Organisation
from matchmaker.accounts.standing import BUYING_KINDS, CHECKS, CHECKS_NEEDED
from matchmaker.database import get_db
from matchmaker.desk import verifying
from matchmaker.desk.pages import pages
from matchmaker.desk.rights import is_head
from matchmaker.desk.trail import latest_about
from matchmaker.errors import BadInput, NotFound


@pages.get("/desk/buyers/<public_id>")
@open_to("desk")
def buyer(public_id: str) -> str:
    """What is known of it, which checks can be made, and the decision."""
    return buyer_page(_organisation(public_id))


@pages.post("/desk/buyers/<public_id>/verification")
@open_to("desk")
def verify_buyer(public_id: str) -> Response | tuple[str, int]:
    """Two checks and how they were made: then it may ask any firm."""
    db, found = get_db(), _organisation(public_id)
    ticked = request.form.getlist("check")
    made = {key: request.form.get(f"how-{key}", "")[:500] for key in ticked if key in CHECKS}
    try:
        verifying.verify_buyer(db, acting(), found, checks=made)
    except BadInput as wrong:
        db.rollback()
        return buyer_page(_organisation(public_id), wrong), 400
    db.commit()
    flash(_("%(name)s is verified.", name=found.name), "success")
    return redirect(url_for(".buyer", public_id=public_id))


@pages.post("/desk/buyers/<public_id>/withdrawal")
@open_to("desk")
def withdraw_buyer(public_id: str) -> Response | tuple[str, int]:
    """Take back that it is verified, with a reason it is told."""
    db, found = get_db(), _organisation(public_id)
    try:
        verifying.withdraw_buyer(db, acting(), found, reason=request.form.get("reason", "")[:2000])
    except BadInput as wrong:
        db.rollback()
        return buyer_page(_organisation(public_id), wrong, "withdrawal"), 400
    db.commit()
    flash(_("%(name)s is no longer verified and was told why.", name=found.name), "success")
    return redirect(url_for(".buyer", public_id=public_id))


def _organisation(public_id: str) -> Organisation:
    """Firms have a page of their own; desks have none here."""
    found = get_db().scalar(
        select(Organisation).where(
            Organisation.public_id == public_id, Organisation.kind.not_in(("firm", "desk"))
        )
    )
    if found is None:
        raise NotFound(_("This organisation was not found."))
    return found


def buyer_page(found: Organisation, wrong: BadInput | None = None, where: str = "checks") -> str:
    """`where` is the form that `wrong` belongs to; what was typed there is shown again."""
    db = get_db()
    return render_template(
        "desk/buyer.html",
        organisation=found,
        buys=found.kind in BUYING_KINDS,
        checks=CHECKS,
        needed=CHECKS_NEEDED,
        members=members_of(db, found),
        history_lines=latest_about(db, [("organisation", found.public_id)]),
        is_head=is_head(acting()),
        wrong=wrong,
        where=where,
        typed=request.form,
        ticked=set(request.form.getlist("check")),
    )
