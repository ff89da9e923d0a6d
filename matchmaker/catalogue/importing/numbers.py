"""Numbers as people type them: 1,20,000 · 1.234,56 · 12,5 · ൧൨ · 1.5 lakh. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from matchmaker.catalogue.importing.remarks import Unread, remark
from matchmaker.errors import N_

# How a column writes decimals; 'mixed' where it does so in both ways.
Style = Literal["point", "comma", "mixed"]
MULTIPLIERS = {
    "k": 1_000,
    "thousand": 1_000,
    "ആയിരം": 1_000,
    "lakh": 100_000,
    "lakhs": 100_000,
    "lac": 100_000,
    "lacs": 100_000,
    "ലക്ഷം": 100_000,
    "million": 1_000_000,
    "crore": 10_000_000,
    "crores": 10_000_000,
    "cr": 10_000_000,
    "കോടി": 10_000_000,
}
NUMBER = re.compile(r"\d(?:[\d.,]|[' ](?=\d{3}(?!\d)))*")
_GROUPED = {
    sign: re.compile(rf"\d{{1,3}}(?:{re.escape(sign)}\d{{2,3}})*{re.escape(sign)}\d{{3}}")
    for sign in ".,"
}
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}


def plain(text: str) -> str:
    """One kind of space, of digit and of letter width."""
    for sign, value in _FRACTIONS.items():
        text = re.sub(rf"(\d)\s*{sign}", rf"\g<1>{value}", text).replace(sign, f"0{value}")
    text = unicodedata.normalize("NFKC", text).replace("’", "'")
    digits = "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() and not sign.isascii() else sign
        for sign in text
    )
    return " ".join(digits.split())


def number_in(text: str, style: Style = "point") -> Decimal:
    """The value of digits with their separators. Raises Unread with what to type."""
    bare = text.replace("'", "").replace(" ", "").rstrip(".,")
    points, commas = bare.count("."), bare.count(",")
    if not points and not commas:
        return Decimal(bare)
    if points and commas:
        return _both(bare)
    sign = "." if points else ","
    if points + commas > 1:
        if not _GROUPED[sign].fullmatch(bare):
            raise Unread(remark(N_("“%(text)s” is no number. Write it like 120000.50."), text=text))
        return Decimal(bare.replace(sign, ""))
    if not _could_be_either(bare, sign):
        return Decimal(bare.replace(",", "."))
    if style == "mixed":
        remedy = remark(
            N_("“%(text)s” may be %(one)s or %(other)s. Write it as %(one)s or %(other)s."),
            text=text,
            one=bare.replace(sign, ""),
            other=bare.replace(sign, "."),
        )
        raise Unread(remedy)
    decimal = "," if style == "comma" else "."
    return Decimal(bare.replace(sign, "." if sign == decimal else ""))


def style_of(texts: Iterable[str], unless_seen: Style = "point") -> Style:
    """How the numbers of a column are written, by those that can be read in one way only."""
    seen = {said for text in texts for said in _evidence(plain(text))}
    if seen == {"point", "comma"}:
        return "mixed"
    if seen:
        return "comma" if "comma" in seen else "point"
    return unless_seen


def _evidence(text: str) -> Iterable[Style]:
    for match in NUMBER.finditer(text):
        bare = match.group().replace("'", "").replace(" ", "").rstrip(".,")
        points, commas = bare.count("."), bare.count(",")
        if points and commas:
            yield "comma" if bare.rfind(",") > bare.rfind(".") else "point"
        elif commas > 1 or (points == 1 and not _could_be_either(bare, ".")):
            yield "point"
        elif points > 1 or (commas == 1 and not _could_be_either(bare, ",")):
            yield "comma"


def _could_be_either(bare: str, sign: str) -> bool:
    """'1,234' may be a thousand and more or one and a bit; '0,234' and '12,5' may not."""
    before, after = bare.split(sign)
    return len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0")


def _both(bare: str) -> Decimal:
    decimal = "," if bare.rfind(",") > bare.rfind(".") else "."
    group = "." if decimal == "," else ","
    whole, _, rest = bare.rpartition(decimal)
    if decimal in whole or group in rest or not _GROUPED[group].fullmatch(whole):
        raise Unread(remark(N_("“%(text)s” is no number. Write it like 120000.50."), text=bare))
    return Decimal(f"{whole.replace(group, '')}.{rest}")
