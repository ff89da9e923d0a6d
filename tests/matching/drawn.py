"""Requirements and offers of every sort for property tests: gaps, silences, odd units."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from matchmaker.certification.readiness import Piece
from matchmaker.matching.problem import (
    GRADES,
    Closeness,
    FreeMonth,
    Offer,
    Preferences,
    Reliability,
    Requirement,
    Spoken,
    Tier,
)
from matchmaker.matching.scoring.window import months_later
from matchmaker.measures import PieceFacts, Quantity
from matchmaker.money import Money
from tests.matching.small_trade import MAKER, MAT, TODAY, WANTED

# Few, so that pieces of one scheme often meet in an offer.
CODES = ("IEC", "RCMC", "COIR_RCMC", "REACH", "ISO9001", "FAIRTRADE")
amounts = st.integers(1, 200_000).map(lambda n: Decimal(n) / 4)


def maybe(some: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | some


days = st.integers(-400, 700).map(lambda n: TODAY + dt.timedelta(days=n))
past = st.integers(0, 500).map(lambda n: TODAY - dt.timedelta(days=n))


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    issued = draw(days)
    until = draw(st.none() | st.integers(0, 900))
    expires = None if until is None else issued + dt.timedelta(days=until)
    return Piece(draw(st.sampled_from(CODES)), issued, expires, draw(st.sampled_from(GRADES)))


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    ship_from = TODAY + dt.timedelta(days=draw(st.integers(0, 200)))
    return replace(
        WANTED,
        quantity=Quantity(draw(amounts), draw(st.sampled_from(("H87", "DZN", "KGM", "MTK")))),
        ship_from=ship_from,
        ship_by=ship_from + dt.timedelta(days=draw(st.integers(0, 300))),
        months=draw(st.sampled_from((0, 0, 1, 3, 6))),
        hs_code=draw(st.sampled_from(("", "57", "5702", "570220", "570390", "401691"))),
        family=draw(st.sampled_from(("", "coir-handloom-mat", "coir-tufted-mat"))),
        market=draw(st.sampled_from(("", "DE", "US", "GB", "AE", "EU"))),
        target=draw(maybe(amounts.map(lambda n: Money(n / 100, "EUR")))),
        incoterm=draw(st.sampled_from(("", "FOB", "CIF", "DDP"))),
        musts=tuple(draw(st.lists(st.sampled_from(CODES), max_size=3, unique=True))),
        nice=tuple(draw(st.lists(st.sampled_from(CODES), max_size=2, unique=True))),
        least_grade=draw(st.sampled_from(GRADES)),
        prefers=draw(st.sampled_from((
            Preferences(), Preferences(gi=True, micro=True),
            Preferences(payment_terms=frozenset({"ADV"}), women_led=True),
        ))),
    )  # fmt: skip


@st.composite
def offers(draw: st.DrawFn, number: int = 1) -> Offer:
    counts = draw(st.integers(0, 30))
    free = draw(st.lists(st.integers(0, 40_000), max_size=12))
    price, start = draw(amounts), draw(amounts)
    return replace(
        MAT,
        id=f"offer-{number}",
        maker=replace(
            MAKER,
            id=f"firm-{number}",
            size=draw(st.sampled_from(("", "micro", "small"))),
            markets=draw(st.frozensets(st.sampled_from(("DE", "FR", "US", "JP")))),
            payment_terms=draw(st.frozensets(st.sampled_from(("ADV", "LC_SIGHT")))),
            reliability=Reliability(counts, draw(st.integers(0, counts)),
                                    draw(st.none() | st.floats(0, 500)), counts,
                                    draw(st.integers(0, counts)), draw(st.integers(0, 3))),
        ),
        hs_code=draw(st.sampled_from(("570220", "570390", "570500"))),
        unit=draw(st.sampled_from(("H87", "KGM", "MTK"))),
        facts=draw(st.sampled_from((MAT.facts, PieceFacts()))),
        moq=draw(maybe(amounts)),
        free=tuple(
            FreeMonth(months_later(dt.date(2026, 11, 1), n), Decimal(each))
            for n, each in enumerate(free)
        ),
        capacity_confirmed_on=draw(maybe(past)),
        tiers=draw(st.sampled_from(((), (Tier(start, price), Tier(start * 3, price / 2))))),
        price_confirmed_on=draw(maybe(past)),
        incoterm=draw(st.sampled_from(("EXW", "FOB", "CIF", "DDP"))),
        lead_days=draw(maybe(st.integers(0, 400))),
        lead_confirmed_on=draw(maybe(past)),
        pieces=tuple(draw(st.lists(pieces(), max_size=6))),
    )  # fmt: skip


spoken = st.builds(
    Spoken, st.sampled_from(("coir-handloom-mat", "cashew-kernels", "other")), st.floats(0.5, 1)
)
closeness = st.builds(
    Closeness,
    cosine=st.none() | st.floats(0, 1),
    words=st.none() | st.floats(0, 1),
    spoken=st.none() | spoken,
)
