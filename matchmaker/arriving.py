"""Where somebody goes who signs in: on with what they came for, else to their work.

What they came for travels as `next`: from the page that asked them to sign in, through joining
and the letter that confirms an address. Only addresses of ours are taken along.
"""

from __future__ import annotations

from flask import Blueprint, Flask, has_request_context, redirect, request, url_for
from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.actor import Actor
from matchmaker.accounts.models import Organisation
from matchmaker.accounts.standing import BUYING_KINDS
from matchmaker.database import get_db
from matchmaker.sourcing.models import Enquiry, Requirement
from matchmaker.web import own_address

pages = Blueprint("arriving", __name__)
LONGEST = 500  # it stands in a letter; nothing of ours that one goes back to is longer


def set_up(app: Flask) -> None:
    """The page, and for templates what the reader came for."""
    app.register_blueprint(pages)
    app.jinja_env.globals["came_for"] = came_for


def came_for() -> str | None:
    """The address of ours that this person wanted before they were asked to sign in."""
    if not has_request_context():
        return None
    asked = own_address(request.values.get("next"))
    return asked if asked and len(asked) <= LONGEST else None


def way_on() -> str:
    """Where to go now that somebody is signed in."""
    return came_for() or url_for("arriving.begin")


@pages.get("/begin")
@open_to("person")
def begin() -> Response:
    """To one's work."""
    return redirect(url_for(work_of(get_db(), acting())))


def work_of(db: Session, actor: Actor) -> str:
    """The page on which this actor's work lies; where there is none yet, where it begins."""
    party = actor.acts_for
    if party is None or actor.is_suspended:
        return "accounts.home"
    if actor.is_desk:
        return "desk.home"
    if party.kind == "firm":
        return "catalogue.home"
    if party.kind in BUYING_KINDS:
        return _buying(db, party)
    return "accounts.home"


def _buying(db: Session, party: Organisation) -> str:
    for model, page in (
        (Enquiry, "sourcing.sent_enquiries"),
        (Requirement, "sourcing.requirements"),
    ):
        if db.scalar(select(exists().where(model.organisation_id == party.id))):
            return page
    return "storefront.search"
