"""Matching a requirement with what is in the database; what was looked for and not found, kept.

The table of offers is a file beside the database, made from it when it is first needed and
whenever the catalogue has changed since; the database is the truth.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.catalogue.visibility import can_see_price
from matchmaker.certification.knowledge import conditions
from matchmaker.certification.readiness import Book
from matchmaker.errors import Unavailable
from matchmaker.matching.building import TableBuilder
from matchmaker.matching.clusters import Place
from matchmaker.matching.columns import Audience, OfferTable
from matchmaker.matching.consortium.problem import Effort
from matchmaker.matching.models import UnmetSearch
from matchmaker.matching.nearness import Nearness, nearness
from matchmaker.matching.problem import Offer, Requirement
from matchmaker.matching.queries import (
    Found,
    book_for,
    catalogue_state,
    nearby_clusters,
    offers_shown,
    places_of_clusters,
)
from matchmaker.matching.question import Question, prepare
from matchmaker.matching.retrieval import Retrieved, judge_fitting, retrieve
from matchmaker.matching.together import Together, together
from matchmaker.matching.weighing import Weights, profile_for
from matchmaker.model_choice import remembered
from matchmaker.money import exchange_rates
from matchmaker.searching import Searching
from search.encoder.cache import EncodedTexts
from search.encoder.encoder import Encoder
from search.encoder.errors import EncoderError

LONGEST = 200
ENCODE_AT_ONCE = 64
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Matching:
    """A question made ready over the offers of the database, and how near each text is.

    `by_words_alone`: no model was there to compare meanings.
    """

    table: OfferTable
    question: Question
    near: Nearness
    places: Mapping[str, Place] = field(default_factory=dict)

    @property
    def by_words_alone(self) -> bool:
        return self.near.cosines is None

    def best(self, top: int = 10) -> Retrieved:
        """The best offer of each of the `top` firms."""
        return retrieve(self.table, self.question, self.near, top)

    def together(self, clusters: int, seconds: float) -> tuple[Together, ...]:
        """What the most suitable clusters can do together; each search takes at most so long."""
        judged = judge_fitting(self.table, self.question, self.near)
        effort = Effort(seconds=seconds, clock=time.monotonic)
        return together(self.question, judged, self.places, clusters, effort)


def match(
    db: Session,
    search: Searching,
    requirement: Requirement,
    *,
    today: dt.date,
    audience: Audience = "public",
    weights: Weights | None = None,
) -> Matching:
    """A requirement made ready over all offers; `audience`: of whoever asks (`audience_of`).

    Raises BadInput for a must that no scheme is known by.
    """
    table = offer_table(db, search, today, audience)
    encoder = _encoder(search)
    vector = None
    if encoder is not None and encoder.model_id == table.model_id:
        vector = encoder.encode_query(requirement.text)
    question = prepare(
        requirement,
        today=today,
        weights=weights or profile_for(requirement.hs_code),
        book=book_for(db, requirement),
        rates=exchange_rates(),
        nearby=nearby_clusters(db, today),
    )
    near = nearness(table, requirement.text, vector)
    return Matching(table, question, near, places_of_clusters(db))


def match_among(
    offers: Sequence[Offer],
    folder: Path,
    search: Searching,
    requirement: Requirement,
    *,
    today: dt.date,
    book: Book,
) -> Matching:
    """The same over a few offers that somebody brings; their table is written into `folder`."""
    encoder = _encoder(search)
    model_id = encoder.model_id if encoder else ""
    with TableBuilder(folder, model_id, book.conditions) as table:
        _fill(table, (Found(each, "") for each in offers), search, encoder)
    # Who brings offers with prices may see them.
    opened = OfferTable(folder, "verified")
    question = prepare(
        requirement,
        today=today,
        weights=profile_for(requirement.hs_code),
        book=book,
        rates=exchange_rates(),
    )
    vector = encoder.encode_query(requirement.text) if encoder else None
    return Matching(opened, question, nearness(opened, requirement.text, vector))


@dataclass(frozen=True)
class _SomeFirm:
    """A firm that is nobody's own."""

    organisation_id: int = -1
    verification: str = "verified"
    is_confirmed: bool = True


@dataclass(frozen=True)
class _PricedForVerified:
    """A product whose price is for verified buyers."""

    state: str = "published"
    price_audience: str = "verified"
    firm: _SomeFirm = _SomeFirm()


def audience_of(actor: Actor | None) -> Audience:
    """Which prices may be matched with for this actor; `catalogue.visibility` decides."""
    return "verified" if can_see_price(actor, _PricedForVerified()) else "public"


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
    encoder, state = _encoder(search), _state(db, search, today)
    model_id = encoder.model_id if encoder else ""
    with TableBuilder(table_folder(search), model_id, conditions(), state) as table:
        _fill(table, offers_shown(db, today), search, encoder, progress)
    return table.count


def table_folder(search: Searching) -> Path:
    return search.config.data_dir / "matching" / "offers"


def _state(db: Session, search: Searching, today: dt.date) -> str:
    encoder = _encoder(search)
    return f"{catalogue_state(db)} {today} {encoder.model_id if encoder else 'words'}"


def _encoder(search: Searching) -> Encoder | None:
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


def note_unmet_search(
    db: Session, *, text: str, refinements: Mapping[str, Sequence[str]], day: dt.date
) -> None:
    """Count a search that found nothing, so that unmet demand can be seen.

    The caller commits. One row a text and day, whoever searched; nothing tells who it was.
    The refinements kept are those of the first time. An empty text says nothing and is not kept.
    """
    wanted = " ".join(text.casefold().split())[:LONGEST]
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
