"""What our engine asks of the server: how often, in which order, in which words."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from search.contract import (
    MAX_REACHABLE,
    AnyOf,
    Between,
    Document,
    Field,
    IndexSettings,
    Query,
)
from search.errors import BadQuery, IndexMissing
from search.indexes import marketplace_indexes
from search.meilisearch.documents import id_of, key_of
from search.meilisearch.dressing import marked_words
from search.meilisearch.engine import MeilisearchEngine
from search.meilisearch.settings import server_settings
from search.meilisearch.wording import wording
from tests.search.meilisearch.conftest import Opened
from tests.search.meilisearch.wall import Wall

SETTINGS = IndexSettings(
    "things",
    (
        Field("title", "text", weight=2, highlight=True),
        Field("body", "text", weight=1),
        Field("state", "keyword", facet=True),
        Field("tags", "keyword", facet=True, many=True),
        Field("moq", "number", sort=True),
    ),
    synonyms=(("nr", "natural rubber"),),
    vector_dimensions=2,
)
NEAR = np.array([1, 0.1], np.float32)


def things(count: int) -> list[Document]:
    return [
        Document(
            f"t{n}",
            {"title": f"mat {n}", "state": "Kerala" if n % 3 else "Goa", "moq": n},
            np.array([1, n + 1], np.float32),
        )
        for n in range(count)
    ]


@pytest.fixture
def filled(engine: MeilisearchEngine, wall: Wall) -> MeilisearchEngine:
    engine.ensure(SETTINGS)
    engine.write("things", things(30))
    engine.search("things", Query())
    wall.requests.clear()
    return engine


def asked(wall: Wall) -> list[Any]:
    return [each.body["queries"] for each in wall.requests if each.path == "/multi-search"]


def test_a_hybrid_search_with_chosen_facets_is_ranked_by_one_request(
    wall: Wall, filled: MeilisearchEngine
) -> None:
    page = filled.search(
        "things",
        Query("mat", vector=NEAR, facets=("state", "tags"), stats=("moq",),
              refinements={"state": AnyOf("state", ("Goa",)), "moq": Between("moq", 3, 20)}),
    )  # fmt: skip
    ranking, dressing = asked(wall)
    assert len(wall.requests) == 2
    every, by_state, by_moq, some, near = ranking
    assert every["facets"] == ["tags"]
    assert every["matchingStrategy"] == "all"
    assert every["filter"] == some["filter"] == near["filter"]
    assert (by_state["facets"], by_state["limit"]) == (["state"], 0)
    assert "state" not in by_state["filter"]
    assert "moq" not in by_moq["filter"]
    assert near["hybrid"] == {"embedder": "main", "semanticRatio": 1}
    assert near["q"] == ""
    assert all("vector" not in each for each in (every, by_state, by_moq, some))
    assert all("hybrid" not in each or each["limit"] > 0 for each in ranking)
    assert all(each["attributesToRetrieve"] == ["id"] for each in ranking)
    assert dressing[0]["limit"] < 100
    assert page.total == 6
    assert {each.value: each.count for each in page.facets["state"]} == {"Kerala": 12, "Goa": 6}
    assert page.stats["moq"].count == 10


def test_counting_alone_asks_for_no_documents(wall: Wall, filled: MeilisearchEngine) -> None:
    assert filled.search("things", Query("mat", limit=0)).total == 30
    assert len(wall.requests) == 1


def test_a_vector_without_words_and_without_a_page_is_left_out(
    wall: Wall, filled: MeilisearchEngine
) -> None:
    assert filled.search("things", Query(vector=NEAR, limit=0)).total == 30
    assert len(asked(wall)[0]) == 1


def test_what_is_only_near_must_be_as_near_as_asked(filled: MeilisearchEngine) -> None:
    filled.write("things", [Document("rug", {"title": "rug"}, NEAR)])
    rug = filled.search("things", Query("rug", vector=NEAR))
    nearest = filled.search("things", Query("rug", vector=NEAR, least_similarity=0.9))

    assert rug.total == nearest.total == 1
    assert rug.related > nearest.related == len(nearest.hits) - 1
    assert rug.related_from == 1


def test_long_lists_are_paged_through_without_gaps(opened: Opened) -> None:
    """More hits than compete by meaning: the pages beyond follow by words."""
    engine = opened(timeout=20.0)
    engine.ensure(SETTINGS)
    engine.write("things", things(460))
    seen: list[str] = []
    for offset in range(0, 500, 230):
        page = engine.search("things", Query("mat", vector=NEAR, offset=offset, limit=230))
        assert page.total + page.related == 460
        seen += [hit.id for hit in page.hits]
    assert len(seen) == len(set(seen)) == 460


def test_no_page_lies_beyond_what_the_server_reaches(wall: Wall, filled: MeilisearchEngine) -> None:
    for query in (Query("mat", offset=10**9), Query(offset=10**9), Query("mat", offset=9_995)):
        assert filled.search("things", query).hits == ()
    for queries in asked(wall):
        assert all(each.get("offset", 0) + each["limit"] <= MAX_REACHABLE for each in queries)


def test_what_is_excluded_does_not_come_back_by_meaning(filled: MeilisearchEngine) -> None:
    filled.write("things", [Document("x", {"title": "Unwanted mat"}, NEAR)])
    page = filled.search("things", Query("mat -unwanted", vector=NEAR, limit=100))
    assert page.total == 30
    assert "x" not in [hit.id for hit in page.hits]
    assert "x" in [hit.id for hit in filled.search("things", Query("mat", vector=NEAR)).hits]
    page = filled.search("things", Query("-unwanted", vector=NEAR, limit=100))
    assert (page.total, len(page.hits)) == (30, 30)
    assert "x" not in [hit.id for hit in page.hits]


# -- order of work -------------------------------------------------------------------------


def steps(wall: Wall) -> list[str]:
    return [f"{each.method} {each.path}" for each in wall.requests if each.method != "GET"]


def test_settings_come_before_documents_and_the_swap_last(
    wall: Wall, filled: MeilisearchEngine
) -> None:
    told: list[int] = []
    assert filled.rebuild(SETTINGS, iter(things(7)), told.append) == 7
    assert told[-1] == 7
    done = [each for each in steps(wall) if "index_settings" not in each and "fetch" not in each]
    aside = wall.requests[[r.path for r in wall.requests].index("/indexes")].path
    assert aside == "/indexes"
    kinds = [each.split("?")[0].split(" ")[0] + " " + each.rpartition("/")[2] for each in done]
    assert kinds[0] == "POST indexes"
    assert kinds[1] == "PATCH settings"
    assert kinds[2].startswith("POST documents")
    assert kinds[3] == "POST swap-indexes"
    assert kinds[-1].startswith("DELETE things_next-")
    assert sorted(wall.memory.indexes) == ["index_settings", "things"]


def test_an_index_is_unknown_until_its_first_rebuild_filled_it(
    wall: Wall, engine: MeilisearchEngine, opened: Opened
) -> None:
    """An empty page would be taken for the answer; a missing index is said to be missing."""
    reader = opened()

    def documents() -> Iterator[Document]:
        with pytest.raises(IndexMissing):
            reader.search("things", Query())
        assert reader.status() == {}
        yield from things(3)

    assert engine.rebuild(SETTINGS, documents()) == 3
    assert reader.search("things", Query()).total == 3
    assert sorted(wall.memory.indexes) == ["index_settings", "things"]


def test_a_rebuild_that_died_before_it_was_registered_is_repeated(
    wall: Wall, engine: MeilisearchEngine
) -> None:
    engine.rebuild(SETTINGS, things(3))
    wall.memory.indexes["index_settings"].documents.clear()
    with pytest.raises(IndexMissing):
        engine.write("things", things(1))
    assert engine.rebuild(SETTINGS, things(4)) == 4
    assert sorted(wall.memory.indexes) == ["index_settings", "things"]


def test_an_index_deleted_on_the_server_is_not_shown_empty_meanwhile(
    wall: Wall, filled: MeilisearchEngine
) -> None:
    def documents() -> Iterator[Document]:
        with pytest.raises(IndexMissing):
            filled.search("things", Query())
        yield from things(2)

    del wall.memory.indexes["things"]
    assert filled.rebuild(SETTINGS, documents()) == 2
    assert filled.search("things", Query()).total == 2


def test_a_write_that_lands_between_the_last_look_and_the_swap_is_kept(
    wall: Wall, filled: MeilisearchEngine
) -> None:
    """The worst moment: just before the swap takes effect."""
    swap = wall.memory._swap

    def late(body: Any) -> None:
        wall.memory._add("things", [_stored(filled, "late")], "id", True)
        swap(body)

    wall.memory._swap = late  # type: ignore[method-assign]
    filled.rebuild(SETTINGS, things(5))
    assert filled.get("things", "late") is not None
    assert filled.search("things", Query()).total == 6


def _stored(engine: MeilisearchEngine, id: str) -> dict[str, Any]:
    from search.meilisearch.documents import to_server
    from search.meilisearch.writing import now

    return to_server(Document(id, {"title": "late"}), SETTINGS, now())


def test_a_rebuild_under_other_fields_is_seen_by_others_at_once(
    opened: Opened, filled: MeilisearchEngine
) -> None:
    reader = opened()
    assert reader.search("things", Query()).total == 30
    wider = IndexSettings("things", (*SETTINGS.fields, Field("hs", "keyword", facet=True)),
                          vector_dimensions=2)  # fmt: skip
    filled.rebuild(wider, [Document("a", {"hs": "4016"}, NEAR)])
    page = reader.search("things", Query(facets=("hs",)))  # a field it has not heard of yet
    assert [each.value for each in page.facets["hs"]] == ["4016"]
    with pytest.raises(BadQuery):
        reader.search("things", Query(facets=("nothing",)))


# -- words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Stable MATS", "stable mat"),
        ("18mm mat", "18 mm mat"),
        ('"Natural rubber" sheets', '"natural rubber" sheet'),
        ("rubber -mats", "-mat rubber"),
        ('rubber -"natural rubber"', '-"natural rubber" rubber'),
        ("4016.99 mats", "mat 401699"),
        ("40169990", "401699"),
        ("the mat", "mat"),
        ("for and", "for and"),
        ("Straße ışık", "strasse isik"),
        ("!!!", ""),
    ],
)
def test_words_are_sent_folded(typed: str, sent: str) -> None:
    assert wording(typed).text() == sent


def test_words_the_server_would_not_read_are_named() -> None:
    found = wording(" ".join(f"w{n}x" for n in range(13)))
    assert found.size <= 10
    assert found.ignored


def test_marks_are_read_word_by_word() -> None:
    text = "\ue000natural rubber\ue001 sheet \ue00018\ue001 \ue000gask\ue001et"
    assert marked_words({"_words_title": text, "title": "\ue000no\ue001"}) == {
        "natural", "rubber", "18", "gasket",
    }  # fmt: skip


# -- documents and settings ----------------------------------------------------------------


@pytest.mark.parametrize("id", ["a", "mat-01", "_x", "കയർ", "a/b c", "ü" * 100, "A" * 468])
def test_any_id_has_a_key_the_server_takes(id: str) -> None:
    assert id_of(key_of(id)) == id
    assert len(key_of(id)) <= 468


def test_an_id_too_long_for_a_key_is_refused() -> None:
    with pytest.raises(BadQuery, match="shorter"):
        key_of("ക" * 400)


@pytest.mark.parametrize("name", ["products", "firms", "clusters"])
def test_the_indexes_of_the_marketplace_fit_the_server(
    engine: MeilisearchEngine, name: str
) -> None:
    settings = marketplace_indexes()[name]
    sent = server_settings(settings)
    assert IndexSettings.restored(asdict(settings)) == settings
    assert sent["searchableAttributes"][0] in ("_words_title", "_words_name")
    assert sent["synonyms"]["elaichi"]
    assert sent["pagination"]["maxTotalHits"] == MAX_REACHABLE
    assert engine.ensure(settings)
    assert not engine.ensure(settings)


def test_what_a_program_of_another_format_filled_is_filled_anew(
    filled: MeilisearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.meilisearch.registry.FORMAT", 2)
    assert not filled.is_current(SETTINGS)
    assert filled.rebuild(SETTINGS, things(5)) == 5
    assert filled.is_current(SETTINGS)
    monkeypatch.setattr("search.meilisearch.registry.FORMAT", 3)
    assert filled.ensure(SETTINGS)
    assert filled.is_current(SETTINGS)


def test_names_that_would_collide_are_refused(engine: MeilisearchEngine) -> None:
    for fields in ((Field("id", "keyword"),), (Field("_written", "number"),)):
        with pytest.raises(BadQuery):
            engine.ensure(IndexSettings("things", fields))
    with pytest.raises(BadQuery):
        engine.ensure(IndexSettings("a b", ()))


def test_installations_share_a_server_by_prefix(opened: Opened) -> None:
    one, other = opened(prefix="one-"), opened(prefix="other-")
    one.ensure(SETTINGS)
    one.write("things", things(2))
    assert other.status() == {}
    assert other.ensure(SETTINGS)
    assert (one.status()["things"].documents, other.status()["things"].documents) == (2, 0)


def test_what_was_removed_during_a_rebuild_and_written_again_stays(
    filled: MeilisearchEngine,
) -> None:
    def documents() -> Iterator[Document]:
        yield from things(3)
        filled.write("things", [], ["t0", "t1"])
        filled.write("things", [Document("t1", {"title": "Back again"})])

    filled.rebuild(SETTINGS, documents())
    assert filled.get("things", "t0") is None
    back = filled.get("things", "t1")
    assert back is not None and back.values["title"] == "Back again"
