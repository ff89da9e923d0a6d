"""What the papers of many offers are worth, each kind of standing judged once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.problem import GRADES
from matchmaker.matching.retrieval.columns import OfferTable, Pieces, Rows, days
from matchmaker.matching.scoring.law import HELD, LAPSING, NONE, WEAK
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.values import Values

States = NDArray[np.int8]


@dataclass
class PapersBound:
    """The worth of papers by row, for one question over one table.

    Rows that may be asked about are `expect`ed, so that the evidence of many is read at once.
    """

    table: OfferTable
    question: Question
    _expected: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    _held: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _worth: dict[tuple[int, ...], float] = field(default_factory=dict)

    def expect(self, rows: Rows) -> None:
        self._expected = np.concatenate([self._expected, rows])

    def values(self, rows: Rows) -> Values:
        """NaN where nothing is asked; 1 for all when goods were sorted by other conditions."""
        if not self.table.knows(self.question.law.book.conditions):
            return np.ones(len(rows))
        return np.array([self._value(row) for row in rows.tolist()])

    def _value(self, row: int) -> float:
        """Offers of one kind of goods differ by what they hold and by their cluster's groups."""
        kind, cluster = int(self.table.column("goods")[row]), int(self.table.column("cluster")[row])
        if row not in self._held:
            self._read(kind, row)
        states = self._held[row]
        key = (kind, cluster, *states)
        if key not in self._worth:
            law, offer = self.question.law, self.table.goods(kind)
            goods = law.goods(offer)
            held = {c: s for c, s in zip(law.asked(goods), states, strict=True) if s}
            groups = self.question.near(self.table.value("cluster", cluster)).groups
            papers = law.papers(goods, held, offer.made, groups)
            self._worth[key] = papers.value if papers.points else float("nan")
        return self._worth[key]

    def _read(self, kind: int, row: int) -> None:
        """How all expected rows of this kind stand on each scheme that is asked of it."""
        law = self.question.law
        codes = law.asked(law.goods(self.table.goods(kind)))
        those = self._expected[self.table.column("goods")[self._expected] == kind]
        rows = np.unique(np.append(those, row))
        states = np.zeros((len(rows), len(codes)), np.int8)
        for at, code in enumerate(codes):
            states[:, at] = self._state_of(code, rows)
        self._held.update(zip(rows.tolist(), map(tuple, states.tolist()), strict=True))

    def _state_of(self, code: str, rows: Rows) -> States:
        """How these rows stand on a scheme, as `Law.state_of` says of single pieces."""
        found = np.full(len(rows), NONE, np.int8)
        pieces = self.table.pieces(code)
        if pieces is None:
            return found
        # Pieces lie in the order of rows; few offers have several of one scheme.
        at = np.searchsorted(pieces.rows, rows.astype(np.uint32), "left")
        ends = np.searchsorted(pieces.rows, rows.astype(np.uint32), "right")
        while (left := np.flatnonzero(at < ends)).size:
            found[left] = np.maximum(found[left], self._standing(pieces, at[left]))
            at += 1
        return found

    def _standing(self, pieces: Pieces, at: Rows) -> States:
        law = self.question.law
        weakest = GRADES.index(self.question.requirement.least_grade)
        lasts = _valid(pieces, at, days(law.valid_until))
        now = np.where(_valid(pieces, at, days(self.question.today)), LAPSING, NONE)
        trusted = np.where(pieces.grades[at] >= weakest, HELD, WEAK)
        found: States = np.where(lasts, trusted, now).astype(np.int8)
        return found


def _valid(pieces: Pieces, at: Rows, day: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (pieces.begins[at] <= day) & (pieces.ends[at] >= day)
    return found
