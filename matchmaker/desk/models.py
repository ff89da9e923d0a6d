"""What a desk keeps of its own work: who took which case, what was checked, what was flagged."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Boolean, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import User
from matchmaker.orm import Model, PublicId, Utc, one_of, utc_now

QUEUES = (
    *("firms", "evidence", "expiring", "stale", "imports", "flags", "unreached", "buyers"),
    "requirements",
)


class Assignment(Model):
    """A case of a queue taken by somebody, with the day it is due. The queue itself is computed.

    `aside_until`: somebody has dealt with it; it comes back on that day if it is still so.
    `reminded_at`: when those concerned were last asked to do something about it.
    """

    __tablename__ = "desk_assignment"
    __table_args__ = (one_of("queue", QUEUES), UniqueConstraint("queue", "subject"))
    id: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(32))  # public id of the firm, evidence, import…
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    due_on: Mapped[dt.date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    aside_until: Mapped[dt.date | None] = mapped_column(Date)
    reminded_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    officer: Mapped[User | None] = relationship()


class FirmCheck(Model):
    """One stated criterion of a firm's verification: met or not, who saw it, how and when."""

    __tablename__ = "firm_check"
    firm_id: Mapped[int] = mapped_column(
        ForeignKey("firm.id", ondelete="CASCADE"), primary_key=True
    )
    criterion: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_met: Mapped[bool] = mapped_column(Boolean)
    number: Mapped[str] = mapped_column(String(40), default="")  # of the register or bank
    how: Mapped[str] = mapped_column(Text)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    officer: Mapped[User | None] = relationship()


class FirmRefusal(Model):
    """That a desk could not verify a firm, why, and when it is to be looked at again."""

    __tablename__ = "firm_refusal"
    firm_id: Mapped[int] = mapped_column(
        ForeignKey("firm.id", ondelete="CASCADE"), primary_key=True
    )
    reason: Mapped[str] = mapped_column(Text)
    again_on: Mapped[dt.date] = mapped_column(Date)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    officer: Mapped[User | None] = relationship()


class Flag(PublicId, Model):
    """Somebody said that a product, firm or piece of evidence is wrong or harmful."""

    __tablename__ = "flag"
    __table_args__ = (Index("ix_flag_open", "settled_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(16))  # public id
    reason: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    settled_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    outcome: Mapped[str | None] = mapped_column(Text)
