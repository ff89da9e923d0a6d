"""Real deaths and a really full disk: what was acknowledged stays, and nobody has to repair.

Many more kills: `python -m tests.benchmarks.crashes`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from search.contract import Document, Query
from search.embedded.engine import EmbeddedEngine
from search.embedded.layout import Place
from search.errors import IndexDamaged, WriterBusy
from tests.search.crashing import (
    SETTINGS,
    Job,
    Scene,
    do,
    leftovers,
    make_product,
    versions_in,
)
from tests.search.filling import private_mounts
from tests.search.watching import delays

HOME = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("job", "death"), [("commit", "random"), ("commit", "call rename"), ("rebuild", "step 30")]
)
def test_a_killed_indexer_loses_nothing_acknowledged(tmp_path: Path, job: Job, death: str) -> None:
    Scene(tmp_path).killed(job, death)


@pytest.mark.parametrize(
    ("way", "why", "remedy"),
    [
        ("tmpfs", "The disk is full", "Make room there"),
        ("limit", "The limits of this process refuse it", "Raise the quota or the limit"),
    ],
)
def test_a_full_disk_stops_writing_alone(tmp_path: Path, way: str, why: str, remedy: str) -> None:
    """Readers go on, nothing is lost, and with room again the next write succeeds by itself."""
    command = [sys.executable, "-m", "tests.search.filling", str(tmp_path), way]
    if way == "tmpfs":
        namespace = private_mounts()
        if namespace is None:
            pytest.skip("this machine lets nobody mount a small disk: only the limit is proved")
        command = [*namespace, *command]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["acknowledged"] > 3
    for message in (told["write"], told["rebuild"]):
        assert message.startswith(f"{why}")
        assert "writing the search index 'goods' takes about" in message
        assert f"{remedy}; writing then goes on by itself." in message


def test_two_processes_read_while_one_writes(tmp_path: Path) -> None:
    found = delays(tmp_path, readers=2, batches=12, pause=0.05)
    assert len(found) == 24  # how soon each was: python -m tests.benchmarks.crashes


@pytest.fixture
def engine(tmp_path: Path) -> EmbeddedEngine:
    """An index with what one write brought; impatient."""
    engine = EmbeddedEngine(tmp_path, writer_wait=0.05)
    engine.ensure(SETTINGS)
    do(engine, "commit", 0)
    return engine


def test_who_waits_in_vain_is_told_for_whom(engine: EmbeddedEngine) -> None:
    with Place(engine._root, "goods").writing(0):
        with pytest.raises(WriterBusy, match=rf"\(process {os.getpid()}\).*Try again") as refused:
            do(engine, "commit", 1)
        assert refused.value.holder == f"process {os.getpid()}"
    do(engine, "commit", 1)


def test_a_lock_on_a_deleted_file_keeps_nobody_out(engine: EmbeddedEngine) -> None:
    """Nor does it let two in: who comes later locks the file that is there."""
    place = Place(engine._root, "goods")
    with place.writing(0):
        (engine._root / "goods.lock").unlink()
        with place.writing(0), pytest.raises(WriterBusy), place.writing(0):
            pass


def test_a_forked_child_does_not_keep_the_lock(engine: EmbeddedEngine) -> None:
    place = Place(engine._root, "goods")
    with place.writing(0) as lock:
        copy = os.dup(lock._handle)
    try:
        do(engine, "commit", 1)
    finally:
        os.close(copy)


def test_the_next_write_sweeps_up(engine: EmbeddedEngine) -> None:
    """A dead rebuild's folder and half-written files go; a living rebuild's folder stays."""
    place = Place(engine._root, "goods")
    current = place.folder(place.pointer().generation)
    dead = place.folder("20200101000000-aaaa")
    shutil.copytree(current, dead)
    torn = [engine._root / "goods.current.aa.new", current / "settings.json.aa.new"]
    for each in (*torn, current / "text" / ".tmpAbc"):
        each.write_text("half")
    with place.building(0):
        do(engine, "commit", 1)
        assert leftovers(engine._root) == [dead.name]
    do(engine, "commit", 2)
    assert leftovers(engine._root) == []


def test_laying_an_index_anew_does_not_disturb_a_rebuild(engine: EmbeddedEngine) -> None:
    other = EmbeddedEngine(engine._root)

    def documents() -> Iterator[Document]:
        yield make_product(7, 7)
        assert other.ensure(replace(SETTINGS, version=2))
        yield make_product(8, 7)

    assert engine.rebuild(SETTINGS, documents()) == 2
    assert versions_in(other) == {7: 7, 8: 7}
    assert leftovers(engine._root) == []


def test_documents_cut_short_under_a_reader_are_an_error_not_a_death(
    engine: EmbeddedEngine,
) -> None:
    reader = EmbeddedEngine(engine._root)
    assert reader.search("goods", Query("rubber")).total == 2
    path = next(engine._root.glob("goods.*-*/documents"))
    os.truncate(path, 3)
    with pytest.raises(IndexDamaged):
        reader.search("goods", Query("rubber"))
    with pytest.raises(IndexDamaged):
        reader.get("goods", "p1")
