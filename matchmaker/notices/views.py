"""The bell, the wishes, and the one click that stops a kind of mail."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.models import User
from matchmaker.config import Config
from matchmaker.database import get_db, short_write
from matchmaker.notices import queries, services
from matchmaker.notices.models import PACES
from matchmaker.notices.pages import pages
from matchmaker.notices.stopping import stopped_by
from matchmaker.web import found, local_address

__all__ = ["pages"]


@pages.get("/notices")
@open_to("person")
def bell() -> str:
    """Everything this person was told, also what was mailed."""
    shown = queries.bell_of(get_db(), _person(), request.args.get("page", 1, int))
    return render_template(
        "notices/bell.html",
        bell=shown,
        mailed=services.can_be_mailed(get_db(), _person()),
        user=_person(),
        page_address=lambda number: url_for(".bell", page=number),
    )


@pages.get("/notices/<public_id>")
@open_to("person")
def opened(public_id: str) -> Response:
    """Open what a notice is about; it counts as read."""
    notice = found(queries.notice_of(get_db(), _person(), public_id), _("The notice"))
    with short_write() as db:
        services.mark_read(db, _person(), notice)
    if not notice.address:
        return redirect(url_for(".bell"))
    return redirect(local_address(request.script_root + notice.address))


@pages.post("/notices/read")
@open_to("person")
def read_all() -> Response:
    """All are read."""
    services.mark_read(get_db(), _person())
    get_db().commit()
    return redirect(url_for(".bell"))


@pages.get("/notices/wishes")
@open_to("person")
def wishes() -> str:
    """At which pace this person is mailed what."""
    choices = queries.choices_of(get_db(), _person())
    mailed = services.can_be_mailed(get_db(), _person())
    return render_template("notices/wishes.html", choices=choices, mailed=mailed, user=_person())


@pages.post("/notices/wishes")
@open_to("person")
def save_wishes() -> Response:
    """Keep what was chosen; kinds that were not on the page stay as they are."""
    for choice in queries.choices_of(get_db(), _person()):
        pace = request.form.get(choice.kind.key, "")
        if pace in PACES and pace != choice.pace:
            services.set_pace(get_db(), _person(), choice.kind.key, pace)
    get_db().commit()
    flash(_("Your wishes are kept."), "success")
    return redirect(url_for(".wishes"))


@pages.get("/unsubscribe/<token>")
@open_to("anyone")
def stop(token: str) -> str:
    """Ask once more: programs that check mail look at every link, and change nothing here."""
    user, kind = stopped_by(get_db(), _config(), token)
    is_off = services.pace_of(get_db(), user, kind.key) == "off"
    return render_template("notices/stop.html", kind=kind, token=token, is_off=is_off)


@pages.post("/unsubscribe/<token>")
@open_to("anyone")
def stop_now(token: str) -> str:
    """Stop the kind: the button of our page, or the one click of a mail program (RFC 8058)."""
    user, kind = stopped_by(get_db(), _config(), token)
    again = request.form.get("again") == "yes"
    services.set_pace(get_db(), user, kind.key, kind.pace if again else "off")
    get_db().commit()
    return render_template("notices/stop.html", kind=kind, token=token, is_off=not again)


@pages.record_once
def _let_mail_programs_in(state: BlueprintSetupState) -> None:
    """They bring no token of ours; the signed address is what they prove themselves by."""
    state.app.extensions["csrf"].exempt(stop_now)


def _person() -> User:
    user = acting().user
    assert user is not None  # who is signed in is somebody
    return user


def _config() -> Config:
    return current_app.extensions["config"]  # type: ignore[no-any-return]
