"""Who acts: users, organisations, memberships; what was done (audit) and what changed (changes)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from flask_security import UserMixin
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.orm import Model, PublicId, Utc, one_of, utc_now

ORGANISATION_KINDS = ("firm", "buyer", "intermediary", "desk", "institution")
STANDINGS = ("registered", "verified", "suspended")
ROLES = ("owner", "editor", "viewer", "desk_officer", "desk_head", "operator")
# SQLite numbers rows by itself only in an INTEGER key.
RowId = BigInteger().with_variant(Integer, "sqlite")


class User(PublicId, UserMixin, Model):
    """A person who can sign in. The audit names people by `public_id`, so erasure works.

    By password (`email`, confirmed) or, for who has only a phone, by links handed over
    (`SignInLink`). `UserMixin` is what Flask-Security asks of a user; it keeps `password`,
    `confirmed_at` and the `tf_`/`mf_` columns of the second factor.
    """

    __tablename__ = "user_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)  # type: ignore[assignment]
    phone: Mapped[str | None] = mapped_column(String(20), index=True)  # E.164: +919876543210
    language: Mapped[str] = mapped_column(String(8), default="en")
    zone: Mapped[str] = mapped_column(String(40), default="Asia/Kolkata")  # IANA name
    active: Mapped[bool] = mapped_column("is_active", Boolean, default=True)
    suspended_reason: Mapped[str | None] = mapped_column(Text)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    notice_version: Mapped[str | None] = mapped_column(String(10))  # of the privacy notice shown
    password: Mapped[str | None] = mapped_column(String(255))
    # What a session cookie names; a new one ends all sessions of the person.
    fs_uniquifier: Mapped[str] = mapped_column(
        String(64), index=True, unique=True, default=lambda: uuid.uuid4().hex
    )
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(JSON)
    memberships: Mapped[list[Membership]] = relationship(back_populates="user")

    @property
    def roles(self) -> list[Any]:  # type: ignore[override]
        """Flask-Security's own roles: none. Ours belong to memberships."""
        return []


class Organisation(PublicId, Model):
    """A firm, buyer, intermediary, export desk or institution. `is_demo`: made up to show.

    `standing` says how far desks know it; of a suspended one the reason is shown to its
    members. `standing_checks` lists what was checked (see `accounts/standing.py`).
    `asks_since`: its members have asked a desk to verify it, and wait.
    """

    __tablename__ = "organisation"
    __table_args__ = (one_of("kind", ORGANISATION_KINDS), one_of("standing", STANDINGS))
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    name: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    country: Mapped[str] = mapped_column(String(2), default="IN")
    website: Mapped[str | None] = mapped_column(String(200))
    standing: Mapped[str] = mapped_column(String(12), default="registered")
    standing_on: Mapped[dt.date | None] = mapped_column(Date)
    standing_reason: Mapped[str | None] = mapped_column(Text)
    standing_checks: Mapped[list[str]] = mapped_column(JSON, default=list)
    asks_since: Mapped[dt.datetime | None] = mapped_column(Utc)
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


class Mandate(PublicId, Model):
    """That one organisation (a cluster agent, an intermediary) may act for another.

    Lives until `ended_at`. Every act under it is recorded with both names.
    """

    __tablename__ = "mandate"
    __table_args__ = (
        Index(
            "uq_mandate_living",
            "agent_id",
            "client_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("agent_id <> client_id", name="two_parties"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    how: Mapped[str] = mapped_column(Text)  # in whose words it was given: paper, call, meeting
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    granted_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    agent: Mapped[Organisation] = relationship(foreign_keys=[agent_id])
    client: Mapped[Organisation] = relationship(foreign_keys=[client_id])


class AuditEntry(Model):
    """Who did what to what, for whom, before and after. Rows are only ever added."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_kind", "subject_id"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now, index=True)
    # Public id of the user, 'key:' and that of a program's key, or 'system'.
    actor: Mapped[str] = mapped_column(String(16))
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
