"""A small trade that tests of matching share: rules as they are, a mat, somebody who wants it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from matchmaker.certification.materials import Made
from matchmaker.certification.readiness import Piece
from matchmaker.certification.rulebook import reference_book
from matchmaker.matching.problem import Closeness, FreeMonth, Maker, Offer, Requirement, Tier
from matchmaker.matching.scoring.answers import Judged
from matchmaker.matching.scoring.judging import judge_offer
from matchmaker.matching.scoring.question import FixedRates, Question, prepare
from matchmaker.matching.scoring.weighing import Weights, profiles
from matchmaker.matching.scoring.window import months_later
from matchmaker.measures import PieceFacts, Quantity
from matchmaker.money import Money

TODAY = dt.date(2026, 11, 22)
NEAR = Closeness(cosine=0.7, words=0.8)
RATES = FixedRates(
    {code: Decimal(rate) for code, rate in (("USD", "1.1"), ("INR", "95"), ("GBP", "0.85"))},
    dt.date(2026, 11, 20),
)


BOOK = reference_book()
PAPERS = ("IEC", "AD_CODE", "GST_LUT", "COIR_RCMC", "REACH")
MAKER = Maker("firm-1", "alappuzha-coir", state="Kerala", size="micro", is_verified=True,
              markets=frozenset({"DE", "US"}), languages=frozenset({"en", "de"}),
              payment_terms=frozenset({"LC_SIGHT"}))  # fmt: skip
MAT = Offer(
    id="mat-1",
    maker=MAKER,
    title="Handloom coir mat",
    text="Handloom coir mat, creel weave, 60 x 40 cm",
    family="coir-handloom-mat",
    hs_code="570220",
    unit="H87",
    facts=PieceFacts(net_kg=Decimal(2), area_m2=Decimal("0.24"), per_40hc=Decimal(9000)),
    moq=Decimal(500),
    free=tuple(FreeMonth(months_later(dt.date(2026, 11, 1), n), Decimal(3000)) for n in range(12)),
    capacity_confirmed_on=dt.date(2026, 10, 1),
    tiers=(Tier(Decimal(500), Decimal(400)), Tier(Decimal(3000), Decimal(380))),
    price_confirmed_on=dt.date(2026, 10, 1),
    incoterm="FOB",
    place="Cochin",
    lead_days=45,
    lead_confirmed_on=dt.date(2026, 10, 1),
    attributes={"length_cm": 60, "width_cm": 40, "weave": "creel"},
    pieces=tuple(Piece(code, dt.date(2026, 1, 5), None, "seen") for code in PAPERS),
    rule_families=("coir",),
    made=Made(stated=("coir",)),
)
WANTED = Requirement(
    id="need-1",
    text="Coir door mats, 60 x 40 cm, creel weave",
    quantity=Quantity(Decimal(5000), "H87"),
    ship_from=dt.date(2027, 1, 1),
    ship_by=dt.date(2027, 3, 31),
    hs_code="570220",
    family="coir-handloom-mat",
    market="DE",
    target=Money(Decimal("4.5"), "EUR"),
    incoterm="FOB",
    place="Cochin",
    attributes={"length_cm": 60, "weave": "creel"},
    buyer="buyer-1",
)


def asked(
    requirement: Requirement = WANTED, weights: Weights | None = None, **changes: Any
) -> Question:
    """The requirement with some changes, ready for judging."""
    return prepare(
        replace(requirement, **changes),
        today=TODAY,
        weights=weights or profiles()["default"],
        book=BOOK,
        rates=RATES,
    )


def judged(question: Question, offer: Offer, closeness: Closeness = NEAR) -> Judged:
    """The answer of an offer that no gate keeps out."""
    found = judge_offer(question, offer, closeness)
    assert isinstance(found, Judged)
    return found
