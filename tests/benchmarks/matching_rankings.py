"""Three rankings of the same offers for a requirement: what full scoring is compared with.

    ranker = Rankers(open_world())
    ranker.rankings(requirement)      # {"text": ids, "hybrid": ids, "full": ids}, best first

'text': BM25 over the words alone; 'hybrid': the ranking of the site's own search, words and
meaning; 'full': every offer judged by all criteria. All three see every published product.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from matchmaker.matching.problem import Requirement
from matchmaker.matching.retrieval.best import retrieve
from matchmaker.matching.scoring.answers import Judged
from matchmaker.matching.scoring.weighing import Weights
from matchmaker.matching.services import Matching, match
from matchmaker.orm import only_reading
from search.contract import MAX_LIMIT, Query
from tests.benchmarks.matching_world import TODAY, SeededWorld

METHODS = ("text", "hybrid", "full")


class Rankers:
    """The ways of ranking, over one seeded world."""

    def __init__(self, world: SeededWorld, today: dt.date = TODAY) -> None:
        self.world, self.today = world, today

    def rankings(
        self, requirement: Requirement, limit: int = 10, weights: Weights | None = None
    ) -> Mapping[str, tuple[str, ...]]:
        """Public ids of products by each method, the first `limit`; firms may come repeatedly."""
        judged = self.judged(requirement, limit, weights)
        return {
            "text": self._searched(requirement.text, limit, with_meaning=False),
            "hybrid": self._searched(requirement.text, limit, with_meaning=True),
            "full": tuple(each.offer.id for each in judged),
        }

    def judged(
        self, requirement: Requirement, limit: int = 10, weights: Weights | None = None
    ) -> tuple[Judged, ...]:
        """The best offers by full scoring, several of a firm among them, with their findings."""
        search = self.matching(requirement, weights).search
        found = retrieve(
            search.stock.table, search.question, search.near[0], limit, one_of_each_firm=False
        )
        return found.ranked

    def matching(self, requirement: Requirement, weights: Weights | None = None) -> Matching:
        """The question made ready."""
        with only_reading(), self.world.sessions() as db:
            return match(db, self.world.searching, requirement, today=self.today, weights=weights)

    def _searched(self, text: str, limit: int, *, with_meaning: bool) -> tuple[str, ...]:
        query = Query(text=text, limit=min(limit, MAX_LIMIT))
        if with_meaning:
            query = self.world.searching.with_meaning("products", query)
        page = self.world.searching.engine.search("products", query)
        return tuple(each.id for each in page.hits)
