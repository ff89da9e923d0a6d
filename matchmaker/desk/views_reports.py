"""'Report this' on public pages, and the desk's page where a report is settled."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from matchmaker.access import acting, current_actor, open_to
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Firm, Product
from matchmaker.database import get_db
from matchmaker.desk import reporting
from matchmaker.desk.models import Flag
from matchmaker.desk.pages import pages
from matchmaker.desk.trail import latest_about
from matchmaker.errors import BadInput, NotFound
from matchmaker.limits import limiter


@pages.get("/report/<kind>/<slug>")
@open_to("anyone")
def report(kind: str, slug: str) -> str:
    """A short form: what is the matter, in a few words."""
    thing = reporting.reported_thing(get_db(), current_actor(), kind, slug)
    return _report_page(thing, kind)


@pages.post("/report/<kind>/<slug>")
@open_to("anyone")
@limiter.limit("6 per hour; 20 per day")
def send_report(kind: str, slug: str) -> Response | tuple[str, int]:
    """Keep the report and say what happens next."""
    db, actor = get_db(), current_actor()
    thing = reporting.reported_thing(db, actor, kind, slug)
    try:
        reporting.report(
            db,
            actor,
            thing,
            reason=request.form.get("reason", ""),
            text=request.form.get("text", ""),
        )
    except BadInput as wrong:
        db.rollback()
        return _report_page(thing, kind, wrong), 400
    db.commit()
    return redirect(url_for(".report", kind=kind, slug=slug, sent=1))


@pages.get("/desk/flags/<public_id>")
@open_to("desk")
def flag(public_id: str) -> str:
    """What was reported, by whom, and the decision."""
    return _flag_page(_flag(public_id))


@pages.post("/desk/flags/<public_id>")
@open_to("desk")
def settle_flag(public_id: str) -> Response | tuple[str, int]:
    """Hide what was reported, or let it stand."""
    db, found = get_db(), _flag(public_id)
    try:
        reporting.settle(
            db,
            acting(),
            found,
            outcome=request.form.get("outcome", ""),
            reason=request.form.get("reason", "")[:2000],
        )
    except BadInput as wrong:
        db.rollback()
        return _flag_page(_flag(public_id), wrong), 400
    db.commit()
    flash(_("Settled. Those who look for it in the audit trail find your reason."), "success")
    return redirect(url_for(".queue", queue="flags"))


def _report_page(thing: Product | Firm, kind: str, wrong: BadInput | None = None) -> str:
    is_product = isinstance(thing, Product)
    return render_template(
        "storefront/report.html",
        kind=kind,
        slug=thing.slug,
        name=thing.title if isinstance(thing, Product) else thing.name,
        back=url_for("storefront.product" if is_product else "storefront.firm", slug=thing.slug),
        reasons=reporting.REASONS,
        wrong=wrong,
        typed=request.form,
        sent=request.args.get("sent") == "1",
    )


def _flag(public_id: str) -> Flag:
    found = get_db().scalar(select(Flag).where(Flag.public_id == public_id))
    if found is None:
        raise NotFound(_("This report was not found."))
    return found


def _flag_page(found: Flag, wrong: BadInput | None = None) -> str:
    db = get_db()
    thing = reporting.flagged_thing(db, found)
    firm = thing.firm if isinstance(thing, Product) else thing
    others = db.scalars(
        select(Flag)
        .where(Flag.subject == found.subject, Flag.id != found.id)
        .order_by(Flag.id.desc())
        .limit(20)
    )
    return render_template(
        "desk/flag.html",
        flag=found,
        thing=thing,
        is_product=isinstance(thing, Product),
        firm=firm,
        by=db.get(User, found.by_id) if found.by_id else None,
        settled_by=db.get(User, found.settled_by_id) if found.settled_by_id else None,
        reason=_(reporting.REASONS.get(found.reason, found.reason)),
        reasons=reporting.REASONS,
        outcome=_settled_as(found),
        history_lines=latest_about(db, [(found.subject_kind, found.subject)]),
        others=others.all(),
        wrong=wrong,
        typed=request.form,
    )


def _settled_as(flag: Flag) -> str:
    """'Hidden: the reason', in the reader's words."""
    outcome, _sign, reason = (flag.outcome or "").partition(": ")
    return f"{_(reporting.OUTCOMES.get(outcome, outcome))}: {reason}"
