"""The best offers of 100,000 by judging a dozen: bound all, then judge the promising. Pure.

    found = retrieve(table, question, nearness(table, requirement.text, vector), top=10)

Every offer gets a bound of its score from columns (`bounds.py`), sharper step by step where it
matters, and is judged in full when its bound is the highest of all that are left. Once no bound
reaches the score of the last firm on the list, nothing that was not judged could be on it: the
list is that of judging everything.
"""

from __future__ import annotations

import datetime as dt
import heapq
from dataclasses import dataclass, field

import numpy as np

from matchmaker.matching.retrieval.bounds import Bounds
from matchmaker.matching.retrieval.columns import NO_ROWS, OfferTable, Rows
from matchmaker.matching.retrieval.nearness import Nearness
from matchmaker.matching.scoring.answers import Excluded, Judged
from matchmaker.matching.scoring.criteria.goods import LEAST_IN_NEED
from matchmaker.matching.scoring.judging import (
    best_of_each_firm,
    excluded_because,
    judge_all,
    judge_offer,
)
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.values import Values

# So many rows are looked at more closely at once: arrays cost little more than single numbers.
SUPPLY_AT_ONCE = 256
PAPERS_AT_ONCE = 12
# Of the offers that a gate keeps out so many are shown, the most fitting first.
EXCLUDED_SHOWN = 5
# For a consortium so many offers are judged.
MOST_FITTING = 600


@dataclass(frozen=True)
class KeptOut:
    """An offer that a gate keeps out, and the bound of the score that it would have had."""

    bound: float
    excluded: Excluded


@dataclass(frozen=True)
class Retrieved:
    """The best offer of each of the best firms, best first, and the work it took.

    `kept_out`: offers that might be on the list but for a gate, the most promising first.
    `bounded`: offers looked at by their supply too; `judged`: in full. `left_out`: offers that
    changed since `as_of` and were not looked at, as a new table is being made just now.
    """

    ranked: tuple[Judged, ...]
    kept_out: tuple[KeptOut, ...] = ()
    offers: int = 0
    bounded: int = 0
    judged: int = 0
    left_out: int = 0
    as_of: dt.datetime | None = None

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        return tuple(each.excluded for each in self.kept_out)


@dataclass(frozen=True)
class Fitting:
    """Offers that may take part in a plan, judged, best first.

    `left_out`: how many more may fit, for which there was no room; their bounds are the lowest.
    What is proved of a plan is proved among `judged`.
    """

    judged: tuple[Judged, ...]
    left_out: int = 0


def retrieve(
    table: OfferTable,
    question: Question,
    near: Nearness,
    top: int = 10,
    *,
    one_of_each_firm: bool = True,
    gone: Rows = NO_ROWS,
) -> Retrieved:
    """The `top` firms by their best offer, exactly as if every offer had been judged.

    With `one_of_each_firm` False the `top` offers, whosoever they are. `gone`: rows that no
    longer hold; they are as if they were not there.
    """
    if not table.count:
        return Retrieved(())
    search = _Search(table, question, near, top, one_of_each_firm, gone)
    search.run()
    ranked = best_of_each_firm(search.judged) if one_of_each_firm else search.in_order()
    kept_out = search.kept_out()
    offers = table.count - len(gone)
    return Retrieved(ranked[:top], kept_out, offers, search.bounded, len(search.judged))


def retrieved_from_both(first: Retrieved, second: Retrieved, top: int) -> Retrieved:
    """The list over two tables, from the lists of each: that of one table which holds both."""
    ranked = best_of_each_firm((*first.ranked, *second.ranked))[:top]
    least = ranked[-1].total if len(ranked) == top else -1.0
    kept_out = sorted((*first.kept_out, *second.kept_out), key=lambda each: -each.bound)
    return Retrieved(
        ranked,
        tuple(each for each in kept_out if each.bound >= least)[:EXCLUDED_SHOWN],
        first.offers + second.offers,
        first.bounded + second.bounded,
        first.judged + second.judged,
    )


def judge_fitting(
    table: OfferTable,
    question: Question,
    near: Nearness,
    *,
    most: int = MOST_FITTING,
    gone: Rows = NO_ROWS,
) -> Fitting:
    """Every offer that passes the gates and fits well enough to be of use, judged, best first.

    For who asks what clusters can do together. Of more than `most` offers those of the highest
    bounds are judged, the others counted. `gone`: rows that no longer hold.
    """
    if not table.count:
        return Fitting(())
    bounds = Bounds(table, question, near)
    fits = bounds.is_let_in() & (bounds.fit >= LEAST_IN_NEED)
    fits[gone] = False
    rows = np.flatnonzero(fits)
    left_out = max(0, len(rows) - most)
    rows = rows[np.argsort(-bounds.by_product()[rows], kind="stable")[:most]]
    pairs = [(o, near.of(int(row))) for row, o in zip(rows, table.offers(rows), strict=True)]
    return Fitting(judge_all(question, pairs).ranked, left_out)


@dataclass
class _Search:
    """One question being answered: rows wait by their bounds, the highest first."""

    table: OfferTable
    question: Question
    near: Nearness
    top: int
    one_of_each_firm: bool
    gone: Rows
    judged: list[Judged] = field(default_factory=list)
    bounded: int = 0
    _waiting: list[tuple[float, int, bool]] = field(default_factory=list)  # -bound, row, papers?
    _best: dict[str, float] = field(default_factory=dict)
    _least: float = -1.0

    def __post_init__(self) -> None:
        self.bounds = Bounds(self.table, self.question, self.near)
        self.first: Values = self.bounds.by_product()
        self.is_let_in = self.bounds.is_let_in()
        self.is_kept_out = ~self.is_let_in
        self.is_let_in[self.gone] = False
        self.is_kept_out[self.gone] = False

    def run(self) -> None:
        """Judge from the highest bound down until no bound reaches the last of the list."""
        remaining = _Descending(np.where(self.is_let_in, self.first, -np.inf))
        while True:
            highest = -self._waiting[0][0] if self._waiting else -np.inf
            if max(highest, remaining.highest) < self._least or (
                not self._waiting and remaining.highest == -np.inf
            ):
                return
            if remaining.highest >= highest:
                self._look_at(remaining.take(SUPPLY_AT_ONCE))
            elif self._waiting[0][2]:
                self._judge(heapq.heappop(self._waiting)[1])
            else:
                self._look_at_papers()

    def _look_at(self, rows: Rows) -> None:
        self.bounded += len(rows)
        for bound, row in zip(self.bounds.by_supply(rows).tolist(), rows.tolist(), strict=True):
            if bound >= self._least:
                heapq.heappush(self._waiting, (-bound, row, False))

    def _look_at_papers(self) -> None:
        """Of the next few that wait for it."""
        rows: list[int] = []
        others: list[tuple[float, int, bool]] = []
        while self._waiting and len(rows) < PAPERS_AT_ONCE and len(others) < PAPERS_AT_ONCE:
            entry = heapq.heappop(self._waiting)
            if entry[2]:
                others.append(entry)
            else:
                rows.append(entry[1])
        for entry in others:
            heapq.heappush(self._waiting, entry)
        found = self.bounds.by_papers(np.array(rows, np.int64))
        for bound, row in zip(found.tolist(), rows, strict=True):
            if bound >= self._least:
                heapq.heappush(self._waiting, (-bound, row, True))

    def _judge(self, row: int) -> None:
        offer = self.table.offers([row])[0]
        found = judge_offer(self.question, offer, self.near.of(row))
        if not isinstance(found, Judged):
            return
        self.judged.append(found)
        firm = offer.maker.id if self.one_of_each_firm else offer.id
        if found.total > self._best.get(firm, -1.0):
            self._best[firm] = found.total
            if len(self._best) >= self.top:
                self._least = heapq.nlargest(self.top, self._best.values())[-1]

    def in_order(self) -> tuple[Judged, ...]:
        """All that were judged, best first."""
        return tuple(sorted(self.judged, key=lambda each: each.rank_key))

    def kept_out(self) -> tuple[KeptOut, ...]:
        """Why the most fitting of those that a gate keeps out are not on the list."""
        rows = np.flatnonzero(self.is_kept_out & (self.first >= self._least))
        rows = rows[np.argsort(-self.first[rows], kind="stable")[:EXCLUDED_SHOWN]]
        found = [
            (float(self.first[row]), excluded_because(self.question, offer))
            for row, offer in zip(rows, self.table.offers(rows), strict=True)
        ]
        return tuple(KeptOut(bound, why) for bound, why in found if why is not None)


class _Descending:
    """Row numbers by falling bounds; sorted only as far as they are taken."""

    def __init__(self, bounds: Values) -> None:
        self._bounds = bounds
        self._order: Rows = np.empty(0, np.int64)
        self._at = 0
        self._sort(2 * SUPPLY_AT_ONCE)  # what is left after the first step is known as well

    @property
    def highest(self) -> float:
        """The highest bound not taken yet; -inf when none is left."""
        if self._at >= len(self._order):
            return -np.inf
        return float(self._bounds[self._order[self._at]])

    def take(self, count: int) -> Rows:
        """The next rows."""
        found = self._order[self._at : self._at + count]
        found = found[self._bounds[found] > -np.inf]
        self._at += count
        if self._at >= len(self._order) < len(self._bounds):
            self._sort(8 * len(self._order))
        return found

    def _sort(self, count: int) -> None:
        """The order of the highest `count`; equal bounds in the order of rows."""
        count = min(count, len(self._bounds))
        if count < len(self._bounds):
            # Many bounds are equal: whole sorting is quick then, selecting is not.
            cut = np.sort(self._bounds)[-count]
            rows = np.flatnonzero(self._bounds >= cut)
        else:
            rows = np.arange(len(self._bounds))
        self._order = rows[np.argsort(-self._bounds[rows], kind="stable")]
