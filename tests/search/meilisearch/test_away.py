"""A server that cannot be reached: who asks is told soon, and hears at once when it is back."""

from __future__ import annotations

import time

import pytest

from search.contract import IndexSettings, Query
from search.meilisearch.engine import MeilisearchEngine
from search.meilisearch.errors import ServerUnreachable
from tests.journeys.door import door_to
from tests.search.meilisearch.wall import INDEXING_KEY, SEARCH_KEY, Wall

SETTINGS = IndexSettings(name="products", fields=())


def test_once_a_server_is_known_to_be_away_nobody_waits_for_it(wall: Wall) -> None:
    with door_to(wall.address) as door:
        keys = {"search_key": SEARCH_KEY, "indexing_key": INDEXING_KEY}
        engine = MeilisearchEngine(door.address, **keys, timeout=2.0, patience=0.6)
        engine.rebuild(SETTINGS, [])
        assert engine.search("products", Query()).total == 0
        door.shut()
        waits = []
        for _ in range(3):
            began = time.monotonic()
            with pytest.raises(ServerUnreachable):
                engine.search("products", Query())
            waits.append(time.monotonic() - began)
        assert waits[0] > 0.2, "a short interruption is waited for"
        assert max(waits[1:]) < 0.2
        door.open()
        assert engine.search("products", Query()).total == 0
