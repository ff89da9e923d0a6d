"""People: who is here, whom nothing reached, and what to say to them."""

from __future__ import annotations

import re
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.links import living_links, may_hand_over
from matchmaker.accounts.models import ORGANISATION_KINDS, User
from matchmaker.accounts.qr import qr_picture
from matchmaker.database import get_db
from matchmaker.desk import verifying
from matchmaker.desk.pages import pages
from matchmaker.desk.people import PAGE, find_person, read_people, unreached_person
from matchmaker.desk.rights import is_head
from matchmaker.desk.trail import latest_about
from matchmaker.desk.views import page_asked
from matchmaker.errors import N_, BadInput, NotFound
from matchmaker.notices.reaching import message_with_link, ready_message, unreached_people

WHY = {
    "no mail": N_("has no confirmed e-mail address"),
    "bounced": N_("mail to this address comes back"),
    "failed": N_("mail could not be sent"),
}


@pages.get("/desk/people")
@open_to("desk")
def people() -> str:
    """Everybody by name; those whom nothing reached before them, with number and message."""
    db, page = get_db(), page_asked()
    words, kind = request.args.get("q", "").strip()[:80], request.args.get("kind", "")
    kind = kind if kind in ORGANISATION_KINDS else ""
    found, total = read_people(db, words=words, kind=kind, page=page)
    narrowed: dict[str, Any] = {
        name: value for name, value in (("q", words), ("kind", kind)) if value
    }
    missed = [] if narrowed or page > 1 else unreached_people(db)
    return render_template(
        "desk/people.html",
        people=found,
        total=total,
        missed=missed,
        why=WHY,
        words=words,
        kind=kind,
        kinds=ORGANISATION_KINDS,
        page=page,
        last=max(1, -(-total // PAGE)),
        page_url=lambda number: url_for(".people", page=number, **narrowed),
    )


@pages.get("/desk/people/<public_id>")
@open_to("desk")
def person(public_id: str) -> str:
    """How to reach one person, what they belong to, what they did."""
    return _person_page(_person(public_id))


@pages.post("/desk/people/<public_id>/message")
@open_to("desk")
def message(public_id: str) -> str:
    """The ready message with a new link that signs the person in; shown once."""
    db, found = get_db(), _person(public_id)
    missed = unreached_person(db, found)
    if missed is None or not may_hand_over(acting(), found):
        raise NotFound(_("There is nothing to hand over to this person."))
    text = message_with_link(db, acting(), missed)
    db.commit()
    link = re.search(r"https?://\S+", text)
    picture = qr_picture(link[0], _("Link that signs %(name)s in", name=found.name)) if link else ""
    return _person_page(found, text=text, picture=picture)


@pages.post("/desk/people/<public_id>/suspension")
@open_to("desk")
def suspend_person(public_id: str) -> Response | tuple[str, int]:
    """A head suspends a person, or lifts that."""
    db, found = get_db(), _person(public_id)
    reason = request.form.get("reason", "")[:2000]
    try:
        if request.form.get("act") == "lift":
            verifying.restore_somebody(db, acting(), found, reason=reason)
            said = _("The suspension of %(name)s is lifted.", name=found.name)
        else:
            verifying.suspend_somebody(db, acting(), found, reason=reason)
            said = _("%(name)s is suspended.", name=found.name)
    except BadInput as wrong:
        db.rollback()
        return _person_page(_person(public_id), wrong), 400
    db.commit()
    flash(said, "success")
    return redirect(url_for(".person", public_id=public_id))


def _person(public_id: str) -> User:
    found = find_person(get_db(), public_id)
    if found is None:
        raise NotFound(_("This person was not found."))
    return found


def _person_page(
    found: User, wrong: BadInput | None = None, text: str = "", picture: str = ""
) -> str:
    db, actor = get_db(), acting()
    missed = unreached_person(db, found)
    return render_template(
        "desk/person.html",
        person=found,
        missed=missed,
        why=_(WHY[missed.why]) if missed else "",
        text=text or (ready_message(missed) if missed else ""),
        picture=picture,
        hands_over=may_hand_over(actor, found),
        links=living_links(db, found),
        history_lines=latest_about(db, [("user", found.public_id)]),
        is_head=is_head(actor),
        is_own=actor.user is not None and actor.user.id == found.id,
        wrong=wrong,
        typed=request.form,
    )
