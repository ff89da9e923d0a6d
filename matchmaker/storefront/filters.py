"""How facts are written for the reader: money, quantities, numbers, countries, found words.

Formatting is remembered by value: the same minimum orders and dates come again and again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from flask import Flask, g
from markupsafe import Markup, escape

from matchmaker.measures import UNITS
from matchmaker.money import Money, rounded
from matchmaker.storefront.words import gettext as _
from matchmaker.storefront.words import locale, ngettext
from search.contract import MARK_END, MARK_START

Number = Decimal | float | int


def set_up(app: Flask) -> None:
    app.jinja_env.filters.update(
        money=money,
        quantity=quantity,
        number=number,
        date=date,
        country=country,
        marked=marked,
        quoted=quoted,
        # The shared macros use the names of flask_babel; ours remember what they wrote.
        dateformat=date,
        numberformat=number,
        decimalformat=number,
    )


def money(value: Money) -> str:
    """'₹1,250.00', '1.250,00 €' or '¥4,980'; small prices keep four digits.

    Rupees are grouped as lakhs for readers in India: '₹1,25,000.50'.
    """
    in_lakhs = value.currency == "INR" and _reads_lakhs(locale())
    return _money(rounded(value), value.currency, locale(), in_lakhs)


def _reads_lakhs(spoken: Locale) -> bool:
    """Whoever reads a language of India, or is signed in for an organisation there."""
    if spoken.language in ("ml", "hi"):
        return True
    actor = g.get("actor")  # never asked for here: a page of facts needs no account
    party = actor.acts_for if actor is not None else None
    return party is not None and party.country == "IN" and spoken.language == "en"


@lru_cache(maxsize=20_000)
def _money(amount: Decimal, currency: str, spoken: Locale, in_lakhs: bool) -> str:
    pattern = spoken.currency_formats["standard"].pattern
    if in_lakhs and "#,##,##" not in pattern:
        pattern = pattern.replace("#,##0", "#,##,##0")
    if amount < 1 and amount:
        pattern = pattern.replace("0.00", "0.00##")
    elif amount.as_tuple().exponent == 0:  # yen were rounded to whole ones
        pattern = pattern.replace("0.00", "0")
    return str(
        format_currency(amount, currency, format=pattern, locale=spoken, currency_digits=False)
    )


def number(value: Number, digits: int = 3) -> str:
    """A number, grouped as is the custom; the larger it is, the fewer digits after the point."""
    exact = Decimal(str(value))
    size = abs(exact)
    digits = 0 if size >= 1000 else min(digits, 1) if size >= 100 else digits
    return _number(round(exact, digits).normalize(), locale())


@lru_cache(maxsize=20_000)
def _number(value: Decimal, spoken: Locale) -> str:
    return str(format_decimal(value, locale=spoken))


def quantity(value: Number, unit: str) -> str:
    """'500 kg', '1 piece', '12 pairs': a number and its unit in words where it has no symbol."""
    return f"{number(value)} {unit_words(unit, value)}".strip()


def unit_words(unit: str, amount: Number = 2) -> str:
    """The unit as it stands behind a number."""
    # Broken numbers take the form of many: 0.5 pieces.
    count = int(amount) if amount == int(amount) else 2
    if unit in ("H87", "C62", "EA"):
        return ngettext("piece", "pieces", count)
    if unit == "PR":
        return ngettext("pair", "pairs", count)
    if unit == "SET":
        return ngettext("set", "sets", count)
    if unit == "DZN":
        return _("dozen")
    if unit == "MIL":
        return _("thousand")
    if unit == "CTM":
        return _("carat")
    return UNITS[unit].symbol if unit in UNITS else unit


def measure(value: Number, unit: str) -> str:
    """'18 mm', '1.2 m', '500 g': in the unit of the same kind that people would say it in."""
    exact = Decimal(str(value))
    steps = _SAID_IN.get(unit, ())
    unit_said = next((said for least, said in steps if exact >= least), unit)
    if unit_said != unit:
        exact = exact * UNITS[unit].factor / UNITS[unit_said].factor
    return quantity(exact, unit_said) if unit_said in UNITS else number(exact)


# From how much on (in the unit of the index) a larger unit is said; the smallest stands last.
_SAID_IN = {
    "MMT": ((Decimal(10_000), "MTR"), (Decimal(300), "CMT"), (Decimal("0.3"), "MMT"),
            (Decimal(0), "4H")),
    "KGM": ((Decimal(1_000), "TNE"), (Decimal(1), "KGM"), (Decimal(0), "GRM")),
    "LTR": ((Decimal(1), "LTR"), (Decimal(0), "MLT")),
    "KWT": ((Decimal(1), "KWT"), (Decimal(0), "WTT")),
}  # fmt: skip


def date(value: dt.date, style: str = "medium") -> str:
    return _date(value, style, locale())


@lru_cache(maxsize=5_000)
def _date(value: dt.date, style: str, spoken: Locale) -> str:
    return str(format_date(value, style, locale=spoken))


def country(code: str) -> str:
    """The name of a country in the reader's language; the code itself when it has none."""
    if code == "EU":
        return _("European Union")
    return str(locale().territories.get(code, code))


def quoted(words: Iterable[str]) -> str:
    """'“stable”, “mat”': each between the quotation marks of the language."""
    return ", ".join(_("“%(word)s”", word=word) for word in words)


def marked(text: str) -> Markup:
    """A text with its found words in <mark>; everything else in it is escaped first."""
    safe = str(escape(text))
    return Markup(safe.replace(MARK_START, "<mark>").replace(MARK_END, "</mark>"))  # noqa: S704
