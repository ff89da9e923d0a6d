"""What crashes, other processes and torn files may do to an index, and what it does then."""

import errno
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.contract import Document, Field, IndexSettings, Query
from search.embedded import journal, texts
from search.embedded.engine import EmbeddedEngine
from search.embedded.layout import Place
from search.errors import DiskFull, IndexDamaged, IndexMissing, WriterBusy

SETTINGS = IndexSettings(
    name="goods",
    fields=(
        Field("title", "text", weight=2, highlight=True),
        Field("state", "keyword", facet=True),
        Field("size", "number", sort=True),
    ),
    vector_dimensions=8,
)


def make_document(number: int, title: str = "rubber mat") -> Document:
    vector = np.random.default_rng(number).normal(size=8).astype(np.float32)
    values = {"title": f"{title} number{number}", "state": f"s{number % 3}", "size": number}
    return Document(f"d{number}", values, vector)


@pytest.fixture
def engine(tmp_path: Path) -> EmbeddedEngine:
    engine = EmbeddedEngine(tmp_path, writer_wait=60)
    engine.ensure(SETTINGS)
    return engine


def titles(engine: EmbeddedEngine, text: str = "") -> list[str]:
    return sorted(str(hit.values["title"]) for hit in engine.search("goods", Query(text)).hits)


def in_process(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Another Python process that knows this module's names."""
    program = f"""
import sys
sys.path[:0] = [{str(Path(__file__).parents[2])!r}, {str(Path(__file__).parent)!r}]
from pathlib import Path
from test_embedded_files import *
engine = EmbeddedEngine(Path(sys.argv[1]), writer_wait=60)
{textwrap.dedent(code)}
"""
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_missing_index_says_so(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    for ask in (
        lambda: engine.search("goods", Query("x")),
        lambda: engine.write("goods", [make_document(1)]),
        lambda: engine.similar("goods", "d1"),
        lambda: engine.suggest("goods", "x"),
    ):
        with pytest.raises(IndexMissing):
            ask()
    assert engine.status() == {}


def test_writing_replaces_and_removes(engine: EmbeddedEngine) -> None:
    engine.write("goods", [make_document(1), make_document(2)])
    engine.write("goods", [make_document(1, "coir mat")], ["d2", "never there"])
    assert titles(engine) == ["coir mat number1"]
    assert engine.search("goods", Query("rubber")).total == 0
    engine.write("goods", [make_document(3), make_document(3, "last word")])
    assert titles(engine) == ["coir mat number1", "last word number3"]
    assert engine.status()["goods"].documents == 2


def test_the_vector_can_follow(engine: EmbeddedEngine) -> None:
    with_vector = make_document(1)
    engine.write("goods", [replace(with_vector, vector=None)])
    assert engine.status()["goods"].vectors == 0
    engine.write("goods", [with_vector])
    assert engine.status()["goods"].vectors == 1
    found = engine.get("goods", "d1")
    assert found is not None
    assert found.vector is not None
    assert with_vector.vector is not None
    length = np.linalg.norm(with_vector.vector)
    assert float(found.vector @ with_vector.vector / length) > 0.999


def test_ensure_keeps_what_fits_and_empties_what_does_not(engine: EmbeddedEngine) -> None:
    engine.write("goods", [make_document(1)])
    assert engine.ensure(SETTINGS) is False
    synonyms = replace(SETTINGS, synonyms=(("caoutchouc", "rubber"),))
    assert engine.ensure(synonyms) is False
    assert titles(engine, "caoutchouc") == ["rubber mat number1"]
    other = EmbeddedEngine(engine._root)
    assert titles(other, "caoutchouc") == ["rubber mat number1"]
    assert engine.ensure(replace(SETTINGS, version=2)) is True
    assert titles(engine) == titles(other) == []


def test_a_commit_of_another_process_is_seen_at_once(engine: EmbeddedEngine) -> None:
    writer = in_process(
        """
        for number in range(5):
            engine.write("goods", [make_document(number)])
            print("written", flush=True)
            sys.stdin.readline()
        """,
        engine._root,
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    for number in range(5):
        assert writer.stdout.readline() == "written\n"
        assert engine.search("goods", Query(f"number{number}")).total == 1
        writer.stdin.write("go on\n")
        writer.stdin.flush()
    assert writer.wait() == 0


def test_a_forked_reader_goes_on_reading(engine: EmbeddedEngine) -> None:
    engine.write("goods", [make_document(1)])
    assert titles(engine) == ["rubber mat number1"]
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            deadline = time.monotonic() + 60
            while len(titles(engine)) < 2 and time.monotonic() < deadline:
                time.sleep(0.01)
            os.write(send, b"yes" if len(titles(engine)) == 2 else b"no")
        finally:
            os._exit(0)
    engine.write("goods", [make_document(2)])
    os.waitpid(child, 0)
    assert os.read(receive, 10) == b"yes"


def test_a_second_writer_waits_and_then_gives_up(engine: EmbeddedEngine) -> None:
    impatient = EmbeddedEngine(engine._root, writer_wait=0.1)
    with Place(engine._root, "goods").writing(1):
        with pytest.raises(WriterBusy):
            impatient.write("goods", [make_document(1)])
        assert titles(impatient) == []  # readers are not held up
    impatient.write("goods", [make_document(1)])
    assert len(titles(impatient)) == 1


def test_two_writers_take_turns(engine: EmbeddedEngine) -> None:
    code = """
    start = int(sys.argv[2])
    for number in range(start, start + 8):
        engine.write("goods", [make_document(number)])
    """
    writers = [in_process(code, engine._root, start) for start in (0, 100)]
    assert [each.wait() for each in writers] == [0, 0]
    assert engine.status()["goods"].documents == 16


def test_a_kill_between_journal_and_commit_changes_nothing(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.write("goods", [make_document(1)])

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(texts.TextWriter, "commit", die)
        with pytest.raises(KeyboardInterrupt):
            engine.write("goods", [make_document(1, "torn"), make_document(2)])
    assert titles(EmbeddedEngine(engine._root)) == ["rubber mat number1"]
    engine.write("goods", [make_document(3)])
    assert titles(EmbeddedEngine(engine._root)) == ["rubber mat number1", "rubber mat number3"]


def test_a_full_disk_is_said_and_loses_nothing(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.write("goods", [make_document(1)])

    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(journal.JournalWriter, "flush", full)
        with pytest.raises(DiskFull, match="Make room there"):
            engine.write("goods", [make_document(2)])
    assert titles(engine) == ["rubber mat number1"]
    engine.write("goods", [make_document(2)])
    assert len(titles(engine)) == 2


def torn_files() -> list[str]:
    return ["rows", "documents", "vectors", "factors", "values", "text"]


@pytest.mark.parametrize("name", torn_files())
@pytest.mark.parametrize("way", ["cut", "gone", "foreign"])
def test_a_torn_index_is_recognised_and_rebuilt(
    engine: EmbeddedEngine, name: str, way: str
) -> None:
    engine.write("goods", [make_document(number) for number in range(50)])
    place = Place(engine._root, "goods")
    path = place.folder(place.pointer().generation) / name
    if name == "text":
        path = max(path.glob("*.idx"), key=lambda each: each.stat().st_size)
    if way == "gone":
        path.unlink()
    elif way == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        data = bytearray(path.read_bytes())
        middle = len(data) // 2
        data[middle : middle + 4] = bytes(255 - each for each in data[middle : middle + 4])
        path.write_bytes(data)
    fresh = EmbeddedEngine(engine._root)
    with pytest.raises(IndexDamaged):
        fresh.search("goods", Query("rubber"))
    status = fresh.status()["goods"]
    assert (status.healthy, bool(status.message)) == (False, True)
    assert fresh.ensure(SETTINGS) is True
    assert fresh.rebuild(SETTINGS, [make_document(1)]) == 1
    assert titles(fresh) == ["rubber mat number1"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"generation": "../../etc"}', "\x00\xff"])
def test_a_torn_pointer_is_damage(engine: EmbeddedEngine, content: str) -> None:
    (engine._root / "goods.current").write_text(content, encoding="latin-1")
    with pytest.raises(IndexDamaged):
        EmbeddedEngine(engine._root).search("goods", Query())


def test_a_deleted_index_is_missing_also_for_who_read_it(engine: EmbeddedEngine) -> None:
    engine.write("goods", [make_document(1)])
    titles(engine)
    for path in sorted(engine._root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    with pytest.raises(IndexMissing):
        engine.search("goods", Query())


def test_a_rebuild_answers_from_the_old_index_until_it_swaps(engine: EmbeddedEngine) -> None:
    engine.write("goods", [make_document(1, "old")])
    reader, seen = EmbeddedEngine(engine._root), []

    def fresh() -> Iterator[Document]:
        for number in range(500):
            if number % 100 == 0:
                seen.append(titles(reader, "old"))
            yield make_document(number, "new")

    steps: list[int] = []
    assert engine.rebuild(SETTINGS, fresh(), steps.append) == 500
    assert seen == [["old number1"]] * 5
    assert steps == [200, 400, 500]
    assert reader.search("goods", Query("new")).total == 500
    assert reader.search("goods", Query("old")).total == 0
    assert len(list(engine._root.glob("goods.*-*/"))) == 1


def test_writes_during_a_rebuild_are_carried_over(engine: EmbeddedEngine) -> None:
    engine.write("goods", [make_document(number) for number in range(4)])

    def stale() -> Iterator[Document]:
        yield from (make_document(number) for number in range(4))
        EmbeddedEngine(engine._root).write("goods", [make_document(1, "newer")], ["d2"])
        EmbeddedEngine(engine._root).write("goods", [make_document(9, "added")])

    assert engine.rebuild(SETTINGS, stale()) == 4
    expected = ["added number9", "newer number1", "rubber mat number0", "rubber mat number3"]
    assert titles(engine) == expected


def test_a_failed_rebuild_leaves_everything_as_it_was(engine: EmbeddedEngine) -> None:
    engine.write("goods", [make_document(1)])

    def broken() -> Iterator[Document]:
        yield make_document(2)
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(SETTINGS, broken())
    assert titles(engine) == ["rubber mat number1"]
    assert len(list(engine._root.glob("goods.*-*/"))) == 1


def test_threads_read_while_one_writes(engine: EmbeddedEngine) -> None:
    engine.write("goods", [make_document(number) for number in range(20)])
    troubles: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                page = engine.search("goods", Query("rubber", facets=("state",), limit=100))
                assert page.total == sum(each.count for each in page.facets["state"])
                assert len(page.hits) == page.total
            except BaseException as trouble:
                troubles.append(trouble)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for each in readers:
        each.start()
    for number in range(20, 30):
        engine.write("goods", [make_document(number)], [f"d{number - 20}"])
    engine.rebuild(SETTINGS, [make_document(number) for number in range(30)])
    stop.set()
    for each in readers:
        each.join()
    assert troubles == []


@pytest.mark.parametrize("torn", ["text/*.term", "documents"])
def test_who_holds_an_index_open_notices_that_a_file_is_cut_short(
    engine: EmbeddedEngine, torn: str
) -> None:
    engine.write("goods", [make_document(1)])
    assert engine.is_current(SETTINGS)
    path = next(engine._root.glob(f"goods.*-*/{torn}"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert not engine.is_current(SETTINGS)
    with pytest.raises(IndexDamaged):
        engine.search("goods", Query("rubber"))
    assert engine.rebuild(SETTINGS, [make_document(1)]) == 1
    assert engine.is_current(SETTINGS)


def test_asking_whether_an_index_is_current_lays_none(engine: EmbeddedEngine) -> None:
    assert not engine.is_current(replace(SETTINGS, version=2))
    assert engine.is_current(SETTINGS)
    assert not engine.is_current(replace(SETTINGS, name="others"))
    assert set(engine.status()) == {"goods"}
