"""Where pictures are shown from: an address of its own for every size, with headers of its own."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState

from matchmaker.access import current_actor, open_to
from matchmaker.catalogue.imaging import TYPES
from matchmaker.catalogue.pictures import read_picture
from matchmaker.catalogue.visibility import can_see_product
from matchmaker.database import get_db
from matchmaker.errors import NotFound
from matchmaker.reader import language_of
from matchmaker.store import get_store
from matchmaker.wording import gettext as _

pictures = Blueprint("pictures", __name__)
# A picture is a picture: should a browser ever take it for a page, it can do nothing.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
    "Cross-Origin-Resource-Policy": "same-origin",
}
A_YEAR = 31_536_000


def picture_url(public_id: str, width: int, kind: str) -> str:
    """The address of a size. It carries no language: seven languages share one copy."""
    return f"{_root()}/pictures/{public_id}-{width}.{kind}"


@pictures.get("/pictures/<name>-<int:width>.<kind>")
@open_to("anyone")
def picture(name: str, width: int, kind: str) -> Response:
    """One size of a picture; 404 where the product may not be seen. Never changes."""
    found = read_picture(get_db(), name, width, kind)
    if found is None or not can_see_product(current_actor(), found[0].product):
        raise NotFound(_("There is no such picture."))
    image, suffix = found
    response = Response(get_store().get(image.digest, suffix), mimetype=TYPES[kind])
    response.headers.update(HEADERS)
    shared = "public" if can_see_product(None, image.product) else "private"
    response.headers["Cache-Control"] = f"{shared}, max-age={A_YEAR}, immutable"
    response.set_etag(f"{image.digest[:20]}{suffix}")
    response.make_conditional(request)
    return response


@pictures.record_once
def _give_to_templates(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["picture_url"] = picture_url


def _root() -> str:
    language = language_of(request)
    root = request.script_root
    return root if language == "en" else root.removesuffix(f"/{language}")
