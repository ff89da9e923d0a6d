"""A question typed by somebody who was signed out meanwhile: there again once they are back.

It waits in the cookie of their session, which only their browser has; long ones are cut there.
"""

from __future__ import annotations

from flask import request, session
from werkzeug.datastructures import MultiDict

TYPED = "typed_question"
FIELDS = ("text", "quantity", "unit", "ship_by")
MOST = 1000  # letters: a browser keeps 4 kB of a cookie


def keep_typed() -> None:
    """Keep what this request sent, for the page it was sent to."""
    asked = {name: request.form.get(name, "")[:MOST] for name in FIELDS}
    session[TYPED] = {"page": request.path, **asked}


def typed_before() -> MultiDict[str, str] | None:
    """What was kept for this page, if anything; only once."""
    kept = session.get(TYPED)
    if request.method != "GET" or not kept or kept["page"] != request.path:
        return None
    del session[TYPED]
    return MultiDict({name: kept[name] for name in FIELDS})
