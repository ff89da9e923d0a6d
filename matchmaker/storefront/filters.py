"""How facts are written for the reader: money, quantities, numbers, countries, found words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from flask import Flask
from flask_babel import format_currency, format_date, format_decimal, get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from matchmaker.measures import UNITS
from matchmaker.money import Money, rounded
from search.contract import MARK_END, MARK_START


def set_up(app: Flask) -> None:
    app.jinja_env.filters.update(
        money=money, quantity=quantity, number=number, date=date, country=country, marked=marked
    )


def money(value: Money) -> str:
    """'₹1,250.00' or '1.250,00 €'; small prices keep four digits."""
    amount = rounded(value)
    if amount == amount.to_integral_value() or abs(amount) >= 1000:
        return str(format_currency(amount, value.currency))
    digits = "0.00" if amount >= 1 else "0.00##"
    pattern = f"¤#,##{digits}" if _symbol_leads() else f"#,##{digits} ¤"
    return str(format_currency(amount, value.currency, format=pattern, currency_digits=False))


def _symbol_leads() -> bool:
    locale = get_locale()
    return locale is None or locale.currency_formats["standard"].pattern.lstrip().startswith("¤")


def number(value: Decimal | float | int, digits: int = 3) -> str:
    """A number of so many significant digits after the point at most, grouped as is the custom."""
    exact = Decimal(str(value))
    if abs(exact) >= 1000:
        digits = 0
    elif abs(exact) >= 100:
        digits = min(digits, 1)
    return str(format_decimal(round(exact, digits).normalize()))


def quantity(value: Decimal | float | int, unit: str) -> str:
    """'500 kg', '1 piece', '12 pairs': a number and its unit in words where it has no symbol."""
    return f"{number(value)} {unit_words(unit, value)}".strip()


def unit_words(unit: str, amount: Decimal | float | int = 2) -> str:
    """The unit as it stands behind a number."""
    one = amount == 1
    words = {
        "H87": _("piece") if one else _("pieces"),
        "C62": _("piece") if one else _("pieces"),
        "EA": _("piece") if one else _("pieces"),
        "PR": _("pair") if one else _("pairs"),
        "SET": _("set") if one else _("sets"),
        "DZN": _("dozen"),
        "MIL": _("thousand"),
        "GRO": _("gross"),
        "CTM": _("carat"),
    }
    return words.get(unit) or (UNITS[unit].symbol if unit in UNITS else unit)


def date(value: dt.date, style: str = "medium") -> str:
    return str(format_date(value, style))


def country(code: str) -> str:
    """The name of a country in the reader's language; the code itself when it has none."""
    locale = get_locale()
    if code == "EU":
        return _("European Union")
    return str(locale.territories.get(code, code)) if locale else code


def marked(text: str) -> Markup:
    """A text with its found words in <mark>; everything else in it is escaped first."""
    safe = str(escape(text))
    return Markup(safe.replace(MARK_START, "<mark>").replace(MARK_END, "</mark>"))  # noqa: S704
