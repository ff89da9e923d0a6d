"""The ways of ranking that are compared: words, retrieval as the product searches, full scoring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matchmaker.matching.problem import Requirement
from search.embedded.yardstick import Yardstick
from tests.benchmarks.matching_rankings import Rankers
from tests.benchmarks.matching_world import open_world
from tests.search.relevance.judged import catalogue

# From the simplest on: plain BM25, the words of our own search, words and meaning, all criteria.
WAYS = ("bm25", "text", "hybrid", "full")


class Ranker:
    """Answers a requirement in every way. By `WAYS`; the last three are the product's own."""

    def __init__(self) -> None:
        self._rankers = Rankers(open_world())
        self._plain = Yardstick((each.id, each.values) for each in catalogue())

    def rankings(self, asked: Requirement, depth: int) -> Mapping[str, Sequence[str]]:
        """Offer ids by way, best first; a firm may come repeatedly."""
        plain = {"bm25": self._plain.ids(asked.text, depth)}
        return plain | dict(self._rankers.rankings(asked, depth))
