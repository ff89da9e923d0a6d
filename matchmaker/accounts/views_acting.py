"""On the way to a page of somebody one may act for: act for them first, with one button."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.mandates import clients_of
from matchmaker.accounts.views import pages
from matchmaker.database import get_db
from matchmaker.errors import NotFound
from matchmaker.web import own_address
from matchmaker.wording import gettext as _


@pages.get("/account/act")
@open_to("user")
def act_first() -> Response | str:
    """Where notices of a client lead: on to the page, or to the button that opens it.

    Looking changes nothing for whom one acts: that is the button's to do.
    """
    actor, client = acting(), request.args.get("client", "")
    assert actor.user is not None
    wanted = request.script_root + (own_address(request.args.get("next")) or url_for(".home"))
    if actor.on_behalf_of is not None and actor.on_behalf_of.public_id == client:
        return redirect(wanted)
    mandates = [
        each
        for member in actor.user.memberships
        for each in clients_of(get_db(), member.organisation)
        if each.client.public_id == client
    ]
    if not mandates:
        raise NotFound(_("It is about an organisation that you may not act for any more."))
    return render_template("accounts/act_first.html", mandate=mandates[0], wanted=wanted)
