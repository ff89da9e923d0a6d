"""Two keys, each for its own purpose, and what they must not be able to do."""

import pytest
from click.testing import CliRunner

from matchmaker.cli import commands
from search.contract import Document, Field, IndexSettings, Query
from search.engines import open_engine
from search.meilisearch.errors import ServerRefused
from search.meilisearch.keys import INDEXING, SEARCHING, Keys, make_keys
from tests.search.meilisearch.conftest import Opened
from tests.search.meilisearch.wall import INDEXING_KEY, MASTER_KEY, SEARCH_KEY, Wall, exchanges

SETTINGS = IndexSettings("things", (Field("title", "text", weight=1),))
THING = Document("a", {"title": "thing"})


def test_keys_are_made_once_and_bounded_to_our_indexes(wall: Wall) -> None:
    first = make_keys(wall.address, MASTER_KEY, ["products", "firms"])
    again = make_keys(wall.address, MASTER_KEY, ["firms", "products"])
    assert first == again == Keys(*(each["key"] for each in wall.memory.keys))
    scope = ["firms*", "index_settings", "products*"]
    assert [(each["actions"], each["indexes"]) for each in wall.memory.keys] == [
        (sorted(SEARCHING), scope),
        (sorted(INDEXING), scope),
    ]


def test_renewed_keys_are_others_and_the_former_are_gone(wall: Wall) -> None:
    first = make_keys(wall.address, MASTER_KEY, ["products"])
    fresh = make_keys(wall.address, MASTER_KEY, ["products"], renew=True)
    assert {first.search, first.indexing}.isdisjoint({fresh.search, fresh.indexing})
    assert [each["key"] for each in wall.memory.keys] == [fresh.search, fresh.indexing]


def test_keys_of_other_indexes_are_replaced(wall: Wall) -> None:
    make_keys(wall.address, MASTER_KEY, ["products"])
    make_keys(wall.address, MASTER_KEY, ["products", "meets"])
    assert {tuple(each["indexes"]) for each in wall.memory.keys} == {
        ("index_settings", "meets*", "products*")
    }


def test_a_real_server_accepted_keys_of_these_actions() -> None:
    made = [
        each["request"]["body"]["actions"]
        for each in exchanges("keys")
        if each["response"]["status"] == 201
    ]
    assert list(SEARCHING) in made
    assert list(INDEXING) in made


def test_a_key_that_is_not_the_master_key_makes_none(wall: Wall) -> None:
    with pytest.raises(ServerRefused):
        make_keys(wall.address, INDEXING_KEY, ["products"])


def test_the_command_prints_the_settings_to_paste(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATCHMAKER_SEARCH_ENGINE", wall.address)
    monkeypatch.setenv("MEILI_MASTER_KEY", MASTER_KEY)
    told = CliRunner().invoke(commands, ["search", "keys"])
    search, indexing = (each["key"] for each in wall.memory.keys)
    assert told.output == (f"MATCHMAKER_SEARCH_KEY={search}\nMATCHMAKER_INDEXING_KEY={indexing}\n")


def test_the_embedded_engine_needs_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHMAKER_SEARCH_ENGINE", "embedded")
    told = CliRunner().invoke(commands, ["search", "keys", "--master-key", "x"])
    assert told.exit_code != 0
    assert "MATCHMAKER_SEARCH_ENGINE" in told.output


def test_an_address_and_one_key_are_enough(wall: Wall) -> None:
    engine = open_engine(wall.address, search_key=MASTER_KEY)
    assert engine.rebuild(SETTINGS, [THING]) == 1
    assert engine.search("things", Query("thing")).total == 1
    engine.close()


def test_a_rebuild_needs_no_sight_of_the_task_that_swaps(wall: Wall, opened: Opened) -> None:
    """A server hides tasks about several indexes from a key for some (its source says so)."""
    engine = opened(search_key=SEARCH_KEY, indexing_key=INDEXING_KEY)
    engine.rebuild(SETTINGS, [THING])
    engine.rebuild(SETTINGS, [THING, Document("b", {"title": "thing"})])
    swaps = [each for each in wall.memory.tasks if each["type"] == "indexSwap"]
    assert [each["indexUid"] for each in swaps] == [None, None]
    assert engine.search("things", Query("thing")).total == 2
