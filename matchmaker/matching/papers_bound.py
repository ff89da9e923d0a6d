"""What the papers of many offers are worth, each kind of standing judged once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.columns import OfferTable, Pieces, Rows, days
from matchmaker.matching.law import HELD, LAPSING, NONE, WEAK
from matchmaker.matching.problem import GRADES
from matchmaker.matching.question import Question
from matchmaker.matching.values import Values

States = NDArray[np.int8]


@dataclass
class PapersBound:
    """The worth of papers by row, for one question over one table."""

    table: OfferTable
    question: Question
    _states: dict[str, States] = field(default_factory=dict)

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
        held = np.stack([clusters, *(self._state_of(code)[rows] for code in codes)], axis=1)
        alike, places = np.unique(held, axis=0, return_inverse=True)
        names = self.table.values("cluster")
        worth = []
        for cluster, *states in alike.tolist():
            standing = {code: state for code, state in zip(codes, states, strict=True) if state}
            groups = self.question.near(names[cluster]).groups
            papers = law.papers(goods, standing, offer.made, groups)
            worth.append(papers.value if papers.points else np.nan)
        return np.array(worth)[places.reshape(-1)]

    def _state_of(self, code: str) -> States:
        """How every row stands on a scheme, as `Law.state_of` says of single pieces."""
        found = self._states.get(code)
        if found is None:
            found = np.full(self.table.count, NONE, np.int8)
            pieces = self.table.pieces(code)
            if pieces is not None:
                self._note(found, pieces)
            self._states[code] = found
        return found

    def _note(self, found: States, pieces: Pieces) -> None:
        """The best of several pieces counts: the weakest states are written first."""
        law = self.question.law
        lasts = _valid(pieces, days(law.valid_until))
        weakest = GRADES.index(self.question.requirement.least_grade)
        is_trusted = pieces.grades >= weakest
        found[pieces.rows[_valid(pieces, days(self.question.today)) & ~lasts]] = LAPSING
        found[pieces.rows[lasts & ~is_trusted]] = WEAK
        found[pieces.rows[lasts & is_trusted]] = HELD


def _valid(pieces: Pieces, day: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (pieces.begins <= day) & (pieces.ends >= day)
    return found
