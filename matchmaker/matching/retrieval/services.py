"""The table of offers: a file beside the database, made from it; the database is the truth.

It is made when it is first needed and whenever the catalogue, or the day, has moved on since.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from matchmaker.certification.knowledge import conditions
from matchmaker.certification.readiness import Book
from matchmaker.errors import Unavailable
from matchmaker.matching.problem import Offer
from matchmaker.matching.queries import Found, catalogue_state, offers_shown
from matchmaker.matching.retrieval.building import TableBuilder
from matchmaker.matching.retrieval.columns import Audience, OfferTable
from matchmaker.model_choice import remembered
from matchmaker.searching import Searching
from search.encoder.cache import EncodedTexts
from search.encoder.encoder import Encoder
from search.encoder.errors import EncoderError

ENCODE_AT_ONCE = 64
Progress = Callable[[int], None]


def offer_table(
    db: Session, search: Searching, today: dt.date, audience: Audience = "public"
) -> OfferTable:
    """All offers as columns, built anew first when the catalogue or the day has moved on."""
    folder = table_folder(search)
    state = _state(db, search, today)
    try:
        found = OfferTable(folder, audience)
        if found.state == state:
            return found
    except Unavailable:
        pass  # not built yet, or by another version
    rebuild_offers(db, search, today)
    return OfferTable(folder, audience)


def rebuild_offers(
    db: Session, search: Searching, today: dt.date, progress: Progress = lambda _done: None
) -> int:
    """Write the table of offers from the database; how many there are.

    Texts that were encoded for the search index are not encoded again.
    """
    encoder, state = encoder_of(search), _state(db, search, today)
    model_id = encoder.model_id if encoder else ""
    with TableBuilder(table_folder(search), model_id, conditions(), state) as table:
        _fill(table, offers_shown(db, today), search, encoder, progress)
    return table.count


def brought_table(
    offers: Iterable[Offer], folder: Path, search: Searching, book: Book
) -> OfferTable:
    """Offers that somebody brings, written as a table into `folder`."""
    encoder = encoder_of(search)
    with TableBuilder(folder, encoder.model_id if encoder else "", book.conditions) as table:
        _fill(table, (Found(each, "") for each in offers), search, encoder)
    # Who brings offers with prices may see them.
    return OfferTable(folder, "verified")


def table_folder(search: Searching) -> Path:
    return search.config.data_dir / "matching" / "offers"


def _state(db: Session, search: Searching, today: dt.date) -> str:
    encoder = encoder_of(search)
    return f"{catalogue_state(db)} {today} {encoder.model_id if encoder else 'words'}"


def encoder_of(search: Searching) -> Encoder | None:
    """The model, or None where none can be had: then words alone decide."""
    try:
        return search.encoder
    except EncoderError:
        return None


def _fill(
    table: TableBuilder,
    offers: Iterable[Found],
    search: Searching,
    encoder: Encoder | None,
    progress: Progress = lambda _done: None,
) -> None:
    cache = remembered(search.config) if encoder else None
    texts = EncodedTexts(encoder, cache) if encoder and cache else None
    remaining = iter(offers)
    while batch := list(islice(remaining, ENCODE_AT_ONCE)):
        vectors = list(texts.encode([each.offer.text for each in batch])) if texts else []
        for at, each in enumerate(batch):
            table.add(each.offer, vectors[at] if vectors else None, each.words)
        progress(table.count)
    if cache:
        cache.close()
