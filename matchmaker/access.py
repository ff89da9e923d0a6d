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

from flask import Flask
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.accounts.actor import Actor, actor_of
from matchmaker.errors import N_, NotAllowed

View = TypeVar("View", bound=Callable[..., Any])
# 'anyone' includes visitors; 'member' is everybody who is signed in.
AUDIENCES = ("anyone", "member", "desk", "operator")


class SignInNeeded(NotAllowed):
    status = 401
    title = N_("Please sign in")


class RouteWithoutAudience(Exception):
    """A route was added that does not say who may use it."""


def current_actor() -> Actor | None:
    """Who is asking, or None for a visitor."""
    return actor_of(current_user._get_current_object() if current_user.is_authenticated else None)


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
    if actor is None:
        raise SignInNeeded(_("This page is for people who are signed in."))
    if audience == "desk" and not actor.is_desk:
        raise NotAllowed(_("This page is for the staff of export desks."))
    if audience == "operator" and "operator" not in actor.roles:
        raise NotAllowed(_("This page is for those who run this site."))


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
