"""Vectors of two models are never compared, on either engine, whatever their dimensions."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.contract import Document, Engine, Field, IndexSettings, Query, Vector
from search.engines import open_engine
from tests.search.meilisearch.wall import INDEXING_KEY, SEARCH_KEY, listening

OLD = IndexSettings(
    "mats", (Field("title", "text", weight=1),), vector_dimensions=2, vector_model="old@1"
)
NEW = replace(OLD, vector_dimensions=3, vector_model="new@2")


@pytest.fixture(params=["embedded", "meilisearch"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "embedded":
        yield open_engine(tmp_path)
        return
    with listening() as wall:
        engine = open_engine(wall.address, search_key=SEARCH_KEY, indexing_key=INDEXING_KEY)
        yield engine
        engine.close()


def vector(*numbers: float) -> Vector:
    return np.array(numbers, dtype=np.float32)


def documents(*meaning: float) -> list[Document]:
    return [Document("cow", {"title": "cow mat"}, vector(*meaning))]


def near(engine: Engine, query: Query) -> list[float | None]:
    return [hit.similarity for hit in engine.search("mats", query).hits]


def test_only_a_vector_of_the_model_that_the_index_names_is_compared(engine: Engine) -> None:
    engine.rebuild(OLD, documents(1, 0))
    assert engine.vector_model("mats") == "old@1"
    asked = Query("mat", vector(1, 0), vector_model="old@1")
    assert near(engine, asked) == [pytest.approx(1, abs=0.02)]
    assert near(engine, replace(asked, vector_model="")) == [pytest.approx(1, abs=0.02)]
    assert near(engine, replace(asked, vector_model="new@2")) == [None]
    assert near(engine, replace(asked, vector=vector(1, 0, 0), vector_model="new@2")) == [None]


def test_an_index_of_another_models_vectors_is_not_current_and_is_swapped_whole(
    engine: Engine,
) -> None:
    engine.rebuild(OLD, documents(1, 0))
    assert engine.is_current(OLD)
    assert not engine.is_current(NEW)
    engine.rebuild(NEW, documents(0, 1, 0))
    assert engine.is_current(NEW)
    assert engine.vector_model("mats") == "new@2"
    asked = Query("mat", vector(0, 1, 0), vector_model="new@2")
    assert near(engine, asked) == [pytest.approx(1, abs=0.02)]


def test_what_is_written_while_the_vectors_change_is_carried_over_without_its_old_vector(
    tmp_path: Path,
) -> None:
    engine = open_engine(tmp_path)
    engine.rebuild(OLD, documents(1, 0))
    other = replace(OLD, vector_model="other@3")

    def meanwhile() -> Iterator[Document]:
        yield from documents(0, 1)
        engine.write("mats", [Document("late", {"title": "late mat"}, vector(0, 1))])

    engine.rebuild(other, meanwhile())
    held = engine.status()["mats"]
    assert (held.documents, held.vectors) == (2, 1)
    hits = engine.search("mats", Query("mat", vector(0, 1), vector_model="other@3")).hits
    assert [hit.id for hit in hits if hit.similarity] == ["cow"]
