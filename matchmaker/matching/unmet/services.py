"""What was looked for and not found, kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.matching.unmet.models import UnmetSearch

LONGEST_TEXT = 200


def note_unmet_search(
    db: Session, *, text: str, refinements: Mapping[str, Sequence[str]], day: dt.date
) -> None:
    """Count a search that found nothing, so that unmet demand can be seen.

    The caller commits. One row a text and day, whoever searched; nothing tells who it was.
    The refinements kept are those of the first time. An empty text says nothing and is not kept.
    """
    wanted = " ".join(text.casefold().split())[:LONGEST_TEXT]
    if not wanted or _count_again(db, wanted, day):
        return
    kept = {name: list(values) for name, values in refinements.items()}
    try:
        with db.begin_nested():
            db.add(UnmetSearch(day=day, text=wanted, refinements=kept, times=1))
    except IntegrityError:
        # Somebody looked for the same in this very moment; unique are only day and text.
        _count_again(db, wanted, day)


def _count_again(db: Session, text: str, day: dt.date) -> bool:
    row = db.scalar(select(UnmetSearch.id).where(UnmetSearch.day == day, UnmetSearch.text == text))
    if row is None:
        return False
    db.execute(update(UnmetSearch).where(UnmetSearch.id == row).values(times=UnmetSearch.times + 1))
    return True
