"""Who acts: users, organisations, memberships; what was done (audit) and what changed (changes)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.orm import Model, PublicId, Utc, one_of, utc_now

ORGANISATION_KINDS = ("firm", "buyer", "intermediary", "desk", "institution")
ROLES = ("owner", "editor", "viewer", "desk_officer", "desk_head", "operator")
# SQLite numbers rows by itself only in an INTEGER key.
RowId = BigInteger().with_variant(Integer, "sqlite")


class User(PublicId, Model):
    """A person who can sign in. The audit names people by `public_id`, so erasure works."""

    __tablename__ = "user_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    language: Mapped[str] = mapped_column(String(8), default="en")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    memberships: Mapped[list[Membership]] = relationship(back_populates="user")

    # What Flask-Login asks of a user; said here so that models need not import Flask.
    is_authenticated = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.public_id


class Organisation(PublicId, Model):
    """A firm, buyer, intermediary, export desk or institution. `is_demo`: made up to show."""

    __tablename__ = "organisation"
    __table_args__ = (one_of("kind", ORGANISATION_KINDS),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    name: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    country: Mapped[str] = mapped_column(String(2), default="IN")
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False, index=True)
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    memberships: Mapped[list[Membership]] = relationship(back_populates="organisation")


class Membership(Model):
    """One role of one user in one organisation; a user may have several."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "organisation_id"), one_of("role", ROLES))
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    user: Mapped[User] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship(back_populates="memberships")


class AuditEntry(Model):
    """Who did what to what, for whom, before and after. Rows are only ever added."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_kind", "subject_id"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now, index=True)
    actor: Mapped[str] = mapped_column(String(16))  # public id of the user, or 'system'
    organisation: Mapped[str | None] = mapped_column(String(16))
    on_behalf_of: Mapped[str | None] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(String(32))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(Text)


class ChangeEntry(Model):
    """Something others follow has changed; written in the transaction that changed it."""

    __tablename__ = "change_entry"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(BigInteger)  # row number: never leaves the house
    action: Mapped[str] = mapped_column(String(16))


class ChangeDelivery(Model):
    """A change that a named consumer has still to work off.

    One row per consumer and change, deleted when done. A position in the change log would
    lose entries: on PostgreSQL a row with a smaller number can be committed after a larger
    one was already read.
    """

    __tablename__ = "change_delivery"
    __table_args__ = (Index("ix_change_delivery_open", "consumer", "change_id"),)
    consumer: Mapped[str] = mapped_column(String(30), primary_key=True)
    change_id: Mapped[int] = mapped_column(
        ForeignKey("change_entry.id", ondelete="CASCADE"), primary_key=True
    )
    tries: Mapped[int] = mapped_column(Integer, default=0)
    change: Mapped[ChangeEntry] = relationship()
