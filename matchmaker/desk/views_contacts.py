"""Contacts a desk brings along: a table in, a list, and erasing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    Row,
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
    """Take in a table, whole; or without the lines that are wrong, if the desk says so."""
    db, form = get_db(), request.form
    try:
        text = _table()
    except BadInput as wrong:
        return _contacts_page({"table": wrong}), 400
    wrongs = _missing(text)
    rows, troubles = read_table(text) if text.strip() else ([], [])
    leaves_out = form.get("leave_out") == "1" and bool(rows)
    if wrongs or (troubles and not leaves_out):
        return _contacts_page(wrongs, troubles, rows, text), 400
    done = bring_contacts(
        db,
        acting(),
        rows,
        source=form.get("source", ""),
        privacy_address=public_address("accounts.ask"),
        tell_them=form.get("tell") == "1",
    )
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


def _missing(text: str) -> dict[str, BadInput]:
    """What was not given at all, by field."""
    source, wrongs = request.form.get("source", ""), {}
    if not source.strip():
        remedy = _("Say from where you have them: a fair, a directory.")
        wrongs["source"] = BadInput("source", source, remedy)
    if not text.strip():
        wrongs["table"] = BadInput("table", "", _("Choose a file, or paste the table below."))
    return wrongs


def _desk() -> Organisation:
    desk = acting().organisation
    assert desk is not None  # 'desk' lets nobody else in
    return desk


def _contacts_page(
    wrongs: Mapping[str, BadInput] | None = None,
    troubles: Sequence[Trouble] = (),
    rows: Sequence[Row] = (),
    table: str = "",
) -> str:
    """With what was wrong, line by line, and the table as it was sent."""
    return render_template(
        "desk/contacts.html",
        contacts=contacts_of(get_db(), _desk()),
        columns=COLUMNS,
        wrongs=wrongs or {},
        troubles=troubles,
        rows=rows,
        table=table,
        typed=request.form,
    )
