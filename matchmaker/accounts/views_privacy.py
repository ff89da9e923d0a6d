"""What we keep of people: the notice, taking it along, having it erased."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_security import logout_user
from flask_security.utils import send_mail
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.addresses import account_of
from matchmaker.accounts.attempts import asks_for_mail, may_write_to
from matchmaker.accounts.entering import public_address
from matchmaker.accounts.errors import LinkSpent
from matchmaker.accounts.forms import AskForm, EraseForm
from matchmaker.accounts.notice import NOTICE_VERSION
from matchmaker.accounts.privacy import (
    data_of_address,
    data_of_person,
    erase_address,
    erase_person,
)
from matchmaker.accounts.views import pages
from matchmaker.database import get_db

LINK_LASTS = 2 * 24 * 3600  # seconds


@pages.get("/privacy")
@open_to("anyone")
def privacy() -> str:
    """What is kept, why, for how long, and what everybody can ask of us."""
    return render_template("privacy/notice.html", version=NOTICE_VERSION)


@pages.get("/account/export.json")
@open_to("person")
def export() -> Response:
    """All of one's data as a file; suspended people get theirs too."""
    user = acting().user
    assert user is not None
    return _file(data_of_person(get_db(), user))


@pages.get("/account/erase")
@open_to("user")
def erase() -> str:
    """What erasing means, before it is done."""
    return render_template("accounts/erase.html", form=EraseForm())


@pages.post("/account/erase")
@open_to("user")
def erase_now() -> Response | str:
    """Close the account and forget the person."""
    actor, form, db = acting(), EraseForm(), get_db()
    if not form.validate():
        return render_template("accounts/erase.html", form=form)
    assert actor.user is not None
    erase_person(db, actor, actor.user)
    db.commit()
    logout_user()
    flash(_("Your account was erased. Goodbye, and thank you."), "success")
    return redirect(url_for("storefront.home"))


@pages.get("/privacy/request")
@open_to("anyone")
def ask() -> str:
    """For those without an account: ask by address what is kept."""
    return render_template("privacy/ask.html", form=AskForm())


@pages.post("/privacy/request")
@open_to("anyone")
def ask_now() -> Response | str:
    """Mail a link to the address; the answer on the page is always the same."""
    form = AskForm()
    if not form.validate():
        return render_template("privacy/ask.html", form=form)
    asks_for_mail()
    address = form.email.data.lower()
    if may_write_to(address):
        secret = str(_signer().dumps(address))
        send_mail(
            _("Your data at Matchmaker"),
            address,
            "privacy/email/data",
            address=public_address("accounts.held", secret=secret),
        )
        get_db().commit()
    flash(_("A mail with a link is on its way to %(address)s.", address=address), "success")
    return redirect(url_for(".ask"))


@pages.get("/privacy/data/<secret>")
@open_to("anyone")
def held(secret: str) -> str:
    """What is kept of the address the link was mailed to."""
    address = _address_of(secret)
    return render_template(
        "privacy/held.html",
        address=address,
        data=data_of_address(get_db(), address),
        has_account=account_of(get_db(), address) is not None,
        secret=secret,
    )


@pages.get("/privacy/data/<secret>/export.json")
@open_to("anyone")
def held_export(secret: str) -> Response:
    """The same as a file."""
    return _file(data_of_address(get_db(), _address_of(secret)))


@pages.post("/privacy/data/<secret>/erase")
@open_to("anyone")
def held_erase(secret: str) -> Response:
    """Forget the address. An account is erased by who signs in to it."""
    db = get_db()
    erase_address(db, SYSTEM, _address_of(secret))
    db.commit()
    flash(_("Done: nothing of it is kept any more."), "success")
    return redirect(url_for(".held", secret=secret))


def _file(data: dict[str, Any]) -> Response:
    answer = jsonify({"notice": NOTICE_VERSION, **data})
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _address_of(secret: str) -> str:
    try:
        return str(_signer().loads(secret, max_age=LINK_LASTS))
    except BadSignature as spent:
        raise LinkSpent from spent


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="privacy request")
