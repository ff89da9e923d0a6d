"""Answer one query on one snapshot: find, score, count, order, cut the page.

Ranking: keyword score / best keyword score of the query + weight x cosine (see
`search/fusing.py`), over the documents with every word, those with some of the words and
those near in meaning.
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from tantivy import Query as TextQuery

from search.analysis import Seeker
from search.checking import check_query
from search.contract import (
    MAX_REACHABLE,
    FacetCount,
    Hit,
    NumberStats,
    Page,
    Query,
    Value,
)
from search.counts import chosen_values, without
from search.embedded.columns import Mask
from search.embedded.matches import FEW, Few, Many, Matches
from search.embedded.snapshot import Snapshot
from search.embedded.spellings import respelt_query
from search.embedded.words import Rows, Scores
from search.fusing import STRANGE, weight_of_meaning, words_to_be_related
from search.highlight import excerpts
from search.understanding import Slot, Understood, understand
from search.values import Floats, checked_vector

# So many of each kind compete by the sum of scores; pages beyond them follow by words alone.
FUSED = 200
NEAR = 100

_NONE: Rows = np.empty(0, np.int64)


@dataclass(slots=True)
class _Ranked:
    """Rows in the order of the answer, and what is known about each."""

    rows: Rows
    total: int
    related: int = 0
    scores: Mapping[int, float] = field(default_factory=dict)
    similarity: Mapping[int, float] = field(default_factory=dict)
    partial: frozenset[int] = frozenset()  # rows that lack some word
    related_from: int | None = None


class Asking:
    """One query being answered."""

    def __init__(self, snapshot: Snapshot, query: Query) -> None:
        self.started = time.perf_counter()
        self.snapshot = snapshot
        self.columns = snapshot.journal.columns
        check_query(query, snapshot.settings)
        self.query = query = respelt_query(query, self.columns)
        self.vector = self._vector()
        self.understood = self._understand()
        self.filtered = self.columns.mask(query.filter)
        self.narrowing = self._narrow()
        self.refined = {name: self.columns.mask(each) for name, each in query.refinements.items()}
        self.dropped: tuple[str, ...] = ()

    @cached_property
    def seeker(self) -> Seeker:
        """What marks found words; who only counts needs none."""
        return Seeker(self.understood.accepted, self.understood.prefixes)

    def _vector(self) -> Floats | None:
        if self.query.vector is None:
            return None
        return checked_vector(self.query.vector, self.snapshot.settings.vector_dimensions)

    def _understand(self) -> Understood:
        if not self.query.text.strip():
            return Understood()
        return understand(self.query.text, self.snapshot.synonyms, self.snapshot.vocabulary)

    def _narrow(self) -> list[TextQuery]:
        """Filter and -words in the words of the text index, and -words in the mask too."""
        text = self.snapshot.text
        narrowing = [] if self.query.filter is None else [text.filter(self.query.filter)]
        for phrase in self.understood.excluded:
            unwanted = text.phrase(phrase)
            narrowing.append(text.other_than(unwanted))
            self.filtered = self.filtered.copy()
            self.filtered[text.rows(unwanted)] = False
        return narrowing

    def _allowed(self) -> Mask:
        """Filter and all refinements."""
        mask = self.filtered
        for each in self.refined.values():
            mask = mask & each
        return mask

    # -- the answer ------------------------------------------------------------------

    def page(self) -> Page:
        query = self.query
        if not (query.limit or query.facets or query.stats):
            return self._answer(_Ranked(_NONE, self._total()))
        matches = self._matched()
        # Who only counts is spared the ranking.
        ranked = self._rank(matches) if query.limit else _Ranked(_NONE, matches.total)
        stats = {
            name: matches.stats(name, without(query.refinements, name)) for name in query.stats
        }
        return self._answer(ranked, self._facets(matches), stats)

    def _answer(
        self,
        ranked: _Ranked,
        facets: Mapping[str, tuple[FacetCount, ...]] | None = None,
        stats: Mapping[str, NumberStats] | None = None,
    ) -> Page:
        reachable = ranked.rows[:MAX_REACHABLE]
        return Page(
            hits=self._hits(reachable[self.query.offset :][: self.query.limit], ranked),
            total=ranked.total,
            related=ranked.related,
            related_from=ranked.related_from,
            facets=facets or {},
            stats=stats or {},
            corrections=self.understood.corrections,
            dropped=(*self.dropped, *self.understood.ignored),
            took_ms=(time.perf_counter() - self.started) * 1000,
        )

    def _matched(self) -> Matches:
        """What passes the filter and holds every word (but those that had to be dropped)."""
        if not self.understood.slots:
            rows = np.flatnonzero(self.filtered)
            return Few(self.columns, rows, np.zeros(len(rows), np.float32), self.refined)
        text = self.snapshot.text
        query, count = self._every()
        if count > FEW:
            return Many(text, self.columns, query, self.query.refinements, count)
        rows, scores = text.matching(query, FEW) if count else (_NONE, _NONE.astype(np.float32))
        return Few(self.columns, rows, scores, self.refined)

    def _total(self) -> int:
        """The same, only how many: nothing is fetched."""
        if not self.understood.slots:
            return int(np.count_nonzero(self._allowed()))
        query, count = self._every()
        if not count or not self.query.refinements:
            return count
        text = self.snapshot.text
        chosen = [text.filter(each) for each in self.query.refinements.values()]
        return text.count(text.both(query, *chosen))

    def _every(self) -> tuple[TextQuery, int]:
        """Asks for every word; if nothing holds them, for those that go together. And how many."""
        slots = self.understood.slots
        query, count = self._counted(slots)
        if not count and len(slots) > 1:
            remaining = self._drop(slots)
            if remaining and len(remaining) < len(slots):
                query, count = self._counted(remaining)
        return query, count

    def _counted(self, slots: Sequence[Slot]) -> tuple[TextQuery, int]:
        text = self.snapshot.text
        query = text.both(text.every(slots), *self.narrowing)
        return query, text.count(query)

    def _drop(self, slots: tuple[Slot, ...]) -> list[Slot]:
        """The words that some document does hold together; the rarer, the dearer."""
        text = self.snapshot.text
        counts = [text.held_by(slot) for slot in slots]
        worth = [math.log1p(self.columns.count / max(1, count)) for count in counts]
        query = text.both(text.worth(slots, worth), *self.narrowing)
        best, _ = text.matching(query, 1)
        if not len(best):
            return []
        holds = dict(zip(slots, text.filled(slots, best)[0].tolist(), strict=True))
        self.dropped = tuple(slot.asked for slot in slots if not holds[slot])
        return [slot for slot in slots if holds[slot]]

    # -- rank ------------------------------------------------------------------------

    def _rank(self, matches: Matches) -> _Ranked:
        if self.query.sort:
            ordered = self.columns.ordered(matches.rows(), self.query.sort)
            return _Ranked(ordered, len(ordered))
        if not self.understood.slots:
            return self._rank_by_meaning(matches.rows())
        return self._rank_by_sum(matches)

    def _rank_by_meaning(self, rows: Rows) -> _Ranked:
        """No words: the nearest first, or the order of writing."""
        vectors = self.snapshot.journal.vectors
        if self.vector is None or vectors is None:
            return _Ranked(rows, len(rows))
        near = vectors.cosines(self.vector, rows)
        order = np.argsort(-near, kind="stable")[:MAX_REACHABLE]
        best = {int(rows[at]): float(near[at]) for at in order}
        weighted = {row: value * self.query.vector_weight for row, value in best.items()}
        return _Ranked(rows[order], len(rows), 0, weighted, best)

    def _rank_by_sum(self, matches: Matches) -> _Ranked:
        top, top_scores = matches.best(FUSED)
        mask = self._allowed()
        near = np.setdiff1d(self._near(mask), top)
        held, held_scores = matches.among(near)
        some, some_scores = self._holding_some(top, np.setdiff1d(near, held), mask)
        only_near = np.setdiff1d(near, np.concatenate([held, some]))
        candidates = np.concatenate([top, held, some, only_near])
        none = np.zeros(len(only_near), np.float32)
        words = np.concatenate([top_scores, held_scores, some_scores, none])
        similar = self._cosines(candidates)
        if similar is not None:
            lacking = np.isin(candidates, some)
            words = words * np.where(lacking & self._strange(similar), np.float32(STRANGE), 1)
        if len(words) and words.max() > 0:
            words = words / words.max()
        score = words if similar is None else words + self._weights(words) * similar
        fused = candidates[np.argsort(-score, kind="stable")]
        partial = (*some.tolist(), *only_near.tolist())
        known = candidates.tolist()
        return _Ranked(
            self._continued(fused, matches),
            matches.total,
            len(partial),
            dict(zip(known, score.tolist(), strict=True)),
            {} if similar is None else dict(zip(known, similar.tolist(), strict=True)),
            frozenset(partial),
            next(iter(np.flatnonzero(np.isin(fused, partial)).tolist()), None),
        )

    def _strange(self, similar: Floats) -> Mask:
        """No nearer in meaning than chance; what has no vector (yet) is not suspected."""
        far: Mask = (similar < self.query.least_similarity) & (similar != 0)
        return far

    def _weights(self, words: Scores) -> Floats:
        asked = self.query.vector_weight
        weight = weight_of_meaning(asked, len(self.understood.slots))
        return np.where(words > 0, np.float32(weight), np.float32(asked))

    def _continued(self, fused: Rows, matches: Matches) -> Rows:
        """After the fused ones, the rest by words alone; fetched only when paged so far."""
        if matches.total <= FUSED or self.query.offset + self.query.limit <= len(fused):
            return fused
        rest, _ = matches.best(MAX_REACHABLE)
        return np.concatenate([fused, rest[~np.isin(rest, fused)]])

    def _near(self, mask: Mask) -> Rows:
        """The rows nearest in meaning among those allowed."""
        vectors = self.snapshot.journal.vectors
        if self.vector is None or vectors is None or self.query.vector_weight <= 0:
            return _NONE
        allowed = np.flatnonzero(mask & (vectors.factors > 0))
        cosines = vectors.cosines(self.vector, allowed)
        kin = cosines >= self.query.least_similarity
        allowed, cosines = allowed[kin], cosines[kin]
        if len(allowed) > NEAR:
            allowed = allowed[np.argpartition(-cosines, NEAR)[:NEAR]]
        return np.sort(allowed)

    def _holding_some(self, top: Rows, near: Rows, mask: Mask) -> tuple[Rows, Scores]:
        """Further rows that hold some of the words.

        When enough hold all of them, only those that are near in meaning anyway.
        """
        slots = self.understood.slots
        if len(slots) < 2:
            return _NONE, np.empty(0, np.float32)
        text = self.snapshot.text
        query = text.some(slots, words_to_be_related(len(slots)))
        if len(top) >= FUSED:
            return text.among(query, near)
        refinements = [text.filter(each) for each in self.query.refinements.values()]
        query = text.both(query, *self.narrowing, *refinements)
        found, scores = text.matching(query, 2 * FUSED)
        fresh = ~np.isin(found, top)
        room = FUSED - len(top)
        found, scores = found[fresh][:room], scores[fresh][:room]
        beyond, beyond_scores = text.among(query, np.setdiff1d(near, found))
        return np.concatenate([found, beyond]), np.concatenate([scores, beyond_scores])

    def _cosines(self, rows: Rows) -> Floats | None:
        vectors = self.snapshot.journal.vectors
        if self.vector is None or vectors is None or self.query.vector_weight <= 0:
            return None
        order = np.argsort(rows)
        found = np.empty(len(rows), np.float32)
        found[order] = vectors.cosines(self.vector, rows[order])
        return found

    # -- counts ----------------------------------------------------------------------

    def _facets(self, matches: Matches) -> dict[str, tuple[FacetCount, ...]]:
        query = self.query
        plain = [name for name in query.facets if name not in query.refinements]
        found = matches.facets(plain, query.refinements, query.facet_size, ())
        for name in query.facets:
            if name in query.refinements:
                # its own choice is left out, so that a second value can be added
                others = without(query.refinements, name)
                keep = chosen_values(query.refinements[name])
                found |= matches.facets([name], others, query.facet_size, keep)
        return {name: found[name] for name in query.facets}

    # -- hits ------------------------------------------------------------------------

    def _hits(self, rows: Rows, ranked: _Ranked) -> tuple[Hit, ...]:
        told_apart = [row for row in rows.tolist() if self.dropped or row in ranked.partial]
        filled = self._filled(np.array(told_apart, np.int64))
        return tuple(self._hit(row, ranked, filled.get(row)) for row in rows.tolist())

    def _filled(self, rows: Rows) -> dict[int, list[bool]]:
        """Which words these rows hold; what is not asked about holds all of them."""
        slots = self.understood.slots
        if not len(rows) or not slots:
            return {}
        found = self.snapshot.text.filled(slots, rows)
        return dict(zip(rows.tolist(), found.tolist(), strict=True))

    def _hit(self, row: int, ranked: _Ranked, filled: list[bool] | None) -> Hit:
        id, values = self.snapshot.journal.document(row)
        asked = [slot.asked for slot in self.understood.slots]
        holds = filled or [True] * len(asked)
        return Hit(
            id=id,
            score=float(ranked.scores.get(row, 0.0)),
            values=values,
            highlighted=self._excerpts(values),
            matched_words=tuple(word for word, held in zip(asked, holds, strict=True) if held),
            dropped_words=tuple(word for word, held in zip(asked, holds, strict=True) if not held),
            similarity=ranked.similarity.get(row),
        )

    def _excerpts(self, values: Mapping[str, Value]) -> dict[str, str]:
        if not self.query.highlight:
            return {}
        return excerpts(values, self.snapshot.settings, self.seeker)
