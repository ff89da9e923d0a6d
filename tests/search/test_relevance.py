"""The ranking stays as good as it was found to be, on the tuning half of the labelled queries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from search.encoder.cache import text_hash
from search.encoder.encoder import OnnxEncoder
from search.encoder.model import fetch_model
from search.evaluating import Way
from search.measuring import GOOD, average, ndcg
from tests.search.relevance.judged import (
    Asked,
    Product,
    Searchable,
    catalogue,
    labels,
    model_cache,
    pooled_part,
    queries,
    searchable,
)
from tests.search.relevance.record_vectors import encoded
from tests.search.relevance.vectors import recorded

Graded = dict[str, dict[str, int]]
NAMED = ("exact name", "typo", "synonym")


@pytest.fixture(scope="module")
def part() -> list[Product]:
    """Less than the benchmark searches; record anew what is searched when this changes."""
    return pooled_part("tuning")


@pytest.fixture(scope="module")
def graded(part: list[Product]) -> Graded:
    here = {product.id for product in part}
    return {
        query: {id: grade for id, grade in grades.items() if id in here}
        for query, grades in labels().items()
    }


@pytest.fixture(scope="module")
def index(
    model_dir: object, part: list[Product], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Searchable]:
    with searchable(tmp_path_factory.mktemp("relevance"), part) as found:
        yield found


def test_what_is_named_comes_first_even_misspelt_or_in_another_word(
    index: Searchable, graded: Graded
) -> None:
    named = [asked for asked in queries("tuning") if asked.kind in NAMED]
    missed = [
        f"{asked.text} ({asked.kind})"
        for asked in named
        if _first_grade(index, asked, graded[asked.id]) < GOOD
    ]
    assert len(missed) <= 0.15 * len(named), missed


def test_meaning_added_to_words_never_ranks_worse_than_words_alone(
    index: Searchable, graded: Graded
) -> None:
    assert _quality(index, graded, "hybrid") >= _quality(index, graded, "keyword")


def test_both_halves_hold_as_many_queries_of_every_kind() -> None:
    kinds = [sorted(asked.kind for asked in queries(half)) for half in ("tuning", "unseen")]
    assert kinds[0] == kinds[1]
    assert len(queries()) >= 60


def test_every_query_has_an_answer_and_every_label_a_product() -> None:
    all_graded, known = labels(), {product.id for product in catalogue()}
    assert set(all_graded) == {asked.id for asked in queries()}
    assert all(max(grades.values()) >= GOOD for grades in all_graded.values())
    assert all(known.issuperset(grades) for grades in all_graded.values())


def test_the_recorded_vectors_are_what_the_encoder_gives_today(part: list[Product]) -> None:
    encoder = OnnxEncoder.open(fetch_model(model_cache()))
    model_id, vectors = recorded()
    assert model_id == encoder.model_id
    assert {text_hash(product.meaning) for product in part} == vectors.keys()
    for key, vector in encoded(encoder, (product.meaning for product in part[::60])).items():
        assert vector @ vectors[key] > 0.999


def _first_grade(index: Searchable, asked: Asked, grades: dict[str, int]) -> int:
    found = index.answers(asked, "hybrid", limit=1)
    return grades.get(found[0], 0) if found else 0


def _quality(index: Searchable, graded: Graded, way: Way) -> float:
    return average(
        [ndcg(index.answers(asked, way, limit=10), graded[asked.id]) for asked in queries("tuning")]
    )
