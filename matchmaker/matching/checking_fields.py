"""Single fields of requirements and offers: amounts, names, codes. Pure.

Each raises BadInput that names the field, the value and what to write instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches

from matchmaker.certification.readiness import Book
from matchmaker.certification.rules import BLOCS
from matchmaker.codes import (
    countries,
    country_meant,
    currencies,
    language_names,
    language_remedy,
    unit_meant,
)
from matchmaker.errors import BadInput
from matchmaker.matching.problem import GRADES
from matchmaker.matching.scoring.criteria.price import LEGS
from matchmaker.matching.scoring.question import Rates
from matchmaker.measures import BASE_UNITS, UNITS
from matchmaker.money import UnknownCurrency

# As the catalogue keeps amounts; the trade knows nothing larger.
SMALLEST, LARGEST = Decimal("0.0001"), Decimal(10) ** 14
MOST_TEXT = 20_000
LONGEST_NAME = 200
_CURRENCY, _HS = r"[A-Z]{3}", r"(\d{2}|\d{4}|\d{6})"
# What would break a line or steer a terminal; joiners stay, which Indian scripts need.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def check_amount(field: str, value: Decimal) -> None:
    """More than nothing, and no more than the catalogue keeps."""
    if not isinstance(value, Decimal) or not value.is_finite():
        raise BadInput(field, value, "Give a finite number.")
    if not SMALLEST <= value < LARGEST:
        raise BadInput(field, value, f"Give at least {SMALLEST}, and less than {LARGEST:,.0f}.")


def check_name(field: str, value: str) -> None:
    """An id: answers name what they are about by it."""
    if not value.strip():
        raise BadInput(
            field,
            value or "nothing",
            "Give an id, such as a-1: answers name what they are about.",
        )
    check_line(field, value)


def check_line(field: str, value: str) -> None:
    """A name that fits on a line and does not break it."""
    if len(value) > LONGEST_NAME:
        raise BadInput(field, value, f"Give at most {LONGEST_NAME} letters.")
    if _UNPRINTABLE.search(value):
        remedy = "It holds a line break or another sign that cannot be shown: leave it out."
        raise BadInput(field, value, remedy)


def check_text(field: str, value: str) -> None:
    """What is wanted, in a few words or pages."""
    if not value.strip():
        raise BadInput(field, value.strip() or "nothing", "Say in a few words what is wanted.")
    if len(value) > MOST_TEXT:
        raise BadInput(field, value, f"Say it in at most {MOST_TEXT} letters.")


def check_unit(field: str, code: str) -> None:
    """A unit in which goods are counted, weighed or measured."""
    if code not in UNITS:
        remedy = "Use a UN/ECE Rec 20 code such as KGM, H87 or MTK."
        raise BadInput(field, code, unit_meant(code) + remedy)
    if UNITS[code].dimension not in BASE_UNITS:
        raise BadInput(field, code, "Goods are not counted in it; use KGM, H87 or MTK, say.")


def check_hs(field: str, code: str) -> None:
    """Chapter, heading or subheading of the Harmonized System, or nothing."""
    if code and not re.fullmatch(_HS, code, re.ASCII):
        raise BadInput(field, code, "Give 2, 4 or 6 digits of the HS code.")


def check_scheme(field: str, code: str, book: Book) -> None:
    """A scheme of certification by its code."""
    if code in book.schemes:
        return
    near = get_close_matches(code.upper(), book.schemes, n=1)
    meant = f"Did you mean {near[0]}? " if near else ""
    raise BadInput(field, code, f"{meant}Name schemes by their codes, such as ISO22000.")


def check_market(field: str, value: str) -> None:
    """A country, a bloc of them, or nothing."""
    if value and value not in BLOCS and value not in countries():
        remedy = "Give an ISO 3166 code such as DE, or one of " + ", ".join(sorted(BLOCS)) + "."
        raise BadInput(field, value, country_meant(value) + remedy)


def check_country(field: str, code: str) -> None:
    if code not in countries():
        remedy = f"{country_meant(code)}Give ISO 3166 codes of countries, such as DE."
        raise BadInput(field, code or "nothing", remedy)


def check_currency(field: str, code: str) -> None:
    """A currency that there is, whether or not anybody publishes a rate of it."""
    if code not in currencies():
        is_lower = code.upper() in currencies()
        meant = f"Did you mean {code.upper()}? " if is_lower else ""
        raise BadInput(
            field, code or "nothing", f"{meant}Give an ISO 4217 code such as INR or EUR."
        )


def check_rate(field: str, code: str, rates: Rates) -> None:
    """A currency into which offers can be converted."""
    if not re.fullmatch(_CURRENCY, code, re.ASCII):
        check_currency(field, code)
    try:
        rates.rate("INR", code)
    except UnknownCurrency as unknown:
        said = str(unknown)
        raise BadInput(field, code, f"{said[:1].upper()}{said[1:]}.") from unknown


def check_incoterm(field: str, code: str) -> None:
    if code and code not in LEGS:
        meant = f"Did you mean {code.upper()}? " if code.upper() in LEGS else ""
        raise BadInput(field, code, f"{meant}Choose one of {', '.join(LEGS)}.")


def check_grade(field: str, grade: str) -> None:
    check_choice(field, grade, GRADES)


def check_choice(field: str, value: str, choices: Collection[str]) -> None:
    if value not in choices:
        raise BadInput(field, value or "nothing", f"Choose one of {', '.join(choices)}.")


def check_languages(field: str, codes: Iterable[str]) -> None:
    for code in sorted(codes):
        if code not in language_names():
            raise BadInput(field, code or "nothing", language_remedy(code))


def check_attributes(field: str, told: Mapping[str, object]) -> None:
    """Sizes and grades: names of a line each, finite numbers."""
    for key, value in told.items():
        check_name(f"{field}, name", key)
        if isinstance(value, float) and not math.isfinite(value):
            raise BadInput(f"{field}.{key}", value, "Give a finite number.")
