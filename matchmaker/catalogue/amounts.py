"""Numbers as people type them: 12,5 and 1,20,000 and ₹ 1 200.50. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from matchmaker.errors import BadInput
from matchmaker.measures import UNITS
from matchmaker.wording import gettext as _

_LONGEST = 40
_AROUND = re.compile(r"^(?:₹|rs\.?|inr|\$|€|£)\s*|\s*(?:/-)$", re.IGNORECASE)
# 1,200 and 1,20,000 and 12,00,000.50: groups of two or three, the last of three.
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}")
# 1.000, which is a thousand in half of Europe and one with its decimals in India.
_MAYBE_GROUPED = re.compile(r"[1-9]\d{0,2}\.000")
_GROUPED_BY_POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){2,}")
# Sold whole: nobody sells half a dozen as 0.5. A thousand is a mere way of writing.
_COUNTED = frozenset(
    code
    for code, unit in UNITS.items()
    if unit.dimension in ("piece", "pair", "set") and code != "MIL"
)


class NotANumber(ValueError):
    """What was typed cannot be read as one number."""


def read_amount(text: str) -> Decimal:
    """The number meant. A comma is decimal unless it plainly groups thousands or lakhs.

    '1,200' is twelve hundred, as everywhere in India; '12,5' and '0,125' are broken numbers.
    Digits of any script are read. Raises NotANumber.
    """
    plain = unicodedata.normalize("NFKC", text).strip()[:_LONGEST]
    plain = _AROUND.sub("", _AROUND.sub("", plain))
    plain = "".join(str(_digit(each)) for each in plain if not each.isspace() and each not in "'’_")
    try:
        return Decimal(_with_point(plain))
    except InvalidOperation as wrong:
        raise NotANumber(text) from wrong


def not_whole(name: str, value: Decimal | None, unit: str) -> Iterator[BadInput]:
    """A fraction of what is counted in whole numbers, with what may have been meant.

    '1.500' pieces reads as one and a half; whoever types it means fifteen hundred.
    """
    if value is None or unit not in _COUNTED or not value.is_finite():
        return
    if value == value.to_integral_value():
        return
    thousands = value * 1000
    if value < 1000 and thousands == thousands.to_integral_value():
        remedy = _(
            "Of these only whole numbers are sold. Did you mean %(thousands)s?",
            thousands=f"{thousands:,.0f}",
        )
    else:
        remedy = _("Of these only whole numbers are sold.")
    yield BadInput(name, value, remedy)


def two_readings(text: str, unit: str) -> str:
    """Asks back for '1.000' pieces, which is one or a thousand; empty where all is clear."""
    if unit not in _COUNTED or not _MAYBE_GROUPED.fullmatch(text.strip()):
        return ""
    return _(
        "Did you mean %(thousands)s or %(ones)s? Type it like that.",
        thousands=f"{int(text.strip().replace('.', '')):,}",
        ones=text.strip().partition(".")[0],
    )


def _digit(letter: str) -> str:
    return str(unicodedata.digit(letter)) if letter.isdigit() else letter


def _with_point(text: str) -> str:
    if not re.fullmatch(r"[-+]?[\d.,]*\d[.,]?", text):
        raise NotANumber(text)
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:  # the later of the two is the decimal one
        whole, _, broken = text.rpartition("," if comma > point else ".")
        return f"{whole.replace(',', '').replace('.', '')}.{broken}"
    if comma >= 0:
        if _GROUPED.fullmatch(text.lstrip("+-")):
            return text.replace(",", "")
        if text.count(",") > 1:
            raise NotANumber(text)
        return text.replace(",", ".")
    if _GROUPED_BY_POINTS.fullmatch(text.lstrip("+-")):
        return text.replace(".", "")
    return text
