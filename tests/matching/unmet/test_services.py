"""Searches that found nothing are counted by day and text."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.matching.unmet.models import UnmetSearch
from matchmaker.matching.unmet.services import note_unmet_search

MONDAY = dt.date(2026, 11, 23)


def rows(db: Session) -> list[tuple[dt.date, str, int]]:
    return [
        (row.day, row.text, row.times)
        for row in db.scalars(select(UnmetSearch).order_by(UnmetSearch.day, UnmetSearch.text))
    ]


def note(db: Session, text: str, day: dt.date = MONDAY) -> None:
    note_unmet_search(db, text=text, refinements={"state": ["Kerala"]}, day=day)
    db.commit()


def test_the_same_words_of_a_day_are_one_row(any_db: Session) -> None:
    note(any_db, "Lab-grown  rubber")
    note(any_db, "lab-grown rubber ")
    note(any_db, "lab-grown rubber", MONDAY + dt.timedelta(days=1))

    assert rows(any_db) == [
        (MONDAY, "lab-grown rubber", 2),
        (MONDAY + dt.timedelta(days=1), "lab-grown rubber", 1),
    ]


def test_nothing_typed_is_nothing_missed(db: Session) -> None:
    note(db, "   ")

    assert rows(db) == []


def test_what_was_chosen_is_kept_and_long_texts_are_cut(db: Session) -> None:
    note(db, "x" * 900)

    row = db.scalars(select(UnmetSearch)).one()
    assert (len(row.text), row.refinements) == (200, {"state": ["Kerala"]})


def test_a_search_that_finds_nothing_is_counted_after_its_page(app, client) -> None:  # type: ignore[no-untyped-def]
    from matchmaker.database import database

    with app.app_context():
        search = app.extensions["searching"]
        from search.indexes import marketplace_indexes

        for settings in marketplace_indexes().values():
            search.engine.ensure(settings)

    answer = client.get("/search?q=hovercraft")
    assert "Nothing holds these words" in answer.text
    answer.close()

    with app.app_context():
        assert [text for _, text, _ in rows(database.session)] == ["hovercraft"]
