"""The three indexes are sound data."""

from pathlib import Path

import pytest

from search.contract import Document, Query
from search.engines import open_engine
from search.indexes import DIMENSIONS, marketplace_indexes
from search.synonyms import TRADE_SYNONYMS


@pytest.mark.parametrize("settings", marketplace_indexes().values(), ids=lambda each: each.name)
def test_field_names_are_unique_and_kinds_fit(settings) -> None:
    names = [each.name for each in settings.fields]
    assert len(set(names)) == len(names)
    for each in settings.fields:
        assert not (each.weight and each.kind != "text")
        assert not (each.facet and each.kind == "text")
        assert not (each.sort and each.many)


def test_every_dimension_has_its_own_quantity_fields() -> None:
    names = {each.name for each in marketplace_indexes()["products"].fields}
    for each in DIMENSIONS:
        assert {f"moq_{each}", f"capacity_month_{each}"} <= names


def test_a_synonym_group_says_something() -> None:
    assert all(len(set(group)) > 1 for group in TRADE_SYNONYMS)


def test_family_words_become_synonyms(tmp_path: Path) -> None:
    engine = open_engine(f"file://{tmp_path}")
    settings = marketplace_indexes([("stable mat", "cow mat")], vector_dimensions=None)
    for each in settings.values():
        engine.ensure(each)
    engine.write("products", [Document("p", {"title": "Stable mat"})])
    assert engine.search("products", Query("cow mat")).total == 1
    assert set(engine.status()) == {"products", "firms", "clusters"}
