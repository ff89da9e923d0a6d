"""The pages on which people change what is kept of themselves and of their organisation.

Outside of the rooms because they need several: accounts keep it, cookies keep the currency, and a
firm that changes its name is listed anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response
from wtforms import SelectChoice, SelectField, StringField  # type: ignore[import-untyped]
from wtforms.validators import Length  # type: ignore[import-untyped]

from matchmaker.access import acting, open_to
from matchmaker.accounts.changes import note_changes
from matchmaker.accounts.details import change_organisation, change_person
from matchmaker.accounts.forms import NEEDED, Form
from matchmaker.accounts.managing import may_manage, must_manage
from matchmaker.accounts.models import Organisation, User
from matchmaker.certification.queries import concerned_by, firm_of
from matchmaker.clocks import choices
from matchmaker.database import get_db
from matchmaker.errors import BadInput
from matchmaker.joining import country_choices
from matchmaker.languages import offered_languages
from matchmaker.money import OFFERED
from matchmaker.orm import utc_now
from matchmaker.reader import COOKIE, current_reader, remember

pages = Blueprint("settings", __name__)


class PersonForm(Form):
    """Who one is and how one reads."""

    name = StringField(lazy_gettext("Your name"), [NEEDED, Length(max=120)])
    zone = SelectField(lazy_gettext("Time zone"), [NEEDED])
    language = SelectField(lazy_gettext("Language"), [NEEDED])
    currency = SelectField(lazy_gettext("Show prices in"), [NEEDED])


class OrganisationForm(Form):
    """What an organisation says of itself."""

    name = StringField(lazy_gettext("Name of your organisation"), [NEEDED, Length(max=200)])
    country = SelectField(lazy_gettext("Country"), [NEEDED])
    website = StringField(lazy_gettext("Website"), [Length(max=200)])


@pages.route("/account/settings", methods=["GET", "POST"])
@open_to("user")
def person() -> Any:
    """One's name, clock, language, and the currency of this browser."""
    user = acting().user
    assert user is not None  # 'user' lets nobody else in
    form = _person_form(user)
    if not form.validate_on_submit():
        return render_template("accounts/settings.html", form=form)
    change_person(
        get_db(), user, name=form.name.data, language=form.language.data, zone=form.zone.data
    )
    get_db().commit()
    flash(_("Your settings are saved."), "success")
    return _with_currency(form.currency.data)


@pages.route("/account/organisation", methods=["GET", "POST"])
@open_to("member")
def organisation() -> Any:
    """What one's organisation is called and where it is; what a desk verified stays."""
    actor, db = acting(), get_db()
    party = actor.acts_for
    assert party is not None  # 'member' lets nobody else in
    firm = firm_of(db, party.id)
    settled = party.standing == "verified" or (firm and firm.verification == "verified")
    form = _organisation_form(party, is_firm=firm is not None)
    shown = {"form": form, "party": party, "settled": settled, "is_firm": firm is not None}
    shown["manages"] = may_manage(actor, party)
    if form.is_submitted():
        must_manage(actor, party)
    if settled or not form.validate_on_submit():
        return render_template("accounts/organisation.html", **shown)
    try:
        told = {each.short_name: each.data or "" for each in form if each.name != "csrf_token"}
        changed = change_organisation(db, actor, party, **{"country": party.country} | told)
    except BadInput as wrong:
        form[wrong.field].errors = [wrong.remedy]
        return render_template("accounts/organisation.html", **shown), wrong.status
    if changed:
        note_changes(db, concerned_by(db, [party.id]))
    db.commit()
    flash(_("The details are saved."), "success")
    return redirect(url_for("accounts.home"))


def _person_form(user: User) -> PersonForm:
    reader = current_reader()
    kept = {"name": user.name, "zone": user.zone, "language": user.language}
    form = PersonForm(data=kept | {"currency": reader.currency})
    form.zone.choices = [SelectChoice(*each) for each in choices(utc_now())]
    form.language.choices = [SelectChoice(*each) for each in offered_languages().items()]
    form.currency.choices = [SelectChoice(each, each) for each in OFFERED]
    return form


def _organisation_form(party: Organisation, *, is_firm: bool) -> OrganisationForm:
    form = OrganisationForm(obj=party)
    if is_firm:
        del form.country  # a firm is where its cluster is
    else:
        form.country.choices = country_choices()
    return form


def _with_currency(currency: str) -> Response:
    """Back to the account, in this browser with prices in that currency from now on."""
    answer = make_response(redirect(url_for("accounts.home")))
    value, options = remember(replace(current_reader(), currency=currency))
    answer.set_cookie(COOKIE, value, **options)
    return answer
