"""What every response gets: security headers, a request's reading transaction, error pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, jsonify, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from werkzeug.exceptions import HTTPException

from matchmaker.errors import BadInput, MatchmakerError, NotFound, Unavailable
from matchmaker.logs import request_id
from matchmaker.orm import ONLY_READING
from search.errors import BadQuery, SearchUnavailable

log = structlog.get_logger("matchmaker.web")

# No inline script, no inline style, nothing from elsewhere.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def protect(app: Flask, *, https: bool) -> None:
    """Add the security headers to every response."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response


def read_without_locking(app: Flask) -> None:
    """Pages that are only read begin transactions that never wait for a writer."""

    @app.before_request
    def begin_reading() -> None:
        g.reading = ONLY_READING.set(request.method in ("GET", "HEAD"))

    @app.teardown_request
    def end_reading(_error: BaseException | None) -> None:
        if "reading" in g:
            ONLY_READING.reset(g.pop("reading"))


def handle_errors(app: Flask) -> None:
    """Turn every error into a page, or JSON for those who ask for it, that says what to do."""
    app.register_error_handler(MatchmakerError, show_error)
    app.register_error_handler(CSRFError, _as(_csrf_failed))
    app.register_error_handler(HTTPException, _as(_from_http))
    app.register_error_handler(SearchUnavailable, _as(_search_is_down))
    app.register_error_handler(BadQuery, _as(_bad_query))
    app.register_error_handler(DBAPIError, _as(_database_is_down))
    app.register_error_handler(Exception, _as(_unexpected))


def show_error(error: MatchmakerError) -> tuple[Response | str, int]:
    """One shape for all errors."""
    title, message = in_words(error)
    if _wants_json():
        body = {"title": title, "status": error.status, "detail": message}
        answer = jsonify(body)
        answer.mimetype = "application/problem+json"
        return answer, error.status
    shown = {"status": error.status, "title": title, "message": message}
    shown |= {"links": ways_on(error.status), "request_id": request_id()}
    return render_template("errors/error.html", **shown), error.status


def ways_on(status: int) -> list[dict[str, str]]:
    """What to offer instead of the page. Asks no database: it may be what is down."""
    start = {"label": _("To the start page"), "url": url_for("storefront.home")}
    if status == 401:
        # What was sent and refused is no page to come back to.
        here = this_page() if request.method == "GET" else None
        return [
            {"label": _("Sign in"), "url": url_for("security.login", next=here)},
            {"label": _("Join"), "url": url_for("joining.choose", next=here)},
            start,
        ]
    if status == 403 and "_user_id" in session:
        return [{"label": _("Your pages"), "url": url_for("arriving.begin")}, start]
    return [start]


def this_page() -> str:
    """The address of the page asked for, language and all, for who has to sign in first."""
    return request.script_root + request.full_path.rstrip("?")


def _wants_json() -> bool:
    """Whether a program asks: by what it accepts, or because the address is the API's."""
    kinds = ("text/html", "application/json")
    asked = request.accept_mimetypes.best_match(kinds)
    return asked == "application/json" or request.path.startswith("/api/")


def in_words(error: MatchmakerError) -> tuple[str, str]:
    """Title and message for the reader. What was raised with words of its own keeps them."""
    title = error.title if "title" in vars(error) else _(type(error).title)
    if not isinstance(error, BadInput):
        return title, error.message
    parts = {"field": error.field, "value": error.shown, "remedy": error.remedy}
    return title, _("%(field)s: “%(value)s” cannot be used. %(remedy)s", **parts)


def _as(translate: Callable[[Any], MatchmakerError]) -> Callable[[Any], Any]:
    def handler(error: Any) -> Any:
        if isinstance(error, HTTPException) and error.response is not None:
            return error.response
        if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
            return error  # a redirect
        return show_error(translate(error))

    return handler


def _csrf_failed(_error: CSRFError) -> MatchmakerError:
    error = MatchmakerError(
        _("This form was open for too long. Go back, reload the page and send it again.")
    )
    error.status, error.title = 400, _("Please send it again")
    return error


def _from_http(error: HTTPException) -> MatchmakerError:
    texts = {
        404: (_("Not found"), _("There is nothing at this address. Try the search.")),
        405: (_("Not possible"), _("This address cannot be used in this way.")),
        413: (_("Too large"), _("What was sent is larger than this page takes.")),
        414: (_("Too long"), _("This address is too long. Try a shorter search.")),
        429: (_("One moment, please"), _("Too many requests from your address. Wait a minute.")),
    }
    status = error.code or 500
    other = (
        (_("Not possible"), _("What was sent could not be used."))
        if status < 500
        else (_("Something went wrong"), _("An unexpected error happened. It was noted."))
    )
    title, message = texts.get(status, other)
    shown = MatchmakerError(message)
    shown.status, shown.title = status, title
    return shown


def _search_is_down(error: SearchUnavailable) -> MatchmakerError:
    log.error("search unavailable", reason=str(error))
    return Unavailable(_("The search does not answer right now. Nothing is lost; try again soon."))


def _bad_query(error: BadQuery) -> MatchmakerError:
    shown = MatchmakerError(str(error))
    shown.status, shown.title = 400, _("Please check what was entered")
    return shown


def _database_is_down(error: DBAPIError) -> MatchmakerError:
    missing = isinstance(error, OperationalError | ProgrammingError)
    log.error("database unavailable", missing=missing, reason=str(error.orig))
    return Unavailable(
        _("The database does not answer right now. Whoever runs this site has been told.")
    )


def _unexpected(error: Exception) -> MatchmakerError:
    log.exception("unexpected error", kind=type(error).__name__)
    return MatchmakerError(_("An unexpected error happened. It was noted; please try again."))


def own_address(text: str | None) -> str | None:
    """The address if it is one of ours; nothing of one that leads, or may lead, elsewhere."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return None
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or "\\" in text or any(ord(c) < 32 for c in text):
        return None
    return text


def local_address(text: str | None) -> str:
    """An address of ours to go back to: never one that leads elsewhere."""
    return own_address(text) or url_for("storefront.home")


def found(thing: Any, what: str) -> Any:
    """The thing, or a 404 that says what was looked for."""
    if thing is None:
        raise NotFound(_("%(what)s was not found. It may have been taken down.", what=what))
    return thing
