"""The filterable facts of all documents as numpy columns: filters, facets, statistics, order.

One row per document version, in the order of writing; `live` tells which still count.
A filter over 100,000 rows is a few comparisons of arrays, some 0.1 ms. Fields and values that
are asked for were checked before, by `search/checking.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.contract import (
    And,
    AnyOf,
    Between,
    Direction,
    Equals,
    Exists,
    Field,
    Filter,
    IndexSettings,
    Not,
    Or,
    Scalar,
)
from search.values import as_keyword, as_number, normal

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]
Codes = NDArray[np.uint32]

MANY_DTYPE = np.dtype([("row", "<u4"), ("field", "<u2"), ("code", "<u4")])
_KEPT_MASKS = 64
_FEW_CODES = 64  # so many lists of rows are gone through one by one


def stored_fields(settings: IndexSettings) -> tuple[Field, ...]:
    """The fields that have a column: all but the texts."""
    return tuple(each for each in settings.fields if each.kind != "text")


def record_dtype(settings: IndexSettings) -> np.dtype[np.void]:
    """How one row lies in the file: its document's place, then every single-valued field.

    A keyword is the number of its value (0: none), a flag likewise.
    """
    places: list[tuple[str, str]] = [("_offset", "<u8"), ("_length", "<u4")]
    for at, each in enumerate(stored_fields(settings)):
        if not each.many:
            places.append((f"f{at}", "<f8" if each.kind == "number" else "<u4"))
    return np.dtype(places)


@dataclass
class Dictionary:
    """The values of every keyword field, numbered from 1 in order of appearance.

    Only ever grows, so that readers of an older state may share it.
    """

    values: list[list[str]]
    codes: list[dict[str, int]]

    @classmethod
    def empty(cls, settings: IndexSettings) -> "Dictionary":
        size = len(stored_fields(settings))
        return cls([[""] for _ in range(size)], [{} for _ in range(size)])

    def add(self, at: int, value: str) -> int:
        self.codes[at][value] = len(self.values[at])
        self.values[at].append(value)
        return len(self.values[at]) - 1


@dataclass(frozen=True)
class _Lists:
    """The rows of every code of a field of several values, as far as they were sorted."""

    sorted_pairs: int
    rows: NDArray[np.uint32]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, rows: NDArray[np.uint32], codes: Codes, known: int) -> "_Lists":
        ends = np.cumsum(np.bincount(codes, minlength=known))
        order = np.argsort(codes, kind="stable")
        return cls(len(rows), rows[order], np.concatenate([[0], ends]))

    def holding(self, chosen: NDArray[np.int64]) -> list[NDArray[np.uint32]]:
        known = chosen[chosen < len(self.starts) - 1].tolist()
        return [self.rows[self.starts[code] : self.starts[code + 1]] for code in known]


@dataclass
class Columns:
    """A fixed state of all rows; arrays are made when first asked for."""

    settings: IndexSettings
    records: NDArray[Any]
    many: NDArray[Any]
    dead: NDArray[np.uint32]
    dictionary: Dictionary
    previous: "Columns | None" = None  # an earlier state of the same files, to save work
    _known: dict[str, Mask] = field(default_factory=dict)  # readers choose the same facts again
    _single: dict[int, NDArray[Any]] = field(default_factory=dict)
    _spelt: dict[int, tuple[int, dict[str, list[str]]]] = field(default_factory=dict)
    _several: dict[int, tuple[NDArray[np.uint32], Codes]] = field(default_factory=dict)
    _amounts: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    _lists: dict[int, "_Lists"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.count = len(self.records)
        self.live: Mask = np.ones(self.count, dtype=np.bool_)
        self.live[self.dead] = False
        self._specs = stored_fields(self.settings)
        self._at = {each.name: at for at, each in enumerate(self._specs)}
        if self.previous is not None:
            self._inherit(self.previous)
            self.previous = None

    def _inherit(self, older: "Columns") -> None:
        """Take over what is loaded, adding only the new rows."""
        self._spelt = dict(older._spelt)
        self._lists = dict(older._lists)
        for at, array in list(older._single.items()):
            fresh = np.ascontiguousarray(self.records[f"f{at}"][older.count :])
            self._single[at] = np.concatenate([array, fresh])
        tail = self.many[len(older.many) :]
        for at, (rows, codes) in list(older._several.items()):
            mine = tail[tail["field"] == at]
            self._several[at] = (
                np.concatenate([rows, mine["row"]]),
                np.concatenate([codes, mine["code"]]),
            )

    # -- columns ---------------------------------------------------------------------

    def _field(self, name: str) -> tuple[int, Field]:
        at = self._at[name]
        return at, self._specs[at]

    def _column(self, at: int) -> NDArray[Any]:
        found = self._single.get(at)
        if found is None:
            found = np.ascontiguousarray(self.records[f"f{at}"])
            self._single[at] = found
        return found

    def _pairs(self, at: int) -> tuple[NDArray[np.uint32], Codes]:
        found = self._several.get(at)
        if found is None:
            mine = self.many[self.many["field"] == at]
            found = np.ascontiguousarray(mine["row"]), np.ascontiguousarray(mine["code"])
            self._several[at] = found
        return found

    def _amounts_of(self, at: int) -> NDArray[np.float64]:
        """What the codes of a field of several numbers stand for."""
        found = self._amounts.get(at)
        if found is None:
            found = np.array([float(each or "nan") for each in self.dictionary.values[at]])
            self._amounts[at] = found
        return found

    # -- filters ---------------------------------------------------------------------

    def mask(self, asked: Filter | None) -> Mask:
        """Which rows pass the filter (and still count)."""
        if asked is None:
            return self.live
        found: Mask = self._mask(asked) & self.live
        return found

    def _mask(self, asked: Filter) -> Mask:
        match asked:
            case And(parts):
                return self._fold(parts, True)
            case Or(parts):
                return self._fold(parts, False)
            case Not(part):
                inverse: Mask = ~self._mask(part)
                return inverse
        # As text, because 1, 1.0 and True are equal but mean different values
        key = repr(asked)
        found = self._known.get(key)
        if found is None:
            found = self._leaf(asked)
            if len(self._known) >= _KEPT_MASKS:
                self._known.clear()
            self._known[key] = found
        return found

    def _leaf(self, asked: Equals | AnyOf | Between | Exists) -> Mask:
        match asked:
            case Equals(name, value):
                return self._any_of(name, (value,))
            case AnyOf(name, values):
                return self._any_of(name, values)
            case Between(name, low, high):
                return self._between(name, low, high)
            case Exists(name):
                return self._exists(name)

    def _fold(self, parts: Iterable[Filter], every: bool) -> Mask:
        found: Mask = np.full(self.count, every, dtype=np.bool_)
        for part in parts:
            if every:
                found &= self._mask(part)
            else:
                found |= self._mask(part)
        return found

    def _any_of(self, name: str, values: Sequence[Scalar]) -> Mask:
        at, spec = self._field(name)
        if spec.kind == "number":
            wanted = [as_number(name, each) for each in values]
            if spec.many:
                return self._holding(at, np.isin(self._amounts_of(at), wanted))
            numbers: Mask = np.isin(self._column(at), np.array(wanted, dtype=np.float64))
            return numbers
        codes = self.dictionary.codes[at]
        known = [codes.get(as_keyword(spec, each), 0) for each in values]
        chosen = np.array(sorted({each for each in known if each}), dtype=np.uint32)
        if not spec.many:
            return self._coded(at, self._column(at), chosen)
        wanted_codes: Mask = np.zeros(len(self.dictionary.values[at]), dtype=np.bool_)
        wanted_codes[chosen] = True
        return self._holding(at, wanted_codes)

    def _holding(self, at: int, wanted: Mask) -> Mask:
        """The rows that hold one of the codes marked as wanted."""
        rows, codes = self._pairs(at)
        found: Mask = np.zeros(self.count, dtype=np.bool_)
        chosen, fresh = np.flatnonzero(wanted), 0
        if len(chosen) <= _FEW_CODES:
            lists = self._lists_of(at)
            for held in lists.holding(chosen):
                found[held] = True
            fresh = lists.sorted_pairs
        found[rows[fresh:][wanted[codes[fresh:]]]] = True
        return found

    def _lists_of(self, at: int) -> _Lists:
        """The rows by code; new pairs are left to be looked through until sorting anew pays."""
        rows, codes = self._pairs(at)
        found = self._lists.get(at)
        if found is None or len(rows) - found.sorted_pairs > 10_000 + len(rows) // 10:
            found = self._lists[at] = _Lists.of(rows, codes, len(self.dictionary.values[at]))
        return found

    def _coded(self, at: int, column: NDArray[Any], chosen: NDArray[np.uint32]) -> Mask:
        """Like isin, by looking each code up in a table of all codes."""
        if len(chosen) == 1:
            same: Mask = column == chosen[0]
            return same
        wanted: Mask = np.zeros(len(self.dictionary.values[at]), dtype=np.bool_)
        wanted[chosen] = True
        found: Mask = wanted[column]
        return found

    def _between(self, name: str, low: float | None, high: float | None) -> Mask:
        at, spec = self._field(name)
        column = self._amounts_of(at) if spec.many else self._column(at)
        # No comparison holds for the NaN of a missing number
        found: Mask = column >= (-np.inf if low is None else as_number(name, low))
        if high is not None:
            found &= column <= as_number(name, high)
        return self._holding(at, found) if spec.many else found

    def _exists(self, name: str) -> Mask:
        at, spec = self._field(name)
        if spec.many:
            found: Mask = np.zeros(self.count, dtype=np.bool_)
            found[self._pairs(at)[0]] = True
            return found
        column = self._column(at)
        present: Mask = ~np.isnan(column) if spec.kind == "number" else column > 0
        return present

    # -- counts ----------------------------------------------------------------------

    def value_counts(self, name: str, rows: Rows) -> dict[str, int]:
        at, spec = self._field(name)
        if spec.kind == "number":
            column = self.numbers(name, rows)
            numbers, totals = np.unique(column, return_counts=True)
            return {f"{each:g}": int(n) for each, n in zip(numbers, totals, strict=True)}
        if spec.many:
            totals = np.bincount(self._codes_held(at, rows))
        else:
            totals = np.bincount(self._column(at)[rows])
        values = self.dictionary.values[at]
        return {values[code]: int(totals[code]) for code in np.flatnonzero(totals) if code}

    def _codes_held(self, at: int, rows: Rows) -> Codes:
        """Every code that these rows hold, in a field of several values."""
        holders, codes = self._pairs(at)
        if 20 * len(rows) > self.count:
            chosen: Mask = np.zeros(self.count, dtype=np.bool_)
            chosen[rows] = True
            held: Codes = codes[chosen[holders]]
            return held
        # The pairs lie in the order of rows: look up where each row's begin and end
        starts = np.searchsorted(holders, rows.astype(np.uint32), "left")
        sizes = np.searchsorted(holders, rows.astype(np.uint32), "right") - starts
        before = np.cumsum(sizes) - sizes
        picked: Codes = codes[np.repeat(starts - before, sizes) + np.arange(sizes.sum())]
        return picked

    def numbers(self, name: str, rows: Rows) -> NDArray[np.float64]:
        """The numbers that these rows hold."""
        at, spec = self._field(name)
        if spec.many:
            several: NDArray[np.float64] = self._amounts_of(at)[self._codes_held(at, rows)]
            return several
        column = self._column(at)[rows]
        held: NDArray[np.float64] = column[~np.isnan(column)]
        return held

    def spellings(self, name: str, asked: str) -> list[str]:
        """The values of a keyword that are the same but for case, width and framing spaces."""
        at, _ = self._field(name)
        values = self.dictionary.values[at]
        read, spelt = self._spelt.get(at, (1, {}))  # 0 stands for none
        if read < len(values):
            spelt = dict(spelt)  # readers of an older state may hold the other one
            for each in values[read:]:
                spelt[normal(each)] = [*spelt.get(normal(each), ()), each]
            self._spelt[at] = len(values), spelt
        return spelt.get(normal(asked), [])

    def holds_several(self, name: str) -> bool:
        return self._field(name)[1].many

    def values_of(self, name: str) -> dict[str, int]:
        """Every value a keyword ever had here."""
        return self.dictionary.codes[self._field(name)[0]]

    def cardinality(self, name: str) -> int:
        """How many values a facet may have."""
        at, spec = self._field(name)
        single = spec.kind == "number" and not spec.many
        return self.count if single else len(self.dictionary.values[at])

    # -- order -----------------------------------------------------------------------

    def ordered(self, rows: Rows, sort: Sequence[tuple[str, Direction]]) -> Rows:
        """Rows in this order; those lacking a value come last, ties keep their order."""
        keys = []
        for name, direction in sort:
            key = self._sort_key(*self._field(name))[rows]
            keys.append(-key if direction == "desc" else key)
        if not keys:
            return rows
        return rows[np.lexsort(keys[::-1])]

    def _sort_key(self, at: int, spec: Field) -> NDArray[np.float64]:
        column = self._column(at)
        if spec.kind == "number":
            return column
        values = self.dictionary.values[at]
        rank = np.full(len(values), np.nan)
        letters = [normal(each) for each in values]  # as a reader sorts: abc before XYZ
        for place, code in enumerate(sorted(range(1, len(values)), key=letters.__getitem__)):
            rank[code] = place
        ranked: NDArray[np.float64] = rank[column]
        return ranked
