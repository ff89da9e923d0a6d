"""What was typed without a connection is sent again until it arrives: kept once all the same.

Every such form carries a key made before anything was typed. Who finishes the work notes the
key with what came of it; a second arrival of the same key is shown that instead.
"""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy import ForeignKey, String, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from matchmaker.accounts.actor import Actor
from matchmaker.errors import Conflict
from matchmaker.orm import Model, Utc, new_public_id, utc_now

KEY = re.compile(r"[a-z0-9-]{10,40}")
# A phone that was away for longer is asked to look first.
KEPT = dt.timedelta(days=180)


class UsedDraft(Model):
    """A draft of one person that arrived, and the public id of what came of it."""

    __tablename__ = "used_draft"
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    made: Mapped[str] = mapped_column(String(16))
    at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)


def new_draft_key() -> str:
    """For a form that is handed out."""
    return new_public_id() + new_public_id()


def made_of(db: Session, actor: Actor, key: str) -> str | None:
    """The public id of what came of this draft, if it arrived before."""
    if actor.user is None or not KEY.fullmatch(key):
        return None
    found = db.get(UsedDraft, (actor.user.id, key))
    return found.made if found else None


def note_draft(db: Session, actor: Actor, key: str, made: str) -> None:
    """The draft has arrived. Raises Conflict where it is arriving twice at the same moment."""
    if actor.user is None or not KEY.fullmatch(key):
        return
    try:
        with db.begin_nested():
            db.add(UsedDraft(user_id=actor.user.id, key=key, made=made))
    except IntegrityError as twice:
        raise Conflict("This was sent twice at the same moment; it was kept once.") from twice


def forget_old_drafts(db: Session) -> None:
    """Keys are swept once no phone can still be holding them back."""
    db.execute(delete(UsedDraft).where(UsedDraft.at < utc_now() - KEPT))
