"""All offers as memory-mapped columns: filters and bounds over 100,000 in milliseconds. Pure.

A folder holds one numpy file per fact, what the numbers stand for (`table.json`), keywords
(`words.py`), vectors in int8, and the offers themselves as lines of JSON with the place of each,
so that the few that are judged in full are read alone. Opening reads `table.json` and nothing
else; the system keeps in memory what is looked at.

Amounts are of one trading unit of the offer, prices in its own currency: rates change, files
do not. What nobody said is NaN, or -1 where numbers are whole.
"""

from __future__ import annotations

import datetime as dt
import json
import mmap
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import Unavailable
from matchmaker.matching.plain import parsed, read
from matchmaker.matching.problem import Offer
from matchmaker.matching.words import Keywords
from search.embedded.vectors import VectorRows

# Raised whenever a column is added or means something else: older files are then built anew.
VERSION = 1
EPOCH = dt.date(1970, 1, 1)
FOREVER = np.iinfo(np.int32).max  # a certificate without a last day
TIERS = 4  # price steps kept apart; further ones count as the cheapest from the last one on
DIMENSIONS = ("piece", "pair", "set", "mass", "area", "volume", "length")
NAMES = "table.json"
LINES = "offers.jsonl"

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
Column = NDArray[Any]


def days(day: dt.date) -> int:
    """A day as a number that columns hold."""
    return (day - EPOCH).days


class OfferTable:
    """What `building.py` wrote into a folder. Raises Unavailable when that is missing or torn."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.names: dict[str, Any] = json.loads((folder / NAMES).read_text(encoding="utf-8"))
        except (OSError, ValueError) as missing:
            raise _not_there(folder) from missing
        if self.names.get("version") != VERSION:
            raise _not_there(folder)
        self.count: int = self.names["count"]
        self.model_id: str = self.names["model_id"]
        self._held: dict[str, Column] = {}

    def column(self, name: str) -> Column:
        """One number (or a line of numbers) for every offer, in the order of rows."""
        found = self._held.get(name)
        if found is None:
            try:
                found = np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError) as torn:
                raise _not_there(self.folder) from torn
            self._held[name] = found
        return found

    def code(self, kind: str, value: str) -> int:
        """The number by which columns name a family, firm, scheme …; -1 when no offer has it."""
        return self._codes(kind).get(value, -1)

    def _codes(self, kind: str) -> dict[str, int]:
        key = f"_{kind}"
        if key not in self.names:
            self.names[key] = {value: at for at, value in enumerate(self.names[kind])}
        found: dict[str, int] = self.names[key]
        return found

    @property
    def first_month(self) -> dt.date:
        """The month of the first column of `free`."""
        return dt.date.fromisoformat(self.names["first_month"])

    @cached_property
    def keywords(self) -> Keywords:
        return Keywords(self.column)

    @cached_property
    def vectors(self) -> VectorRows | None:
        """The meaning of every offer's text; None when no model was there to tell it."""
        if not self.model_id:
            return None
        return VectorRows(self.column("vectors"), self.column("vector_factors"))

    def holding(self, scheme: str, on: dt.date, grades: frozenset[str]) -> Rows:
        """The offers with a piece of evidence of this scheme and grade, valid on that day."""
        code = self.code("schemes", scheme)
        if code < 0:
            return np.empty(0, np.int64)
        start, end = self.column("scheme_start")[code : code + 2]
        some = slice(int(start), int(end))
        known = [at for at, grade in enumerate(self.names["grades"]) if grade in grades]
        counts = self.column("piece_from")[some] <= days(on)
        counts &= self.column("piece_until")[some] >= days(on)
        counts &= np.isin(self.column("piece_grade")[some], known)
        found: Rows = np.unique(self.column("piece_row")[some][counts]).astype(np.int64)
        return found

    @cached_property
    def _lines(self) -> mmap.mmap:
        try:
            with (self.folder / LINES).open("rb") as file:
                return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as torn:
            raise _not_there(self.folder) from torn

    def offers(self, rows: Sequence[int] | Rows) -> list[Offer]:
        """These offers whole, for judging; some 0.1 ms each."""
        places = self.column("offer_place")
        return [
            read(Offer, parsed(self._lines[int(places[row]) : int(places[row + 1])]), f"$[{row}]")
            for row in rows
        ]


def _not_there(folder: Path) -> Unavailable:
    return Unavailable(
        f"The table of offers in {folder} is missing or of another version. "
        "Build it: matchmaker match --rebuild. Nothing is lost."
    )
