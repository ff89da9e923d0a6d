"""What the API takes and gives, as its OpenAPI document says it.

Amounts travel as text ("12.5"): programs that read numbers as floats would change prices.
"""

from __future__ import annotations

import re
from typing import Any

from marshmallow import Schema, ValidationError, validate
from marshmallow.fields import (
    AwareDateTime,
    Boolean,
    Date,
    Decimal,
    Dict,
    Integer,
    List,
    Nested,
    Raw,
    String,
    Url,
)

from matchmaker.catalogue.facts import (
    AUDIENCES,
    INCOTERMS,
    LARGEST,
    LONGEST,
    LONGEST_ATTRIBUTE,
    LONGEST_LEAD,
    LONGEST_STANDARD,
    MOST_TIERS,
    PACKAGES,
    STATES,
)

LARGEST_PAGE = 100
MONTH = validate.Regexp(r"^\d{4}-(0[1-9]|1[0-2])$", error="Write a month as 2027-03.")
NO_NUL = validate.Regexp(r"^[^\x00]*$", error="Leave out the sign that cannot be shown.")
UNSHOWABLE = re.compile("[\x00\ud800-\udfff]")


class Amount(Decimal):
    """A Decimal as text; numbers are taken too."""


def amount(**settings: Any) -> Amount:
    return Amount(as_string=True, allow_nan=False, **settings)


def words(most: int, **settings: Any) -> String:
    return String(validate=[validate.Length(max=most), NO_NUL, showable], **settings)


def showable(text: str) -> None:
    """Refuse half a letter ("\\ud800") too: JSON can hold it, no database, index or page can."""
    if UNSHOWABLE.search(text):
        raise ValidationError(NO_NUL.error)


def texts_and_numbers(attributes: dict[str, Any]) -> None:
    """Refuse attributes that no page could show: true, nothing, lists, infinite numbers."""
    wrong = {key: [error] for key, value in attributes.items() if (error := _unfit(value))}
    if wrong:
        raise ValidationError(wrong)


def _unfit(value: Any) -> str:
    if isinstance(value, str):
        return NO_NUL.error if UNSHOWABLE.search(value) else ""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "" if is_number and abs(value) < LARGEST else "Say it as a text or a number."


class Problem(Schema):
    """RFC 9457. `errors` names fields; `current` comes with 412."""

    title = String(required=True)
    status = Integer(required=True)
    detail = String(required=True)
    errors = List(Dict())
    current = Dict()


class PageQuery(Schema):
    cursor = String(
        metadata={"description": "`next` of the page before; left out for the first page"},
        validate=[validate.Length(max=64), NO_NUL],
    )
    limit = Integer(load_default=50, validate=validate.Range(1, LARGEST_PAGE))


class OwnProductsQuery(PageQuery):
    state = String(validate=validate.OneOf(STATES))


class CatalogueQuery(PageQuery):
    family = words(60)
    cluster = words(120)


class PriceStep(Schema):
    """From which quantity on one unit costs so much."""

    from_quantity = amount(required=True)
    price = amount(required=True)


class Stated(Schema):
    """What is said of a product and seen of it alike. Sizes are of one trading unit."""

    title = words(LONGEST["title"], required=True)
    hs_code = String(required=True, validate=validate.Regexp(r"^[0-9]{6}$"))
    unit = String(required=True, validate=validate.Regexp(r"^[A-Z0-9]{2,3}$"))
    moq = amount(required=True)
    gi = words(LONGEST["gi"], load_default=None, allow_none=True)
    net_kg = amount(load_default=None, allow_none=True)
    gross_kg = amount(load_default=None, allow_none=True)
    unit_m2 = amount(load_default=None, allow_none=True)
    unit_m3 = amount(load_default=None, allow_none=True)
    package_kind = String(load_default=None, allow_none=True, validate=validate.OneOf(PACKAGES))
    per_package = amount(load_default=None, allow_none=True)
    per_20ft = amount(load_default=None, allow_none=True)
    per_40hc = amount(load_default=None, allow_none=True)
    lead_days = Integer(
        load_default=None, allow_none=True, validate=validate.Range(0, LONGEST_LEAD)
    )


class ProductSaid(Stated):
    """What a firm says of a product: what is left out of a PUT is not said any more.

    Except who sees it: `state` and `price_audience` stay as they are, so that no program shows
    what somebody hid. A new product is a draft, its price public, unless they say otherwise.
    """

    family = words(60, required=True, metadata={"description": "key of a product family"})
    description = words(LONGEST["description"], load_default="")
    attributes = Dict(
        keys=words(LONGEST_ATTRIBUTE),
        values=Raw(allow_none=True, metadata={"type": ["string", "number"]}),
        load_default=dict,
        validate=texts_and_numbers,
    )
    standards = List(words(LONGEST_STANDARD), load_default=list)
    state = String(validate=validate.OneOf(STATES))
    currency = String(load_default="INR", validate=validate.Regexp(r"^[A-Z]{3}$"))
    incoterm = String(load_default="EXW", validate=validate.OneOf(INCOTERMS))
    incoterm_place = words(LONGEST["incoterm_place"], load_default="")
    price_audience = String(validate=validate.OneOf(AUDIENCES))
    prices = List(Nested(PriceStep), load_default=list, validate=validate.Length(max=MOST_TIERS))


class FirmNamed(Schema):
    id = String(required=True)
    name = String(required=True)
    cluster = String(required=True)


class ProductSeen(Stated):
    """A product as anybody may see it. `prices` is missing where they are told on request."""

    id = String(required=True)
    url = Url(required=True, relative=True, require_tld=False)
    firm = Nested(FirmNamed, required=True)
    family = String(required=True)
    description = String(required=True)
    attributes = Dict(required=True)
    standards = List(String(), required=True)
    lead_confirmed_on = Date(allow_none=True)
    currency = String()
    incoterm = String()
    incoterm_place = String()
    prices = List(Nested(PriceStep))
    price_confirmed_on = Date(allow_none=True)
    is_demo = Boolean(required=True)


class OwnProduct(ProductSeen):
    """The same with what only its firm sees."""

    sku = String(required=True)
    state = String(required=True)
    price_audience = String(required=True)
    version = Integer(required=True)
    updated_at = AwareDateTime(required=True)


class ProductsSeen(Schema):
    items = List(Nested(ProductSeen), required=True)
    next = String(allow_none=True, required=True)


class OwnProducts(Schema):
    items = List(Nested(OwnProduct), required=True)
    next = String(allow_none=True, required=True)


class EvidenceSaid(Schema):
    """Evidence the firm declares; a desk looks at it once a document is sent on the site."""

    scheme = words(30, required=True, metadata={"description": "code of the scheme"})
    number = words(80, required=True)
    issuer = words(160, required=True)
    issued_on = Date(required=True)
    expires_on = Date(load_default=None, allow_none=True)
    laboratory = words(160, load_default=None, allow_none=True)
    substances = words(2000, load_default=None, allow_none=True)
    material = words(
        80, load_default="", metadata={"description": "asked for where the scheme is not listed"}
    )
    products = List(
        words(40),
        load_default=list,
        validate=validate.Length(max=200),
        metadata={"description": "own product numbers it is limited to; empty: all"},
    )


class EvidenceHeld(Schema):
    id = String(required=True)
    scheme = String(required=True)
    kind = String(required=True)
    number = String(required=True)
    issuer = String(required=True)
    issued_on = Date(required=True)
    expires_on = Date(allow_none=True)
    grade = String(required=True)
    graded_on = Date(allow_none=True)
    review = String(required=True)
    laboratory = String(allow_none=True)
    substances = String(allow_none=True)
    covers_all = Boolean(required=True)
    products = List(String(), required=True)


class EvidenceList(Schema):
    items = List(Nested(EvidenceHeld), required=True)
    next = String(allow_none=True, required=True)


class MonthOfLine(Schema):
    """Capacity is None where nobody said; `free` is what is neither committed nor held."""

    month = String(required=True, validate=MONTH)
    capacity = amount(allow_none=True, required=True)
    committed = amount(required=True)
    held = amount(required=True)
    free = amount(allow_none=True, required=True)


class Line(Schema):
    """`number` counts the lines of the firm in the order in which they were opened."""

    number = Integer(required=True)
    name = String(required=True)
    family = String(required=True)
    unit = String(required=True)
    confirmed_on = Date(allow_none=True)
    months = List(Nested(MonthOfLine), required=True)


class Lines(Schema):
    items = List(Nested(Line), required=True)


class CapacityStated(Schema):
    capacity = amount(required=True)


class FirmSeen(Schema):
    id = String(required=True)
    name = String(required=True)
    url = Url(required=True, relative=True, require_tld=False)
    cluster = String(required=True)
    about = String(required=True)
    workers = Integer(required=True)
    verification = String(required=True)
    verified_on = Date(allow_none=True)
    markets = List(String(), required=True)
    is_demo = Boolean(required=True)
