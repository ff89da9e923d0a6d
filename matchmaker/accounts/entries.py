"""Ways in besides the password: invitations, links handed over and mailed, keys of programs."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import ROLES, Organisation, User
from matchmaker.orm import Model, PublicId, Utc, one_of, utc_now

# Of every secret only its SHA-256 is kept: who reads the database cannot use it.


class Invitation(PublicId, Model):
    """Somebody was asked to become a member; until they do, this is all we know of them."""

    __tablename__ = "invitation"
    __table_args__ = (
        one_of("role", ROLES),
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="reachable"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    expires_at: Mapped[dt.datetime] = mapped_column(Utc)
    accepted_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    organisation: Mapped[Organisation] = relationship()


class SignInLink(PublicId, Model):
    """A link or QR that signs one person in, once."""

    __tablename__ = "sign_in_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    expires_at: Mapped[dt.datetime] = mapped_column(Utc)
    used_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    user: Mapped[User] = relationship(foreign_keys=[user_id])


class AddressChange(Model):
    """The e-mail address somebody would like, until the link mailed to it confirms it.

    Rows go once they are confirmed, given up or too old: an address that is not theirs is not kept.
    """

    __tablename__ = "address_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(String(254), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    expires_at: Mapped[dt.datetime] = mapped_column(Utc)
    user: Mapped[User] = relationship()


class ApiKey(PublicId, Model):
    """A program of an organisation: what it may do (`scopes`) and when it last came."""

    __tablename__ = "api_key"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    last_used_on: Mapped[dt.date | None]
    revoked_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    organisation: Mapped[Organisation] = relationship()


class Contact(PublicId, Model):
    """A person a desk brought along from elsewhere, who never registered.

    Kept apart from users so that export and erasure reach them too.
    """

    __tablename__ = "contact"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    company: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    country: Mapped[str | None] = mapped_column(String(2))
    source: Mapped[str] = mapped_column(String(200))  # from where the desk has it
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
