"""The ways of ranking that are compared: words, retrieval as the product searches, full scoring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matchmaker.matching.problem import Requirement
from search.embedded.yardstick import Yardstick
from tests.search.relevance.judged import Asked, Searchable, catalogue, searchable


class Ranker:
    """Answers a requirement in every way, over the frozen offers."""

    def __init__(self, index: Searchable) -> None:
        self._index = index
        self._plain = Yardstick((each.id, each.values) for each in catalogue())

    def rankings(self, asked: Requirement, depth: int) -> dict[str, list[str]]:
        """Offer ids by way, best first."""
        query = Asked(asked.id, "", "", asked.text, "")
        return {
            "text": self._plain.ids(asked.text, depth),
            "hybrid": self._index.answers(query, "hybrid", depth),
        }


@contextmanager
def ranker(folder: Path) -> Iterator[Ranker]:
    """Index the frozen offers in `folder`; a machine's first run encodes their texts."""
    with searchable(folder) as index:
        yield Ranker(index)
