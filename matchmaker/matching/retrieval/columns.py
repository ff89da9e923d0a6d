"""All offers as memory-mapped columns: filters and bounds over 100,000 in milliseconds. Pure.

A folder holds a file of numbers, one stretch per fact, keywords (`words.py`) and vectors in int8
among them; what the numbers stand for and where each fact lies (`table.json`); and the offers
themselves as lines of JSON, so that the few that are judged in full are read alone. Opening
reads `table.json` and nothing else; the system keeps in memory what is looked at.

Amounts are of one trading unit of the offer, prices in its own currency: rates change, files
do not. What nobody said is NaN, or -1 where numbers are whole.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import mmap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from matchmaker.certification.materials import Condition
from matchmaker.errors import Unavailable
from matchmaker.json_data import read
from matchmaker.json_text import parsed
from matchmaker.matching.problem import Offer
from matchmaker.matching.retrieval.standing_for import attribute_key, attribute_of
from matchmaker.matching.retrieval.words import Keywords
from matchmaker.matching.scoring.window import months_later
from search.embedded.vectors import VectorRows

# Raised whenever a column is added or means something else: older files are then built anew.
VERSION = 5
EPOCH = dt.date(1970, 1, 1)
FOREVER = np.iinfo(np.int32).max  # a certificate without a last day
TIERS = 4  # price steps kept apart; further ones count as the cheapest from the last one on
DIMENSIONS = ("piece", "pair", "set", "mass", "area", "volume", "length")
# Facts that many offers share: a column of numbers, and what each number stands for.
NAMED = ("hs", "family", "cluster", "currency", "incoterm", "markets", "barred", "foes",
         "profile")  # fmt: skip
APART = "\x1f"  # between the ids of a list; in no id that people give
NEVER = np.iinfo(np.int32).min  # a fact that nobody confirmed
POINTER = "current"  # a file that names the folder of the table that counts
NAMES = "table.json"
NUMBERS = "numbers.bin"
LINES = "offers.jsonl"

Audience = Literal["public", "verified"]
Rows = NDArray[np.int64]
NO_ROWS: Rows = np.empty(0, np.int64)
Floats = NDArray[np.float64]
Column = NDArray[Any]


def days(day: dt.date) -> int:
    """A day as a number that columns hold."""
    return (day - EPOCH).days


def fingerprint(conditions: Iterable[Condition]) -> str:
    """The same for the same conditions, to tell by which of them goods were sorted."""
    told = repr([(each.code, sorted(each.families), each.holds, each.lacks) for each in conditions])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Pieces:
    """Evidence of one scheme: of which rows, in their order; days as numbers; grade by place."""

    rows: Column
    begins: Column
    ends: Column
    grades: Column


class OfferTable:
    """What `building.py` wrote into a folder. Raises Unavailable when that is missing or torn.

    `audience`: 'public', or 'verified' for who may see prices meant for verified buyers.
    """

    def __init__(self, folder: Path, audience: Audience = "public") -> None:
        self.audience = audience
        try:
            self.folder = folder / (folder / POINTER).read_text(encoding="utf-8")
            told = (self.folder / NAMES).read_text(encoding="utf-8")
            self.names: dict[str, Any] = json.loads(told)
            self._numbers = _mapped(self.folder / NUMBERS)
            self._lines = _mapped(self.folder / LINES)
        except (OSError, ValueError) as missing:
            raise _not_there(folder) from missing
        if self.names.get("version") != VERSION:
            raise _not_there(folder)
        self.count: int = self.names["count"]
        self.model_id: str = self.names["model_id"]
        self.state: str = self.names["state"]
        self._held: dict[str, Column] = {}
        self._goods: dict[int, Offer] = {}
        self._values: dict[str, list[str]] = {}

    def column(self, name: str) -> Column:
        """One number (or a line of numbers) for every offer, in the order of rows."""
        found = self._held.get(name)
        if found is None:
            kind, shape, start = self.names["columns"][name]
            count = int(np.prod(shape))
            found = np.frombuffer(self._numbers, kind, count, start).reshape(shape)
            self._held[name] = found
        return found

    def values(self, kind: str) -> list[str]:
        """What the numbers of a shared fact stand for (see NAMED)."""
        found = self._values.get(kind)
        if found is None:
            found = [each.decode() for each in self.column(f"{kind}_value").tolist()]
            self._values[kind] = found
        return found

    def value(self, kind: str, code: int) -> str:
        """One of them, where there are many."""
        text: bytes = self.column(f"{kind}_value")[code]
        return text.decode()

    def attribute(self, key: str) -> list[tuple[Any, Column]]:
        """Every value that offers name for this attribute, and the rows of those that do."""
        texts, starts = self.column("attribute_value"), self.column("attribute_start")
        begin = attribute_key(key)
        first = int(np.searchsorted(texts, begin.encode()))
        found = []
        for at in range(first, len(texts)):
            text = texts[at].decode()
            if not text.startswith(begin):
                break
            rows = self.column("attribute_row")[int(starts[at]) : int(starts[at + 1])]
            found.append((attribute_of(text)[1], rows))
        return found

    @cached_property
    def months(self) -> tuple[dt.date, ...]:
        """The months that the columns of `free` stand for."""
        first = dt.date.fromisoformat(self.names["first_month"])
        return tuple(months_later(first, n) for n in range(self.column("free").shape[1]))

    def goods(self, number: int) -> Offer:
        """The offer that stands for a kind of goods which the law tells from others."""
        found = self._goods.get(number)
        if found is None:
            row = int(self.column("goods_row")[number])
            found = self._goods[number] = self.offers([row])[0]
        return found

    def knows(self, conditions: Iterable[Condition]) -> bool:
        """Whether goods were sorted by these conditions."""
        return bool(self.names["conditions"] == fingerprint(conditions))

    @cached_property
    def keywords(self) -> Keywords:
        return Keywords(self.column, self.count)

    @cached_property
    def vectors(self) -> VectorRows | None:
        """The meaning of every offer's text; None when no model was there to tell it."""
        if not self.model_id:
            return None
        return VectorRows(self.column("vectors"), self.column("vector_factors"))

    def pieces(self, scheme: str) -> Pieces | None:
        """All evidence of a scheme by rows; None when no offer has any."""
        if scheme not in self.names["schemes"]:
            return None
        code = self.names["schemes"].index(scheme)
        start, end = (int(each) for each in self.column("scheme_start")[code : code + 2])
        return Pieces(
            *(self.column(f"piece_{each}")[start:end] for each in ("row", "from", "until", "grade"))
        )

    def rows_of(self, offers: Iterable[str]) -> Rows:
        """The rows of these offers, by their ids; those that are not here have none."""
        wanted = [each.encode() for each in offers]
        found: Rows = np.flatnonzero(np.isin(self.column("offer_id"), wanted))
        return found

    def rows_of_maker(self, maker: str) -> Rows:
        """The rows of a firm's offers."""
        codes = np.flatnonzero(self.column("firm_value") == maker.encode())
        found: Rows = np.flatnonzero(np.isin(self.column("firm"), codes))
        return found

    def offers(self, rows: Sequence[int] | Rows) -> list[Offer]:
        """These offers whole, for judging; some 0.1 ms each."""
        places = self.column("offer_place")
        return [
            self._seen(parsed(self._lines[int(places[row]) : int(places[row + 1])])) for row in rows
        ]

    def _seen(self, line: Any) -> Offer:
        """As this audience may see it: a hidden price is a price on request."""
        offer = read(Offer, line)
        if self.audience == "verified" or offer.price_audience == "public":
            return offer
        return replace(offer, tiers=(), price_confirmed_on=None)


def _mapped(file: Path) -> mmap.mmap:
    """The file as memory; raises OSError, or ValueError when it is empty."""
    with file.open("rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)


def _not_there(folder: Path) -> Unavailable:
    return Unavailable(
        f"The table of offers in {folder} is missing or of another version. "
        "Build it: matchmaker match --rebuild. Nothing is lost."
    )
