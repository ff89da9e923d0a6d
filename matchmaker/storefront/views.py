"""The public site: addresses, what they need, and the page they become."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

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
)

from matchmaker.access import open_to
from matchmaker.database import get_db
from matchmaker.errors import BadInput
from matchmaker.limits import limiter, search_limit
from matchmaker.money import OFFERED
from matchmaker.reader import COOKIE, current_reader, remember
from matchmaker.storefront import context, filters
from matchmaker.web import local_address

storefront = Blueprint("storefront", __name__)


def set_up(app: Flask) -> None:
    """Put the public pages into the application."""
    context.set_up(app)
    filters.set_up(app)
    app.register_blueprint(storefront)


def today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


@storefront.get("/")
@open_to("anyone")
def home() -> str:
    return render_template("storefront/home.html")


@storefront.get("/search")
@open_to("anyone")
@limiter.limit(search_limit)
def search() -> str:
    return render_template("storefront/search.html")


@storefront.get("/preferences")
@open_to("anyone")
def preferences() -> Response:
    """Keep the reader's currency and port in a cookie and go back to where they were."""
    reader = current_reader()
    currency = request.args.get("currency", reader.currency)
    port = request.args.get("port", reader.port).upper()
    if currency not in OFFERED:
        raise BadInput("currency", currency, f"Choose one of {', '.join(OFFERED)}.")
    if port and not (len(port) == 5 and port.isascii() and port.isalnum()):
        raise BadInput("port", port, "Give a UN/LOCODE such as DEHAM.")
    value, options = remember(replace(reader, currency=currency, port=port))
    answer = make_response(redirect(local_address(request.args.get("next"))))
    answer.set_cookie(COOKIE, value, **options)
    return answer
