"""Asking the text index: which documents hold which words, scored by BM25 (tantivy).

Who laid it out and writes it is `texts.py`; its facts are counted here when many match.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur
from tantivy import Query as TextQuery

from search.contract import (
    And,
    AnyOf,
    Between,
    Bucket,
    Equals,
    Exists,
    Filter,
    IndexSettings,
    Not,
    Or,
    Scalar,
)
from search.counts import buckets
from search.embedded.columns import Mask, stored_fields
from search.embedded.journal import State
from search.errors import IndexDamaged, SearchError
from search.spelling import Vocabulary
from search.understanding import Alternative, Phrase, Slot
from search.values import LONGEST_KEYWORD, as_keyword, as_number, clean

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]

STATE_ID = "\x00state"  # no document may have a NUL in its id
GAP = "|"  # stands between fields, so that no phrase reaches across; never a word
_BITS = 20  # powers of two whose sum a score (single precision) holds exactly
_REMEMBERED = 10_000
_PREFIX_SCORE = 0.05  # tantivy gives prefix matches a constant; the real words score beside it


@contextmanager
def guarded(index: str) -> Iterator[None]:
    """Translate whatever tantivy throws at torn files, its panics included."""
    try:
        yield
    except (SearchError, GeneratorExit, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as trouble:
        if isinstance(trouble, Exception) or type(trouble).__name__ == "PanicException":
            raise IndexDamaged(index, f"text: {str(trouble)[:120]}") from trouble
        raise


class TextView:
    """A fixed state of the text index."""

    def __init__(
        self, searcher: tantivy.Searcher, schema: tantivy.Schema, settings: IndexSettings
    ) -> None:
        self._searcher, self._schema, self._name = searcher, schema, settings.name
        self._at = {each.name: (at, each) for at, each in enumerate(stored_fields(settings))}
        self.size = max(1, searcher.num_docs)
        self._held_by: dict[Slot, int] = {}

    def state(self) -> State:
        """The journal state that belongs to this commit."""
        with guarded(self._name):
            found = self._searcher.search(self._term("id", STATE_ID), 1).hits
            text = str(self._searcher.doc(found[0][1]).get_first("state")) if found else ""
        return State.from_text(text, self._name)

    def vocabulary(self) -> Vocabulary:
        with guarded(self._name):
            return Vocabulary(self._searcher.terms_with_prefix("words", ""))

    def row_of(self, id: str) -> int | None:
        with guarded(self._name):
            rows, _ = self._run(self._term("id", id), 1)
            return int(rows[0]) if len(rows) else None

    # -- queries ---------------------------------------------------------------------

    def _term(self, field: str, word: str) -> TextQuery:
        return TextQuery.term_query(
            self._schema, field, word, "freq" if field == "words" else "basic"
        )

    def phrase(self, phrase: Phrase) -> TextQuery:
        if len(phrase) == 1:
            return self._term("words", phrase[0])
        return TextQuery.phrase_query(self._schema, "words", list(phrase))

    def _alternative(self, each: Alternative) -> TextQuery:
        found = self.phrase(each.words)
        return found if each.boost == 1.0 else TextQuery.boost_query(found, each.boost)

    def slot(self, slot: Slot) -> TextQuery:
        """Any alternative fills the slot; the best of them scores."""
        found = [self._alternative(each) for each in slot.alternatives]
        if slot.apart:
            apart = [(Occur.Must, self._term("words", each)) for each in slot.apart]
            found.append(TextQuery.boost_query(TextQuery.boolean_query(apart), slot.apart_boost))
        if slot.prefix:
            # Not as a regular expression: compiling one takes as long as ten searches
            prefix = TextQuery.fuzzy_term_query(
                self._schema, "words", slot.prefix, distance=0, prefix=True
            )
            found.append(TextQuery.const_score_query(prefix, _PREFIX_SCORE))
        return found[0] if len(found) == 1 else TextQuery.disjunction_max_query(found)

    def every(self, slots: Sequence[Slot]) -> TextQuery:
        return TextQuery.boolean_query([(Occur.Must, self.slot(each)) for each in slots])

    def some(self, slots: Sequence[Slot], least: int) -> TextQuery:
        return TextQuery.boolean_query([(Occur.Should, self.slot(each)) for each in slots], least)

    def worth(self, slots: Sequence[Slot], values: Sequence[float]) -> TextQuery:
        """Scores a document by the summed values of the slots it fills."""
        parts = [
            (Occur.Should, TextQuery.const_score_query(self.slot(slot), value))
            for slot, value in zip(slots, values, strict=True)
        ]
        return TextQuery.boolean_query(parts)

    def matching(self, query: TextQuery, limit: int | None = None) -> tuple[Rows, Scores]:
        """Rows and scores, best first; all of them unless limited."""
        with guarded(self._name):
            return self._run(query, limit or self.size)

    def both(self, query: TextQuery, *filters: TextQuery) -> TextQuery:
        """The query narrowed by filters that do not touch its scores."""
        if not filters:
            return query
        parts = [(Occur.Must, TextQuery.const_score_query(each, 0.0)) for each in filters]
        return TextQuery.boolean_query([(Occur.Must, query), *parts])

    @staticmethod
    def other_than(query: TextQuery) -> TextQuery:
        """Everything that the query does not find."""
        everything = (Occur.Must, TextQuery.all_query())
        return TextQuery.boolean_query([everything, (Occur.MustNot, query)])

    def among(self, query: TextQuery, rows: Rows) -> tuple[Rows, Scores]:
        """The same as `matching`, for these few rows only."""
        if not len(rows):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        return self.matching(self.both(query, self._only(rows)), len(rows))

    def _only(self, rows: Rows) -> TextQuery:
        """Not a term set: that compiles an automaton, which costs more than asking each row."""
        return TextQuery.boolean_query(
            [
                (Occur.Should, TextQuery.term_query(self._schema, "row", row, "basic"))
                for row in rows.tolist()
            ]
        )

    def filled(self, slots: Sequence[Slot], rows: Rows) -> Mask:
        """Which slots (columns) each of these rows (lines) fills, asked in one search.

        Every slot scores another power of two, so that the sum tells them apart.
        """
        found = np.zeros((len(rows), len(slots)), dtype=np.bool_)
        order = np.argsort(rows)
        for first in range(0, len(slots), _BITS):
            some = slots[first : first + _BITS]
            query = self.worth(some, [float(1 << at) for at in range(len(some))])
            held, sums = self.among(query, rows)
            lines = order[np.searchsorted(rows, held, sorter=order)]
            bits = sums.astype(np.int64)[:, None] >> np.arange(len(some))
            found[lines, first : first + len(some)] = bits & 1
        return found

    def held_by(self, slot: Slot) -> int:
        """How many documents fill this slot; remembered, for words come again."""
        found = self._held_by.get(slot)
        if found is None:
            if len(self._held_by) >= _REMEMBERED:
                self._held_by.clear()
            found = self._held_by[slot] = self.count(self.slot(slot))
        return found

    def rows(self, query: TextQuery) -> Rows:
        """All matching rows, ascending."""
        with guarded(self._name):
            found = self._searcher.search(
                query, self.size, count=False, order_by_field="row", order=tantivy.Order.Asc
            )
            return np.array([row for row, _ in found.hits], dtype=np.int64)

    def _run(self, query: TextQuery, limit: int) -> tuple[Rows, Scores]:
        hits = self._searcher.search(query, limit, count=False).hits
        if not hits:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        rows = self._searcher.fast_field_values("row", [place for _, place in hits])
        scores = np.array([score for score, _ in hits], dtype=np.float32)
        return np.array(rows, dtype=np.int64), scores

    def count(self, query: TextQuery) -> int:
        with guarded(self._name):
            # its type stub hides the attribute that its documentation names
            return int(self._searcher.search(query, 1).count)  # type: ignore[attr-defined]

    # -- filters ---------------------------------------------------------------------

    def filter(self, asked: Filter) -> TextQuery:
        """The filter in tantivy's words; `search/checking.py` has checked it before."""
        match asked:
            case And(parts):
                return self._all_of([self.filter(each) for each in parts])
            case Or(parts):
                return self._one_of([self.filter(each) for each in parts])
            case Not(part):
                return self.other_than(self.filter(part))
            case Equals(name, value):
                return self.filter_value(name, value)
            case AnyOf(name, values):
                return self._one_of([self.filter_value(name, each) for each in values])
            case Between(name, low, high):
                return self._range(name, low, high)
            case Exists(name):
                return TextQuery.exists_query(f"f{self._at[name][0]}")

    def filter_value(self, name: str, value: Scalar) -> TextQuery:
        at, spec = self._at[name]
        if spec.kind == "number":
            number = as_number(name, value)
            return self._range(name, number, number)
        return self._term(f"f{at}", clean(as_keyword(spec, value))[: LONGEST_KEYWORD + 1])

    def _range(self, name: str, low: float | None, high: float | None) -> TextQuery:
        if low is None and high is None:
            return TextQuery.exists_query(f"f{self._at[name][0]}")
        if low is not None and high is not None and low > high:
            return TextQuery.empty_query()
        return TextQuery.range_query(
            self._schema,
            f"f{self._at[name][0]}",
            tantivy.FieldType.Float,
            None if low is None else as_number(name, low),
            None if high is None else as_number(name, high),
        )

    @staticmethod
    def _all_of(parts: list[TextQuery]) -> TextQuery:
        if not parts:
            return TextQuery.all_query()
        return TextQuery.boolean_query([(Occur.Must, each) for each in parts])

    @staticmethod
    def _one_of(parts: list[TextQuery]) -> TextQuery:
        if not parts:
            return TextQuery.empty_query()
        return TextQuery.boolean_query([(Occur.Should, each) for each in parts])

    # -- counts ----------------------------------------------------------------------

    def value_counts(
        self, query: TextQuery, cardinalities: Mapping[str, int], size: int
    ) -> dict[str, dict[str, int]]:
        """The commonest values of several facets, in one pass."""
        asked = {
            name: {
                "terms": {
                    "field": f"f{self._at[name][0]}",
                    # more than shown, so that ties at the end are cut by value
                    "size": min(most + 1, size + 200),
                    "segment_size": most + 1,
                }
            }
            for name, most in cardinalities.items()
        }
        if not asked:
            return {}
        with guarded(self._name):
            found = self._searcher.aggregate(query, asked)
        return {name: self._read_counts(name, found[name]["buckets"]) for name in asked}

    def _read_counts(self, name: str, found: list[dict[str, Any]]) -> dict[str, int]:
        if self._at[name][1].kind == "number":
            return {f"{each['key']:g}": int(each["doc_count"]) for each in found}
        return {str(each["key"]): int(each["doc_count"]) for each in found}

    def spread(self, query: TextQuery, name: str) -> tuple[int, float, float]:
        """How many hold this number, the lowest and the highest."""
        with guarded(self._name):
            asked = {"spread": {"stats": {"field": f"f{self._at[name][0]}"}}}
            found = self._searcher.aggregate(query, asked)["spread"]
        if not found["count"]:
            return 0, 0.0, 0.0
        return int(found["count"]), float(found["min"]), float(found["max"])

    def histogram(
        self, query: TextQuery, name: str, edges: Sequence[float], count: int
    ) -> tuple[Bucket, ...]:
        """How many lie between neighbouring edges, the highest included."""
        if len(edges) == 2:
            return buckets(edges, [count])
        ranges = [{"from": low, "to": high} for low, high in pairwise(edges)]
        ranges[-1]["to"] = math.nextafter(edges[-1], math.inf)
        with guarded(self._name):
            asked = {"bars": {"range": {"field": f"f{self._at[name][0]}", "ranges": ranges}}}
            found = self._searcher.aggregate(query, asked)["bars"]["buckets"]
        held = {each.get("from"): int(each["doc_count"]) for each in found}
        return buckets(edges, [held.get(low, 0) for low in edges[:-1]])
