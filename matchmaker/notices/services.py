"""Telling people: a notice in the bell, and a letter in the outbox. The caller commits."""

from __future__ import annotations

from sqlalchemy.orm import Session

from matchmaker.accounts.models import User
from matchmaker.notices.models import Letter


def write_letter(
    db: Session,
    *,
    address: str,
    kind: str,
    subject: str,
    text: str,
    html: str | None = None,
    user: User | None = None,
    language: str = "en",
) -> Letter:
    """Put a mail into the outbox, in the caller's transaction; the worker sends it after."""
    letter = Letter(
        address=address,
        kind=kind,
        subject=" ".join(subject.split())[:200],  # a header holds no line breaks
        text=text,
        html=html,
        user_id=user.id if user else None,
        language=language,
    )
    db.add(letter)
    db.flush()
    return letter
