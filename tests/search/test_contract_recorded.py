"""Every engine, held against what a real server was recorded to answer.

The embedded engine, the Meilisearch engine on a small server in memory, and, where
MEILI_URL names one (its key in MEILI_KEY), a real server.
"""

import numpy as np
import pytest

from search.contract import (
    And,
    AnyOf,
    Between,
    Engine,
    Equals,
    FacetCount,
    Filter,
    Not,
    Or,
    Query,
)
from tests.search.kits import RECORDED, ids, kits, recorded_ids


@pytest.fixture(scope="module")
def engine(every_engine: Engine) -> Engine:
    return every_engine


RUBBER, COIR = Equals("sector", "rubber"), Equals("sector", "coir")
FILTERS: list[tuple[str, Filter]] = [
    ("eq", RUBBER),
    ("eq_case", Equals("sector", "RUBBER")),
    ("spaces_trim", Equals("sector", " rubber ")),
    ("accents", Equals("firm", "noyyal knıts")),
    ("eq_quoted", Equals("state", "Tamil Nadu")),
    ("eq_array", Equals("certs", "ISO 9001")),
    ("eq_number", Equals("moq", 500)),
    ("neq", Not(RUBBER)),
    ("neq_array", Not(Equals("certs", "ISO 9001"))),
    ("gt", Between("price", 7.000001)),
    ("between", Between("price", 2, 5)),
    ("not_between", Not(Between("price", 2, 5))),
    ("isin", AnyOf("sector", ("coir", "knitwear"))),
    ("notin", Not(AnyOf("sector", ("coir", "knitwear")))),
    ("isin_empty", AnyOf("sector", ())),
    ("boolean", Equals("gi", True)),
    ("and_or", And((RUBBER, Or((Between("price", None, 4.99), Between("moq", None, 99)))))),
    ("precedence", Or((COIR, And((RUBBER, Between("price", 20.01)))))),
    ("nott", Not(Or((RUBBER, COIR)))),
    ("quote_escape", Equals("firm", 'O"Brien')),
    ("backslash", Equals("firm", "a\\b")),
    ("unicode", Equals("firm", "കയർ")),
    ("single_quote", Equals("firm", "Noyyal Knits")),
]


@pytest.mark.parametrize(("name", "asked"), FILTERS, ids=lambda each: str(each)[:40])
def test_filters_choose_as_the_recorded_server_did(
    engine: Engine, name: str, asked: Filter
) -> None:
    assert ids(engine, Query(filter=asked)) == recorded_ids(f"filter: {name}")


@pytest.mark.parametrize(
    ("name", "sort"),
    [
        ("price up", (("price", "asc"),)),
        ("price down", (("price", "desc"),)),
        ("nulls and missing last", (("lead_days", "asc"),)),
        ("nulls and missing last, down", (("lead_days", "desc"),)),
        ("two keys", (("moq", "asc"), ("price", "desc"))),
    ],
)
def test_sorting_is_as_recorded(engine: Engine, name: str, sort: tuple) -> None:  # type: ignore[type-arg]
    field, _ = sort[0]
    found = ids(engine, Query(sort=sort))
    values = {each.id: each.values.get(field) for each in kits()}
    # documents that tie may stand in either order
    assert [values[id] for id in found] == [values[id] for id in recorded_ids(f"sort: {name}")]


def _counts(found: tuple[FacetCount, ...]) -> dict[str, int]:
    return {each.value: each.count for each in found}


def test_facets_count_as_recorded(engine: Engine) -> None:
    real = RECORDED["facets: several"]["response"]["body"]["facetDistribution"]
    page = engine.search("kits", Query(facets=("sector", "certs", "gi")))
    assert {name: _counts(page.facets[name]) for name in page.facets} == {
        name: real[name] for name in ("sector", "certs", "gi")
    }
    real = RECORDED["facets: with a filter"]["response"]["body"]["facetDistribution"]
    cheap = Between("price", None, 4.99)
    page = engine.search("kits", Query(facets=("sector", "state"), filter=cheap, limit=0))
    assert {name: _counts(page.facets[name]) for name in page.facets} == real


def test_statistics_are_as_recorded(engine: Engine) -> None:
    body = RECORDED["facets: with numbers and stats"]["response"]["body"]
    page = engine.search("kits", Query(stats=("price", "moq")))
    for name in ("price", "moq"):
        real, found = body["facetStats"][name], page.stats[name]
        assert (found.min, found.max) == (real["min"], real["max"])
        assert found.count == sum(body["facetDistribution"][name].values())
        assert sum(bar.count for bar in found.histogram) == found.count


def test_pages_are_as_recorded(engine: Engine) -> None:
    assert ids(engine, Query(offset=3, limit=2)) == recorded_ids("pages: limit and offset")
    assert ids(engine, Query(offset=100_000, limit=2)) == []


def test_nearness_is_as_recorded(engine: Engine) -> None:
    real = RECORDED["empty q"]
    vector = np.array(real["request"]["body"]["vector"], dtype=np.float32)
    page = engine.search("kits", Query(vector=vector, limit=6))
    assert [hit.id for hit in page.hits] == recorded_ids("empty q")
    cosines = [2 * hit["_rankingScore"] - 1 for hit in real["response"]["body"]["hits"]]
    assert [hit.similarity for hit in page.hits] == pytest.approx(cosines, abs=0.02)
    assert page.total == real["response"]["body"]["estimatedTotalHits"]


def test_similar_ones_are_as_recorded(engine: Engine) -> None:
    found = engine.similar("kits", "mat-01", 3)
    assert [hit.id for hit in found.hits] == recorded_ids("with score")
    assert found.total == 11
    others = engine.similar("kits", "mat-01", 4, Not(RUBBER))
    assert [hit.id for hit in others.hits] == recorded_ids("with filter")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("words: phrase", '"natural rubber"'),
        ("words: not a word", "rubber -mat"),
        ("words: not a phrase", 'rubber -"natural rubber"'),
        ("words: only a negation", "-rubber"),
        ("words: typo", "ruber mat"),
        ("words: number", "710"),
        ("words: nothing found", "xyzzy"),
        ("words: Malayalam", "കയർ"),
        ("words: Turkish I", "istanbul"),
        ("words: accents left out", "naive facade"),
    ],
)
def test_words_find_what_the_recorded_server_found(engine: Engine, name: str, typed: str) -> None:
    page = engine.search("kits", Query(typed))
    real = recorded_ids(name)
    if " " in typed.strip('"') and "-" not in typed and '"' not in typed:
        # Those with all words, and first; of the rest each engine shows what it holds related
        full = {"words: typo": 2, "words: accents left out": 1}[name]
        assert {hit.id for hit in page.hits[:full]} == set(real[:full])
        assert page.total == full
        assert {hit.id for hit in page.hits} >= set(real)
    else:
        assert {hit.id for hit in page.hits} == set(real)
