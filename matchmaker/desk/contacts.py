"""Contacts a desk brings along from elsewhere: a small table, its source, and telling them.

The caller commits. All rows come in, or none, unless the desk leaves out what is wrong.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.entries import Contact
from matchmaker.accounts.models import Organisation
from matchmaker.accounts.phones import phone_of
from matchmaker.codes import country_code
from matchmaker.errors import BadInput, NotAllowed
from matchmaker.notices.services import write_letter
from matchmaker.wording import gettext as _

COLUMNS = ("name", "company", "email", "phone", "country")
AT_MOST = 2000  # rows
LONGEST = {"name": 120, "company": 200, "email": 254}
ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@dataclass(frozen=True)
class Row:
    """One contact as understood; `number` is its line in the table."""

    number: int
    name: str
    company: str
    email: str | None
    phone: str | None
    country: str | None


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a line, and what to type."""

    number: int
    column: str
    value: str
    remedy: str


@dataclass(frozen=True)
class Brought:
    """What became of a table."""

    added: int
    changed: int
    told: int


def read_table(text: str) -> tuple[list[Row], list[Trouble]]:
    """The rows of a table with a heading (name, company, email, phone, country), and its troubles.

    Separated by commas, semicolons or tabs.
    """
    text = text.removeprefix("\ufeff").strip()
    first = text.partition("\n")[0]
    sign = max(",;\t", key=first.count)
    table = csv.reader(io.StringIO(text), delimiter=sign)
    try:
        lines = [(table.line_num, line) for line in table if any(cell.strip() for cell in line)]
    except csv.Error as wrong:
        return [], [Trouble(table.line_num, "", str(wrong), _("Save it as CSV again."))]
    if len(lines) < 2:
        return [], [Trouble(1, "", first[:60], _("Give headings and at least one contact."))]
    heading = [cell.strip().lower().replace("e-mail", "email") for cell in lines[0][1]]
    if "name" not in heading or not {"email", "phone"} & set(heading):
        remedy = _("The first line names the columns: name, company, email, phone, country.")
        return [], [Trouble(1, "", first[:60], remedy)]
    if len(lines) - 1 > AT_MOST:
        remedy = _("Bring at most %(count)s contacts at a time.", count=AT_MOST)
        return [], [Trouble(1, "", str(len(lines) - 1), remedy)]
    rows, troubles = [], []
    for number, cells in lines[1:]:
        given = dict(zip(heading, (cell.strip() for cell in cells), strict=False))
        try:
            rows.append(_row(number, given))
        except BadInput as wrong:
            troubles.append(Trouble(number, wrong.field, wrong.shown, wrong.remedy))
    return rows, troubles


def bring_contacts(
    db: Session,
    actor: Actor,
    rows: Sequence[Row],
    *,
    source: str,
    privacy_address: str,
    tell_them: bool = True,
) -> Brought:
    """Keep the contacts for the actor's desk; one already there is brought up to date.

    `source`: from where the desk has them. With `tell_them`, new ones with an address are
    written to: who has it, from where, and how to have it erased (`privacy_address`).
    """
    actor.must_be_desk()
    desk = actor.organisation
    if desk is None:
        raise NotAllowed(_("This page is for the staff of export desks."))
    if not source.strip():
        raise BadInput("source", source, _("Say from where you have them: a fair, a directory."))
    added = changed = told = 0
    for row in rows:
        there = _known(db, desk.id, row)
        contact = there or Contact(owner_id=desk.id, source=source.strip()[:200])
        contact.name, contact.company = row.name, row.company or contact.company or ""
        contact.email = row.email or contact.email
        contact.phone = row.phone or contact.phone
        contact.country = row.country or contact.country
        if there is not None:
            changed += 1
            continue
        db.add(contact)
        db.flush()  # a second line of the same person finds it
        added += 1
        if tell_them and row.email:
            _tell(db, row, desk, source.strip(), privacy_address)
            told += 1
    after = {"added": added, "changed": changed, "told": told}
    record(
        db, actor, "contacts.imported", "organisation", desk.public_id, after=after, reason=source
    )
    return Brought(added, changed, told)


def contacts_of(db: Session, desk: Organisation) -> Sequence[Contact]:
    """All contacts of a desk, by name."""
    return db.scalars(
        select(Contact).where(Contact.owner_id == desk.id).order_by(Contact.name, Contact.id)
    ).all()


def erase_contact(db: Session, actor: Actor, contact: Contact) -> None:
    """Forget a contact; the audit trail keeps that it happened, not who it was."""
    actor.must_be_desk()
    record(db, actor, "contact.erased", "contact", contact.public_id)
    db.delete(contact)
    db.flush()


def _row(number: int, given: dict[str, str]) -> Row:
    name, email, phone = (given.get(column, "") for column in ("name", "email", "phone"))
    if not name:
        raise BadInput("name", "", _("Enter the name of the person."))
    if not email and not phone:
        raise BadInput("email", "", _("Enter an e-mail address or a phone number."))
    for column, longest in LONGEST.items():
        if len(given.get(column, "")) > longest:
            raise BadInput(column, given[column], _("Enter fewer letters."))
    if email and not ADDRESS.fullmatch(email):
        raise BadInput("email", email, _("Enter an address like name@example.com."))
    country = given.get("country", "")
    code = country_code(country) if country else ""
    if country and not code:
        raise BadInput("country", country, _("Enter its name in English, or two letters as DE."))
    return Row(
        number=number,
        name=name,
        company=given.get("company", ""),
        email=email.lower() or None,
        phone=phone_of(phone) if phone else None,
        country=code or None,
    )


def _known(db: Session, desk_id: int, row: Row) -> Contact | None:
    same = [Contact.email == row.email] if row.email else []
    if row.phone:
        same.append(Contact.phone == row.phone)
    return db.scalar(
        select(Contact).where(Contact.owner_id == desk_id, or_(*same)).order_by(Contact.id).limit(1)
    )


def _tell(db: Session, row: Row, desk: Organisation, source: str, privacy_address: str) -> None:
    write_letter(
        db,
        address=str(row.email),
        kind="account.contact",
        subject=_("%(desk)s has your address", desk=desk.name),
        text=_(
            "%(desk)s has put your name and address on its list of trade contacts at"
            " Matchmaker.\n\nIt has them from: %(source)s.\n\nSee all that is kept of you, or have"
            " it erased at once, without an account:\n%(address)s\n",
            desk=desk.name,
            source=source,
            address=privacy_address,
        ),
    )
