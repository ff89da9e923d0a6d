"""Pages of one's own account: who one is here, in which organisation, for whom."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from matchmaker.access import ACTING_FOR, ACTING_IN, acting, open_to
from matchmaker.accounts.addresses import waiting_address
from matchmaker.accounts.forms import AddressForm
from matchmaker.accounts.keys import can_use_keys
from matchmaker.accounts.managing import may_manage
from matchmaker.accounts.mandates import clients_of
from matchmaker.accounts.standing import BUYING_KINDS, may_contact, may_post
from matchmaker.database import get_db
from matchmaker.errors import N_, NotAllowed, NotFound
from matchmaker.web import local_address

pages = Blueprint("accounts", __name__)

ROLE_NAMES = {
    "owner": N_("Owner"),
    "editor": N_("Editor"),
    "viewer": N_("Viewer"),
    "desk_officer": N_("Desk officer"),
    "desk_head": N_("Desk head"),
    "operator": N_("Operator"),
}


@pages.app_template_filter("role_name")
def role_name(role: str) -> str:
    """The role in the reader's words."""
    return str(_(ROLE_NAMES[role]))


@pages.get("/account")
@open_to("person")
def home() -> str:
    """Who one is here, for whom one acts, and where to go on."""
    actor, db = acting(), get_db()
    assert actor.user is not None
    # While a person is suspended nothing is asked for on their behalf.
    home = actor.organisation if not actor.is_suspended else None
    buys = actor.acts_for is not None and actor.acts_for.kind in BUYING_KINDS
    return render_template(
        "accounts/home.html",
        actor=actor,
        memberships=sorted(actor.user.memberships, key=lambda each: each.id),
        clients=clients_of(db, home) if home else [],
        may_describe=actor.acts_for is not None and may_manage(actor, actor.acts_for),
        may_have_keys=home is not None and can_use_keys(db, home),
        waiting=waiting_address(db, actor.user),
        address_form=AddressForm(),
        contacts=may_contact(db, actor) if buys and home else None,
        posts=may_post(db, actor) if buys and home else None,
    )


@pages.post("/account/as")
@open_to("person")  # who acts where it was suspended may still go elsewhere
def act_as() -> Response:
    """Choose the organisation one acts in, and for whom. Only what one may choose is taken."""
    actor, db = acting(), get_db()
    assert actor.user is not None
    if actor.user.suspended_reason:
        raise NotAllowed(_("This account is suspended. Your account page says why and by whom."))
    asked, client = request.form.get("organisation", ""), request.form.get("client", "")
    member = next(
        (m for m in actor.user.memberships if m.organisation.public_id == asked),
        None,
    )
    if member is None:
        raise NotFound(_("You are no member of this organisation."))
    party = member.organisation
    if client:
        mandate = next(
            (m for m in clients_of(db, party) if m.client.public_id == client),
            None,
        )
        if mandate is None:
            raise NotFound(_("There is no mandate to act for this organisation."))
        party = mandate.client
    session[ACTING_IN] = asked
    session[ACTING_FOR] = client
    flash(_("You now act for %(name)s.", name=party.name), "success")
    return redirect(local_address(request.form.get("next")) if _has_next() else url_for(".home"))


def _has_next() -> bool:
    return bool(request.form.get("next"))
