"""Acting for others: who may, for whom, how it was agreed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import SelectChoice  # type: ignore[import-untyped]

from matchmaker.access import acting, open_to
from matchmaker.accounts.forms import MandateForm
from matchmaker.accounts.managing import may_manage
from matchmaker.accounts.mandates import (
    agents_of,
    clients_of,
    end_mandate,
    give_mandate,
    possible_agents,
)
from matchmaker.accounts.models import Mandate, Organisation
from matchmaker.accounts.views import pages
from matchmaker.database import get_db
from matchmaker.errors import NotFound


@pages.get("/account/mandates")
@open_to("member")
def mandates() -> str:
    """Who acts for us, and for whom we act."""
    organisation = _organisation()
    return _page(organisation, _form(organisation))


@pages.post("/account/mandates")
@open_to("member")
def give() -> Response | str:
    """Let another organisation act for ours; desks record it for others, saying how."""
    actor, db, organisation = acting(), get_db(), _organisation()
    if not may_manage(actor, organisation):
        raise NotFound(_("This organisation was not found."))
    form = _form(organisation)
    if not form.validate():
        return _page(organisation, form)
    agent = db.scalar(select(Organisation).where(Organisation.public_id == form.agent.data))
    assert agent is not None  # the choices are rows
    give_mandate(db, actor, agent=agent, client=organisation, how=form.how.data)
    db.commit()
    flash(_("%(agent)s now acts for it.", agent=agent.name), "success")
    return redirect(_back(organisation))


@pages.post("/account/mandates/<public_id>/end")
@open_to("member")
def end(public_id: str) -> Response:
    """End a mandate: by the client, the agent or a desk."""
    actor, db = acting(), get_db()
    mandate = db.scalar(select(Mandate).where(Mandate.public_id == public_id))
    if mandate is None or not (
        may_manage(actor, mandate.client) or may_manage(actor, mandate.agent)
    ):
        raise NotFound(_("This mandate was not found."))
    signed_out = end_mandate(db, actor, mandate)
    db.commit()
    flash(_("%(agent)s no longer acts for it.", agent=mandate.agent.name), "success")
    if signed_out and may_manage(actor, mandate.client):
        names = ", ".join(each.name for each in signed_out)
        flash(_("Signed out, because they came in by its links: %(names)s. Hand them new ones.",
                names=names), "success")  # fmt: skip
    return redirect(_back(mandate.client))


def _organisation() -> Organisation:
    """The own one; desks may name another (`?of=` its public id)."""
    actor, asked = acting(), request.values.get("of", "")
    # Not the client's: who acts for somebody does not decide on mandates.
    own = actor.organisation
    if not asked or (own is not None and own.public_id == asked):
        assert own is not None  # 'member' lets nobody else in
        return own
    other = get_db().scalar(select(Organisation).where(Organisation.public_id == asked))
    if other is None or not may_manage(actor, other):
        raise NotFound(_("This organisation was not found."))
    return other


def _form(organisation: Organisation) -> MandateForm:
    form = MandateForm()
    form.agent.choices = [
        SelectChoice(each.public_id, each.name)
        for each in possible_agents(get_db())
        if each.id != organisation.id
    ]
    return form


def _page(organisation: Organisation, form: MandateForm) -> str:
    actor, db = acting(), get_db()
    return render_template(
        "accounts/mandates.html",
        actor=actor,
        organisation=organisation,
        agents=agents_of(db, organisation),
        clients=clients_of(db, organisation),
        manages=may_manage(actor, organisation),
        form=form,
    )


def _back(organisation: Organisation) -> str:
    own = acting().organisation
    asked = None if own is not None and own.id == organisation.id else organisation.public_id
    if asked and not may_manage(acting(), organisation):
        asked = None
    return url_for("accounts.mandates", of=asked)
