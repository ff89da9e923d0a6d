"""One contract, every engine: the same documents, the same questions, the same answers.

What a real server was recorded to answer is held against them in
`test_contract_recorded.py`.
"""

from collections.abc import Iterator

import numpy as np
import pytest

from search.contract import (
    And,
    AnyOf,
    Between,
    Document,
    Engine,
    Equals,
    Exists,
    FacetCount,
    Field,
    IndexSettings,
    Not,
    Or,
    Query,
)
from search.errors import BadQuery, IndexMissing
from search.fusing import weight_of_meaning
from tests.search.kits import ids
from tests.search.test_embedded_search import GOODS
from tests.search.test_embedded_search import SETTINGS as GOODS_SETTINGS


@pytest.fixture(scope="module")
def engine(every_engine: Engine) -> Engine:
    return every_engine


def test_weaknesses_of_the_server_are_mended(engine: Engine) -> None:
    assert "mat-03" in ids(engine, Query("zzzz rubber"))
    assert ids(engine, Query("strasse")) == ["uni-01"]
    assert ids(engine, Query("rubber mats"))[:2] == ids(engine, Query("rubber mat"))[:2]
    assert [each.value for each in engine.facet_values("kits", "firm", "knits")] == ["Noyyal Knits"]
    assert engine.search("kits", Query("🥥 coir")).total == 2


def test_a_vector_does_not_change_totals_and_facets(engine: Engine) -> None:
    vector = np.array([0.85, 0.2, 0.2, 0.1], dtype=np.float32)
    by_words = engine.search("kits", Query("rubber mat", facets=("sector",)))
    both = engine.search("kits", Query("rubber mat", vector=vector, facets=("sector",)))
    assert by_words.total == both.total == 2
    assert by_words.facets == both.facets == {"sector": (FacetCount("rubber", 2),)}
    assert {hit.id for hit in both.hits[:2]} == {"mat-01", "mat-03"}
    assert both.related >= by_words.related
    assert len(both.hits) == both.total + both.related


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("stable mat", "mat"),
        ("stable mats", "mat"),
        ("stabel mats", "mat"),
        ("lether bag", "bag"),
        ("elaichi", "elaichi"),
        ("nr", "sheet"),
        ("18 mm", "mat"),
        ("carp", "carpet"),
        ("ഏലം", "elaichi"),
        ("चमडा", "bag"),
        ("İSTANBUL", "lamp"),
        ("ışık", "lamp"),
        ("مكتبة", "carpet"),
        ("4016", "mat"),
        ("4016.99", "mat"),
        ("4016 mat", "mat"),
        ("40169990", "mat"),
        ("for and", "mat"),
    ],
)
def test_what_is_typed_finds_what_is_meant(engine: Engine, typed: str, first: str) -> None:
    assert ids(engine, Query(typed), "goods")[:1] == [first]


def test_words_that_no_document_holds_together_are_dropped_and_named(engine: Engine) -> None:
    page = engine.search("goods", Query("purple stable mat"))
    assert (page.hits[0].id, page.total, page.dropped) == ("mat", 1, ("purple",))
    assert page.hits[0].matched_words == ("stable", "mat")
    assert page.hits[0].dropped_words == ("purple",)


def test_did_you_mean_respells_the_whole_query(engine: Engine) -> None:
    assert engine.search("goods", Query("lether bag")).corrections == ("leather bag",)
    assert engine.search("goods", Query("leather bag")).corrections == ()


def test_matches_are_marked_in_the_text_as_it_was_written(engine: Engine) -> None:
    (hit, *_) = engine.search("goods", Query("stabel mats", highlight=True)).hits
    assert hit.highlighted["title"] == "Rubber \ue000stable\ue001 \ue000mat\ue001, 18mm"
    (hit, *_) = engine.search("goods", Query("ഏലം", highlight=True)).hits
    assert "\ue000ഏലം\ue001" in hit.highlighted["description"]


def test_score_is_the_sum_of_both_scores(engine: Engine) -> None:
    vector = np.array([0, 0, 0, 1], dtype=np.float32)
    (first, *_) = engine.search("goods", Query("bag", vector=vector)).hits
    assert first.id == "bag"
    assert first.score == pytest.approx(1 + weight_of_meaning(0.3, 1) * 0.7071, abs=0.01)
    vector = np.array([0, 1, 0, 0], dtype=np.float32)
    page = engine.search("goods", Query("carpet", vector=vector))
    assert [hit.id for hit in page.hits] == ["carpet", "elaichi", "sheet"]
    assert (page.total, page.related) == (1, 2)
    assert page.hits[1].score == pytest.approx(0.3, abs=0.01)


def test_a_facet_goes_on_counting_beside_its_own_choice(engine: Engine) -> None:
    chosen = {"state": AnyOf("state", ("Kerala",)), "moq": Between("moq", 50)}
    page = engine.search(
        "goods", Query(facets=("state", "evidence"), stats=("moq",), refinements=chosen)
    )
    assert page.total == 2
    assert page.facets["state"] == (FacetCount("Kerala", 2),)
    assert page.facets["evidence"] == (FacetCount("ISO9001", 2), FacetCount("REACH", 1))
    assert (page.stats["moq"].min, page.stats["moq"].count) == (25, 3)
    page = engine.search("goods", Query("carpet", facets=("state",), refinements={
        "state": AnyOf("state", ("Kerala",))
    }))  # fmt: skip
    assert page.facets["state"] == (FacetCount("Uttar Pradesh", 1), FacetCount("Kerala", 0))


def test_what_exists_and_what_lacks(engine: Engine) -> None:
    assert set(ids(engine, Query(filter=Not(Exists("lead_days"))), "goods")) == {"sheet", "bag"}
    assert len(ids(engine, Query(filter=Exists("certs")))) == 11  # one holds an empty list
    assert len(ids(engine, Query(filter=And(())))) == 12
    assert ids(engine, Query(filter=Or(()))) == []
    assert len(ids(engine, Query(filter=Not(Or(()))))) == 12


def test_suggestions_complete_with_names_of_the_index(engine: Engine) -> None:
    assert engine.suggest("goods", "stab")[0].text == "Stable mats"
    assert engine.suggest("goods", "") == ()


def test_a_document_comes_back_as_it_was_written(engine: Engine) -> None:
    found = engine.get("goods", "mat")
    assert found is not None
    assert found.values == GOODS[0].values
    assert found.vector is not None
    assert found.vector.tolist() == pytest.approx([1, 0, 0, 0])
    assert engine.get("goods", "nobody") is None


def test_a_document_without_a_vector_is_found_by_words(engine: Engine) -> None:
    vector = np.array([1, 0, 0, 0], dtype=np.float32)
    assert ids(engine, Query("carpet", vector=vector), "goods")[0] == "carpet"
    assert "carpet" not in [hit.id for hit in engine.similar("goods", "carpet").hits]


def test_status_counts_documents_and_vectors(engine: Engine) -> None:
    found = engine.status()
    assert (found["goods"].documents, found["goods"].vectors) == (6, 5)
    assert found["kits"].healthy and found["kits"].generation != found["goods"].generation


NONSENSE = [
    Query(limit=-1), Query(limit=10**6), Query(offset=-5), Query(facets=("title",)),
    Query(facets=("moq",)), Query(facets=("nothing",)), Query(stats=("state",)),
    Query(sort=(("state", "asc"),)), Query(filter=Equals("nothing", 1)),
    Query(filter=Equals("moq", "many")), Query(filter=Between("state", 1, 2)),
    Query(filter=Between("moq", float("nan"), 2)), Query(filter=Equals("gi", "perhaps")),
    Query(vector=np.zeros(4, np.float32)), Query(vector=np.ones(2, np.float32)),
]  # fmt: skip


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_is_refused_with_a_remedy(engine: Engine, query: Query) -> None:
    with pytest.raises(BadQuery) as refusal:
        engine.search("goods", query)
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("query", "remedy"),
    [
        (Query(offset=-1), "Give a whole number from 0 on."),
        (Query(limit=-1), "Give a whole number from 0 to 1000."),
    ],
)
def test_a_number_out_of_bounds_is_told_its_bounds(
    engine: Engine, query: Query, remedy: str
) -> None:
    with pytest.raises(BadQuery) as refusal:
        engine.search("goods", query)
    assert refusal.value.remedy == remedy


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "!!!", '"', '"""', "-", "- -", "\x00\x07", "\ud800 rubber", "🥥", "a" * 5_000,
     "rubber " * 500, "\\", '" OR 1=1', "സ" * 400, "-" * 50, '-"', "(((((", "*", "\u202e"],
)  # fmt: skip
def test_any_text_gives_a_page(engine: Engine, typed: str) -> None:
    assert engine.search("kits", Query(typed, facets=("sector",), highlight=True)).total >= 0
    engine.suggest("kits", typed)


def test_an_unknown_index_is_missing(engine: Engine) -> None:
    with pytest.raises(IndexMissing):
        engine.search("nobody", Query())
    with pytest.raises(IndexMissing):
        engine.write("nobody", GOODS)


# -- writing (last: it changes what is held) ----------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        Document("", {}), Document("x", {"nothing": 1}), Document("x", {"moq": "many"}),
        Document("x", {"moq": float("inf")}), Document("x", {"state": ["a", "b"]}),
        Document("x", {}, np.ones(2, np.float32)), Document("x", {}, np.zeros(4, np.float32)),
    ],
)  # fmt: skip
def test_a_bad_document_is_refused_and_spoils_nothing(engine: Engine, document: Document) -> None:
    with pytest.raises(BadQuery):
        engine.write("goods", [Document("good", {"title": "good"}), document])
    assert engine.get("goods", "good") is None


def test_writing_replaces_and_removes(engine: Engine) -> None:
    odd = "ആ/ b?#%\n"
    engine.write("goods", [Document(odd, {"title": "Odd thing"}), Document("n", {"moq": 7})])
    assert ids(engine, Query("odd"), "goods") == [odd]
    engine.write("goods", [Document("n", {"title": "Fresh"})], [odd, "never was"])
    assert ids(engine, Query("odd"), "goods") == []
    assert ids(engine, Query("fresh"), "goods") == ["n"]
    assert ids(engine, Query(filter=Equals("moq", 7)), "goods") == []
    engine.write("goods", [], ["n"])
    assert engine.search("goods", Query()).total == 6


def test_a_rebuild_keeps_what_was_written_meanwhile(engine: Engine) -> None:
    before = engine.status()["goods"].generation

    def documents() -> Iterator[Document]:
        yield from GOODS
        engine.write("goods", [Document("late", {"title": "Latecomer"})], ["lamp"])
        engine.write("goods", [Document("mat", {"title": "Newer mat"})])
        assert ids(engine, Query("latecomer"), "goods") == ["late"]  # the old one still answers

    engine.rebuild(GOODS_SETTINGS, documents())
    assert engine.status()["goods"].generation != before
    assert ids(engine, Query("latecomer"), "goods") == ["late"]
    assert ids(engine, Query("newer"), "goods") == ["mat"]
    assert engine.get("goods", "lamp") is None
    assert engine.search("goods", Query()).total == 6
    engine.write("goods", [], ["late"])


def test_other_fields_make_an_empty_index_and_other_synonyms_do_not(engine: Engine) -> None:
    renamed = IndexSettings("shifting", (Field("title", "text", weight=1),))
    assert engine.ensure(renamed)
    engine.write("shifting", [Document("a", {"title": "Almirah"})])
    with_synonyms = IndexSettings("shifting", renamed.fields, (("cupboard", "almirah"),))
    assert not engine.ensure(with_synonyms)
    assert ids(engine, Query("cupboard"), "shifting") == ["a"]
    wider = IndexSettings("shifting", (*renamed.fields, Field("moq", "number")))
    assert engine.ensure(wider)
    assert engine.search("shifting", Query()).total == 0
