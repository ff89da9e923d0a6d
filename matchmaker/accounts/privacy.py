"""What is kept of a person: to take along, to erase. Also of those who never registered.

Which tables know a person is read from the foreign keys, so that a table added later cannot be
forgotten.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, func, select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.entries import AddressChange, Contact, Invitation
from matchmaker.accounts.members import end_membership, is_last_manager
from matchmaker.accounts.models import AuditEntry, User
from matchmaker.orm import Model

# Never handed out, not even to the person: they open doors.
SECRETS = frozenset(
    {"password", "fs_uniquifier", "tf_totp_secret", "mf_recovery_codes", "secret_hash"}
)
# Rows about nobody but the person; they go with the account, in this order.
PERSONAL = ("notice_wish", "notice", "letter", "sign_in_link", "address_change", "used_draft")
ERASED_NAME = "Former member"


def data_of_person(db: Session, user: User) -> dict[str, Any]:
    """All that is kept of a person with an account, ready for JSON."""
    return {
        "account": _plain(_row(db, User.__table__, User.id == user.id)),
        "memberships": [
            {
                "organisation": each.organisation.name,
                "kind": each.organisation.kind,
                "role": each.role,
            }
            for each in user.memberships
        ],
        "rows": {
            name: rows
            for name, rows in sorted(_rows_that_name(db, user.id))
            if rows and name != "membership"
        },
        "acts": [
            {"at": each.at.isoformat(), "action": each.action, "subject": each.subject_kind}
            for each in db.scalars(
                select(AuditEntry).where(AuditEntry.actor == user.public_id).order_by(AuditEntry.id)
            )
        ],
        **({"elsewhere": data_of_address(db, user.email)} if user.email else {}),
    }


def data_of_address(db: Session, email: str) -> dict[str, Any]:
    """What is kept of an address besides accounts: brought along, invited, written to."""
    address = email.strip().lower()
    letters = Model.metadata.tables["letter"]
    return {
        "contacts": [
            {
                "name": each.name,
                "company": each.company,
                "email": each.email,
                "phone": each.phone,
                "country": each.country,
                "source": each.source,
                "since": each.created_at.isoformat(),
            }
            for each in db.scalars(select(Contact).where(_is(Contact.email, address)))
        ],
        "invitations": [
            {
                "name": each.name,
                "email": each.email,
                "phone": each.phone,
                "role": each.role,
                "to": each.organisation.name,
                "since": each.created_at.isoformat(),
            }
            for each in db.scalars(select(Invitation).where(_is(Invitation.email, address)))
        ],
        "waiting": [
            {"since": each.created_at.isoformat()}
            for each in db.scalars(select(AddressChange).where(_is(AddressChange.email, address)))
        ],
        "letters": [
            _plain(row._asdict())
            for row in db.execute(
                select(letters).where(_is(letters.c.address, address), letters.c.user_id.is_(None))
            )
        ],
    }


def erase_person(db: Session, actor: Actor, user: User) -> None:
    """Close the account and forget the person: nothing that names them is left. Caller commits.

    What stays: acts in the audit trail under the pseudonymous id, and what was written in the
    name of organisations (enquiries, answers), which is theirs.
    """
    record(db, actor, "user.erased", "user", user.public_id)
    for membership in list(user.memberships):
        organisation = membership.organisation
        if is_last_manager(db, membership):
            # Nobody may be held back by it; desks find such organisations by this entry.
            record(
                db,
                actor,
                "organisation.without_owner",
                "organisation",
                organisation.public_id,
            )
        end_membership(db, membership)
    for name in PERSONAL:
        table = Model.metadata.tables[name]
        db.execute(delete(table).where(table.c.user_id == user.id))
    if user.email:
        erase_address(db, actor, user.email)
    if user.phone:
        db.execute(delete(Invitation).where(Invitation.phone == user.phone))
        db.execute(delete(Contact).where(Contact.phone == user.phone))
    user.name, user.email, user.phone, user.password = ERASED_NAME, None, None, None
    user.tf_primary_method, user.tf_totp_secret, user.mf_recovery_codes = None, None, None
    user.confirmed_at, user.suspended_reason = None, None
    user.active = False
    user.fs_uniquifier = uuid.uuid4().hex  # ends all sessions
    db.flush()


def erase_address(db: Session, actor: Actor | None, email: str) -> int:
    """Forget an address that has no account; how many rows. The caller commits."""
    address = email.strip().lower()
    letters = Model.metadata.tables["letter"]
    notices = Model.metadata.tables["notice"]
    of_address = select(letters.c.id).where(_is(letters.c.address, address))
    db.execute(update(notices).where(notices.c.letter_id.in_(of_address)).values(letter_id=None))
    count = 0
    for statement in (
        delete(Contact).where(_is(Contact.email, address)),
        delete(Invitation).where(_is(Invitation.email, address)),
        delete(AddressChange).where(_is(AddressChange.email, address)),
        delete(letters).where(_is(letters.c.address, address)),
    ):
        count += int(getattr(db.execute(statement), "rowcount", 0))
    if count and actor is not None:
        record(db, actor, "address.erased", "address", "", after={"rows": count})
    return count


def _is(column: Any, address: str) -> ColumnElement[bool]:
    """Whether a column holds this address, however it was spelled when it was brought along."""
    return func.lower(column) == address


def _rows_that_name(db: Session, user_id: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every table with a foreign key to people, and its rows that name this one."""
    for table in Model.metadata.sorted_tables:
        columns = [column for column in table.columns if _is_person(column)]
        for column in columns:
            found = db.execute(select(table).where(column == user_id))
            yield f"{table.name}.{column.name}", [_plain(row._asdict()) for row in found]


def _is_person(column: Column[Any]) -> bool:
    return any(key.column.table.name == "user_account" for key in column.foreign_keys)


def _row(db: Session, table: Any, condition: Any) -> dict[str, Any]:
    assert isinstance(table, Table)
    return db.execute(select(table).where(condition)).one()._asdict()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Without secrets and row numbers, in values JSON knows."""
    return {
        name: _value(value)
        for name, value in row.items()
        if not (_stays_inside(name) or _holds_a_link(name, row))
    }


def _stays_inside(column: str) -> bool:
    return column in SECRETS or column == "id" or (column.endswith("_id") and column != "public_id")


def _holds_a_link(column: str, row: dict[str, Any]) -> bool:
    """Whether it is the body of a letter that may recover or confirm an account: the mailbox
    proves whose it is, a browser that somebody left signed in does not."""
    return column in ("text", "html") and str(row.get("kind", "")).startswith("account.")


def _value(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)
