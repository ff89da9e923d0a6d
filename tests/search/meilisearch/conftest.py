"""A small Meilisearch at a local HTTP address, and our engine speaking to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from search.meilisearch import server
from search.meilisearch.engine import MeilisearchEngine
from tests.search.meilisearch.wall import INDEXING_KEY, SEARCH_KEY, Wall, listening

Opened = Callable[..., MeilisearchEngine]


class Clock:
    """Time as the engine sees it: only its own waiting takes any, however slow the machine is."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return 1000 + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    given = Clock()
    monkeypatch.setattr(server, "time", given)
    return given


@pytest.fixture
def wall() -> Iterator[Wall]:
    with listening() as found:
        yield found


@pytest.fixture
def opened(wall: Wall) -> Iterator[Opened]:
    """Open engines on the wall; patient enough for a busy machine."""
    engines = []

    def open_one(**more: Any) -> MeilisearchEngine:
        wanted: dict[str, Any] = {
            "search_key": SEARCH_KEY, "indexing_key": INDEXING_KEY, "timeout": 10.0,
            "patience": 3.0, "indexing_timeout": 10.0, "indexing_patience": 5.0,
            "task_deadline": 10.0,
        }  # fmt: skip
        engines.append(MeilisearchEngine(wall.address, **(wanted | more)))
        return engines[-1]

    yield open_one
    for each in engines:
        each.close()


@pytest.fixture
def engine(opened: Opened) -> MeilisearchEngine:
    return opened()
