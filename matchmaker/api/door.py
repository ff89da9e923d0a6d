"""The door of the API: which program asks, what it may do, and how it is told what is wrong.

A program shows its key in the header `Authorization: Bearer mmk_…`. Cookies mean nothing here,
so no other site can make a browser act through the API.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import flask
from flask import Response, g, jsonify, request
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import HTTPException

from matchmaker.accounts.actor import Actor, actor_of_key
from matchmaker.accounts.attempts import shows_wrong_key
from matchmaker.accounts.entries import ApiKey
from matchmaker.accounts.keys import SCOPES, living_key, note_use
from matchmaker.database import get_db, short_write
from matchmaker.errors import BadInput, MatchmakerError, NotAllowed
from matchmaker.orm import utc_now
from matchmaker.web import in_words

View = TypeVar("View", bound=Callable[..., Any])
ON_BEHALF_OF = "X-On-Behalf-Of"


class KeyNeeded(NotAllowed):
    """No key, or one that opens nothing."""

    status = 401


class Outdated(MatchmakerError):
    """What was to be changed is no longer what the program read. `current`: what it is now."""

    status = 412

    def __init__(self, current: dict[str, Any]) -> None:
        super().__init__(
            _("Somebody changed it since you read it. Compare with `current` and send it again.")
        )
        self.title = _("Changed meanwhile")
        self.current = current


def with_key(scope: str) -> Callable[[View], View]:
    """Let in programs whose key has this scope; the actor is then `key_actor()`."""
    if scope not in SCOPES:
        raise ValueError(f"{scope!r} is not one of {SCOPES}")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.api_actor = _admitted(scope)
            return view(*args, **kwargs)

        guarded.audience = "key"  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def key_actor() -> Actor:
    """The program that asks, within a view behind `with_key`."""
    return cast(Actor, g.api_actor)


def who_asks() -> str:
    """Whom to count for the rate limit: the key, or the address where there is none."""
    key = _key()
    return f"key:{key.public_id}" if key else get_remote_address()


def _key() -> ApiKey | None:
    if "api_key" not in g:
        scheme, _blank, text = request.headers.get("Authorization", "").partition(" ")
        text = text.strip()
        g.api_key = living_key(get_db(), text) if scheme.lower() == "bearer" and text else None
    return cast("ApiKey | None", g.api_key)


def _admitted(scope: str) -> Actor:
    key = _key()
    if key is None:
        if "Authorization" in request.headers:
            shows_wrong_key()
        raise KeyNeeded(_("Send a key of your organisation: `Authorization: Bearer mmk_…`."))
    if scope not in key.scopes:
        raise NotAllowed(_("This key lacks the scope %(scope)s.", scope=scope))
    client = request.headers.get(ON_BEHALF_OF, "")
    actor = actor_of_key(key.organisation, key.public_id, client)
    if client and actor.on_behalf_of is None:
        raise NotAllowed(_("There is no living mandate to act for this organisation."))
    if actor.is_suspended:
        raise NotAllowed(_("The organisation of this key is suspended."))
    _note(key)
    return actor


def _note(key: ApiKey) -> None:
    """Once a day; what only reads does it apart, since its own transaction takes no lock."""
    today = utc_now().date()
    if key.last_used_on == today:
        return
    if request.method not in ("GET", "HEAD"):
        note_use(key, today)  # committed with what is written
        return
    with short_write() as db:
        kept = db.get(ApiKey, key.id)
        if kept is not None:
            note_use(kept, today)


def problem(error: MatchmakerError) -> Response:
    """An error in the form of RFC 9457; for bad input with field, value and remedy apart."""
    title, detail = in_words(error)
    body: dict[str, Any] = {"title": title, "status": error.status, "detail": detail}
    if isinstance(error, BadInput):
        body["status"] = 422
        body["errors"] = [
            {"field": each.field, "value": each.shown, "remedy": str(each.remedy)}
            for each in error.every
        ]
    if isinstance(error, Outdated):
        body["current"] = error.current
    return _answer(body)


def http_problem(error: HTTPException) -> Any:
    """The same for what the framework refuses: unreadable JSON, fields of the wrong kind."""
    if error.response is not None or error.code is None or error.code < 400:
        return error
    found = getattr(error, "data", None) or {}
    body: dict[str, Any] = {
        "title": error.name,
        "status": error.code,
        "detail": error.description or "",
    }
    if "messages" in found:
        body["detail"] = _("Some fields cannot be used; `errors` names them.")
        body["errors"] = list(_field_errors(found["messages"]))
    answer = _answer(body)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer


def _field_errors(messages: Any, path: str = "") -> Any:
    """Marshmallow's nested messages, one entry a field: `prices.0.price`."""
    if isinstance(messages, list):
        for each in messages:
            yield from _field_errors(each, path)
        return
    if not isinstance(messages, dict):
        yield {"field": path, "remedy": str(messages)}
        return
    for name, inner in messages.items():
        outer = "" if name in ("json", "query", "headers", "_schema") else str(name)
        yield from _field_errors(inner, ".".join(part for part in (path, outer) if part))


def _answer(body: dict[str, Any]) -> Response:
    answer: Response = jsonify(body)
    answer.status_code = body["status"]
    answer.mimetype = "application/problem+json"
    if answer.status_code == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def handle_errors(blueprint: flask.Blueprint) -> None:
    """Errors of these routes are answered as problems, whatever the program accepts."""
    blueprint.register_error_handler(MatchmakerError, problem)
    blueprint.register_error_handler(HTTPException, http_problem)
