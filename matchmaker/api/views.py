"""Pages about the API: what it is, and the keys of one's organisation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from matchmaker.access import acting, open_to
from matchmaker.accounts.keys import SCOPES, can_use_keys, keys_of, make_key, revoke_key
from matchmaker.accounts.models import Organisation
from matchmaker.database import get_db
from matchmaker.errors import BadInput, NotAllowed

pages = Blueprint("api", __name__)


@pages.get("/api")
@open_to("anyone")
def about() -> str:
    """What programs can do here, with examples to copy."""
    document = current_app.extensions["api_document"]()
    public_url = current_app.extensions["config"].public_url
    return render_template("api/about.html", document=document, public_url=public_url)


@pages.get("/account/keys")
@open_to("member")
def keys() -> str:
    """The keys of one's organisation; owners make and revoke them."""
    return _page()


@pages.post("/account/keys")
@open_to("member")
def make() -> Any:
    """Make a key and show it, this once."""
    name, scopes = request.form.get("name", ""), request.form.getlist("scopes")
    try:
        key, text = make_key(get_db(), acting(), _own(), name=name, scopes=scopes)
    except BadInput as wrong:
        return _page(name=name, chosen=scopes, wrong=wrong), 400
    get_db().commit()
    answer = current_app.make_response(_page(made=key, text=text))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.post("/account/keys/<id>/revoke")
@open_to("member")
def revoke(id: str) -> Any:
    """End a key at once."""
    key = revoke_key(get_db(), acting(), _own(), id)
    get_db().commit()
    flash(_("The key “%(name)s” opens nothing any more.", name=key.name), "success")
    return redirect(url_for(".keys"))


def _own() -> Organisation:
    organisation = acting().organisation
    if organisation is None:
        raise NotAllowed(_("Only members of an organisation have keys."))
    return organisation


def _page(**more: Any) -> str:
    values: dict[str, Any] = {"name": "", "chosen": [], "wrong": None, "made": None, "text": ""}
    values |= {"keys": keys_of(get_db(), _own()), "scopes": SCOPES, "actor": acting()}
    values |= {"usable": can_use_keys(get_db(), _own()), "kind": _own().kind}
    return render_template("api/keys.html", **(values | more))
