"""What goes wrong on the way to a server, and what our engine makes of it."""

import threading
import time

import numpy as np
import pytest

from search.contract import Document, Field, IndexSettings, Query
from search.engines import open_engine
from search.errors import BadQuery, IndexMissing, SearchError, SearchUnavailable
from search.meilisearch.engine import MeilisearchEngine
from search.meilisearch.errors import (
    ServerBusy,
    ServerFailed,
    ServerRefused,
    ServerSlow,
    ServerUnreachable,
    TaskFailed,
    TooLarge,
)
from tests.ports import free_port
from tests.search.meilisearch.conftest import Clock, Opened
from tests.search.meilisearch.wall import SEARCH_KEY, Fault, Wall, exchanges

SETTINGS = IndexSettings(
    "things",
    (Field("title", "text", weight=1), Field("state", "keyword", facet=True)),
    vector_dimensions=2,
)
BUSY = Fault("status", 503, {"Retry-After": "10"}, {"message": "Too many. Retry after 10s.",
             "code": "too_many_search_requests", "type": "system", "link": "x"})  # fmt: skip


def thing(id: str, title: str = "thing") -> Document:
    return Document(id, {"title": title}, np.array([1, 0.5], np.float32))


@pytest.fixture
def filled(engine: MeilisearchEngine) -> MeilisearchEngine:
    engine.ensure(SETTINGS)
    engine.write("things", [thing("a"), thing("b")])
    engine.search("things", Query())  # what the index means is known from here on
    return engine


def test_nobody_there(opened: Opened) -> None:
    closed = f"http://127.0.0.1:{free_port()}"
    engine = MeilisearchEngine(closed, search_key="k", patience=0.2, indexing_patience=0.2)
    for ask in (
        lambda: engine.search("things", Query("x")),
        lambda: engine.write("things", [thing("a")]),
        lambda: engine.status(),
        lambda: engine.ensure(SETTINGS),
    ):
        with pytest.raises(ServerUnreachable, match="Start it, or check the address"):
            ask()


@pytest.mark.parametrize("address", ["http://", "http://[", "http://user@:x/"])
def test_an_address_that_is_none(address: str) -> None:
    engine = MeilisearchEngine(address, search_key="k", patience=0.1)
    with pytest.raises(SearchUnavailable):
        engine.search("things", Query())


@pytest.mark.parametrize("kind", ["reset", "cut"])
def test_a_broken_connection_is_tried_again(
    wall: Wall, opened: Opened, filled: MeilisearchEngine, kind: str
) -> None:
    wall.faults.append(Fault(kind, path="multi-search"))
    assert filled.search("things", Query("thing")).total == 2
    hurried = opened(patience=0.3)
    wall.faults += [Fault(kind, path="multi-search") for _ in range(30)]
    with pytest.raises(ServerUnreachable):
        hurried.search("things", Query("thing"))


def test_a_short_wait_is_waited(wall: Wall, filled: MeilisearchEngine, clock: Clock) -> None:
    wall.faults.append(Fault("status", 503, {"Retry-After": "1"}, BUSY.body, path="multi-search"))
    assert filled.search("things", Query()).total == 2
    assert clock.slept == [1]


def test_a_wait_longer_than_a_reader_has_is_said_at_once(
    wall: Wall, filled: MeilisearchEngine, clock: Clock
) -> None:
    wall.faults.append(BUSY)
    with pytest.raises(ServerBusy, match="Try again in a moment"):
        filled.search("things", Query())
    assert clock.slept == []


def test_a_gateway_that_stumbles_is_tried_again(wall: Wall, filled: MeilisearchEngine) -> None:
    wall.faults += [Fault("status", 502), Fault("status", 504, body={"message": "late"})]
    assert filled.search("things", Query()).total == 2


def test_a_failing_server_is_not_asked_again(wall: Wall, filled: MeilisearchEngine) -> None:
    wall.faults.append(Fault("status", 500, body={"message": "oh", "code": "internal"}))
    with pytest.raises(ServerFailed, match="server's log"):
        filled.search("things", Query())


def test_a_slow_answer_is_given_up(wall: Wall, opened: Opened, filled: MeilisearchEngine) -> None:
    hurried = opened(timeout=0.5)
    wall.faults.append(Fault("slow", seconds=1.5, path="multi-search"))
    with pytest.raises(ServerSlow, match=r"within 0\.5 s"):
        hurried.search("things", Query())
    assert filled.search("things", Query()).total == 2


def test_another_kind_of_server_is_recognised(wall: Wall, filled: MeilisearchEngine) -> None:
    wall.faults.append(Fault("nonsense"))
    with pytest.raises(ServerRefused, match="Check the address"):
        filled.search("things", Query())
    wall.faults.append(Fault("status", 404))
    with pytest.raises(ServerRefused, match="not as a Meilisearch server"):
        filled.search("things", Query())


def test_a_wrong_key_is_named(opened: Opened, filled: MeilisearchEngine) -> None:
    stranger = opened(search_key="wrong", indexing_key=None)
    with pytest.raises(ServerRefused, match="Set the search key"):
        stranger.search("things", Query())
    keyless = opened(search_key=None, indexing_key=None)
    with pytest.raises(ServerRefused):
        keyless.search("things", Query())


def test_a_process_that_searches_cannot_write(opened: Opened, filled: MeilisearchEngine) -> None:
    reader = opened(indexing_key=None)
    assert reader.search("things", Query()).total == 2
    with pytest.raises(ServerRefused, match="indexing key"):
        reader.write("things", [thing("c")])


# -- tasks ---------------------------------------------------------------------------------


def test_a_task_that_fails_twice_is_told(wall: Wall, filled: MeilisearchEngine) -> None:
    wall.memory.failing = [("internal", "disk full"), ("internal", "disk full")]
    with pytest.raises(TaskFailed, match=r"disk full.*rebuild the index"):
        filled.write("things", [thing("c")])
    assert filled.get("things", "c") is None


def test_a_task_that_fails_through_its_neighbours_is_sent_again(
    wall: Wall, filled: MeilisearchEngine
) -> None:
    wall.memory.failing = [("invalid_vector_dimensions", "in another writer's document")]
    filled.write("things", [thing("c")])
    assert filled.get("things", "c") is not None


def test_a_task_that_never_ends_is_given_up(
    wall: Wall, opened: Opened, filled: MeilisearchEngine
) -> None:
    hurried = opened(task_deadline=0.3)
    wall.memory.never_ends = True
    with pytest.raises(ServerSlow, match=r"still not done after 0\.3 s.*may yet succeed"):
        hurried.write("things", [thing("c")])


def test_a_write_returns_only_when_it_is_indexed(wall: Wall, filled: MeilisearchEngine) -> None:
    wall.memory.looks_until_done = 6
    filled.write("things", [thing("c")])
    number = len(wall.memory.tasks) - 1
    assert sum(each.path == f"/tasks/{number}" for each in wall.requests) == 7


def test_an_index_that_somebody_deleted_is_missing_not_made_anew(
    wall: Wall, filled: MeilisearchEngine
) -> None:
    del wall.memory.indexes["things"]
    with pytest.raises(IndexMissing):
        filled.write("things", [thing("c")])
    with pytest.raises(IndexMissing, match="'things'"):
        filled.search("things", Query())
    assert not filled.status()["things"].healthy
    assert filled.ensure(SETTINGS)
    assert filled.search("things", Query()).total == 0


def test_a_rebuild_that_fails_leaves_the_old_index(wall: Wall, filled: MeilisearchEngine) -> None:
    before = filled.status()["things"].generation

    def documents():  # type: ignore[no-untyped-def]
        yield thing("new")
        raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        filled.rebuild(SETTINGS, documents())
    assert filled.search("things", Query()).total == 2
    assert filled.status()["things"].generation == before
    assert sorted(wall.memory.indexes) == ["index_settings", "things"]


@pytest.mark.parametrize("path", ["/indexes", "documents", "settings", "delete-batch"])
def test_what_was_done_unheard_may_be_asked_again(
    wall: Wall, filled: MeilisearchEngine, path: str
) -> None:
    wall.faults.append(Fault("lost", path=path))
    assert filled.rebuild(SETTINGS, [thing("c")]) == 1
    filled.write("things", [thing("d")], ["c"])
    assert [hit.id for hit in filled.search("things", Query()).hits] == ["d"]


@pytest.mark.parametrize(("kind", "left"), [("lost", 1), ("reset", 2)])
def test_a_swap_is_never_asked_twice(
    wall: Wall, filled: MeilisearchEngine, kind: str, left: int
) -> None:
    """Whether it was heard or not, one whole index answers afterwards."""
    wall.faults.append(Fault(kind, path="swap"))
    with pytest.raises(ServerUnreachable):
        filled.rebuild(SETTINGS, [thing("c")])
    assert filled.search("things", Query()).total == left
    assert sorted(wall.memory.indexes) == ["index_settings", "things"]
    assert filled.rebuild(SETTINGS, [thing("c")]) == 1


def test_leftovers_of_a_killed_rebuild_are_swept(wall: Wall, filled: MeilisearchEngine) -> None:
    indexes = wall.memory.indexes
    young = f"things_next-{time.time_ns() // 1_000_000}-aa"
    indexes[young] = indexes["things_next-1000-abc"] = indexes["things"]
    filled.rebuild(SETTINGS, [thing("a")])
    assert young in indexes
    assert "things_next-1000-abc" not in indexes


# -- payloads ------------------------------------------------------------------------------


def test_batches_are_split_by_bytes(wall: Wall, opened: Opened) -> None:
    engine = opened(payload_bytes=2_000)
    engine.ensure(SETTINGS)
    wall.requests.clear()
    engine.write("things", [thing(f"t{n}", "word " * 20) for n in range(50)])
    sizes = [
        len(str(each.body)) for each in wall.requests
        if each.path.startswith("/indexes/things/documents")
    ]  # fmt: skip
    assert len(sizes) > 5
    assert max(sizes) <= 2_000
    assert engine.search("things", Query()).total == 50


def test_a_payload_too_large_for_this_server_goes_in_halves(wall: Wall, opened: Opened) -> None:
    engine = opened()
    engine.ensure(SETTINGS)
    wall.largest_payload = 1_500
    engine.write("things", [thing(f"t{n}", "word " * 20) for n in range(20)])
    assert engine.search("things", Query()).total == 20
    with pytest.raises(TooLarge, match="payload-size-limit"):
        engine.write("things", [thing("huge", "word " * 500)])


@pytest.mark.parametrize(
    "vector", [[float("nan"), 1], [float("inf"), 1], [0, 0], [1], [1, 2, 3], ["a", "b"]]
)
def test_a_bad_vector_never_reaches_the_server(
    wall: Wall, filled: MeilisearchEngine, vector: list[object]
) -> None:
    wall.requests.clear()
    with pytest.raises(BadQuery):
        filled.write("things", [thing("c"), Document("d", {}, vector)])  # type: ignore[arg-type]
    assert {each.method for each in wall.requests} <= {"GET"}


def test_a_keyword_longer_than_the_server_can_find_is_refused(filled: MeilisearchEngine) -> None:
    with pytest.raises(BadQuery, match="468 bytes"):
        filled.write("things", [Document("c", {"state": "ക" * 200})])


# -- threads -------------------------------------------------------------------------------


def test_threads_do_not_share_a_client(wall: Wall, filled: MeilisearchEngine) -> None:
    troubles: list[Exception] = []

    def ask() -> None:
        try:
            for _ in range(15):
                assert filled.search("things", Query("thing")).total == 2
                filled.get("things", "a")
        except (AssertionError, SearchError) as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert troubles == []


def test_every_request_asks_for_plain_bytes_and_says_its_type(
    wall: Wall, filled: MeilisearchEngine
) -> None:
    for each in wall.requests:
        assert each.headers["accept-encoding"] == "identity"
        if each.method in ("POST", "PUT", "PATCH"):
            assert each.headers["content-type"] == "application/json"


# -- as recorded ---------------------------------------------------------------------------

REFUSED = [each for each in exchanges() if each["response"]["status"] >= 400]


def test_every_recorded_refusal_becomes_an_error_of_ours_with_advice(
    wall: Wall, opened: Opened
) -> None:
    """All that the recorded server refused, met in the middle of a search."""
    engine = opened(patience=0.0)
    engine.ensure(SETTINGS)
    for each in REFUSED:
        told = each["response"]
        headers = {k: v for k, v in told["headers"].items() if k == "retry-after"}
        fault = Fault("status", told["status"], headers, told["body"], path="multi-search")
        wall.faults.append(fault)
        with pytest.raises(SearchError) as error:
            engine.search("things", Query())
        expected = {401: ServerRefused, 403: ServerRefused, 413: TooLarge, 503: ServerBusy}
        if told["body"] is None:
            wanted = ServerRefused
        elif told["body"]["code"] == "index_not_found":
            wanted = IndexMissing
        else:
            wanted = expected.get(told["status"], BadQuery)
        assert type(error.value) is wanted, each["name"]
        said = str(error.value)
        assert any(word in said for word in ("Set ", "Check", "Try again", "Send less", "Correct",
                                             "Rebuild")), said  # fmt: skip
    assert len(REFUSED) > 100


def test_recorded_tasks_end_as_they_ended(wall: Wall, opened: Opened) -> None:
    """Every accepted write of the recording, and the task that followed it."""
    server = opened()._writing_server
    told = {
        each["response"]["body"]["uid"]: each["response"]["body"]
        for each in exchanges()
        if each["request"]["path"].startswith("/tasks/") and each["response"]["status"] == 200
        and "uid" in each["response"]["body"]
    }  # fmt: skip
    wall.replay([each for each in exchanges() if each["request"]["path"].startswith("/tasks/")])
    for uid, task in told.items():
        if task["status"] == "succeeded":
            assert server.finish({"taskUid": uid})["uid"] == uid
            continue
        with pytest.raises((TaskFailed, IndexMissing)) as error:
            server.finish({"taskUid": uid})
        if isinstance(error.value, TaskFailed):
            assert task["error"]["code"] in str(error.value)
    assert sum(task["status"] == "failed" for task in told.values()) > 10


def test_recorded_documents_are_read_as_they_were_stored(wall: Wall, opened: Opened) -> None:
    engine = opened()
    fields = (Field("title", "text", weight=1), Field("price", "number", sort=True),
              Field("certs", "keyword", many=True))  # fmt: skip
    engine.ensure(IndexSettings("kits", fields, vector_dimensions=4))
    paths = ("/indexes/kits/documents/mat-03", "/indexes/kits/documents/new-02")
    wall.replay([e for e in exchanges("documents") if e["request"]["path"].startswith(paths)])
    mat, bare = engine.get("kits", "mat-03"), engine.get("kits", "new-02")
    assert mat is not None and mat.vector is not None
    assert mat.values["price"] == 22.0
    assert mat.values["certs"] == ["REACH"]
    assert mat.vector.tolist() == pytest.approx([0.8, 0.1, 0.3, 0.2])
    assert bare is not None and bare.vector is None


def test_an_address_opens_this_engine(wall: Wall) -> None:
    engine = open_engine(wall.address, search_key=SEARCH_KEY)
    assert isinstance(engine, MeilisearchEngine)
    assert engine.status() == {}
    engine.close()
