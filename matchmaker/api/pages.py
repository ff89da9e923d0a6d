"""The routes of the API hang here: two doors, one for everybody and one for keys."""

from __future__ import annotations

from flask_smorest import Blueprint

from matchmaker.api.door import handle_errors

PREFIX = "/api/v1"
catalogue = Blueprint(
    "api_catalogue", __name__, url_prefix=PREFIX, description="The public catalogue; no key needed"
)
own = Blueprint(
    "api_own", __name__, url_prefix=PREFIX, description="What a firm keeps; needs a key"
)
for each in (catalogue, own):
    handle_errors(each)
