"""Formulas of an XLSX sheet that were saved without their results. Pure.

Programs that write sheets leave the results to the program that opens them: such a cell reads as
empty, and a price that somebody sees in Excel would be passed over in silence.
"""

from __future__ import annotations

import html
import re
from typing import IO

_MOST = 100_000  # formulas that are looked at
_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?>([^<]*)</(?:\w+:)?f>\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE = re.compile(rb'\br="([A-Z]{1,3}\d+)"')
_OVERLAP = 1 << 16  # bytes; a cell that is cut in two is found with the next piece


class Formula(str):
    """A formula without its result; a text that only begins with '=' is none."""


def without_results(part: IO[bytes]) -> dict[str, Formula]:
    """'E2' → '=C2*2' for each formula of a sheet's XML whose result is missing.

    A formula whose result is an empty text has one: its cell is of the kind `str`.
    """
    found: dict[str, Formula] = {}
    rest = b""
    while (chunk := part.read(1 << 20)) and len(found) < _MOST:
        text = rest + chunk
        rest = text[-_OVERLAP:]
        if b"f>" not in text:
            continue
        for about, formula in _CELL.findall(text):
            place = _PLACE.search(about)
            if place and b't="str"' not in about:
                said = html.unescape(formula.decode(errors="replace"))
                found[place.group(1).decode()] = Formula("=" + said)
    return found
