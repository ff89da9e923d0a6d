"""What is on offer now, in two tables that are searched as one. Pure.

To write the large table of 100,000 offers takes minutes, but a change must count at once. So the
offers that changed since it was written are passed over in it. They stand, as they are now, in a
small table of their own.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field, replace

from matchmaker.errors import Unavailable
from matchmaker.matching.retrieval.best import (
    MOST_FITTING,
    Fitting,
    Retrieved,
    judge_fitting,
    retrieve,
    retrieved_from_both,
)
from matchmaker.matching.retrieval.columns import NO_ROWS, OfferTable, Rows
from matchmaker.matching.retrieval.nearness import Nearness, nearness_among
from matchmaker.matching.scoring.question import Question
from search.values import Floats


@dataclass(frozen=True)
class Taken:
    """Of what a table was made: the database at `at`, judged from `day`.

    `last`, `last_at`: number and time of the last change in its log, by which another database
    is told apart; 0 and None where nothing was noted yet. `missing`: from and to of smaller
    numbers that were not there: a transaction may still have been open that commits them.
    """

    last: int
    last_at: dt.datetime | None
    missing: tuple[tuple[int, int], ...]
    day: dt.date
    at: dt.datetime

    def written(self) -> str:
        last_at = self.last_at.isoformat() if self.last_at else None
        days = (self.day.isoformat(), self.at.isoformat())
        return json.dumps([self.last, last_at, self.missing, *days])

    @classmethod
    def read(cls, text: str) -> Taken:
        """Raises Unavailable for what `written` did not write."""
        try:
            last, last_at, missing, day, at = json.loads(text)
            return cls(
                last,
                dt.datetime.fromisoformat(last_at) if last_at else None,
                tuple((start, end) for start, end in missing),
                dt.date.fromisoformat(day),
                dt.datetime.fromisoformat(at),
            )
        except (TypeError, ValueError) as wrong:
            raise Unavailable("It is not known of what the table of offers was made.") from wrong


@dataclass(frozen=True)
class Stock:
    """What can be searched. `gone`: rows of `table` that no longer hold; `changed`: a small table
    of offers as they are now. `taken`: of what the table was made; None for offers that somebody
    brings. `left_out`: offers that changed since and are in neither table.
    """

    table: OfferTable
    gone: Rows = field(default_factory=lambda: NO_ROWS)
    changed: OfferTable | None = None
    taken: Taken | None = None
    left_out: int = 0

    @property
    def tables(self) -> tuple[OfferTable, ...]:
        return (self.table,) if self.changed is None else (self.table, self.changed)


@dataclass(frozen=True)
class StockSearch:
    """A question over a stock; `near`: of the texts, by table."""

    stock: Stock
    question: Question
    near: tuple[Nearness, ...]

    def best(self, top: int = 10) -> Retrieved:
        """The best offer of each of the `top` firms."""
        found, *others = (
            retrieve(table, self.question, near, top, gone=gone)
            for table, near, gone in self._parts
        )
        found = retrieved_from_both(found, others[0], top) if others else found
        taken, left_out = self.stock.taken, self.stock.left_out
        return replace(found, left_out=left_out, as_of=taken.at) if taken and left_out else found

    def fitting(self, most: int = MOST_FITTING) -> Fitting:
        """Every offer that passes the gates and fits, judged, best first; `most` at most."""
        found = [
            judge_fitting(table, self.question, near, most=most, gone=gone)
            for table, near, gone in self._parts
        ]
        judged = sorted((o for each in found for o in each.judged), key=lambda o: o.rank_key)
        left_out = sum(each.left_out for each in found) + max(0, len(judged) - most)
        return Fitting(tuple(judged[:most]), left_out)

    @property
    def _parts(self) -> tuple[tuple[OfferTable, Nearness, Rows], ...]:
        gone = (self.stock.gone, NO_ROWS)
        return tuple(zip(self.stock.tables, self.near, gone, strict=False))


def search_in(
    stock: Stock, question: Question, text: str, vector: Floats | None = None
) -> StockSearch:
    """The question made ready over a stock; `vector`: the meaning of `text`, if it is known."""
    return StockSearch(stock, question, nearness_among(stock.tables, text, vector, stock.gone))
