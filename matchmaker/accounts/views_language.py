"""The language a person is spoken to in: chosen in the menu of every page."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.models import User
from matchmaker.accounts.views import pages
from matchmaker.database import short_write
from matchmaker.errors import NotFound
from matchmaker.languages import offered_languages
from matchmaker.web import local_address
from matchmaker.wording import gettext as _


@pages.get("/account/language/<code>")
@open_to("person")
def speak(code: str) -> Response:
    """Read on in this language, and be told and written to in it from now on.

    A link and no form: forms carry a secret, and pages that are open to all, whose menu this
    is, are packed before they are sent (see _account_menu.html).
    """
    if code not in offered_languages():
        raise NotFound(_("There is no such language here."))
    user = acting().user
    assert user is not None  # who is signed in is somebody
    if user.language != code:
        with short_write() as db:
            db.get_one(User, user.id).language = code
    return redirect(local_address(request.args.get("next")))
