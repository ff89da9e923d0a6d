"""Fields of several numbers, as products state their measures, and why a hit is there."""

from collections.abc import Iterator

import pytest

from search.contract import (
    And,
    Between,
    Bucket,
    Document,
    Engine,
    Exists,
    Field,
    IndexSettings,
    Not,
    NumberStats,
    Query,
)
from search.explaining import Explainer, Explanation, Found, Passed

SETTINGS = IndexSettings(
    name="measured",
    fields=(
        Field("title", "text", weight=3, highlight=True),
        Field("lengths", "number", many=True),
    ),
    synonyms=(("cardamom", "elaichi"),),
)
GOODS = (
    Document("mat", {"title": "Stable mat", "lengths": [18.0, 1200.0, 1800.0]}),
    Document("rug", {"title": "Wool mat", "lengths": [12.5]}),
    Document("pods", {"title": "Cardamom pods", "lengths": [8]}),
    Document("tale", {"title": "A mat without figures"}),
)


@pytest.fixture(scope="module")
def engine(every_engine: Engine) -> Iterator[Engine]:
    every_engine.ensure(SETTINGS)
    every_engine.write("measured", GOODS)
    yield every_engine


def found(engine: Engine, query: Query) -> set[str]:
    return {hit.id for hit in engine.search("measured", query).hits}


def test_one_of_several_numbers_is_enough(engine: Engine) -> None:
    both = And((Between("lengths", 17.9, 18.1), Between("lengths", 1190, 1210)))

    assert found(engine, Query(filter=Between("lengths", 10, 20))) == {"mat", "rug"}
    assert found(engine, Query(filter=Between("lengths", 1000, None))) == {"mat"}
    assert found(engine, Query(filter=both)) == {"mat"}
    assert found(engine, Query(filter=Between("lengths", 19, 1100))) == set()
    assert found(engine, Query(filter=Not(Exists("lengths")))) == {"tale"}


def test_statistics_count_values_and_leave_their_own_refinement_out(engine: Engine) -> None:
    chosen = {"lengths": Between("lengths", 8, 8)}

    page = engine.search("measured", Query("pods", refinements=chosen, stats=("lengths",)))

    assert page.total == 1
    assert page.stats["lengths"] == NumberStats(1, 8, 8, (Bucket(8, 8, 1),))
    spread = engine.search("measured", Query("mat", stats=("lengths",))).stats["lengths"]
    assert (spread.count, spread.min, spread.max) == (4, 12.5, 1800)


def test_several_numbers_come_back_as_they_were_written(engine: Engine) -> None:
    stored = engine.get("measured", "mat")

    assert stored is not None and stored.values["lengths"] == [18, 1200, 1800]


def test_a_hit_is_explained_alike_by_every_engine(engine: Engine) -> None:
    narrow = Between("lengths", 5, 20)
    page = engine.search("measured", Query("elaichi", filter=narrow))

    assert Explainer(SETTINGS).explain(page.hits, [narrow]) == [
        Explanation(
            (Found("elaichi", "cardamom", "synonym", ("title",)),),
            passed=(Passed("lengths", (8,)),),
        )
    ]
