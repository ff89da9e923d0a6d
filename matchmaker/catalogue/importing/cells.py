"""What stands in one cell, read as an amount, a price, days, a choice or words. Pure.

Each reader gets the cell as text and what its heading says besides ('Rate (Rs/kg)'), and gives
a value or raises Unread with what to type instead. Nothing is passed over in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from matchmaker.catalogue.importing.numbers import MULTIPLIERS, NUMBER, Style, number_in, plain
from matchmaker.catalogue.importing.remarks import Unread, remark
from matchmaker.errors import N_
from matchmaker.measures import UNITS
from matchmaker.trade_words import CURRENCY_WORDS, currency_of, package_of, unit_of

SMALLEST, LARGEST = Decimal("0.0001"), Decimal(10) ** 14
# Words beside a number that change nothing.
_NOISE_WORDS = (
    "only net approx about ca abt min minimum max maximum at least from plus extra "
    "gst vat tax excl excluding exclusive of the ex works factory price rate is "
    "onwards upwards up and above nett"
)
_NOISE = frozenset(_NOISE_WORDS.split())
_UNPRICED_WORDS = (
    "on request|price on request|por|p.o.r|ask|call|call for price|negotiable|"
    "to be quoted|tbd|n/a|na|nil|-|–|—|വില ചോദിക്കുക|ചോദിക്കുക"
)
_UNPRICED = frozenset(_UNPRICED_WORDS.split("|"))
_NOTHING = frozenset({"", "-", "–", "—", "--", "n/a", "na", "nil", "none", "?", ".", "xx", "tbd"})
_WORDS = frozenset({"none", "?", ".", "xx", "tbd"})
# A word with the vowel signs of Indian scripts, which Python counts among no letters.
_WORD = r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0dff\u200c\u200d])*"
_AT_ONCE = frozenset({"immediate", "immediately", "at once", "ready stock", "in stock", "ex stock"})
_TOKEN = re.compile(rf"{_WORD}[²³23]?(?:\.{_WORD})*|[₹$€£¥%]|/|\S")
# The rate of a tax is no part of the price: 'Rs 2,340 + GST 12%', '120 (5% GST extra)'.
_TAX = re.compile(
    r"\d[\d.,]*\s*%\s*(?:[isc]?gst|vat|tax)\b|\b(?:[isc]?gst|vat|tax)\s*@?\s*\d[\d.,]*\s*%",
    re.IGNORECASE,
)
_SIGNS = "/+()[]{},;:*=@-.–—>≥"
_RANGE = re.compile(r"\d\s*(?:-|–|—|to|bis|മുതൽ)\s*\d")
# What stands before the number: 'Rs -5' is a sign, 'Rs-120' and 'Rs - 120' have a dash.
_LESS_THAN_NOTHING = re.compile(r"(?:^|[^\w\s])\s*[-−]\s*$|\s[-−]$")
_SIZES = re.compile(r"\d\s*(?:x|×|\*)\s*\d", re.IGNORECASE)
_WORDS_OF_SIGNS = re.compile(
    "|".join(
        re.escape(each) for each in sorted(CURRENCY_WORDS, key=len, reverse=True) if "$" in each
    )
    + r"|[₹€£¥]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Hint:
    """What the heading of a column says of all its cells."""

    unit: str | None = None
    times: Decimal = Decimal(1)  # how many of `unit` the word means: a quintal is 100 kg
    currency: str | None = None
    style: Style = "point"


@dataclass(frozen=True)
class Amount:
    """A number with the unit (Rec 20) and the currency (ISO 4217) that stood with it.

    For a price `unit` is what it is for; None where nobody said.
    """

    value: Decimal
    unit: str | None = None
    currency: str | None = None


def is_nothing(text: str, *, of_words: bool = False) -> bool:
    """Whether a cell says nothing, as '-' or 'n/a'. In a column `of_words` a '.' is a word."""
    said = text.strip().lower()
    return said in _NOTHING and not (of_words and said in _WORDS)


def read_price(text: str, hint: Hint) -> Amount | None:
    """'Rs 120/pc', 'INR 1,20,000 per MT', '450/-', '12,50 €'; None for a price on request."""
    clean = _TAX.sub("gst", plain(text))
    if clean.lower().strip(" .") in _UNPRICED:
        return None
    _must_be_one(clean, N_("Write one price; put the others into “Price 2” with its quantity."))
    value, before, after = _split(clean, hint.style, _price_example())
    after = re.sub(r"^\s*/?\s*[-–=]+", " ", after)  # 'Rs 450/-'
    currency, unit, per = hint.currency, hint.unit, Decimal(1) / hint.times
    said_of_unit = False
    unknown: list[str] = []
    for part in [*_tokens(before), *_joined(_tokens(after))]:
        lowered = part.lower().strip(".")
        if lowered in _NOISE or part in _SIGNS or lowered in ("per", "a", "for", "each"):
            if lowered == "each":
                unit, said_of_unit = "H87", True
        elif found := currency_of(part):
            currency = found
        elif found_unit := _per(part):
            unit, count = found_unit
            per, said_of_unit = Decimal(1) / count, True
        else:
            unknown.append(part)
    if unknown and not said_of_unit and (packed := package_of(unknown[0])):
        raise Unread(
            remark(
                N_("A price per %(package)s cannot be compared. Give that of one piece or kg."),
                package=packed,
            )
        )
    if unknown:
        raise _not_understood(" ".join(unknown), _price_example())
    return Amount(_kept(value * per), unit, currency)


def read_quantity(text: str, hint: Hint) -> Amount:
    """'500', '12 doz', '5 MT', 'min. 1,000 nos'. The unit is None where nobody said."""
    clean = plain(text)
    _must_be_one(clean, N_("Write one number: the smallest quantity."))
    value, before, after = _split(clean, hint.style, N_("500 pcs"))
    unit, times = hint.unit, hint.times
    unknown: list[str] = []
    for part in [*_tokens(before), *_joined(_tokens(after))]:
        lowered = part.lower().strip(".")
        if lowered in _NOISE or part in _SIGNS:
            continue
        if found := _per(part):
            unit, times = found
        else:
            unknown.append(part)
    if unknown and (packed := package_of(unknown[0])):
        raise Unread(
            remark(
                N_("Write how many pieces or kg that is; how much is in a %(package)s differs."),
                package=packed,
            )
        )
    if unknown:
        raise _not_understood(" ".join(unknown), N_("500 pcs"))
    return Amount(_kept(value * times), unit)


def read_measure(text: str, hint: Hint, unit: str) -> Decimal:
    """A weight or size in `unit`; other units of the kind are converted: '850 g' is .85 kg."""
    amount = read_quantity(text, hint)
    given = amount.unit or unit
    if UNITS[given].dimension != UNITS[unit].dimension:
        raise Unread(
            remark(
                N_("%(given)s is not the unit of this column. Write it in %(unit)s."),
                given=UNITS[given].name,
                unit=UNITS[unit].symbol or UNITS[unit].name,
            )
        )
    return _kept(amount.value * UNITS[given].factor / UNITS[unit].factor)


def read_count(text: str, hint: Hint) -> Decimal:
    """How many go into something: '50', '50 pcs'."""
    return read_quantity(text, Hint(style=hint.style)).value


def read_days(text: str, hint: Hint) -> int:
    """'30', '30 days', '3-4 weeks' (the longer one, which can be kept), '2 months'."""
    clean = plain(text)
    if clean.lower().strip(" .") in _AT_ONCE or re.fullmatch(r"0+(?:\s*days?)?", clean.lower()):
        return 0
    numbers = NUMBER.findall(clean)
    if len(numbers) == 2 and _RANGE.search(clean):
        first = NUMBER.search(clean)
        assert first is not None
        clean = clean[: first.start()] + clean[first.end() :].lstrip(" -–—").removeprefix("to ")
    remedy = remark(N_("Write it in days, weeks or months, e.g. 30 days."))
    try:
        amount = read_quantity(clean, Hint(hint.unit, style=hint.style))
    except Unread as unread:  # it speaks of pieces
        raise Unread(remedy) from unread
    days = {None: 1, "DAY": 1, "WEE": 7, "MON": 30}.get(amount.unit)
    whole = amount.value * (days or 0)
    if not days or whole != whole.to_integral():
        raise Unread(remedy)
    return int(whole)


def read_unit(text: str) -> str:
    """The Rec 20 code of 'pcs', 'Nos.', 'per kg', 'doz'."""
    clean = re.sub(r"^(per|/|1)\s*", "", plain(text).lower().strip())
    found = unit_of(clean)
    if found and found[1] == 1:
        return found[0]
    if package_of(clean):
        raise Unread(
            remark(N_("Give the unit in the package (pieces, kg, m²), and how many one holds."))
        )
    raise Unread(remark(N_("Write a unit such as pcs, kg, dozen, pair, m² or MT.")))


def read_currency(text: str) -> str:
    found = currency_of(plain(text))
    if found is None:
        raise Unread(remark(N_("Write a currency such as INR, USD or EUR.")))
    return found


def read_package(text: str) -> str:
    found = package_of(plain(text))
    if found is None:
        raise Unread(remark(N_("Write carton, bale, bag, pallet, drum, crate, roll or sack.")))
    return found


def read_choice(text: str, words: Mapping[str, str]) -> str:
    """One of a few words. `words`: as typed, in small letters → what is meant."""
    found = words.get(plain(text).lower().strip(" ."))
    if found is None:
        choices = ", ".join(dict.fromkeys(words.values()))
        raise Unread(remark(N_("Write one of: %(choices)s."), choices=choices))
    return found


def read_hs(text: str, known: Iterable[str]) -> str:
    """Our six digits of '4016.99.90' or of '9041110', whose first zero a spreadsheet ate."""
    digits = re.sub(r"[\s.\-]", "", plain(text))
    if not digits.isdigit() or not 4 <= len(digits) <= 10:
        raise Unread(remark(N_("Write an HS code of at least four digits, e.g. 4016.99.")))
    digits = digits if len(digits) % 2 == 0 else f"0{digits}"
    codes = known if isinstance(known, frozenset | set | dict) else frozenset(known)
    for length in (6, 4):
        if digits[:length] in codes and len(digits) >= length:
            return digits[:length]
    raise Unread(remark(N_("This HS code is not in HS 2022. Leave it empty: the kind has one.")))


def _must_be_one(text: str, remedy: str) -> None:
    if _RANGE.search(text) or _SIZES.search(text):
        raise Unread(remark(remedy))


def _split(text: str, style: Style, example: str) -> tuple[Decimal, str, str]:
    """The number, what stands before it and what behind it."""
    match = NUMBER.search(text)
    if match is None or "%" in text:
        raise Unread(
            remark(N_("There is no number here. Write it like %(example)s."), example=example)
        )
    if _LESS_THAN_NOTHING.search(text[: match.start()]):
        raise Unread(
            remark(N_("Less than nothing cannot be. Write it like %(example)s."), example=example)
        )
    value = number_in(match.group(), style)
    before, after = text[: match.start()], text[match.end() :]
    word = re.match(r"\s*([^\W\d_]+)\.?", after)
    if word and word.group(1).lower() in MULTIPLIERS and not before.rstrip().endswith("/"):
        value *= MULTIPLIERS[word.group(1).lower()]
        after = after[word.end() :]
    return _kept(value), before, after


def _tokens(text: str) -> list[str]:
    """Words and signs; 'Rs.' and 'US$' are one."""
    found: list[str] = []
    at = 0
    for match in _WORDS_OF_SIGNS.finditer(text):
        found += _TOKEN.findall(text[at : match.start()])
        found.append(match.group())
        at = match.end()
    return found + _TOKEN.findall(text[at:])


def _joined(parts: list[str]) -> list[str]:
    """'sq', 'ft' is one unit; '100', 'pcs' behind 'per' is one count."""
    found: list[str] = []
    at = 0
    while at < len(parts):
        for size in (3, 2):
            words = [each.strip(".") for each in parts[at : at + size]]
            if len(words) == size and unit_of(" ".join(words)):
                found.append(" ".join(words))
                at += size
                break
        else:
            found.append(parts[at])
            at += 1
    return _with_counts(found)


def _with_counts(parts: list[str]) -> list[str]:
    """'1', '0', '0', 'pcs' came apart: digits are put together again, with their unit."""
    found: list[str] = []
    digits = ""
    for part in parts:
        if part.isdigit():
            digits += part
            continue
        if digits:
            found.append(f"{digits} {part}")
            digits = ""
        else:
            found.append(part)
    return [*found, digits] if digits else found


def _per(part: str) -> tuple[str, Decimal] | None:
    """A unit and how many of it: 'kg', '100 pcs'."""
    count, _, word = part.rpartition(" ")
    if count.isdigit() and int(count) > 0:
        found = unit_of(word)
        return (found[0], found[1] * int(count)) if found else None
    return unit_of(part)


def _kept(value: Decimal) -> Decimal:
    """With the four digits that are kept. Raises Unread for what cannot be kept."""
    if not value.is_finite() or value >= LARGEST:
        raise Unread(remark(N_("This number is too large.")))
    kept = value.quantize(SMALLEST)
    if kept <= 0:
        raise Unread(remark(N_("Write a number larger than nothing, or leave the cell empty.")))
    return kept


def _not_understood(rest: str, example: str) -> Unread:
    text = N_("“%(rest)s” could not be understood. Write it like %(example)s.")
    return Unread(remark(text, rest=rest, example=example))


def _price_example() -> str:
    return "Rs 120/pc"
