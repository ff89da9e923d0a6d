"""Each engine of the contract, filled; a real server where MEILI_URL names one."""

import os
import uuid
from collections.abc import Iterator

import pytest

from search.contract import Engine
from search.engines import open_engine
from search.meilisearch.engine import MeilisearchEngine
from search.meilisearch.registry import UID
from tests.search.kits import KITS_SETTINGS, kits
from tests.search.meilisearch.wall import INDEXING_KEY, SEARCH_KEY, listening
from tests.search.test_embedded_search import GOODS
from tests.search.test_embedded_search import SETTINGS as GOODS_SETTINGS


@pytest.fixture(
    scope="module",
    params=[
        "embedded",
        "meilisearch in memory",
        pytest.param("meilisearch", marks=pytest.mark.needs_meilisearch),
    ],
)
def every_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """Each engine, filled by writes and by a rebuild."""
    if request.param == "embedded":
        yield _filled(open_engine(tmp_path_factory.mktemp("contract")))
        return
    if request.param == "meilisearch in memory":
        with listening() as wall:
            engine = open_engine(wall.address, search_key=SEARCH_KEY, indexing_key=INDEXING_KEY)
            yield _filled(engine)
            engine.close()
        return
    address = os.environ.get("MEILI_URL")
    if not address:
        pytest.skip("MEILI_URL names no server")
    prefix = f"contract-{uuid.uuid4().hex[:8]}-"
    engine = MeilisearchEngine(address, search_key=os.environ.get("MEILI_KEY"), prefix=prefix)
    try:
        yield _filled(engine)
    finally:
        for name in (*engine.status(), UID):
            engine._writing._delete(prefix + name)


def _filled(engine: Engine) -> Engine:
    assert engine.ensure(GOODS_SETTINGS)
    assert not engine.ensure(GOODS_SETTINGS)
    engine.write("goods", GOODS)
    assert engine.rebuild(KITS_SETTINGS, iter(kits())) == 12
    return engine
