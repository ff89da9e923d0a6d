"""Matching a requirement with what is in the database, or with offers that somebody brings."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.catalogue.visibility import can_see_price
from matchmaker.certification.readiness import Book
from matchmaker.matching.checking import check_all, check_requirement
from matchmaker.matching.clusters import Place
from matchmaker.matching.consortium.problem import Effort
from matchmaker.matching.problem import Offer, Requirement, Spoken
from matchmaker.matching.queries import (
    book_for,
    nearby_clusters,
    places_of_clusters,
)
from matchmaker.matching.retrieval.best import Fitting, Retrieved
from matchmaker.matching.retrieval.columns import Audience
from matchmaker.matching.retrieval.services import brought_table, encoder_of, stock_of_offers
from matchmaker.matching.retrieval.stock import Stock, StockSearch, search_in
from matchmaker.matching.scoring.question import Question, prepare
from matchmaker.matching.scoring.weighing import Weights, profile_for
from matchmaker.matching.together import Together, together
from matchmaker.money import exchange_rates
from matchmaker.searching import Searching


@dataclass(frozen=True)
class Matching:
    """A question made ready over what is on offer.

    `by_words_alone`: no model was there to compare meanings.
    """

    search: StockSearch
    places: Mapping[str, Place] = field(default_factory=dict)

    @property
    def question(self) -> Question:
        return self.search.question

    @property
    def by_words_alone(self) -> bool:
        return self.search.near[0].cosines is None

    @property
    def spoken(self) -> Spoken | None:
        """The product family that the words speak of, if it is one clearly."""
        return self.search.near[0].spoken

    def best(self, top: int = 10) -> Retrieved:
        """The best offer of each of the `top` firms."""
        return self.search.best(top)

    def fitting(self) -> Fitting:
        """The offers that may take part in a plan."""
        return self.search.fitting()

    def together(self, fitting: Fitting, clusters: int, seconds: float) -> tuple[Together, ...]:
        """What the most suitable clusters can do together; each search takes at most so long."""
        effort = Effort(seconds=seconds, clock=time.monotonic)
        return together(self.question, fitting.judged, self.places, clusters, effort)


def match(
    db: Session,
    search: Searching,
    requirement: Requirement,
    *,
    today: dt.date,
    audience: Audience = "public",
    weights: Weights | None = None,
    path: str = "",
) -> Matching:
    """A requirement made ready over all offers; `audience`: of whoever asks (`audience_of`).

    Raises BadInput for a requirement that nobody could fulfil or read (`checking`); `path` stands
    before the names of its fields.
    """
    rates = exchange_rates()
    book = book_for(db, requirement)
    check_requirement(requirement, today=today, book=book, rates=rates, path=path)
    stock = stock_of_offers(db, search, today, audience)
    # Whoever makes a table lets go of all that the session held, rules and schemes included.
    book = book_for(db, requirement)
    encoder = encoder_of(search)
    vector = None
    if encoder is not None and encoder.model_id == stock.table.model_id:
        vector = encoder.encode_query(requirement.text)
    question = prepare(
        requirement,
        today=today,
        weights=weights or profile_for(requirement.hs_code),
        book=book,
        rates=rates,
        nearby=nearby_clusters(db, today),
    )
    return Matching(search_in(stock, question, requirement.text, vector), places_of_clusters(db))


def match_among(
    offers: Sequence[Offer],
    folder: Path,
    search: Searching,
    requirement: Requirement,
    *,
    today: dt.date,
    book: Book,
    path: str = "",
    offers_path: str = "offers",
) -> Matching:
    """The same over a few offers that somebody brings; their table is written into `folder`.

    Raises BadInput for an offer that cannot be, too; its field begins with `offers[3].`, say, or
    with another name of their list.
    """
    rates = exchange_rates()
    check_requirement(requirement, today=today, book=book, rates=rates, path=path)
    check_all(offers, path=offers_path)
    stock = Stock(brought_table(offers, folder, search, book))
    question = prepare(
        requirement,
        today=today,
        weights=profile_for(requirement.hs_code),
        book=book,
        rates=rates,
    )
    encoder = encoder_of(search)
    vector = encoder.encode_query(requirement.text) if encoder else None
    return Matching(search_in(stock, question, requirement.text, vector))


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
