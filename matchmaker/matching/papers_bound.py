"""What the papers of many offers are worth, each kind of standing judged once. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.columns import OfferTable, Pieces, Rows, days
from matchmaker.matching.law import HELD, LAPSING, NONE, WEAK
from matchmaker.matching.problem import GRADES
from matchmaker.matching.question import Question
from matchmaker.matching.values import Values

States = NDArray[np.int8]


@dataclass(frozen=True)
class PapersBound:
    """The worth of papers by row, for one question over one table."""

    table: OfferTable
    question: Question

    def values(self, rows: Rows) -> Values:
        """NaN where nothing is asked; 1 for all when goods were sorted by other conditions."""
        law = self.question.law
        if not self.table.knows(law.book.conditions):
            return np.ones(len(rows))
        found = np.empty(len(rows))
        kinds = self.table.column("goods")[rows]
        for kind in np.unique(kinds).tolist():
            at = np.flatnonzero(kinds == kind)
            found[at] = self._of_kind(kind, rows[at])
        return found

    def _of_kind(self, kind: int, rows: Rows) -> Values:
        """Offers of one kind of goods differ by what they hold and by their cluster's groups."""
        law, offer = self.question.law, self.table.goods(kind)
        goods = law.goods(offer)
        codes = law.asked(goods)
        clusters = self.table.column("cluster")[rows].astype(np.int64)
        held = np.stack([clusters, *(self._state_of(code, rows) for code in codes)], axis=1)
        alike, places = np.unique(held, axis=0, return_inverse=True)
        names = self.table.values("cluster")
        worth = []
        for cluster, *states in alike.tolist():
            standing = {code: state for code, state in zip(codes, states, strict=True) if state}
            groups = self.question.near(names[cluster]).groups
            papers = law.papers(goods, standing, offer.made, groups)
            worth.append(papers.value if papers.points else np.nan)
        return np.array(worth)[places.reshape(-1)]

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
