"""Firms: the list, and the page on which one is verified, refused or suspended."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.members import members_of
from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.models import VERIFICATION, Firm, Product
from matchmaker.certification.queries import evidence_kept
from matchmaker.clusters.models import Cluster
from matchmaker.database import get_db
from matchmaker.desk import reporting, verifying
from matchmaker.desk.cases import PAGE, choices
from matchmaker.desk.criteria import GROUPS, groups_missing
from matchmaker.desk.models import FirmRefusal
from matchmaker.desk.pages import pages
from matchmaker.desk.rights import is_head
from matchmaker.desk.trail import latest_about
from matchmaker.desk.views import day_of, page_asked
from matchmaker.desk.views_buyers import buyer_page
from matchmaker.errors import N_, BadInput, NotFound
from matchmaker.orm import utc_now

STANDINGS = {
    "unverified": N_("not yet verified"),
    "verified": N_("verified"),
    "suspended": N_("suspended"),
}


@pages.get("/desk/firms")
@open_to("desk")
def firms() -> str:
    """All firms by name; narrowed by words, place and standing."""
    db, page = get_db(), page_asked()
    asked = {name: request.args.get(name, "").strip()[:80] for name in NARROWED}
    query = (
        select(Firm)
        .join(Organisation, Organisation.id == Firm.organisation_id)
        .join(Cluster, Cluster.id == Firm.cluster_id)
    )
    if asked["q"]:
        typed = asked["q"]
        query = query.where(
            or_(Organisation.name.icontains(typed, autoescape=True), Firm.public_id == typed)
        )
    if asked["cluster"]:
        query = query.where(Cluster.slug == asked["cluster"])
    if asked["standing"] in VERIFICATION:
        query = query.where(Firm.verification == asked["standing"])
    total = db.scalar(query.with_only_columns(func.count())) or 0
    found = db.scalars(
        query.options(contains_eager(Firm.organisation), contains_eager(Firm.cluster))
        .order_by(Organisation.name, Firm.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return render_template(
        "desk/firms.html",
        firms=found,
        total=total,
        asked=asked,
        standings=STANDINGS,
        choices=choices(db),
        page=page,
        last=max(1, -(-total // PAGE)),
        page_url=lambda number: url_for(".firms", page=number, **given),
    )


NARROWED = ("q", "cluster", "standing")


@pages.get("/desk/firms/<public_id>")
@open_to("desk")
def firm(public_id: str) -> str:
    """What is known of a firm, what was checked, and the decision."""
    return _firm_page(_firm(public_id))


@pages.post("/desk/firms/<public_id>/checks/<criterion>")
@open_to("desk")
def check(public_id: str, criterion: str) -> Response | tuple[str, int]:
    """Write down that a criterion is met, or that it is not."""
    db, found, form = get_db(), _firm(public_id), request.form
    try:
        verifying.note_check(
            db,
            acting(),
            found,
            criterion,
            is_met=form.get("met") == "yes",
            how=form.get("how", "")[:1000],
            number=form.get("number", ""),
        )
    except BadInput as wrong:
        db.rollback()
        return _firm_page(_firm(public_id), wrong, criterion), 400
    db.commit()
    return redirect(url_for(".firm", public_id=public_id, _anchor=f"check-{criterion}"))


@pages.post("/desk/firms/<public_id>/decision")
@open_to("desk")
def decide(public_id: str) -> Response | tuple[str, int]:
    """Verify the firm, refuse it with a reason, or take back that it is verified."""
    db, found, form = get_db(), _firm(public_id), request.form
    try:
        if form.get("act") == "verify":
            verifying.verify(db, acting(), found)
            said = _("%(name)s is verified. Buyers see it now.", name=found.name)
        elif form.get("act") == "withdraw":
            verifying.withdraw(db, acting(), found, reason=form.get("reason", "")[:2000])
            said = _("%(name)s is no longer verified and was told why.", name=found.name)
        else:
            again = form.get("again_on", "")
            day = day_of("again_on", again) if again else None
            reason = form.get("reason", "")[:2000]
            verifying.refuse(db, acting(), found, reason=reason, again_on=day)
            said = _("%(name)s stays unverified and was told why.", name=found.name)
    except BadInput as wrong:
        db.rollback()
        return _firm_page(_firm(public_id), wrong, "decision"), 400
    db.commit()
    flash(said, "success")
    return redirect(url_for(".firm", public_id=public_id))


@pages.post("/desk/products/<public_id>/restoration")
@open_to("desk")
def restore(public_id: str) -> Response | tuple[str, int]:
    """Show a product again that a desk has hidden."""
    db = get_db()
    product = db.scalar(select(Product).where(Product.public_id == public_id))
    if product is None:
        raise NotFound(_("This product was not found."))
    firm = product.firm.public_id
    try:
        reason = request.form.get("reason", "")[:2000]
        reporting.restore_product(db, acting(), product, reason=reason)
    except BadInput as wrong:
        db.rollback()
        return _firm_page(_firm(firm), wrong, public_id), 400
    db.commit()
    flash(_("“%(title)s” is no longer hidden by the desk.", title=product.title), "success")
    return redirect(url_for(".firm", public_id=firm))


@pages.post("/desk/organisations/<public_id>/suspension")
@open_to("desk")
def suspension(public_id: str) -> Response | tuple[str, int]:
    """A head suspends an organisation, or lifts that."""
    db, found = get_db(), _organisation(public_id)
    reason = request.form.get("reason", "")[:2000]
    page = organisation_page(found)
    try:
        if request.form.get("act") == "lift":
            verifying.lift(db, acting(), found, reason=reason)
            said = _("The suspension of %(name)s is lifted.", name=found.name)
        else:
            verifying.suspend(db, acting(), found, reason=reason)
            said = _("%(name)s is suspended.", name=found.name)
    except BadInput as wrong:
        db.rollback()
        return _page_again(_organisation(public_id), wrong), 400
    db.commit()
    flash(said, "success")
    return redirect(page)


@pages.get("/desk/organisations/<public_id>")
@open_to("desk")
def organisation(public_id: str) -> Response:
    """To the desk's page of an organisation, whatever it is."""
    return redirect(organisation_page(_organisation(public_id)))


def _organisation(public_id: str) -> Organisation:
    found = get_db().scalar(select(Organisation).where(Organisation.public_id == public_id))
    if found is None:
        raise NotFound(_("This organisation was not found."))
    return found


def _page_again(found: Organisation, wrong: BadInput) -> str:
    """The same page with what was typed, and the form that was wrong open."""
    of_firm = get_db().scalar(select(Firm.public_id).where(Firm.organisation_id == found.id))
    if of_firm is not None:
        return _firm_page(_firm(of_firm), wrong, "suspension")
    return buyer_page(found, wrong, "suspension")


def organisation_page(organisation: Organisation) -> str:
    """The desk's page of an organisation: of its firm, else its own."""
    of_firm = get_db().scalar(select(Firm.public_id).where(Firm.organisation_id == organisation.id))
    if of_firm is not None:
        return url_for("desk.firm", public_id=of_firm)
    return url_for("desk.buyer", public_id=organisation.public_id)


def _firm(public_id: str) -> Firm:
    found = get_db().scalar(
        select(Firm)
        .where(Firm.public_id == public_id)
        .options(joinedload(Firm.organisation), joinedload(Firm.cluster), joinedload(Firm.sites))
    )
    if found is None:
        raise NotFound(_("This firm was not found."))
    return found


def _firm_page(found: Firm, wrong: BadInput | None = None, where: str = "") -> str:
    """`where` is the form that `wrong` belongs to; what was typed there is shown again."""
    db = get_db()
    met = verifying.met_of(db, found)
    organisation = found.organisation
    return render_template(
        "desk/firm.html",
        firm=found,
        organisation=organisation,
        standing=_(STANDINGS[found.verification]),
        criteria=verifying.offered_criteria(db, found),
        numbers=verifying.numbers_elsewhere(db, found),
        groups=GROUPS,
        missing=groups_missing(met),
        checks=verifying.checks_of(db, found),
        today=utc_now().date(),
        refusal=db.get(FirmRefusal, found.id),
        members=members_of(db, organisation),
        evidence=evidence_kept(db, organisation.id),
        hidden=reporting.hidden_products(db, found),
        history_lines=latest_about(
            db, [("firm", found.public_id), ("organisation", organisation.public_id)]
        ),
        is_head=is_head(acting()),
        wrong=wrong,
        where=where,
        typed=request.form,
    )
