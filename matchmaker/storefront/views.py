"""The public site: addresses, what they need, and the page they become."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import structlog
from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError

from matchmaker.access import current_actor, open_to
from matchmaker.database import get_db, short_write
from matchmaker.errors import BadInput
from matchmaker.limits import limiter, search_limit
from matchmaker.matching.unmet.services import note_unmet_search
from matchmaker.money import OFFERED, exchange_rates
from matchmaker.reader import COOKIE, current_reader, remember
from matchmaker.searching import searching
from matchmaker.storefront import context, filters, pages
from matchmaker.storefront.cards import Maker, proof_words
from matchmaker.storefront.home import build_home
from matchmaker.storefront.labels import labels
from matchmaker.storefront.queries import names_beginning
from matchmaker.storefront.refinements import Asked, read, tidy
from matchmaker.storefront.search_page import build_search_page
from matchmaker.storefront.suggesting import suggestions
from matchmaker.storefront.wire import compress
from matchmaker.web import local_address
from search.errors import SearchUnavailable

log = structlog.get_logger("matchmaker.storefront")
storefront = Blueprint("storefront", __name__)
storefront.after_request(compress)
pages.add_routes(storefront)


def set_up(app: Flask) -> None:
    """Put the public pages into the application."""
    context.set_up(app)
    filters.set_up(app)
    app.jinja_env.filters["proof_words"] = proof_words
    app.register_blueprint(storefront)


def today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


@storefront.get("/")
@open_to("anyone")
def home() -> str:
    """What this is, what there is, and where to begin."""
    page = build_home(get_db())
    return render_template("storefront/home.html", page=page, demonstration=page.demonstration)


@storefront.get("/search")
@open_to("anyone")
@limiter.limit(search_limit)
def search() -> Response:
    """Search products, firms and clusters; the address holds everything that was asked."""
    asked = read(request.args.items(multi=True))
    try:
        page = build_search_page(asked, searching(), _maker(), url_for(".search"))
    except SearchUnavailable as down:
        return _search_is_down(asked, down)
    answer = make_response(
        render_template(
            "storefront/search.html",
            page=page,
            fragment=request.headers.get("Sec-Fetch-Dest") == "empty",
            demonstration=page.demonstration,
        ),
        404 if page.past_end else 200,
    )
    answer.vary.add("Sec-Fetch-Dest")
    answer.vary.add("Cookie")
    if page.is_unmet and request.method == "GET":
        _note_later(answer, asked)
    return answer


@storefront.get("/suggest")
@open_to("anyone")
@limiter.limit(search_limit)
def suggest() -> Response:
    """What somebody who types this may mean, for the search box: [{label, kind, url}]."""
    typed = tidy(request.args.get("q", "")[:200])
    try:
        answer = jsonify(suggestions(get_db(), searching().engine, typed))
    except SearchUnavailable:
        # The box works without them; the search itself says what is wrong.
        answer = jsonify([])
        answer.headers["Cache-Control"] = "no-store"
        return answer
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


def _maker() -> Maker:
    db = get_db()
    return Maker(db, current_reader(), current_actor(), labels(db), exchange_rates(), today())


def _search_is_down(asked: Asked, down: SearchUnavailable) -> Response:
    """Say so, and find at least what begins exactly as typed, from the database."""
    log.error("search unavailable", reason=str(down))
    named = names_beginning(get_db(), asked.text[:80]) if asked.text else []
    body = render_template("storefront/search_down.html", asked=asked, named=named)
    answer = make_response(body, 503)
    answer.headers["Retry-After"] = "30"
    return answer


def _note_later(answer: Response, asked: Asked) -> None:
    """Count what was not found once the page is on its way: nobody waits for our book-keeping."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    refinements = {name: list(values) for name, values in asked.chosen.items()}

    def note() -> None:
        try:
            with app.app_context(), short_write() as db:
                note_unmet_search(db, text=asked.text, refinements=refinements, day=today())
        except DBAPIError as busy:
            log.warning("unmet search not counted", reason=str(busy.orig))

    answer.call_on_close(note)


@storefront.get("/preferences")
@open_to("anyone")
def preferences() -> Response:
    """Keep the reader's currency and port in a cookie and go back to where they were."""
    reader = current_reader()
    currency = request.args.get("currency", reader.currency)
    port = request.args.get("port", reader.port).upper()
    if currency not in OFFERED:
        raise BadInput(
            _("Currency"), currency, _("Choose one of %(codes)s.", codes=", ".join(OFFERED))
        )
    if port and not (len(port) == 5 and port.isascii() and port.isalnum()):
        raise BadInput(_("Port"), port, _("Give a UN/LOCODE such as DEHAM."))
    value, options = remember(replace(reader, currency=currency, port=port))
    answer = make_response(redirect(local_address(request.args.get("next"))))
    answer.set_cookie(COOKIE, value, **options)
    return answer
