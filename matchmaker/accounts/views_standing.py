"""Asking a desk to verify one's organisation."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.standing import ask_for_verification
from matchmaker.accounts.views import pages
from matchmaker.database import get_db
from matchmaker.web import local_address


@pages.post("/account/verification")
@open_to("buyer")
def ask_to_be_verified() -> Response:
    """Put the buyer before the desks, and lead back to where it was asked."""
    actor, db = acting(), get_db()
    assert actor.acts_for is not None  # 'buyer' lets nobody else in
    ask_for_verification(db, actor, actor.acts_for)
    db.commit()
    flash(_("The export desks were asked to verify you. You are told what they decide."), "success")
    back = request.form.get("next")
    return redirect(local_address(back) if back else url_for(".home"))
