"""Nonsense is refused before anything is judged, with field, value and remedy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from matchmaker.certification.readiness import Piece
from matchmaker.errors import BadInput
from matchmaker.matching.checking import (
    check_all,
    check_closeness,
    check_offer,
    check_requirement,
)
from matchmaker.matching.problem import (
    Closeness,
    FreeMonth,
    Offer,
    Preferences,
    Reliability,
    Requirement,
    Spoken,
    Tier,
)
from matchmaker.measures import PieceFacts, Quantity
from matchmaker.money import Money
from tests.matching.drawn import offers, requirements
from tests.matching.small_trade import BOOK, MAT, RATES, TODAY, WANTED

NAN, HUGE = Decimal("NaN"), Decimal("1e300")
JAN = dt.date(2027, 1, 1)


def check(requirement: Requirement) -> None:
    check_requirement(requirement, today=TODAY, book=BOOK, rates=RATES, path="$.")


@pytest.mark.parametrize(
    ("changes", "field", "remedy"),
    [
        ({"quantity": Quantity(Decimal(0), "H87")}, "$.quantity.amount", "at least 0.0001"),
        ({"quantity": Quantity(HUGE, "H87")}, "$.quantity.amount", "less than 100,000,000,000,000"),
        ({"quantity": Quantity(NAN, "H87")}, "$.quantity.amount", "finite"),
        ({"quantity": Quantity(Decimal(-5), "H87")}, "$.quantity.amount", "at least 0.0001"),
        ({"quantity": Quantity(Decimal("1e-400"), "KGM")}, "$.quantity.amount", "at least 0.0001"),
        ({"quantity": Quantity(Decimal("1e10"), "C62")}, "$.quantity.amount", "1,000,000,000 pc"),
        ({"quantity": Quantity(Decimal(1), "CEL")}, "$.quantity.unit", "KGM"),
        ({"ship_by": dt.date(2026, 11, 21)}, "$.ship_by", "from 2026-11-22 on"),
        ({"ship_by": dt.date(2026, 12, 24)}, "$.ship_by", "ship_from (2027-01-01)"),
        ({"ship_by": dt.date(9999, 12, 31)}, "$.ship_by", "ten years"),
        ({"months": -1}, "$.months", "0 (one shipment) to 60"),
        ({"months": 10**9}, "$.months", "0 (one shipment) to 60"),
        ({"months": 3, "ship_from": dt.date(2026, 10, 1)}, "$.ship_from", "2026-11-22 or later"),
        ({"hs_code": "57022"}, "$.hs_code", "2, 4 or 6 digits"),
        ({"hs_code": "５７"}, "$.hs_code", "2, 4 or 6 digits"),
        ({"market": "XX"}, "$.market", "EU, GCC"),
        ({"id": " "}, "$.id", "an id"),
        ({"id": "a\x1b[2J"}, "$.id", "cannot be shown"),
        ({"id": "a" * 201}, "$.id", "at most 200"),
        ({"market": "Germany"}, "$.market", "Did you mean DE?"),
        ({"market": "UK"}, "$.market", "Did you mean GB?"),
        ({"market": "de"}, "$.market", "Did you mean DE?"),
        ({"ship_from": dt.date(1800, 1, 1)}, "$.ship_from", "check the year"),
        ({"sample_by": dt.date(2028, 1, 1)}, "$.sample_by", "until ship_by"),
        ({"place": "Kochi\n"}, "$.place", "cannot be shown"),
        (
            {"prefers": Preferences(languages=frozenset({"German"}))},
            "$.prefers.languages",
            "The code of German is de.",
        ),
        ({"quantity": Quantity(Decimal(9), "KGM"), "incoterm": "fob"}, "$.incoterm", "mean FOB?"),
        ({"target": Money(Decimal(0), "EUR")}, "$.target.amount", "at least 0.0001"),
        ({"target": Money(Decimal(4), "XAF")}, "$.target.currency", "there are EUR, GBP"),
        ({"target": Money(Decimal(4), "euro")}, "$.target.currency", "ISO 4217"),
        ({"target": Money(Decimal(4), "")}, "$.target.currency", "ISO 4217"),
        ({"incoterm": "LANDED"}, "$.incoterm", "EXW, FCA"),
        ({"musts": ("REACH", "ISO 22000")}, "$.musts[1]", "ISO22000"),
        ({"musts": ("iso2200",)}, "$.musts[0]", "Did you mean ISO22000?"),
        ({"nice": ("GREEN",)}, "$.nice[0]", "ISO22000"),
        ({"least_grade": "sworn"}, "$.least_grade", "witnessed"),
        ({"text": "  "}, "$.text", "few words"),
        ({"text": "x" * 30_000}, "$.text", "at most 20000"),
        ({"attributes": {"length_cm": float("nan")}}, "$.attributes.length_cm", "finite"),
    ],
)
def test_a_requirement_that_makes_no_sense(
    changes: Mapping[str, object], field: str, remedy: str
) -> None:
    with pytest.raises(BadInput) as refused:
        check(replace(WANTED, **changes))  # type: ignore[arg-type]
    assert refused.value.field == field
    assert remedy in refused.value.remedy


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ""}, "$.id"),
        ({"maker": replace(MAT.maker, id="")}, "$.maker.id"),
        ({"barred": frozenset({"DE", "Atlantis"})}, "$.barred"),
        ({"unit": "stone"}, "$.unit"),
        ({"hs_code": "x"}, "$.hs_code"),
        ({"moq": Decimal(0)}, "$.moq"),
        ({"moq": NAN}, "$.moq"),
        ({"facts": PieceFacts(net_kg=Decimal(0))}, "$.facts.net_kg"),
        ({"facts": PieceFacts(per_40hc=HUGE)}, "$.facts.per_40hc"),
        ({"free": (FreeMonth(JAN, Decimal(-1)),)}, "$.free[0].free"),
        ({"free": (FreeMonth(JAN, NAN),)}, "$.free[0].free"),
        ({"free": (FreeMonth(dt.date(2027, 1, 2), Decimal(1)),)}, "$.free[0].month"),
        ({"free": (FreeMonth(JAN, Decimal(1)),) * 2}, "$.free[1].month"),
        ({"tiers": (Tier(Decimal(1), Decimal(0)),)}, "$.tiers[0].price"),
        ({"tiers": (Tier(Decimal(9), Decimal(1)),) * 2}, "$.tiers[1].from_quantity"),
        ({"currency": "rupees"}, "$.currency"),
        ({"currency": "XYZ"}, "$.currency"),
        ({"currency": ""}, "$.currency"),
        ({"price_audience": "all"}, "$.price_audience"),
        ({"title": "Mat\x1b[2J"}, "$.title"),
        ({"id": "a\x1fb"}, "$.id"),
        ({"maker": replace(MAT.maker, size="huge")}, "$.maker.size"),
        ({"maker": replace(MAT.maker, languages=frozenset({"Malayalam"}))}, "$.maker.languages"),
        ({"maker": replace(MAT.maker, markets=frozenset({"Germany"}))}, "$.maker.markets"),
        ({"pieces": (Piece("", JAN, None),)}, "$.pieces[0].code"),
        ({"attributes": {"": 3}}, "$.attributes, name"),
        ({"incoterm": ""}, "$.incoterm"),
        ({"lead_days": -1}, "$.lead_days"),
        ({"lead_days": 10**9}, "$.lead_days"),
        ({"pieces": (Piece("REACH", JAN, TODAY),)}, "$.pieces[0].expires_on"),
        ({"pieces": (Piece("REACH", JAN, None, "good"),)}, "$.pieces[0].grade"),
        (
            {"maker": replace(MAT.maker, reliability=Reliability(1, 2))},
            "$.maker.reliability.answered",
        ),
        (
            {"maker": replace(MAT.maker, reliability=Reliability(disputes=-1))},
            "$.maker.reliability.disputes",
        ),
        (
            {"maker": replace(MAT.maker, reliability=Reliability(10**30))},
            "$.maker.reliability.enquiries",
        ),
        (
            {"maker": replace(MAT.maker, reliability=Reliability(median_reply_hours=1e9))},
            "$.maker.reliability.median_reply_hours",
        ),
    ],
)
def test_an_offer_that_cannot_be(changes: Mapping[str, object], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_offer(replace(MAT, **changes), path="$.")  # type: ignore[arg-type]
    assert refused.value.field == field
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("closeness", "field"),
    [
        (Closeness(cosine=1.5), "cosine"),
        (Closeness(words=float("nan")), "words"),
        (Closeness(spoken=Spoken("coir-tufted-mat", 1.2)), "spoken.share"),
    ],
)
def test_a_closeness_out_of_range(closeness: Closeness, field: str) -> None:
    with pytest.raises(BadInput, match=field):
        check_closeness(closeness)


def test_a_weight_is_counted_in_parts_of_what_is_asked() -> None:
    check(replace(WANTED, quantity=Quantity(Decimal("9e13"), "KGM")))
    check(replace(WANTED, quantity=Quantity(Decimal("1e9"), "C62"), market="EU"))


def test_two_offers_with_one_id() -> None:
    with pytest.raises(BadInput, match="mat-1"):
        check_all([MAT, MAT])
    check_all([MAT, replace(MAT, id="mat-2")])


@settings(deadline=None, max_examples=25)
@given(requirements(), offers())
def test_what_makes_sense_passes(requirement: Requirement, offer: Offer) -> None:
    """The other property tests stand on what these checks let through."""
    check(requirement)
    check_offer(offer)
