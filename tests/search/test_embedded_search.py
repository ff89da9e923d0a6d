"""What a buyer types, and what comes first: the embedded engine on a small catalogue."""

from pathlib import Path

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
    Query,
)
from search.engines import open_engine
from search.errors import BadQuery, SearchUnavailable
from search.fusing import weight_of_meaning

SETTINGS = IndexSettings(
    name="goods",
    fields=(
        Field("title", "text", weight=3, highlight=True),
        Field("family", "text", weight=2),
        Field("description", "text", weight=1, highlight=True),
        Field("hs_text", "text", weight=1),
        Field("state", "keyword", facet=True),
        Field("evidence", "keyword", facet=True, many=True),
        Field("gi", "flag", facet=True),
        Field("moq", "number", sort=True),
        Field("lead_days", "number", sort=True),
    ),
    synonyms=(
        ("nr", "natural rubber"),
        ("cardamom", "elaichi"),
        ("coir", "coconut fibre"),
        ("cardamom", "ഏലം"),
    ),
    vector_dimensions=4,
)


def towards(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=np.float32)


GOODS = [
    Document(
        "mat",
        {
            "title": "Rubber stable mat, 18mm",
            "family": "Stable mats",
            "description": "Livestock flooring for horses and cows, hammered top",
            "hs_text": "401699 Articles of vulcanised rubber",
            "state": "Kerala",
            "evidence": ["ISO9001", "REACH"],
            "moq": 100,
            "lead_days": 30,
        },
        towards(1, 0, 0, 0),
    ),
    Document(
        "sheet",
        {
            "title": "Natural rubber sheet RSS4",
            "family": "Raw rubber",
            "description": "Ribbed smoked sheet from estates",
            "hs_text": "400121 Smoked sheets",
            "state": "Kerala",
            "evidence": ["ISO9001"],
            "moq": 1000,
        },
        towards(0.9, 0.4, 0, 0),
    ),
    Document(
        "elaichi",
        {
            "title": "Green cardamom 8 mm bold",
            "family": "Cardamom",
            "description": "ഇടുക്കിയിലെ ഏലം, hand picked",
            "hs_text": "090831 Cardamoms",
            "state": "Kerala",
            "gi": True,
            "moq": 25,
            "lead_days": 10,
        },
        towards(0, 1, 0, 0),
    ),
    Document(
        "lamp",
        {
            "title": "Brass lamp İstanbul",
            "family": "Lamps",
            "description": "Pirinç lamba, yumuşak ışık",
            "hs_text": "940550 Lamps",
            "state": "Uttar Pradesh",
            "gi": False,
            "moq": 5,
            "lead_days": 45,
        },
        towards(0, 0, 1, 0),
    ),
    Document(
        "bag",
        {
            "title": "Leather messenger bag",
            "family": "Leather bags",
            "description": "मुलायम चमड़ा का थैला, full grain",
            "hs_text": "420221 Handbags",
            "state": "Uttar Pradesh",
            "evidence": ["LWG", "REACH"],
        },
        towards(0, 0, 0.7, 0.7),
    ),
    Document(
        "carpet",
        {
            "title": "Hand knotted carpet",
            "family": "Carpets",
            "description": "سجاد يدوي من الصوف، مَكْتَبَة",
            "hs_text": "570110 Carpets",
            "state": "Uttar Pradesh",
            "lead_days": 90,
        },
    ),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = open_engine(tmp_path_factory.mktemp("search"))
    engine.ensure(SETTINGS)
    engine.write("goods", GOODS)
    return engine


def ids(engine: Engine, text: str = "", **asked: object) -> list[str]:
    return [hit.id for hit in engine.search("goods", Query(text, **asked)).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("stable mat", "mat"),
        ("stable mats", "mat"),  # plural
        ("stabel mats", "mat"),  # transposed letters
        ("stablemat", "mat"),  # a blank forgotten
        ("lether bag", "bag"),
        ("kardamom", "elaichi"),  # a wrong first letter, as nothing else is near
        ("elaichi", "elaichi"),
        ("nr", "sheet"),
        ("natural rubber", "sheet"),
        ("18 mm", "mat"),
        ("rss 4", "sheet"),
        ("carp", "carpet"),  # still typing
        ("ഏലം", "elaichi"),
        ("ഇടുക്കിയിലെ", "elaichi"),
        ("चमड़ा", "bag"),
        ("चमडा", "bag"),  # without the dot below
        ("istanbul", "lamp"),
        ("İSTANBUL", "lamp"),
        ("ISTANBUL", "lamp"),
        ("isik", "lamp"),
        ("ışık", "lamp"),
        ("IŞIK", "lamp"),
        ("pirinc", "lamp"),
        ("سجاد", "carpet"),
        ("مكتبة", "carpet"),  # without its vowel signs
        ("4016", "mat"),
        ("4016.99", "mat"),
        ("40169990", "mat"),
    ],
)
def test_what_is_typed_finds_what_is_meant(engine: Engine, typed: str, first: str) -> None:
    assert ids(engine, typed)[:1] == [first]


def test_a_phrase_wants_its_words_in_a_row(engine: Engine) -> None:
    assert ids(engine, '"stable mat"') == ["mat"]
    assert ids(engine, '"mat stable"') == []


def test_a_phrase_does_not_reach_from_one_field_into_the_next(engine: Engine) -> None:
    assert ids(engine, '"bold cardamom"') == []


def test_a_minus_excludes(engine: Engine) -> None:
    assert ids(engine, "rubber -sheet") == ["mat"]
    assert "mat" not in ids(engine, "-rubber")
    assert len(ids(engine, "-rubber")) == 4
    assert engine.search("goods", Query("rubber -sheet")).total == 1


def test_a_hyphen_inside_a_word_does_not_exclude(engine: Engine) -> None:
    assert ids(engine, "hand-knotted")[:1] == ["carpet"]


def test_words_that_no_document_holds_together_are_dropped_and_named(engine: Engine) -> None:
    page = engine.search("goods", Query("purple stable mat"))
    assert page.hits[0].id == "mat"
    assert page.hits[0].matched_words == ("stable", "mat")
    assert page.hits[0].dropped_words == ("purple",)
    assert page.dropped == ("purple",)
    assert page.total == 1


def test_a_first_word_that_nobody_wrote_does_not_hide_the_rest(engine: Engine) -> None:
    assert set(ids(engine, "zzzz rubber")) == {"mat", "sheet"}


def test_stop_words_alone_are_taken_seriously(engine: Engine) -> None:
    assert set(ids(engine, "for and")) == {"mat"}


def test_did_you_mean_respells_the_whole_query(engine: Engine) -> None:
    assert engine.search("goods", Query("lether bag")).corrections == ("leather bag",)
    assert engine.search("goods", Query("leather bag")).corrections == ()


def test_matches_are_marked_as_they_were_matched(engine: Engine) -> None:
    (hit,) = engine.search("goods", Query("stabel elaichi -x mats", highlight=True, limit=1)).hits
    assert hit.highlighted["title"] == "Rubber \ue000stable\ue001 \ue000mat\ue001, 18mm"
    (hit,) = engine.search("goods", Query("ഏലം", highlight=True)).hits
    assert "\ue000ഏലം\ue001" in hit.highlighted["description"]


def test_meaning_lifts_what_words_miss(engine: Engine) -> None:
    page = engine.search("goods", Query("carpet", vector=towards(0, 1, 0, 0)))
    assert [hit.id for hit in page.hits] == ["carpet", "elaichi", "sheet"]
    assert (page.total, page.related) == (1, 2)
    assert page.hits[1].similarity == pytest.approx(1, abs=0.01)
    assert page.hits[1].score == pytest.approx(0.3, abs=0.01)


def test_what_is_only_near_must_be_as_near_as_asked(engine: Engine) -> None:
    like = {"text": "stable", "vector": towards(1, 0.5, 0, 0)}
    all_near = engine.search("goods", Query(**like))  # type: ignore[arg-type]
    nearest = engine.search("goods", Query(**like, least_similarity=0.9))  # type: ignore[arg-type]

    assert all_near.related > nearest.related
    assert len(nearest.hits) == nearest.total + nearest.related
    assert all_near.related_from == all_near.total
    assert (nearest.related_from is None) == (nearest.related == 0)


def test_score_is_the_sum_of_both_scores(engine: Engine) -> None:
    (first, *_) = engine.search("goods", Query("bag", vector=towards(0, 0, 0, 1))).hits
    assert first.id == "bag"
    assert first.score == pytest.approx(1 + weight_of_meaning(0.3, 1) * 0.7071, abs=0.01)


def test_meaning_alone_orders_everything_by_nearness(engine: Engine) -> None:
    found = engine.search("goods", Query(vector=towards(1, 0, 0, 0)))
    assert [hit.id for hit in found.hits[:2]] == ["mat", "sheet"]
    assert found.total == 6


def test_a_document_without_a_vector_is_found_by_words(engine: Engine) -> None:
    assert ids(engine, "carpet", vector=towards(1, 0, 0, 0))[0] == "carpet"


def test_filters_bind_words_and_meaning_alike(engine: Engine) -> None:
    kerala = Equals("state", "Kerala")
    assert set(ids(engine, filter=kerala)) == {"mat", "sheet", "elaichi"}
    assert ids(engine, "rubber", filter=And((kerala, Between("moq", 500)))) == ["sheet"]
    near = ids(engine, "rubber", vector=towards(0, 0, 1, 0), filter=kerala)
    assert set(near) == {"mat", "sheet"}
    assert set(ids(engine, filter=Not(Exists("lead_days")))) == {"sheet", "bag"}
    assert ids(engine, filter=Equals("gi", True)) == ["elaichi"]


def test_a_facet_goes_on_counting_beside_its_own_choice(engine: Engine) -> None:
    page = engine.search(
        "goods",
        Query(
            facets=("state", "evidence"),
            refinements={"state": AnyOf("state", ("Kerala",))},
        ),
    )
    assert page.total == 3
    assert page.facets["state"] == (FacetCount("Kerala", 3), FacetCount("Uttar Pradesh", 3))
    assert page.facets["evidence"] == (FacetCount("ISO9001", 2), FacetCount("REACH", 1))


def test_a_chosen_value_stays_visible_at_zero(engine: Engine) -> None:
    page = engine.search(
        "goods",
        Query("carpet", facets=("state",), refinements={"state": AnyOf("state", ("Kerala",))}),
    )
    assert page.facets["state"] == (FacetCount("Uttar Pradesh", 1), FacetCount("Kerala", 0))


def test_statistics_cover_the_matches(engine: Engine) -> None:
    page = engine.search("goods", Query(stats=("moq", "lead_days")))
    assert (page.stats["moq"].min, page.stats["moq"].max, page.stats["moq"].count) == (5, 1000, 4)
    assert sum(bar.count for bar in page.stats["moq"].histogram) == 4


def test_sorting_puts_the_lacking_last(engine: Engine) -> None:
    assert ids(engine, sort=(("moq", "asc"),))[:4] == ["lamp", "elaichi", "mat", "sheet"]
    assert ids(engine, sort=(("lead_days", "desc"),)) == [
        "carpet", "lamp", "mat", "elaichi", "sheet", "bag",
    ]  # fmt: skip


def test_pages_follow_each_other_and_end(engine: Engine) -> None:
    pages = [ids(engine, offset=at, limit=2) for at in (0, 2, 4, 6, 10**9)]
    assert [len(each) for each in pages] == [2, 2, 2, 0, 0]
    assert len({id for each in pages for id in each}) == 6


def test_similar_leaves_itself_out(engine: Engine) -> None:
    page = engine.similar("goods", "mat", 2)
    assert page.hits[0].id == "sheet"
    assert "mat" not in [hit.id for hit in page.hits]
    assert engine.similar("goods", "nobody").hits == ()


def test_similar_without_a_vector_goes_by_words(engine: Engine) -> None:
    assert "carpet" not in [hit.id for hit in engine.similar("goods", "carpet").hits]


def test_suggestions_complete_with_names_of_the_index(engine: Engine) -> None:
    texts = [each.text for each in engine.suggest("goods", "stab")]
    assert texts[0] == "Stable mats"
    assert engine.suggest("goods", "") == ()


def test_facet_values_are_found_by_any_of_their_words(engine: Engine) -> None:
    assert engine.facet_values("goods", "state", "prad") == (FacetCount("Uttar Pradesh", 3),)


def test_a_document_comes_back_as_it_was_written(engine: Engine) -> None:
    found = engine.get("goods", "mat")
    assert found is not None
    assert found.values == GOODS[0].values
    assert engine.get("goods", "nobody") is None


@pytest.mark.parametrize(
    "query",
    [
        Query(limit=-1),
        Query(limit=10**6),
        Query(offset=-5),
        Query(facets=("title",)),
        Query(facets=("moq",)),
        Query(facets=("nothing",)),
        Query(stats=("state",)),
        Query(sort=(("state", "asc"),)),
        Query(filter=Equals("nothing", 1)),
        Query(filter=Equals("moq", "many")),
        Query(filter=Between("state", 1, 2)),
        Query(filter=Between("moq", float("nan"), 2)),
        Query(filter=Equals("gi", "perhaps")),
        Query("rubber", facets=("title",)),
        Query(vector=towards(1, 2)),
        Query(vector=towards(0, 0, 0, 0)),
        Query(vector=towards(float("inf"), 0, 0, 0)),
    ],
)
def test_nonsense_is_refused_with_a_remedy(engine: Engine, query: Query) -> None:
    with pytest.raises(BadQuery) as refusal:
        engine.search("goods", query)
    assert refusal.value.remedy


@pytest.mark.parametrize(
    "document",
    [
        Document("", {}),
        Document("x" * 501, {}),
        Document("x", {"nothing": 1}),
        Document("x", {"moq": "many"}),
        Document("x", {"moq": float("inf")}),
        Document("x", {"state": ["a", "b"]}),
        Document("x", {"title": 5}),
        Document("x", {}, towards(1, 2)),
        Document("x", {}, towards(0, 0, 0, 0)),
    ],
)
def test_a_bad_document_is_refused_and_spoils_nothing(engine: Engine, document: Document) -> None:
    with pytest.raises(BadQuery):
        engine.write("goods", [Document("good", {"title": "good"}), document])
    assert engine.get("goods", "good") is None


def test_no_engine_hides_behind_an_unknown_address(tmp_path: Path) -> None:
    with pytest.raises(SearchUnavailable):
        open_engine("redis://localhost")


def test_what_lacks_words_and_is_no_kin_counts_half(tmp_path: Path) -> None:
    settings = IndexSettings("few", (Field("title", "text", weight=1),), vector_dimensions=4)
    titles = {"tread": "rubber strip", "grinder": "rubber disc", "new": "rubber hose"}
    vectors = {"tread": towards(1, 0, 0, 0), "grinder": towards(0.1, 0.995, 0, 0), "new": None}
    engine = open_engine(tmp_path)
    documents = [Document(id, {"title": text}, vectors[id]) for id, text in titles.items()]
    engine.rebuild(settings, [*documents, Document("tire", {"title": "tire rubber tread"})])
    found = engine.search("few", Query("rubber tread", vector=towards(1, 0, 0, 0))).hits
    scores = {
        hit.id: hit.score - (hit.similarity or 0) * weight_of_meaning(0.3, 2) for hit in found
    }
    assert scores["grinder"] == pytest.approx(scores["tread"] / 2, abs=0.01)
    assert scores["new"] == pytest.approx(scores["tread"], abs=0.01)
