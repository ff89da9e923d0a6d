"""A server that cannot be reached: who asks is told soon, and hears at once when it is back."""

from __future__ import annotations

import pytest

from search.contract import IndexSettings, Query
from search.meilisearch.engine import MeilisearchEngine
from search.meilisearch.errors import ServerUnreachable
from tests.journeys.door import door_to
from tests.search.meilisearch.conftest import Clock
from tests.search.meilisearch.wall import INDEXING_KEY, SEARCH_KEY, Wall

SETTINGS = IndexSettings(name="products", fields=())


def test_once_a_server_is_known_to_be_away_nobody_waits_for_it(wall: Wall, clock: Clock) -> None:
    with door_to(wall.address) as door:
        keys = {"search_key": SEARCH_KEY, "indexing_key": INDEXING_KEY}
        engine = MeilisearchEngine(door.address, **keys, timeout=20.0, patience=0.6)
        engine.rebuild(SETTINGS, [])
        assert engine.search("products", Query()).total == 0
        door.shut()
        waits = []
        for _ in range(3):
            clock.slept.clear()
            with pytest.raises(ServerUnreachable):
                engine.search("products", Query())
            waits.append(sum(clock.slept))
        assert waits[0] > 0, "a short interruption is waited for"
        assert waits[1:] == [0, 0]
        door.open()
        assert engine.search("products", Query()).total == 0
