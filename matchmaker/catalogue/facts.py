"""What a firm says of a product, and what no listing may say. Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from matchmaker.catalogue.amounts import not_whole
from matchmaker.errors import BadInput, refuse
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
    """Refuse what no listing may say. Raises BadInput, which names every fault."""
    refuse(product_faults(facts))


def product_faults(facts: ProductFacts) -> Iterator[BadInput]:
    """All that no listing may say, each with field, value and remedy."""
    yield from _in_words(facts)
    yield from _in_choices(facts)
    yield from _in_amounts(facts)
    yield from _in_tiers(facts.tiers)
    yield from _in_counts(facts)


def check_attributes(about: Mapping[str, Mapping[str, Any]], said: Mapping[str, Any]) -> None:
    """Refuse words where the family has numbers. Raises BadInput, which names every fault."""
    refuse(attribute_faults(about, said))


def attribute_faults(
    about: Mapping[str, Mapping[str, Any]], said: Mapping[str, Any]
) -> Iterator[BadInput]:
    """Words where the family has numbers, in fields named 'attributes.<key>'.

    `about`: the attributes of the family. What the family does not know stays.
    """
    for key, value in said.items():
        name = f"attributes.{key}"
        if is_numeric(about.get(key, {})):
            if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
                yield BadInput(name, value, _("Enter a number."))
            elif not math.isfinite(value) or value < 0:
                yield BadInput(name, value, _("Enter a number that is not negative."))
        elif len(str(value)) > LONGEST_ATTRIBUTE:
            yield BadInput(name, value, _too_long(LONGEST_ATTRIBUTE))


def is_numeric(about: Mapping[str, Any]) -> bool:
    """Whether an attribute of a family is a number: all values it names are, or it has a unit."""
    values = about.get("values") or ()
    if not values:
        return bool(about.get("unit"))
    return all(isinstance(each, int | float) for each in values)


def _in_words(facts: ProductFacts) -> Iterator[BadInput]:
    if not facts.title.strip():
        yield BadInput("title", facts.title, _("Say in a few words what the product is."))
    if not facts.sku.strip():
        yield BadInput("sku", facts.sku, _("Give it a number of your own, e.g. MAT-18."))
    for name, most in LONGEST.items():
        value = getattr(facts, name) or ""
        if len(value) > most:
            yield BadInput(name, value, _too_long(most))
        if "\x00" in value:
            yield BadInput(name, value, _("Leave out the sign that cannot be shown."))
    if len(facts.standards) > MOST_STANDARDS:
        remedy = _("Name at most %(most)s.", most=MOST_STANDARDS)
        yield BadInput("standards", len(facts.standards), remedy)
    for each in facts.standards:
        if len(each) > LONGEST_STANDARD:
            yield BadInput("standards", each, _too_long(LONGEST_STANDARD))


def _in_choices(facts: ProductFacts) -> Iterator[BadInput]:
    if facts.unit not in UNITS:
        yield BadInput("unit", facts.unit, _("Use a UN/ECE Rec 20 code such as KGM or H87."))
    choices = (
        ("state", facts.state, STATES),
        ("incoterm", facts.incoterm, INCOTERMS),
        ("price_audience", facts.price_audience, AUDIENCES),
        ("package_kind", facts.package_kind or PACKAGES[0], PACKAGES),
    )
    for name, value, known in choices:
        if value not in known:
            yield BadInput(name, value, _("Choose one of %(choices)s.", choices=", ".join(known)))


def _in_amounts(facts: ProductFacts) -> Iterator[BadInput]:
    if not facts.moq.is_finite() or facts.moq <= 0:
        yield BadInput("moq", facts.moq, _("The minimum order must be more than nothing."))
    else:
        yield from _in_size("moq", facts.moq)
    names = ("net_kg", "gross_kg", "unit_m2", "unit_m3")
    for name in (*names, "per_package", "per_20ft", "per_40hc", "line_factor"):
        value = getattr(facts, name)
        if value is not None:
            yield from _in_size(name, value)
    if facts.net_kg and facts.gross_kg and facts.gross_kg < facts.net_kg:
        remedy = _("With its packing it cannot weigh less than without.")
        yield BadInput("gross_kg", facts.gross_kg, remedy)
    if facts.lead_days is not None and not 0 <= facts.lead_days <= LONGEST_LEAD:
        remedy = _("Enter days, from 0 to %(most)s.", most=LONGEST_LEAD)
        yield BadInput("lead_days", facts.lead_days, remedy)


def _in_size(name: str, value: Decimal) -> Iterator[BadInput]:
    if value.is_finite() and value >= LARGEST:
        yield BadInput(name, value, _("This number is too large."))
    elif not value.is_finite() or value < 0:
        yield BadInput(name, value, _("Enter a number that is not negative."))
    elif value < SMALLEST:
        yield BadInput(name, value, _("Enter more than nothing, or leave it empty."))


def _in_counts(facts: ProductFacts) -> Iterator[BadInput]:
    for name in ("moq", "per_package", "per_20ft", "per_40hc"):
        yield from not_whole(name, getattr(facts, name), facts.unit)
    for quantity, _price in facts.tiers:
        if quantity != facts.moq:  # told once
            yield from not_whole("from quantity", quantity, facts.unit)


def _in_tiers(tiers: Sequence[tuple[Decimal, Decimal]]) -> Iterator[BadInput]:
    if len(tiers) > MOST_TIERS:
        yield BadInput("tiers", len(tiers), _("Give at most %(most)s prices.", most=MOST_TIERS))
    last: tuple[Decimal, Decimal] | None = None
    for quantity, price in tiers:
        for name, value in (("from quantity", quantity), ("price", price)):
            if wrong := _no_amount(value):
                yield BadInput(name, value, wrong)
                return  # nothing can be held against what is no amount
        # As they are kept: prices that differ only beyond four digits are the same price.
        kept = (quantity.quantize(SMALLEST), price.quantize(SMALLEST))
        if last and kept[0] <= last[0]:
            remedy = _("Each step must start at a larger quantity.")
            yield BadInput("from quantity", quantity, remedy)
        if last and kept[1] >= last[1]:
            yield BadInput("price", price, _("Prices must fall as the quantity rises."))
        last = kept


def _no_amount(value: Decimal) -> str:
    if value.is_finite() and value >= LARGEST:
        return _("This number is too large.")
    if not value.is_finite() or value < SMALLEST:
        return _("Prices and quantities must be more than nothing.")
    return ""


def _too_long(most: int) -> str:
    return _("Say it in at most %(most)s letters.", most=most)
