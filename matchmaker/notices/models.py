"""What people are told: the notice in the bell, the letter that carries it, how they want it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import User
from matchmaker.orm import Model, PublicId, Utc, one_of, utc_now

# 'folder': written to the mail folder, nothing left the house. 'accepted': a mail server
# took it. 'bounced': it came back. 'failed': given up after many tries, can be retried.
LETTER_STATES = ("waiting", "folder", "accepted", "bounced", "failed")
PACES = ("at once", "digest", "off")


class Letter(PublicId, Model):
    """One mail, written in the transaction of what it tells; the worker sends it afterwards."""

    __tablename__ = "letter"
    __table_args__ = (
        one_of("state", LETTER_STATES),
        Index("ix_letter_open", "state", "next_try_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    kind: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8), default="en")
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    tries: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    trouble: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    sent_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    user: Mapped[User | None] = relationship()


class Notice(PublicId, Model):
    """What the bell holds for one person: everything that is mailed, and for who has no mail."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_unread", "user_id", "read_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(String(300), default="")  # path of the page to open
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    read_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    # None: not mailed yet (waits for the digest) or never mailed.
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
    for_digest: Mapped[bool] = mapped_column(Boolean, default=False)
    user: Mapped[User] = relationship()


class Wish(Model):
    """At which pace a person wants mail of one kind; without a row the kind's own default."""

    __tablename__ = "notice_wish"
    __table_args__ = (one_of("pace", PACES),)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    pace: Mapped[str] = mapped_column(String(8))
