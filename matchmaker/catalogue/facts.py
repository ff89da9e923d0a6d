"""What a firm says of a product, and what no listing may say. Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from matchmaker.errors import BadInput
from matchmaker.measures import UNITS
from matchmaker.wording import gettext as _

STATES = ("draft", "published", "hidden")
AUDIENCES = ("public", "verified", "request")
# Incoterms 2020 of the ICC, in its order; the place stands behind the rule ("FOB Cochin").
INCOTERMS = ("EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF")
PACKAGES = ("carton", "bale", "bag", "pallet", "drum", "crate", "roll", "sack")
MOST_TIERS = 12
LONGEST = {"sku": 40, "title": 200, "description": 8000, "incoterm_place": 80, "gi": 120}
MOST_STANDARDS, LONGEST_STANDARD = 20, 120
LONGEST_ATTRIBUTE = 200
LONGEST_LEAD = 730  # days
SMALLEST, LARGEST = Decimal("0.0001"), Decimal(10) ** 14  # what the database keeps exactly


@dataclass(frozen=True)
class ProductFacts:
    """What a firm says of one product. Sizes and weights are of one trading unit.

    `tiers`: from which quantity on which price, rising quantities; empty: price on request.
    """

    sku: str
    title: str
    description: str
    hs_code: str
    unit: str
    moq: Decimal
    attributes: Mapping[str, Any] = field(default_factory=dict)
    standards: Sequence[str] = ()
    gi: str | None = None
    state: str = "published"
    net_kg: Decimal | None = None
    gross_kg: Decimal | None = None
    unit_m2: Decimal | None = None
    unit_m3: Decimal | None = None
    package_kind: str | None = None
    per_package: Decimal | None = None
    per_20ft: Decimal | None = None
    per_40hc: Decimal | None = None
    lead_days: int | None = None
    lead_confirmed_on: dt.date | None = None
    currency: str = "INR"
    incoterm: str = "EXW"
    incoterm_place: str = ""
    price_audience: str = "public"
    price_confirmed_on: dt.date | None = None
    tiers: Sequence[tuple[Decimal, Decimal]] = ()
    has_photo: bool = False
    line_factor: Decimal = Decimal(1)


def check_product(facts: ProductFacts) -> None:
    """Refuse what no listing may say. Raises BadInput naming field, value and remedy."""
    _check_words(facts)
    _check_choices(facts)
    _check_amounts(facts)
    _check_tiers(facts.tiers)


def check_attributes(about: Mapping[str, Mapping[str, Any]], said: Mapping[str, Any]) -> None:
    """Refuse words where the family has numbers. `about`: the attributes of the family.

    Raises BadInput whose field is 'attributes.<key>'. What the family does not know stays.
    """
    for key, value in said.items():
        name = f"attributes.{key}"
        if is_numeric(about.get(key, {})):
            if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
                raise BadInput(name, value, _("Enter a number."))
            if not math.isfinite(value) or value < 0:
                raise BadInput(name, value, _("Enter a number that is not negative."))
        elif len(str(value)) > LONGEST_ATTRIBUTE:
            raise BadInput(name, value, _too_long(LONGEST_ATTRIBUTE))


def is_numeric(about: Mapping[str, Any]) -> bool:
    """Whether an attribute of a family is a number: all values it names are, or it has a unit."""
    values = about.get("values") or ()
    if not values:
        return bool(about.get("unit"))
    return all(isinstance(each, int | float) for each in values)


def _check_words(facts: ProductFacts) -> None:
    if not facts.title.strip():
        raise BadInput("title", facts.title, _("Say in a few words what the product is."))
    if not facts.sku.strip():
        raise BadInput("sku", facts.sku, _("Give it a number of your own, e.g. MAT-18."))
    for name, most in LONGEST.items():
        value = getattr(facts, name) or ""
        if len(value) > most:
            raise BadInput(name, value, _too_long(most))
        if "\x00" in value:
            raise BadInput(name, value, _("Leave out the sign that cannot be shown."))
    if len(facts.standards) > MOST_STANDARDS:
        remedy = _("Name at most %(most)s.", most=MOST_STANDARDS)
        raise BadInput("standards", len(facts.standards), remedy)
    for each in facts.standards:
        if len(each) > LONGEST_STANDARD:
            raise BadInput("standards", each, _too_long(LONGEST_STANDARD))


def _check_choices(facts: ProductFacts) -> None:
    if facts.unit not in UNITS:
        raise BadInput("unit", facts.unit, _("Use a UN/ECE Rec 20 code such as KGM or H87."))
    choices = (
        ("state", facts.state, STATES),
        ("incoterm", facts.incoterm, INCOTERMS),
        ("price_audience", facts.price_audience, AUDIENCES),
        ("package_kind", facts.package_kind or PACKAGES[0], PACKAGES),
    )
    for name, value, known in choices:
        if value not in known:
            raise BadInput(name, value, _("Choose one of %(choices)s.", choices=", ".join(known)))


def _check_amounts(facts: ProductFacts) -> None:
    if not facts.moq.is_finite() or facts.moq <= 0:
        raise BadInput("moq", facts.moq, _("The minimum order must be more than nothing."))
    names = ("moq", "net_kg", "gross_kg", "unit_m2", "unit_m3")
    for name in (*names, "per_package", "per_20ft", "per_40hc", "line_factor"):
        value = getattr(facts, name)
        if value is not None:
            _check_size(name, value)
    if facts.net_kg and facts.gross_kg and facts.gross_kg < facts.net_kg:
        remedy = _("With its packing it cannot weigh less than without.")
        raise BadInput("gross_kg", facts.gross_kg, remedy)
    if facts.lead_days is not None and not 0 <= facts.lead_days <= LONGEST_LEAD:
        remedy = _("Enter days, from 0 to %(most)s.", most=LONGEST_LEAD)
        raise BadInput("lead_days", facts.lead_days, remedy)


def _check_size(name: str, value: Decimal) -> None:
    if not value.is_finite() or value < 0 or value >= LARGEST:
        raise BadInput(name, value, _("Enter a number that is not negative."))
    if value < SMALLEST:
        raise BadInput(name, value, _("Enter more than nothing, or leave it empty."))


def _check_tiers(tiers: Sequence[tuple[Decimal, Decimal]]) -> None:
    if len(tiers) > MOST_TIERS:
        raise BadInput("tiers", len(tiers), _("Give at most %(most)s prices.", most=MOST_TIERS))
    last: tuple[Decimal, Decimal] | None = None
    for quantity, price in tiers:
        for value in (quantity, price):
            if not value.is_finite() or not SMALLEST <= value < LARGEST:
                remedy = _("Prices and quantities must be more than nothing.")
                raise BadInput("price", value, remedy)
        # As they are kept: prices that differ only beyond four digits are the same price.
        kept = (quantity.quantize(SMALLEST), price.quantize(SMALLEST))
        if last and kept[0] <= last[0]:
            remedy = _("Each step must start at a larger quantity.")
            raise BadInput("from quantity", quantity, remedy)
        if last and kept[1] >= last[1]:
            raise BadInput("price", price, _("Prices must fall as the quantity rises."))
        last = kept


def _too_long(most: int) -> str:
    return _("Say it in at most %(most)s letters.", most=most)
