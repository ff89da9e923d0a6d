"""Languages by their ISO 639 codes, and what was meant by one that is none. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pycountry


@cache
def language_names() -> Mapping[str, str]:
    """English names of all languages by their codes: of two letters, or of three without one.

    Read once, at first use: it takes a tenth of a second.
    """
    return {
        getattr(each, "alpha_2", each.alpha_3): each.name.split(" (")[0]
        for each in pycountry.languages
    }


def remedy_for(code: str) -> str:
    """What to write instead of a code that is none: the one of the language that was named."""
    wanted, names = code.strip().casefold(), language_names()
    three = pycountry.languages.get(alpha_3=wanted)
    named = (known for known, name in names.items() if name.casefold() == wanted)
    found = wanted if wanted in names else getattr(three, "alpha_2", None) or next(named, None)
    if found:
        return f"The code of {names[found]} is {found}."
    return "Give languages by their ISO 639 codes in small letters, such as en or ml."
