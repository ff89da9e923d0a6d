"""Writes offers as the columns of `columns.py`, row by row; memory grows with numbers only. Pure.

    with TableBuilder(folder, model_id="…") as table:
        for offer, vector in …:
            table.add(offer, vector)

Every table has a folder of its own inside; a small file names the one that counts, and is
replaced in one step at the end. The table before is kept for those who are still reading it.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from matchmaker.certification.materials import Condition, bearing_of
from matchmaker.certification.rules import goods_of
from matchmaker.errors import BadInput
from matchmaker.json_data import written
from matchmaker.matching.problem import GRADES, FreeMonth, Offer, Tier
from matchmaker.matching.retrieval.columns import (
    APART,
    DIMENSIONS,
    FOREVER,
    LINES,
    NAMED,
    NAMES,
    NEVER,
    NUMBERS,
    POINTER,
    TIERS,
    VERSION,
    Column,
    days,
    fingerprint,
)
from matchmaker.matching.retrieval.standing_for import attribute_pair, profile_of
from matchmaker.matching.retrieval.words import KeywordBuilder, Keywords, told
from matchmaker.matching.scoring.criteria.firm import reliability_value
from matchmaker.measures import UNITS
from search.embedded.vectors import quantised
from search.values import Floats

MOST_MONTHS = 60
ALIGNED = 64  # bytes
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

    def __init__(
        self,
        folder: Path,
        model_id: str = "",
        conditions: Sequence[Condition] = (),
        state: str = "",
        like: Keywords | None = None,
    ) -> None:
        """`conditions`: of the book by which offers will be judged; they decide what goods count
        as alike before the law. `state`: of what the offers come from, to be compared later.
        `like`: words of another table, with whose scores those of this one shall compare.
        """
        self.folder, self.model_id, self.state = folder, model_id, state
        self.conditions = tuple(conditions)
        self._codes = {kind: _Codes() for kind in (*NAMED, "schemes", "firm", "ids")}
        self._goods: dict[object, tuple[int, int]] = {}  # its number and first row
        self._attributes: list[tuple[str, int]] = []
        self._facts: dict[str, list[Any]] = {}
        self._free: list[tuple[FreeMonth, ...]] = []
        self._pieces: list[tuple[int, int, int, int, int]] = []
        self._vectors: list[Any] = []
        self._factors: list[float] = []
        self._places = [0]
        self._words = KeywordBuilder(like)

    def __enter__(self) -> Self:
        self._aside = _fresh(self.folder)
        self._lines = (self._aside / LINES).open("wb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        finished = False
        try:
            with self._lines:
                self._lines.write(b"\n")  # an empty file could not be mapped
            if kind is None:
                self._finish()
                finished = True
        except OSError:
            # On a full disk this fails like the write before it, of which is told.
            if error is None:
                raise
        finally:
            if not finished:
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
        self._lines.write(line + b"\n")
        self._places.append(self._places[-1] + len(line) + 1)

    def _note(self, **facts: Any) -> None:
        for name, value in facts.items():
            self._facts.setdefault(name, []).append(value)

    def _add_facts(self, offer: Offer) -> None:
        maker, counts = offer.maker, offer.maker.reliability
        named = {
            "hs": offer.hs_code,
            "family": offer.family,
            "cluster": maker.cluster,
            "currency": offer.currency,
            "incoterm": offer.incoterm,
            "markets": ",".join(sorted(maker.markets)),
            "barred": ",".join(sorted(offer.barred)),
            "foes": APART.join(sorted(maker.blocked)),
            "profile": profile_of(offer),
        }
        self._note(
            **{kind: self._codes[kind].of(value) for kind, value in named.items()},
            firm=self._codes["firm"].of(maker.id),
            goods=self._kind_of_goods(offer),
            is_verified=maker.is_verified,
            moq=_number(offer.moq),
            lead_days=-1 if offer.lead_days is None else offer.lead_days,
            reliable_stale=reliability_value(counts, 0.0),
            reliable_fresh=reliability_value(counts, 1.0),
            capacity_on=_day(offer.capacity_confirmed_on),
            price_on=_day(offer.price_confirmed_on),
            lead_on=_day(offer.lead_confirmed_on),
            **{f"per_{each}": _per_unit(offer, each) for each in DIMENSIONS},
        )
        for key, value in offer.attributes.items():
            self._attributes.append((attribute_pair(key, value), self.count))

    def _kind_of_goods(self, offer: Offer) -> int:
        """Goods that the law cannot tell apart have one number, and one offer to stand for all."""
        goods = goods_of(
            offer.hs_code,
            offer.rule_families,
            is_organic=offer.is_organic,
            has_wood_packaging=offer.has_wood_packaging,
        )
        bearings = tuple(bearing_of(each, goods, offer.made) for each in self.conditions)
        key = (offer.hs_code, offer.rule_families, offer.is_organic,
               offer.has_wood_packaging, bearings)  # fmt: skip
        return self._goods.setdefault(key, (len(self._goods), self.count))[0]

    def _add_price(self, offer: Offer) -> None:
        tiers = sorted(offer.tiers, key=lambda each: each.from_quantity)
        if len(tiers) > TIERS:
            cheapest = min(each.price for each in tiers[TIERS - 1 :])
            tiers = [*tiers[: TIERS - 1], Tier(tiers[TIERS - 1].from_quantity, cheapest)]
        padded = [*tiers, *[None] * (TIERS - len(tiers))]
        self._note(
            price_is_public=offer.price_audience == "public",
            price_below=_number(offer.tiers[0].price if offer.tiers else None),
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
            **{f"{kind}_value": _texts(self._codes[kind].values) for kind in (*NAMED, "firm")},
            **_pairs(self._attributes),
            "goods_row": np.array([row for _, row in self._goods.values()], np.int64),
            **{name: _packed(name, values) for name, values in self._facts.items()},
            **_evidence(self._pieces, len(self._codes["schemes"].values)),
            **self._words.columns(),
            "free": free,
            "offer_id": _texts(self._codes["ids"].values),
            "offer_place": np.array(self._places, np.int64),
        }
        if self.model_id:
            columns |= self._meaning()
        about = {
            "version": VERSION,
            "count": self.count,
            "model_id": self.model_id,
            "state": self.state,
            "conditions": fingerprint(self.conditions),
            "first_month": first.isoformat(),
            "columns": _write_numbers(self._aside / NUMBERS, columns),
            "schemes": list(self._codes["schemes"].values),
        }
        text = json.dumps(about, ensure_ascii=False)
        (self._aside / NAMES).write_text(text, encoding="utf-8")
        _put_in_place(self._aside)

    def _meaning(self) -> dict[str, Column]:
        width = next((len(each) for each in self._vectors if each is not None), 1)
        matrix = np.zeros((len(self._vectors), width), np.int8)
        for row, each in enumerate(self._vectors):
            if each is not None:
                matrix[row] = each
        return {"vectors": matrix, "vector_factors": np.array(self._factors, np.float32)}


def remove_old_tables(folder: Path, before: float) -> None:
    """Remove what was never finished, and what was replaced before this time (of files).

    Only for who holds the lock of all that write here: a table that is being written looks like
    one that was never finished.
    """
    pointer = folder / POINTER
    current, is_long_ago = 0, True
    if pointer.exists():
        current = int(pointer.read_text(encoding="utf-8"))
        is_long_ago = pointer.stat().st_mtime < before
    for each in _tables(folder) if folder.exists() else ():
        if int(each.name) > current or (int(each.name) < current and is_long_ago):
            shutil.rmtree(each, ignore_errors=True)


def _day(day: dt.date | None) -> int:
    return NEVER if day is None else days(day)


def _write_numbers(file: Path, columns: Mapping[str, Column]) -> dict[str, Any]:
    """One after the other, each where a processor likes to read; type, shape and place of each."""
    places = {}
    with file.open("wb") as out:
        out.write(b"offers".ljust(ALIGNED))  # an empty file could not be mapped
        for name, column in columns.items():
            plain = np.ascontiguousarray(column)
            places[name] = (plain.dtype.str, plain.shape, out.tell())
            out.write(plain.tobytes())
            out.write(b"\0" * (-out.tell() % ALIGNED))
    return places


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
    count = _month(last) - _month(first) + 1
    if count > MOST_MONTHS:
        remedy = f"All months must lie within {MOST_MONTHS} months; the first is {first}."
        raise BadInput("$.offers[*].free[*].month", last, remedy)
    found = np.full((len(free), count), np.nan)
    for row, several in enumerate(free):
        for each in several:
            at = _month(each.month) - _month(first)
            found[row, at] = np.nan_to_num(found[row, at]) + float(each.free)
    return first.replace(day=1), found


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _packed(name: str, values: list[Any]) -> Column:
    """The values in the smallest type that holds them exactly."""
    if isinstance(values[0] if values else 0, bool):
        return np.array(values, np.bool_)
    if isinstance(values[0] if values else 0, int):
        return np.array(values, np.int32)
    return np.array(values, np.float64)


def _texts(values: Iterable[str]) -> Column:
    return np.array([each.encode() for each in values] or [b""], np.bytes_)


def _pairs(pairs: list[tuple[str, int]]) -> dict[str, Column]:
    """Attributes with their values in alphabetical order, and the rows of each."""
    texts = sorted({text for text, _ in pairs})
    codes = {text: at for at, text in enumerate(texts)}
    table = np.array([(codes[text], row) for text, row in pairs], np.int64).reshape(-1, 2)
    table = table[np.argsort(table[:, 0], kind="stable")]
    sizes = np.bincount(table[:, 0], minlength=len(texts))
    return {
        "attribute_value": np.array([each.encode() for each in texts], np.bytes_),
        "attribute_start": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        "attribute_row": table[:, 1].astype(np.uint32),
    }


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


def _fresh(folder: Path) -> Path:
    """A new folder inside, numbered after the last; another process may be faster.

    Prices that not everybody may see are in it: nobody else on the machine reads it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = max((int(each.name) for each in _tables(folder)), default=0) + 1
    while True:
        try:
            (folder / str(number)).mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return folder / str(number)


def _tables(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if each.name.isdigit()]


def _put_in_place(table: Path) -> None:
    """From now on this one counts; all but it and the one before it are removed."""
    pointer = table.parent / POINTER
    before = pointer.read_text(encoding="utf-8") if pointer.exists() else ""
    aside = pointer.with_name(f"{POINTER}.{table.name}")
    aside.write_text(table.name, encoding="utf-8")
    aside.replace(pointer)
    for each in _tables(table.parent):
        # A higher number is being written by somebody else just now.
        if each.name != before and int(each.name) < int(table.name):
            shutil.rmtree(each, ignore_errors=True)
