"""Contacts a desk brings along: a table in, a list, and erasing one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from matchmaker.access import acting, open_to
from matchmaker.accounts.entering import public_address
from matchmaker.accounts.entries import Contact
from matchmaker.accounts.models import Organisation
from matchmaker.database import get_db
from matchmaker.desk.contacts import (
    COLUMNS,
    Trouble,
    bring_contacts,
    contacts_of,
    erase_contact,
    read_table,
)
from matchmaker.desk.pages import pages
from matchmaker.errors import BadInput, NotFound

LARGEST = 1_000_000  # bytes of a table


@pages.get("/desk/contacts")
@open_to("desk")
def contacts() -> str:
    """Whom this desk has brought along, and the form for more."""
    return _contacts_page()


@pages.post("/desk/contacts")
@open_to("desk")
def bring() -> Response | tuple[str, int]:
    """Take in a table, whole or not at all."""
    db = get_db()
    try:
        rows, troubles = read_table(_table())
        if troubles:
            return _contacts_page(troubles=troubles), 400
        done = bring_contacts(
            db,
            acting(),
            rows,
            source=request.form.get("source", ""),
            privacy_address=public_address("accounts.ask"),
            tell_them=request.form.get("tell") == "1",
        )
    except BadInput as wrong:
        db.rollback()
        return _contacts_page(wrong), 400
    db.commit()
    flash(
        _(
            "%(added)s added, %(changed)s brought up to date, %(told)s written to.",
            added=done.added,
            changed=done.changed,
            told=done.told,
        ),
        "success",
    )
    return redirect(url_for(".contacts"))


@pages.post("/desk/contacts/<public_id>/erase")
@open_to("desk")
def erase(public_id: str) -> Response:
    """Forget one contact of this desk."""
    db = get_db()
    found = db.scalar(
        select(Contact).where(Contact.public_id == public_id, Contact.owner_id == _desk().id)
    )
    if found is None:
        raise NotFound(_("This contact was not found."))
    erase_contact(db, acting(), found)
    db.commit()
    flash(_("The contact was erased."), "success")
    return redirect(url_for(".contacts"))


def _table() -> str:
    """The file if one was sent, else what was typed. Raises BadInput."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return str(request.form.get("table", ""))
    content: bytes = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BadInput("table", file.filename, _("It is too large. Bring fewer contacts."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("table", file.filename, _("Save it as CSV in UTF-8.")) from None


def _desk() -> Organisation:
    desk = acting().organisation
    assert desk is not None  # 'desk' lets nobody else in
    return desk


def _contacts_page(wrong: BadInput | None = None, troubles: list[Trouble] | None = None) -> str:
    return render_template(
        "desk/contacts.html",
        contacts=contacts_of(get_db(), _desk()),
        columns=COLUMNS,
        wrong=wrong,
        troubles=troubles or [],
        typed=request.form,
    )
