"""Who may use a route. Every view says so with `@open_to`; one without it does not start.

    @pages.get("/search")
    @open_to("anyone")
    def search(): ...

A test walks all routes × roles. The objects a page shows are checked besides, by the rooms'
`can_see…`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, g, session
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.accounts.actor import Actor, actor_of
from matchmaker.errors import N_, NotAllowed

View = TypeVar("View", bound=Callable[..., Any])
# Whom a route may name. All but 'anyone' and 'person' keep suspended people out.
#   anyone    visitors too
#   person    whoever is signed in, also while suspended: to read why, to take their data along
#   user      whoever is signed in, also without an organisation
#   member    a member of any organisation
#   firm      a member of a firm, or who acts for one
#   holder    a member of a firm or cluster body, or who acts for one: who can hold evidence
#   buyer     a member of a buyer or intermediary, or who acts for one
#   desk      the staff of export desks
#   operator  those who run the site
#   key       programs that carry a key of the API; nobody by a cookie
AUDIENCES = (
    "anyone",
    "person",
    "user",
    "member",
    "firm",
    "holder",
    "buyer",
    "desk",
    "operator",
    "key",
)
KINDS = {"firm": ("firm",), "holder": ("firm", "institution"), "buyer": ("buyer", "intermediary")}
# What is kept in the session cookie of who acts as what, for whom.
ACTING_IN, ACTING_FOR = "organisation", "on_behalf_of"


class SignInNeeded(NotAllowed):
    status = 401
    title = N_("Please sign in")


class RouteWithoutAudience(Exception):
    """A route was added that does not say who may use it."""


def current_actor() -> Actor | None:
    """Who is asking, as member of the organisation they chose, or None for a visitor."""
    if "actor" not in g:
        user = current_user._get_current_object() if current_user.is_authenticated else None
        g.actor = actor_of(user, session.get(ACTING_IN, ""), session.get(ACTING_FOR, ""))
    return g.actor  # type: ignore[no-any-return]


def acting() -> Actor:
    """The same where the route lets no visitor in."""
    actor = current_actor()
    if actor is None:
        raise SignInNeeded(_("This page is for people who are signed in."))
    return actor


def open_to(audience: str) -> Callable[[View], View]:
    """State who may use a view; others get 401 (visitors) or 403."""
    if audience not in AUDIENCES:
        raise ValueError(f"{audience!r} is not one of {AUDIENCES}")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            admit(audience, current_actor())
            return view(*args, **kwargs)

        guarded.audience = audience  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def admit(audience: str, actor: Actor | None) -> None:
    """Let the actor in or raise SignInNeeded or NotAllowed."""
    if audience == "anyone":
        return
    if actor is None or audience == "key":
        raise SignInNeeded(_("This page is for people who are signed in."))
    if audience == "person":
        return
    if actor.is_suspended:
        raise NotAllowed(_("This account is suspended. Your account page says why and by whom."))
    if audience == "user":
        return
    if audience == "desk" and not actor.is_desk:
        raise NotAllowed(_("This page is for the staff of export desks."))
    if audience == "operator" and "operator" not in actor.roles:
        raise NotAllowed(_("This page is for those who run this site."))
    party = actor.acts_for
    if party is None:
        raise NotAllowed(_("This page is for members of an organisation. Yours is not set up yet."))
    if audience in KINDS and party.kind not in KINDS[audience]:
        texts = {
            "firm": _("This page is for firms and those who act for one."),
            "holder": _("This page is for firms and cluster bodies."),
            "buyer": _("This page is for buyers and those who act for one."),
        }
        raise NotAllowed(texts[audience])


def require_audiences(app: Flask, exempt: Iterable[str] = ("static",)) -> None:
    """Refuse to start while a route does not say who may use it."""
    exempt = set(exempt)
    silent = [
        name
        for name, view in app.view_functions.items()
        if name not in exempt and not hasattr(view, "audience")
    ]
    if silent:
        raise RouteWithoutAudience(f"say @open_to(…) on: {', '.join(sorted(silent))}")
