"""Codes of languages, countries, states, currencies and units, and which one was meant. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pycountry

from matchmaker.measures import BASE_UNITS, UNITS
from matchmaker.trade_words import unit_of

# What people write of countries that no list of names holds.
_COUNTRIES = {"uk": "GB", "uae": "AE", "usa": "US", "england": "GB", "korea": "KR"}


@cache
def language_names() -> Mapping[str, str]:
    """English names of all languages by their codes: of two letters, or of three without one.

    Read once, at first use: it takes a tenth of a second.
    """
    return {
        getattr(each, "alpha_2", each.alpha_3): each.name.split(" (")[0]
        for each in pycountry.languages
    }


def language_remedy(code: str) -> str:
    """What to write instead of a code that is none: the one of the language that was named."""
    wanted, names = code.strip().casefold(), language_names()
    three = pycountry.languages.get(alpha_3=wanted)
    named = (known for known, name in names.items() if name.casefold() == wanted)
    found = wanted if wanted in names else getattr(three, "alpha_2", None) or next(named, None)
    if found:
        return f"The code of {names[found]} is {found}."
    return "Give languages by their ISO 639 codes in small letters, such as en or ml."


@cache
def countries() -> frozenset[str]:
    """The ISO 3166 codes of two capital letters."""
    return frozenset(each.alpha_2 for each in pycountry.countries)


def country_code(text: str) -> str:
    """The code of the country that was named, or that has this code; '' for no country."""
    wanted = text.strip()
    try:
        found = _COUNTRIES.get(wanted.casefold()) or pycountry.countries.lookup(wanted).alpha_2
    except LookupError:
        return ""
    return str(found)


def country_meant(text: str) -> str:
    """A sentence with the code of the country that was named, or nothing."""
    code = country_code(text)
    return f"Did you mean {code}? " if code else ""


def indian_state(code: str) -> str:
    """The name of the state that has this ISO 3166-2 code, such as KL or IN-KL, or nothing."""
    wanted = f"IN-{code.strip().upper().removeprefix('IN-')}"
    return next((each.name for each in pycountry.subdivisions if each.code == wanted), "")


@cache
def currencies() -> frozenset[str]:
    """The ISO 4217 codes of three capital letters."""
    return frozenset(each.alpha_3 for each in pycountry.currencies)


def unit_meant(text: str) -> str:
    """A sentence with the code of the unit that was named in words or signs, or nothing."""
    code, count = unit_of(text) or ("", 0)
    is_unit = count == 1 and UNITS[code].dimension in BASE_UNITS  # a quintal is no unit of its own
    return f"Did you mean {code}? " if is_unit else ""
