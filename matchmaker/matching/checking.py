"""Whether a requirement and an offer make sense, before anything is judged. Pure.

Each check raises BadInput that names the field, the value and what to write instead; nothing is
repaired in silence. `path` stands before the field's name, for those who read files.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches

import pycountry

from matchmaker.certification.readiness import Book, Piece
from matchmaker.certification.rules import BLOCS
from matchmaker.errors import BadInput
from matchmaker.matching.consortium.checking import LARGEST_AMOUNT
from matchmaker.matching.consortium.periods import step_of, steps_up
from matchmaker.matching.problem import GRADES, Closeness, Offer, Requirement, Tier
from matchmaker.matching.scoring.criteria.price import LEGS
from matchmaker.matching.scoring.question import Rates
from matchmaker.measures import BASE_UNITS, UNITS, PieceFacts, Quantity, unit_shown
from matchmaker.money import UnknownCurrency

# As the catalogue keeps amounts; the trade knows nothing larger.
SMALLEST, LARGEST = Decimal("0.0001"), Decimal(10) ** 14
LONGEST_MONTHS = 60
LONGEST_LEAD = 730  # days, as in the catalogue
FURTHEST = dt.timedelta(days=3660)
MOST_TEXT = 20_000
_CURRENCY, _HS = r"[A-Z]{3}", r"(\d{2}|\d{4}|\d{6})"


def check_requirement(
    asked: Requirement, *, today: dt.date, book: Book, rates: Rates, path: str = ""
) -> None:
    """Raises BadInput for the first thing in a requirement that nobody could fulfil or read."""
    _named(f"{path}id", asked.id)
    _text(f"{path}text", asked.text)
    _unit(f"{path}quantity.unit", asked.quantity.unit)
    _amount(f"{path}quantity.amount", asked.quantity.amount)
    _countable(f"{path}quantity.amount", asked.quantity)
    _days(asked, today, path)
    _like(f"{path}hs_code", asked.hs_code, _HS, "Give 2, 4 or 6 digits of the HS code.")
    _market(f"{path}market", asked.market)
    if asked.target is not None:
        _amount(f"{path}target.amount", asked.target.amount)
        _currency(f"{path}target.currency", asked.target.currency, rates)
    _incoterm(f"{path}incoterm", asked.incoterm)
    for name, codes in (("musts", asked.musts), ("nice", asked.nice)):
        for code in codes:
            _scheme(f"{path}{name}", code, book)
    _grade(f"{path}least_grade", asked.least_grade)
    _attributes(f"{path}attributes", asked.attributes)


def check_offer(offer: Offer, *, path: str = "") -> None:
    """Raises BadInput for the first thing of an offer that cannot be."""
    _named(f"{path}id", offer.id)
    _named(f"{path}maker.id", offer.maker.id)
    _like(f"{path}hs_code", offer.hs_code, _HS, "Give 2, 4 or 6 digits of the HS code.")
    _unit(f"{path}unit", offer.unit)
    if offer.moq is not None:
        _amount(f"{path}moq", offer.moq)
    _facts(f"{path}facts", offer.facts)
    _free(f"{path}free", offer)
    _tiers(f"{path}tiers", offer.tiers)
    _like(f"{path}currency", offer.currency, _CURRENCY, "Give an ISO 4217 code such as INR.")
    if not offer.incoterm:
        raise BadInput(f"{path}incoterm", "", f"Choose one of {', '.join(LEGS)}.")
    _incoterm(f"{path}incoterm", offer.incoterm)
    if offer.lead_days is not None and not 0 <= offer.lead_days <= LONGEST_LEAD:
        raise BadInput(f"{path}lead_days", offer.lead_days, f"Give 0 to {LONGEST_LEAD} days.")
    _attributes(f"{path}attributes", offer.attributes)
    _pieces(f"{path}pieces", offer.pieces)
    for code in sorted(offer.barred):
        if not pycountry.countries.get(alpha_2=code):
            raise BadInput(f"{path}barred", code, "Give ISO 3166 codes of countries such as DE.")
    _counts(f"{path}maker.reliability", offer)


def check_closeness(closeness: Closeness, *, path: str = "") -> None:
    """Raises BadInput for a cosine outside of -1 to 1 or a share of words outside of 0 to 1."""
    for name, value, low in (("cosine", closeness.cosine, -1.0), ("words", closeness.words, 0.0)):
        if value is not None and not low <= value <= 1.0:
            raise BadInput(f"{path}{name}", value, f"Give a number from {low:g} to 1.")


def check_together(offers: Iterable[Offer]) -> None:
    """Raises BadInput when two offers have one id: nobody could tell their answers apart."""
    seen: set[str] = set()
    for offer in offers:
        if offer.id in seen:
            raise BadInput("id of an offer", offer.id, "Give every offer an id of its own.")
        seen.add(offer.id)


def _days(asked: Requirement, today: dt.date, path: str) -> None:
    if asked.ship_by < today:
        raise BadInput(f"{path}ship_by", asked.ship_by, f"Choose a day from {today} on.")
    if asked.ship_by < asked.ship_from:
        remedy = f"Choose a day from ship_from ({asked.ship_from}) on."
        raise BadInput(f"{path}ship_by", asked.ship_by, remedy)
    if asked.ship_by - today > FURTHEST:
        raise BadInput(f"{path}ship_by", asked.ship_by, "Choose a day within ten years.")
    if not 0 <= asked.months <= LONGEST_MONTHS:
        remedy = f"Give 0 (one shipment) to {LONGEST_MONTHS} months."
        raise BadInput(f"{path}months", asked.months, remedy)
    if asked.months and asked.ship_from < today:
        remedy = f"Let the first month begin on {today} or later."
        raise BadInput(f"{path}ship_from", asked.ship_from, remedy)
    if asked.months and asked.ship_from - today > FURTHEST:
        raise BadInput(f"{path}ship_from", asked.ship_from, "Choose a day within ten years.")


def _amount(field: str, value: Decimal) -> None:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise BadInput(field, value, "Give a finite number.")
    if not SMALLEST <= value < LARGEST:
        raise BadInput(field, value, f"Give at least {SMALLEST}, and less than {LARGEST:,.0f}.")


def _countable(field: str, wanted: Quantity) -> None:
    """Plans count in whole pieces, of which they can take only so many."""
    step = step_of(wanted)
    if steps_up(wanted.amount, step) > LARGEST_AMOUNT:
        most = f"{LARGEST_AMOUNT * step:,f} {unit_shown(wanted.unit)}"
        raise BadInput(field, wanted.amount, f"Give at most {most}.")


def _named(field: str, value: str) -> None:
    if not value.strip():
        raise BadInput(field, value, "Give an id, such as a-1: answers name what they are about.")


def _text(field: str, value: str) -> None:
    if not value.strip():
        raise BadInput(field, value, "Say in a few words what is wanted.")
    if len(value) > MOST_TEXT:
        raise BadInput(field, value, f"Say it in at most {MOST_TEXT} letters.")


def _unit(field: str, code: str) -> None:
    if code not in UNITS:
        raise BadInput(field, code, "Use a UN/ECE Rec 20 code such as KGM, H87 or MTK.")
    if UNITS[code].dimension not in BASE_UNITS:
        raise BadInput(field, code, "Goods are not counted in it; use KGM, H87 or MTK, say.")


def _like(field: str, value: str, pattern: str, remedy: str) -> None:
    if value and not re.fullmatch(pattern, value, re.ASCII):
        raise BadInput(field, value, remedy)


def _scheme(field: str, code: str, book: Book) -> None:
    if code in book.schemes:
        return
    near = get_close_matches(code.upper(), book.schemes, n=1)
    meant = f"Did you mean {near[0]}? " if near else ""
    raise BadInput(field, code, f"{meant}Name schemes by their codes, such as ISO22000.")


def _market(field: str, value: str) -> None:
    if value and value not in BLOCS and not pycountry.countries.get(alpha_2=value):
        remedy = "Give an ISO 3166 code such as DE, or one of " + ", ".join(sorted(BLOCS)) + "."
        raise BadInput(field, value, remedy)


def _currency(field: str, code: str, rates: Rates) -> None:
    _like(field, code or "none", _CURRENCY, "Give an ISO 4217 code such as EUR.")
    try:
        rates.rate("INR", code)
    except UnknownCurrency as unknown:
        said = str(unknown)
        raise BadInput(field, code, f"{said[:1].upper()}{said[1:]}.") from unknown


def _incoterm(field: str, code: str) -> None:
    if code and code not in LEGS:
        raise BadInput(field, code, f"Choose one of {', '.join(LEGS)}.")


def _grade(field: str, grade: str) -> None:
    if grade not in GRADES:
        raise BadInput(field, grade, f"Choose one of {', '.join(GRADES)}.")


def _attributes(field: str, told: Mapping[str, object]) -> None:
    for key, value in told.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise BadInput(f"{field}.{key}", value, "Give a finite number.")


def _facts(field: str, facts: PieceFacts) -> None:
    for name, value in vars(facts).items():
        if value is not None:
            _amount(f"{field}.{name}", value)


def _free(field: str, offer: Offer) -> None:
    months = set()
    for number, each in enumerate(offer.free):
        if not each.free.is_finite() or not 0 <= each.free < LARGEST:
            remedy = f"Give nought or more, and less than {LARGEST:,.0f}."
            raise BadInput(f"{field}[{number}].free", each.free, remedy)
        if each.month.day != 1:
            raise BadInput(f"{field}[{number}].month", each.month, "Give the first of a month.")
        if each.month in months:
            raise BadInput(f"{field}[{number}].month", each.month, "Name every month once.")
        months.add(each.month)


def _tiers(field: str, tiers: Iterable[Tier]) -> None:
    last = Decimal(0)
    for number, each in enumerate(tiers):
        _amount(f"{field}[{number}].from_quantity", each.from_quantity)
        _amount(f"{field}[{number}].price", each.price)
        if each.from_quantity <= last:
            remedy = "Let each step begin at a larger quantity than the one before."
            raise BadInput(f"{field}[{number}].from_quantity", each.from_quantity, remedy)
        last = each.from_quantity


def _pieces(field: str, pieces: Iterable[Piece]) -> None:
    for number, each in enumerate(pieces):
        _grade(f"{field}[{number}].grade", each.grade)
        if each.expires_on is not None and each.expires_on < each.issued_on:
            remedy = f"Choose a day from issued_on ({each.issued_on}) on."
            raise BadInput(f"{field}[{number}].expires_on", each.expires_on, remedy)


def _counts(field: str, offer: Offer) -> None:
    told = offer.maker.reliability
    for name in ("enquiries", "answered", "meetings", "meetings_kept", "disputes"):
        if getattr(told, name) < 0:
            raise BadInput(f"{field}.{name}", getattr(told, name), "Give nought or more.")
    for part, whole in (("answered", "enquiries"), ("meetings_kept", "meetings")):
        if getattr(told, part) > getattr(told, whole):
            remedy = f"It cannot be more than {whole} ({getattr(told, whole)})."
            raise BadInput(f"{field}.{part}", getattr(told, part), remedy)
    hours = told.median_reply_hours
    if hours is not None and not 0 <= hours < math.inf:
        raise BadInput(f"{field}.median_reply_hours", hours, "Give nought or more hours.")
