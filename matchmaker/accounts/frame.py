"""What surrounds every page behind the sign-in: where to go, for whom one acts."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request, session, url_for
from flask_babel import gettext as _

from matchmaker.access import acting, current_actor
from matchmaker.accounts.actor import Actor
from matchmaker.errors import N_

# Endpoint and label by kind of organisation; an entry shows once its page exists.
FIRM = (
    ("catalogue.home", N_("Your firm")),
    ("catalogue.products", N_("Products")),
    ("catalogue.imports", N_("Import and export")),
    ("certification.evidence", N_("Certificates")),
    ("certification.readiness", N_("Ready for export?")),
    ("sourcing.firm_enquiries", N_("Enquiries")),
)
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
    "institution": FIRM,
    "buyer": BUYER,
    "intermediary": BUYER,
    "desk": DESK,
}


@dataclass(frozen=True)
class Link:
    label: str
    address: str
    is_current: bool


def house_links(actor: Actor) -> list[Link]:
    """Where this actor can go, in order; only pages that exist."""
    kind = actor.acts_for.kind if actor.acts_for else ""
    pages = (DESK if actor.is_desk else BY_KIND.get(kind, ())) + EVERYBODY
    return [
        Link(_(label), url_for(endpoint), _is_within(endpoint))
        for endpoint, label in pages
        if endpoint in current_app.view_functions
    ]


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
