"""What surrounds every page behind the sign-in: where to go, for whom one acts."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from matchmaker.access import acting, current_actor
from matchmaker.accounts.actor import Actor
from matchmaker.database import get_db
from matchmaker.errors import N_
from matchmaker.orm import Model

# Endpoint and label by kind of organisation; an entry shows once its page exists.
FIRM = (
    ("catalogue.home", N_("Your firm")),
    ("catalogue.products", N_("Products")),
    ("catalogue.imports", N_("Import and export")),
    ("certification.evidence", N_("Certificates")),
    ("certification.readiness", N_("Ready for export?")),
    ("sourcing.firm_enquiries", N_("Enquiries")),
)
# A cluster body that acts for none of its firms has its group certificates.
INSTITUTION = (("certification.evidence", N_("Certificates")),)
BUYER = (
    ("sourcing.requirements", N_("Your requirements")),
    ("sourcing.sent_enquiries", N_("Your enquiries")),
)
DESK = (
    ("desk.home", N_("Desk")),
    ("desk.firms", N_("Firms")),
    ("desk.evidence", N_("Evidence")),
    ("desk.people", N_("People")),
    ("desk.audit", N_("Audit trail")),
)
EVERYBODY = (
    ("notices.bell", N_("Notices")),
    ("accounts.members", N_("Members")),
    ("accounts.home", N_("Account")),
)
BY_KIND = {
    "firm": FIRM,
    "institution": INSTITUTION,
    "buyer": BUYER,
    "intermediary": BUYER,
    "desk": DESK,
}


ALONE = EVERYBODY[-1:]  # without an organisation, or while suspended


@dataclass(frozen=True)
class Link:
    """A place to go; `count` is what is new there."""

    label: str
    address: str
    is_current: bool
    count: int = 0


def house_links(actor: Actor) -> list[Link]:
    """Where this actor can go, in order; only pages that exist."""
    return [
        Link(
            _(label),
            url_for(endpoint),
            _is_within(endpoint),
            _unread(actor) if endpoint == "notices.bell" else 0,
        )
        for endpoint, label in _places(actor)
        if endpoint in current_app.view_functions
    ]


def _places(actor: Actor) -> tuple[tuple[str, str], ...]:
    if actor.is_suspended or actor.acts_for is None:
        return ALONE
    return (DESK if actor.is_desk else BY_KIND.get(actor.acts_for.kind, ())) + EVERYBODY


def _unread(actor: Actor) -> int:
    """Notices not read yet; asked by the table's name, because the room lies to the right."""
    assert actor.user is not None
    notice = Model.metadata.tables["notice"]
    query = (
        select(func.count())
        .select_from(notice)
        .where(notice.c.user_id == actor.user.id, notice.c.read_at.is_(None))
    )
    return get_db().scalar(query) or 0


def _is_within(endpoint: str) -> bool:
    """Whether the page shown is this one or lies beneath its address."""
    address = url_for(endpoint)
    here = request.script_root + request.path
    if endpoint.endswith(".home"):
        return here == address
    return here == address or here.startswith(f"{address}/")


def signed_in() -> bool:
    """Whether to offer the account or the sign-in; asks no database, error pages need it too."""
    return "_user_id" in session


def set_up(app: Flask) -> None:
    """Give the frame to the templates."""
    app.jinja_env.globals.update(
        house_links=lambda: house_links(acting()),
        acting=acting,
        current_actor=current_actor,
        signed_in=signed_in,
    )
