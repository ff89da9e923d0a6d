"""The documents that hold all words and pass the filter, counted in two ways.

A few thousand are fetched and counted as rows in numpy (`Few`). More would cost more to
carry across than to count, so tantivy counts them where they lie (`Many`). Both give the
same numbers; a property test holds them together.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
from tantivy import Query as TextQuery

from search.contract import FacetCount, Filter, NumberStats
from search.counts import histogram_edges, number_stats, shown_counts
from search.embedded.columns import Columns, Mask
from search.embedded.words import Rows, Scores, TextView

FEW = 1_500


class Matches(Protocol):
    """What holds every word. `total`, `best`, `rows`, `among` obey all refinements."""

    @property
    def total(self) -> int: ...

    def best(self, limit: int) -> tuple[Rows, Scores]:
        """The best by words alone."""
        ...

    def rows(self) -> Rows:
        """All, in the order of writing."""
        ...

    def among(self, candidates: Rows) -> tuple[Rows, Scores]:
        """Which of these candidates hold every word, with their scores."""
        ...

    def facets(
        self, names: Sequence[str], obeying: Iterable[str], size: int, keep: Iterable[str]
    ) -> dict[str, tuple[FacetCount, ...]]:
        """Counts of these facets under the refinements named in `obeying`."""
        ...

    def stats(self, name: str, obeying: Iterable[str]) -> NumberStats: ...


class Few:
    """Matches whose rows are known, best first."""

    def __init__(
        self, columns: Columns, rows: Rows, scores: Scores, refined: Mapping[str, Mask]
    ) -> None:
        self._columns, self._all, self._refined = columns, rows, refined
        kept = self._passing(refined)
        self._rows, self._scores = (rows, scores) if kept is None else (rows[kept], scores[kept])

    def _passing(self, names: Iterable[str]) -> Mask | None:
        """Which of all rows pass these refinements; None for all."""
        kept: Mask | None = None
        for name in names:
            passing = self._refined[name][self._all]
            kept = passing if kept is None else kept & passing
        return kept

    def _under(self, names: Iterable[str]) -> Rows:
        kept = self._passing(names)
        return self._all if kept is None else self._all[kept]

    @property
    def total(self) -> int:
        return len(self._rows)

    def best(self, limit: int) -> tuple[Rows, Scores]:
        return self._rows[:limit], self._scores[:limit]

    def rows(self) -> Rows:
        return np.sort(self._rows)

    def among(self, candidates: Rows) -> tuple[Rows, Scores]:
        kept = np.isin(self._rows, candidates)
        return self._rows[kept], self._scores[kept]

    def facets(
        self, names: Sequence[str], obeying: Iterable[str], size: int, keep: Iterable[str]
    ) -> dict[str, tuple[FacetCount, ...]]:
        rows = self._under(obeying)
        counts = {name: self._columns.value_counts(name, rows) for name in names}
        return {name: shown_counts(each, size, keep) for name, each in counts.items()}

    def stats(self, name: str, obeying: Iterable[str]) -> NumberStats:
        return number_stats(self._columns.numbers(name, self._under(obeying)))


class Many:
    """Matches that stay in the text index."""

    def __init__(
        self,
        text: TextView,
        columns: Columns,
        query: TextQuery,
        refinements: Mapping[str, Filter],
        count: int,
    ) -> None:
        self._text, self._columns, self._query = text, columns, query
        self._refinements = {name: text.filter(each) for name, each in refinements.items()}
        self._narrowed = self._under(self._refinements)
        self._total: int | None = None if refinements else count

    def _under(self, names: Iterable[str]) -> TextQuery:
        return self._text.both(self._query, *(self._refinements[name] for name in names))

    @property
    def total(self) -> int:
        if self._total is None:
            self._total = self._text.count(self._narrowed)
        return self._total

    def best(self, limit: int) -> tuple[Rows, Scores]:
        return self._text.matching(self._narrowed, limit)

    def rows(self) -> Rows:
        return self._text.rows(self._narrowed)

    def among(self, candidates: Rows) -> tuple[Rows, Scores]:
        return self._text.among(self._narrowed, candidates)

    def facets(
        self, names: Sequence[str], obeying: Iterable[str], size: int, keep: Iterable[str]
    ) -> dict[str, tuple[FacetCount, ...]]:
        query, wanted = self._under(obeying), list(keep)
        cardinalities = {name: self._columns.cardinality(name) for name in names}
        counted = self._text.value_counts(query, cardinalities, size)
        for name, counts in counted.items():
            for value in wanted:
                if value not in counts and value in self._columns.values_of(name):
                    held = self._text.filter_value(name, value)
                    counts[value] = self._text.count(self._text.both(query, held))
        return {name: shown_counts(each, size, wanted) for name, each in counted.items()}

    def stats(self, name: str, obeying: Iterable[str]) -> NumberStats:
        query = self._under(obeying)
        if self._columns.holds_several(name):
            # tantivy counts a document once a bar, however many of its numbers lie there
            return number_stats(self._columns.numbers(name, self._text.rows(query)))
        count, low, high = self._text.spread(query, name)
        if not count:
            return NumberStats(0, None, None)
        edges = histogram_edges(low, high)
        return NumberStats(count, low, high, self._text.histogram(query, name, edges, count))
