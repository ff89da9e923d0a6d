"""Writes offers as the columns of `columns.py`, row by row; memory grows with numbers only. Pure.

    with TableBuilder(folder, model_id="…") as table:
        for offer, vector in …:
            table.add(offer, vector)

Everything is written aside and takes its place in one step at the end; who holds the older
table open goes on reading it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from matchmaker.errors import BadInput
from matchmaker.matching.columns import (
    DIMENSIONS,
    FOREVER,
    LINES,
    NAMES,
    TIERS,
    VERSION,
    Column,
    days,
)
from matchmaker.matching.plain import written
from matchmaker.matching.problem import FreeMonth, Offer, Tier
from matchmaker.matching.words import KeywordBuilder, told
from matchmaker.measures import UNITS
from search.embedded.vectors import quantised
from search.values import Floats

GRADES = ("self-declared", "seen", "confirmed", "witnessed")
MOST_MONTHS = 60
_FACTS = {"mass": "net_kg", "area": "area_m2", "volume": "volume_m3", "length": "length_m"}
_NAN = float("nan")


@dataclass
class _Codes:
    """Numbers for values, in order of appearance."""

    values: dict[str, int] = field(default_factory=dict)

    def of(self, value: str) -> int:
        return self.values.setdefault(value, len(self.values))


class TableBuilder:
    """Collects offers and writes their table; one use."""

    def __init__(self, folder: Path, model_id: str = "") -> None:
        self.folder, self.model_id = folder, model_id
        self._aside = folder.with_name(f"{folder.name}.new-{os.getpid()}")
        self._codes = {
            kind: _Codes()
            for kind in ("families", "clusters", "states", "firms", "units", "currencies",
                         "incoterms", "goods", "schemes", "lines", "ids")
        }  # fmt: skip
        self._facts: dict[str, list[Any]] = {}
        self._free: list[tuple[FreeMonth, ...]] = []
        self._pieces: list[tuple[int, int, int, int, int]] = []
        self._vectors: list[Any] = []
        self._factors: list[float] = []
        self._places = [0]
        self._words = KeywordBuilder()

    def __enter__(self) -> Self:
        shutil.rmtree(self._aside, ignore_errors=True)
        self._aside.mkdir(parents=True)
        self._lines = (self._aside / LINES).open("wb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.close()
        if kind is None:
            self._finish()
        else:
            shutil.rmtree(self._aside, ignore_errors=True)

    @property
    def count(self) -> int:
        return len(self._places) - 1

    def add(self, offer: Offer, vector: Floats | None = None, words: str = "") -> None:
        """The next row. `vector`: of length one, by the table's model; `words`: more to find by.

        Raises BadInput for an offer whose id is here already.
        """
        if offer.id in self._codes["ids"].values:
            raise BadInput(f"$.offers[{self.count}].id", offer.id, "Give each offer its own id.")
        self._add_facts(offer)
        self._add_price(offer)
        self._add_pieces(offer)
        self._free.append(offer.free)
        searched = f"{offer.text} {told(offer.attributes, offer.standards)} {words}"
        self._words.add(offer.title, searched)
        if self.model_id:
            self._add_vector(vector)
        self._codes["ids"].of(offer.id)
        line = json.dumps(written(offer), ensure_ascii=False, separators=(",", ":")).encode()
        self._lines.write(line)
        self._places.append(self._places[-1] + len(line))

    def _note(self, **facts: Any) -> None:
        for name, value in facts.items():
            self._facts.setdefault(name, []).append(value)

    def _add_facts(self, offer: Offer) -> None:
        code, maker = self._codes, offer.maker
        hs = offer.hs_code if offer.hs_code.isdigit() else ""
        goods = json.dumps(
            [offer.hs_code, sorted(offer.rule_families), offer.is_organic, offer.has_wood_packaging]
        )
        self._note(
            hs=int(hs[:6].ljust(6, "0")) if hs else -1,
            hs_digits=min(len(hs), 6),
            goods=code["goods"].of(goods),
            family=code["families"].of(offer.family),
            cluster=code["clusters"].of(maker.cluster),
            state=code["states"].of(maker.state),
            firm=code["firms"].of(maker.id),
            line=code["lines"].of(f"{maker.id}/{offer.line}") if offer.line else -1,
            is_verified=maker.is_verified,
            women_led=maker.women_led,
            is_micro=maker.size == "micro",
            has_gi=offer.gi is not None,
            unit=code["units"].of(offer.unit),
            moq=_number(offer.moq),
            lead_days=-1 if offer.lead_days is None else offer.lead_days,
            **{f"per_{each}": _per_unit(offer, each) for each in DIMENSIONS},
        )

    def _add_price(self, offer: Offer) -> None:
        code, tiers = self._codes, sorted(offer.tiers, key=lambda each: each.from_quantity)
        if len(tiers) > TIERS:
            cheapest = min(each.price for each in tiers[TIERS - 1 :])
            tiers = [*tiers[: TIERS - 1], Tier(tiers[TIERS - 1].from_quantity, cheapest)]
        padded = [*tiers, *[None] * (TIERS - len(tiers))]
        self._note(
            currency=code["currencies"].of(offer.currency),
            incoterm=code["incoterms"].of(offer.incoterm),
            price_is_public=offer.price_audience == "public",
            tier_from=[_number(each.from_quantity if each else None) for each in padded],
            tier_price=[_number(each.price if each else None) for each in padded],
        )

    def _add_pieces(self, offer: Offer) -> None:
        row = self.count
        for each in offer.pieces:
            until = FOREVER if each.expires_on is None else days(each.expires_on)
            grade = GRADES.index(each.grade) if each.grade in GRADES else 0
            scheme = self._codes["schemes"].of(each.code)
            self._pieces.append((scheme, row, days(each.issued_on), until, grade))

    def _add_vector(self, vector: Floats | None) -> None:
        if vector is None or not np.any(vector):
            self._vectors.append(None)
            self._factors.append(0.0)
        else:
            small, factor = quantised(vector)
            self._vectors.append(small)
            self._factors.append(factor)

    # -- writing -------------------------------------------------------------------------

    def _finish(self) -> None:
        first, free = _months(self._free)
        columns: dict[str, Column] = {
            **{name: _packed(name, values) for name, values in self._facts.items()},
            **_evidence(self._pieces, len(self._codes["schemes"].values)),
            **self._words.columns(),
            "free": free,
            "offer_id": np.array([each.encode() for each in self._codes["ids"].values], np.bytes_),
            "offer_place": np.array(self._places, np.int64),
        }
        if self.model_id:
            columns |= self._meaning()
        for name, column in columns.items():
            np.save(self._aside / f"{name}.npy", column, allow_pickle=False)
        names = {kind: list(each.values) for kind, each in self._codes.items() if kind != "ids"}
        about = {"version": VERSION, "count": self.count, "model_id": self.model_id,
                 "first_month": first.isoformat(), "grades": list(GRADES), **names}  # fmt: skip
        text = json.dumps(about, ensure_ascii=False)
        (self._aside / NAMES).write_text(text, encoding="utf-8")
        _put_in_place(self._aside, self.folder)

    def _meaning(self) -> dict[str, Column]:
        width = next((len(each) for each in self._vectors if each is not None), 1)
        matrix = np.zeros((len(self._vectors), width), np.int8)
        for row, each in enumerate(self._vectors):
            if each is not None:
                matrix[row] = each
        return {"vectors": matrix, "vector_factors": np.array(self._factors, np.float32)}


def build_table(folder: Path, offers: Iterable[Offer]) -> int:
    """The table of some offers without vectors; how many they are."""
    with TableBuilder(folder) as table:
        for offer in offers:
            table.add(offer)
    return table.count


def _number(value: Any) -> float:
    return _NAN if value is None else float(value)


def _per_unit(offer: Offer, dimension: str) -> float:
    """What one trading unit is in the base unit of a dimension; NaN where nobody said."""
    unit = UNITS[offer.unit]
    if unit.dimension == dimension:
        return float(unit.factor)
    fact = _FACTS.get(dimension)
    return _number(getattr(offer.facts, fact) or None) if fact else _NAN


def _months(free: list[tuple[FreeMonth, ...]]) -> tuple[dt.date, Column]:
    """What is free by offer and month from the first month on record; NaN where not on record."""
    known = [each.month for several in free for each in several]
    first, last = min(known, default=dt.date(1970, 1, 1)), max(known, default=dt.date(1970, 1, 1))
    count = min(_month(last) - _month(first) + 1, MOST_MONTHS)
    found = np.full((len(free), count), np.nan)
    for row, several in enumerate(free):
        for each in several:
            at = _month(each.month) - _month(first)
            if at < count:
                found[row, at] = float(each.free)
    return first, found


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _packed(name: str, values: list[Any]) -> Column:
    """The values in the smallest type that holds them exactly."""
    if name in ("hs", "line"):
        return np.array(values, np.int32)
    if isinstance(values[0] if values else 0, bool):
        return np.array(values, np.bool_)
    if isinstance(values[0] if values else 0, int):
        return np.array(values, np.int32)
    return np.array(values, np.float64)


def _evidence(pieces: list[tuple[int, int, int, int, int]], schemes: int) -> dict[str, Column]:
    """Pieces of evidence in the order of their schemes, so that one scheme is one slice."""
    table = np.array(pieces, np.int64).reshape(-1, 5)
    table = table[np.argsort(table[:, 0], kind="stable")]
    sizes = np.bincount(table[:, 0], minlength=schemes)
    return {
        "scheme_start": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        "piece_row": table[:, 1].astype(np.uint32),
        "piece_from": table[:, 2].astype(np.int32),
        "piece_until": table[:, 3].astype(np.int32),
        "piece_grade": table[:, 4].astype(np.uint8),
    }


def _put_in_place(aside: Path, folder: Path) -> None:
    """By renames: readers who opened files of the older table keep them until they close."""
    older = folder.with_name(f"{folder.name}.old-{os.getpid()}")
    shutil.rmtree(older, ignore_errors=True)
    if folder.exists():
        folder.rename(older)
    aside.rename(folder)
    shutil.rmtree(older, ignore_errors=True)
