"""Answer one query by one multi-search: totals and facets, words, meaning, then fuse.

A query with a vector would make the server count all filtered documents, so totals and
facets come from a query of words beside it. Ranking is that of `search/fusing.py`: word score /
best word score + weight x cosine, where the cosine of what is not among the nearest counts 0.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from search.checking import check_query
from search.contract import MAX_REACHABLE, FacetCount, NumberStats, Page, Query
from search.counts import chosen_values, without
from search.fusing import weight_of_meaning, words_to_be_related
from search.meilisearch.counting import facet_counts, number_stats
from search.meilisearch.dressing import Dressing
from search.meilisearch.filters import filter_text
from search.meilisearch.registry import Entry
from search.meilisearch.server import Server
from search.meilisearch.settings import EMBEDDER
from search.meilisearch.wording import Asked, wording
from search.values import Floats, checked_vector

# So many of each kind compete by the sum of scores; pages beyond them follow by words alone.
FUSED = 400
NEAR = 100

Answers = Mapping[str, Mapping[str, Any]]


@dataclass(slots=True)
class Ranked:
    """Keys in the order of the answer (those of this page, or all that compete)."""

    keys: list[str]
    total: int
    related: int = 0
    scores: Mapping[str, float] = field(default_factory=dict)
    similarity: Mapping[str, float] = field(default_factory=dict)
    partial: frozenset[str] = frozenset()  # lack some word
    related_from: int | None = None


class Asking:
    """One query being answered."""

    def __init__(self, server: Server, entry: Entry, query: Query) -> None:
        self.started = time.perf_counter()
        self.server, self.entry, self.query = server, entry, query
        self.settings = entry.settings
        check_query(query, self.settings)
        self.vector = self._vector()
        self.wording = wording(query.text)
        self.words: Sequence[Asked] = self.wording.asked
        self.dropped: tuple[str, ...] = ()
        self.filter = filter_text(self.settings, query.filter, *query.refinements.values())

    def _vector(self) -> Floats | None:
        if self.query.vector is None:
            return None
        return checked_vector(self.query.vector, self.settings.vector_dimensions)

    def page(self) -> Page:
        answers = self._ask()
        if len(self.words) > 1 and not answers["all"]["estimatedTotalHits"]:
            remaining = self._drop()
            if remaining:
                self.words = remaining
                answers = self._ask()
        ranked = self._rank(answers)
        dressing = Dressing(self.server, self.entry, self.query, self.wording, self.words)
        partial = frozenset(ranked.keys) if self.dropped else ranked.partial
        hits = dressing.hits(ranked.keys, ranked.scores, ranked.similarity, partial)
        return Page(
            hits=hits,
            total=ranked.total,
            related=ranked.related,
            related_from=ranked.related_from,
            facets=self._facets(answers),
            stats=self._stats(answers),
            corrections=dressing.corrections,
            dropped=(*self.dropped, *self.wording.ignored),
            took_ms=(time.perf_counter() - self.started) * 1000,
        )

    # -- what is asked ---------------------------------------------------------------

    @property
    def fusing(self) -> bool:
        return bool(self.words) and not self.query.sort

    def _ask(self) -> Answers:
        """Everything in one request."""
        queries = {"all": self._every_word(), **self._own_facets()}
        if self.fusing:
            queries |= self._by_words()
        if self._wants_vector():
            queries["near"] = self._by_meaning()
        found = self.server.multi_search(list(queries.values()))
        return dict(zip(queries, found, strict=True))

    def _plain(self, filter: str | None, **more: Any) -> dict[str, Any]:
        found = {
            "indexUid": self.entry.uid,
            "q": self.wording.text(self.words),
            "matchingStrategy": "all",
            "attributesToRetrieve": ["id"],
            "limit": 0,
            **more,
        }
        return found if filter is None else found | {"filter": filter}

    def _every_word(self) -> dict[str, Any]:
        """Totals, facets and numbers of the documents that hold every word."""
        refined = self.query.refinements
        counted = [*self.query.facets, *self.query.stats]
        asked = self._plain(
            self.filter, facets=[name for name in dict.fromkeys(counted) if name not in refined]
        )
        if self.fusing:
            return asked | {"limit": FUSED}
        if self.query.sort:
            asked["sort"] = [f"{name}:{way}" for name, way in self.query.sort]
        return asked | self._window()

    def _window(self) -> dict[str, int]:
        """Offset and limit of this page, as far as anything can be reached."""
        offset = min(self.query.offset, MAX_REACHABLE)
        return {"offset": offset, "limit": min(self.query.limit, MAX_REACHABLE - offset)}

    def _own_facets(self) -> dict[str, dict[str, Any]]:
        """A chosen facet is counted as if it were not chosen, so that more can be added."""
        query = self.query
        found = {}
        for name in dict.fromkeys([*query.facets, *query.stats]):
            if name in query.refinements:
                others = [query.refinements[each] for each in without(query.refinements, name)]
                bound = filter_text(self.settings, query.filter, *others)
                found[f"own:{name}"] = self._plain(bound, facets=[name])
        return found

    def _by_words(self) -> dict[str, dict[str, Any]]:
        """The best by words, those that lack some included; and the page when it lies beyond."""
        scored = self._plain(
            self.filter, matchingStrategy="last", limit=FUSED, showRankingScore=True
        )
        end = min(self.query.offset + self.query.limit, MAX_REACHABLE)
        start = max(self.query.offset, FUSED)
        if end <= start:
            return {"some": scored}
        return {"some": scored, "beyond": scored | {"offset": start, "limit": end - start}}

    def _wants_vector(self) -> bool:
        if self.vector is None or self.query.sort:
            return False
        if self.wording.excluded and not self.words:
            return False  # nearness knows nothing of words, not even of unwanted ones
        # Asked for no hits, the server would silently leave the vector out
        return self.query.vector_weight > 0 if self.words else self._window()["limit"] > 0

    def _by_meaning(self) -> dict[str, Any]:
        assert self.vector is not None
        asked = self._plain(
            self.filter,
            vector=[float(each) for each in self.vector],
            hybrid={"embedder": EMBEDDER, "semanticRatio": 1},
            showRankingScore=True,
            limit=NEAR,
        )
        del asked["matchingStrategy"]
        asked["q"] = ""
        return asked if self.words else asked | self._window()

    def _drop(self) -> list[Asked]:
        """The words that some document does hold together; the rarer, the dearer.

        Only asked when no document holds all: how many hold each, then each larger group.
        """
        alone = self.server.multi_search([self._counting([each]) for each in self.words])
        counts = [int(each["estimatedTotalHits"]) for each in alone]
        order = sorted(range(len(counts)), key=lambda at: counts[at])
        known = [self.words[at] for at in order if counts[at]]
        groups = [known[:size] for size in range(1, len(known) + 1)]
        groups += [[w for w in known if w is not left] for left in known]
        # as typed: the last word of a query is taken as unfinished
        groups = [[w for w in self.words if w in each] for each in groups if each]
        if not groups:
            return []
        together = self.server.multi_search([self._counting(each) for each in groups])
        held = [g for g, t in zip(groups, together, strict=True) if t["estimatedTotalHits"]]
        best = max(held, key=len, default=[])
        self.dropped = tuple(each.raw for each in self.words if best and each not in best)
        return [each for each in self.words if each in best]

    def _counting(self, words: Sequence[Asked]) -> dict[str, Any]:
        return self._plain(self.filter) | {"q": self.wording.text(words)}

    # -- what is made of it ----------------------------------------------------------

    def _rank(self, answers: Answers) -> Ranked:
        total = int(answers["all"]["estimatedTotalHits"])
        if self.fusing:
            return self._rank_by_sum(answers, total)
        if "near" in answers:
            similar = _cosines(answers["near"]["hits"])
            weighted = {key: each * self.query.vector_weight for key, each in similar.items()}
            return Ranked(list(similar), total, 0, weighted, similar)
        return Ranked(_keys(answers["all"]["hits"]), total)

    def _rank_by_sum(self, answers: Answers, total: int) -> Ranked:
        full = _keys(answers["all"]["hits"])
        by_words = {hit["id"]: float(hit["_rankingScore"]) for hit in answers["some"]["hits"]}
        similar = _cosines(answers["near"]["hits"]) if "near" in answers else {}
        related = self._related(set(full), by_words, similar) if total <= FUSED else []
        best = max((by_words.get(key, 0.0) for key in (*full, *related)), default=0.0) or 1.0
        weight = weight_of_meaning(self.query.vector_weight, len(self.wording.asked))
        scores = {
            key: by_words.get(key, 0.0) / best
            + (weight if by_words.get(key) else self.query.vector_weight) * similar.get(key, 0.0)
            for key in (*full, *related)
        }
        fused = sorted(scores, key=lambda key: -scores[key])
        offset, end = self.query.offset, self.query.offset + self.query.limit
        keys = fused[offset:end]
        if "beyond" in answers and total > FUSED:
            start = max(offset, FUSED)
            keys += _keys(answers["beyond"]["hits"])[: max(0, total - start)]
        reachable = max(0, MAX_REACHABLE - total)
        known = {} if "near" not in answers else {key: similar.get(key, 0.0) for key in scores}
        if "near" in answers and len(answers["near"]["hits"]) >= NEAR:
            known = dict(similar)  # of the others we only know that they are farther
        others = frozenset(related)
        first = next((at for at, key in enumerate(fused) if key in others), None)
        count = min(len(related), reachable)
        return Ranked(keys, total, count, scores, known, others, first)

    def _related(
        self, full: set[str], by_words: Mapping[str, float], similar: Mapping[str, float]
    ) -> list[str]:
        """Further hits: some of the words, or near in meaning."""
        size = sum(len(each.words) for each in self.words)
        # The rule `words` weighs first: with m of n words a score lies between (m-1)/n and m/n
        least = (words_to_be_related(size) - 1) / size
        some = [key for key, score in by_words.items() if key not in full and score > least]
        if size < 2:
            some = []
        some = some[: FUSED - len(full)]
        if self.wording.excluded:
            return some  # nearness knows nothing of words, not even of unwanted ones
        seen = full.union(some)
        least = self.query.least_similarity
        near = [key for key, each in similar.items() if key not in seen and each >= least]
        return [*some, *near]

    def _facets(self, answers: Answers) -> dict[str, tuple[FacetCount, ...]]:
        found = {}
        for name in self.query.facets:
            refinement = self.query.refinements.get(name)
            keep = () if refinement is None else chosen_values(refinement)
            counted = answers[f"own:{name}" if refinement is not None else "all"]
            found[name] = facet_counts(self.settings, name, counted, self.query.facet_size, keep)
        return found

    def _stats(self, answers: Answers) -> dict[str, NumberStats]:
        refined = self.query.refinements
        return {
            name: number_stats(name, answers[f"own:{name}" if name in refined else "all"])
            for name in self.query.stats
        }


def _keys(hits: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(hit["id"]) for hit in hits]


def _cosines(hits: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """The server's score is (1 + cosine) / 2; without a vector it is 0."""
    scored = {str(hit["id"]): float(hit["_rankingScore"]) for hit in hits}
    return {key: 2 * score - 1 if score > 0 else 0.0 for key, score in scored.items()}
