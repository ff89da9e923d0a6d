"""Pages of a buyer: requirements posted to the clusters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import SelectChoice  # type: ignore[import-untyped]

from matchmaker.access import acting, open_to
from matchmaker.accounts.standing import may_post
from matchmaker.catalogue.models import ProductFamily
from matchmaker.certification.models import Scheme
from matchmaker.database import get_db
from matchmaker.errors import BadInput, NotAllowed
from matchmaker.keeping import REFUSED
from matchmaker.money import OFFERED, Money
from matchmaker.reader import current_reader
from matchmaker.sourcing import queries, views, views_firm
from matchmaker.sourcing.forms import RequirementForm, units_from
from matchmaker.sourcing.models import Requirement
from matchmaker.sourcing.pages import pages
from matchmaker.sourcing.requirements import (
    can_be_reopened,
    end_requirement,
    post_requirement,
)
from matchmaker.sourcing.requirements import reopen_requirement as open_again
from matchmaker.sourcing.views import Answer
from matchmaker.sourcing.visibility import can_see_requirement
from matchmaker.web import found

# The whole room by one name: importing a module of views adds its pages.
__all__ = ["pages", "views", "views_firm"]


@pages.get("/requirements")
@open_to("buyer")
def requirements() -> str:
    """What this buyer posted."""
    party = acting().acts_for
    assert party is not None  # the audience lets nobody else in
    return render_template(
        "sourcing/requirements.html",
        requirements=queries.requirements_of(get_db(), party),
        allowance=may_post(get_db(), acting()),
    )


@pages.route("/requirements/new", methods=["GET", "POST"])
@open_to("buyer")
def new_requirement() -> Answer:
    """Say what is needed, how much and by when."""
    db, form, refused = get_db(), RequirementForm(), ""
    schemes = _offer(form)
    if form.validate_on_submit():
        try:
            requirement = post_requirement(db, acting(), form.wanted())
        except (NotAllowed, BadInput) as no:
            db.rollback()
            refused = no.remedy if isinstance(no, BadInput) else no.message
        else:
            db.commit()
            flash(_("Your requirement is posted."), "success")
            return redirect(url_for(".requirement", public_id=requirement.public_id))
    page = render_template(
        "sourcing/requirement_form.html",
        form=form,
        schemes=schemes,
        allowance=may_post(db, acting()),
        refused=refused,
    )
    return page, REFUSED if form.is_submitted() else 200


@pages.get("/requirements/<public_id>")
@open_to("user")
def requirement(public_id: str) -> str:
    """One requirement, for its buyer and for desks."""
    shown = found(queries.requirement_of(get_db(), acting(), public_id), _("The requirement"))
    family = get_db().get(ProductFamily, shown.family_id) if shown.family_id else None
    return render_template(
        "sourcing/requirement.html",
        requirement=shown,
        family=family,
        price=_price(shown),
        evidence=_scheme_names(shown.evidence),
        can_be_reopened=can_be_reopened(shown),
        is_own=not acting().is_desk and can_see_requirement(acting(), shown),
    )


@pages.post("/requirements/<public_id>/end")
@open_to("buyer")
def end(public_id: str) -> Response:
    """Close it (found, or no longer needed), or withdraw it (posted by mistake)."""
    shown = found(queries.requirement_of(get_db(), acting(), public_id), _("The requirement"))
    state = "withdrawn" if request.form.get("state") == "withdrawn" else "closed"
    end_requirement(get_db(), acting(), shown, state)
    get_db().commit()
    flash(_("The requirement is ended."), "success")
    return redirect(url_for(".requirement", public_id=public_id))


@pages.post("/requirements/<public_id>/reopen")
@open_to("buyer")
def reopen_requirement(public_id: str) -> Response:
    """It was ended too soon."""
    shown = found(queries.requirement_of(get_db(), acting(), public_id), _("The requirement"))
    open_again(get_db(), acting(), shown)
    get_db().commit()
    flash(_("The requirement is open again."), "success")
    return redirect(url_for(".requirement", public_id=public_id))


def _price(requirement: Requirement) -> Money | None:
    if requirement.price_limit is None or requirement.currency is None:
        return None
    return Money(requirement.price_limit, requirement.currency)


def _scheme_names(codes: Sequence[str]) -> list[str]:
    """In the order given; a code whose scheme is gone stands for itself."""
    rows = get_db().execute(select(Scheme.code, Scheme.name).where(Scheme.code.in_(codes)))
    names = {row.code: row.name for row in rows}
    return [names.get(code, code) for code in codes]


def _offer(form: RequirementForm) -> dict[str, str]:
    """Fill the choices; returns the schemes by code, for their names."""
    db = get_db()
    families = db.execute(
        select(ProductFamily.key, ProductFamily.name).order_by(ProductFamily.name)
    )
    form.family.choices = _choices([("", _("I do not know"))], families)
    form.unit.choices = units_from()
    territories = get_locale().territories
    countries = sorted(
        (name, code) for code, name in territories.items() if len(code) == 2 and code.isalpha()
    )
    by_name = [(code, name) for name, code in countries]
    form.market.choices = _choices([("", _("not said"))], by_name)
    form.currency.choices = list(OFFERED)
    if not form.is_submitted():
        form.currency.data = current_reader().currency
    found_schemes = db.execute(
        select(Scheme.code, Scheme.name)
        .where(Scheme.evidence_type != "consignment document")
        .order_by(Scheme.name)
    )
    schemes = {row.code: row.name for row in found_schemes}
    form.evidence.choices = _choices([], schemes.items())
    return schemes


def _choices(first: list[tuple[str, str]], rest: Iterable[Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in (*first, *rest)]
