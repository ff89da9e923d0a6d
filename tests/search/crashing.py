"""A child process that indexes until it is killed, and what must hold afterwards.

    scene = Scene(folder)
    outcome = scene.killed("commit", "random")      # or "step 17", "call rename"
    outcome = scene.killed("rebuild", "call fsync")

It raises AssertionError when anything acknowledged is lost, a write is half there, values,
words and vector of a hit do not belong together, or something needs a hand to repair it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal, cast

import numpy as np

from search.contract import Document, Equals, Field, Hit, IndexSettings, Query
from search.embedded.engine import EmbeddedEngine
from search.embedded.journal import FILES
from search.embedded.layout import Place
from search.embedded.snapshot import Watcher
from tests.search import dying

SETTINGS = IndexSettings(
    name="goods",
    fields=(
        Field("title", "text", weight=2),
        Field("state", "keyword", facet=True),
        Field("marks", "keyword", facet=True, many=True),
        Field("size", "number", sort=True),
    ),
    vector_dimensions=8,
)
WARM = 2  # jobs of a child that are acknowledged before it may die
REBUILT = 200  # products of a new generation
NEW = 1_000_000  # from this version on a product stems from a rebuild
PATIENCE = 60.0  # seconds until a child that does not die counts as stuck
Job = Literal["commit", "rebuild"]
Versions = dict[int, int]
Made = Callable[[int, int], Document]


@dataclass(frozen=True)
class Outcome:
    """What one kill did.

    `acknowledged` writes before it; whether it left something half-done on the disk; how long
    the next writer took to go on, in milliseconds.
    """

    acknowledged: int
    caught_in_the_act: bool
    next_write: float


def make_product(number: int, version: int) -> Document:
    """Values, words and vector that only this version of this product has."""
    values = {
        "title": f"rubber mat p{number} p{number}v{version}",
        "state": f"s{(number + version) % 5}",
        "marks": [f"m{number % 3}", f"v{version % 4}"],
        "size": number + version / 1000,
    }
    vector = np.random.default_rng((number, version)).normal(size=8).astype(np.float32)
    return Document(f"p{number}", values, vector)


def batch(at: int) -> tuple[list[Document], list[str]]:
    """The `at`th write: two new products, a newer version of an old one, perhaps a removal."""
    numbers = {2 * at, 2 * at + 1, at // 2}
    gone = [f"p{at // 3}"] if at % 3 == 2 else []
    return [make_product(number, at) for number in sorted(numbers)], gone


def after(versions: Versions, job: Job, at: int) -> Versions:
    """Which version of which product there is once the `at`th job is done."""
    if job == "rebuild":
        return dict.fromkeys(range(REBUILT), NEW + at)
    fresh, gone = batch(at)
    left = {number: old for number, old in versions.items() if f"p{number}" not in gone}
    return left | {int(each.id[1:]): at for each in fresh}


def do(engine: EmbeddedEngine, job: Job, at: int) -> None:
    if job == "rebuild":
        engine.rebuild(SETTINGS, (make_product(number, NEW + at) for number in range(REBUILT)))
    else:
        engine.write("goods", *batch(at))


def versions_in(engine: EmbeddedEngine, made: Made = make_product) -> Versions:
    """Every product found, after a look whether all of its parts belong together."""
    found: Versions = {}
    total = 1
    while len(found) < total:
        page = engine.search("goods", Query(offset=len(found), limit=1000, facets=("state",)))
        total = page.total
        assert sum(each.count for each in page.facets["state"]) == total
        assert page.hits or not total, "hits are missing"
        for hit in page.hits:
            number, version = named(hit)
            _assert_belongs_together(engine, hit.id, made(number, version))
            found[number] = version
    for number, version in random.sample(sorted(found.items()), min(8, len(found))):
        _assert_found_every_way(engine, made(number, version))
    return found


def named(hit: Hit) -> tuple[int, int]:
    """Number and version, as the title tells them."""
    number, _, version = str(hit.values["title"]).rpartition("p")[2].partition("v")
    return int(number), int(version)


def _assert_belongs_together(engine: EmbeddedEngine, id: str, expected: Document) -> None:
    held = engine.get("goods", id)
    assert held is not None
    assert (held.id, dict(held.values)) == (expected.id, dict(expected.values))
    assert held.vector is not None
    assert expected.vector is not None
    assert float(held.vector @ expected.vector) > 0.999 * float(np.linalg.norm(expected.vector))


def _assert_found_every_way(engine: EmbeddedEngine, product: Document) -> None:
    """By its words, among its state, and nearest to its own vector."""
    word = str(product.values["title"]).split()[-1]
    state = str(product.values["state"])
    query = Query(f'"{word}"', product.vector, Equals("state", state), limit=1)
    page = engine.search("goods", query)
    assert [hit.id for hit in page.hits] == [product.id]
    assert page.total == 1
    assert page.hits[0].similarity is not None
    assert page.hits[0].similarity > 0.999


class Scene:
    """One index that lives through many kills."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.versions: Versions = {}
        self.next = 0  # number of the next job
        EmbeddedEngine(root).ensure(SETTINGS)

    def killed(self, job: Job, death: str) -> Outcome:
        """Let a child do such jobs until it dies; check what is left, and go on."""
        acknowledged = _acknowledged(self.root, job, self.next, death)
        assert acknowledged >= WARM, "the child died too early"
        for at in range(self.next, self.next + acknowledged):
            self.versions = after(self.versions, job, at)
        self.next += acknowledged
        caught = leftovers(self.root) != []
        found = versions_in(EmbeddedEngine(self.root))
        # Done, and killed before it could say so: all right. Half of it is not.
        one_more = after(self.versions, job, self.next)
        assert found in (self.versions, one_more), f"lost or half there after job {self.next}"
        self.next += 1
        self.versions = found
        return Outcome(acknowledged, caught, self._go_on())

    def _go_on(self) -> float:
        """The next writer finds no lock, repairs by itself and leaves nothing lying about."""
        engine = EmbeddedEngine(self.root, writer_wait=0)
        began = time.perf_counter()
        do(engine, "commit", self.next)
        took = (time.perf_counter() - began) * 1000
        self.versions = after(self.versions, "commit", self.next)
        self.next += 1
        assert versions_in(EmbeddedEngine(self.root)) == self.versions
        assert leftovers(self.root) == []
        assert engine.is_current(SETTINGS)
        return took


def leftovers(root: Path) -> list[str]:
    """Files and bytes that no commit names."""
    place = Place(root, "goods")
    folder = place.folder(place.pointer().generation)
    known = {"goods.current", "goods.lock", "goods.build-lock", folder.name}
    found = [each.name for each in root.iterdir() if each.name not in known]
    state = Watcher(place).current().journal.state
    for each in folder.iterdir():
        if each.name not in (*FILES, "settings.json", "text"):
            found.append(each.name)
        if each.name in FILES and each.stat().st_size != state.sizes[each.name]:
            found.append(f"the end of {each.name}")
    meta = json.loads((folder / "text" / "meta.json").read_text())
    segments = {each["segment_id"].replace("-", "") for each in meta["segments"]}
    fixed = {"meta.json", ".managed.json", ".tantivy-meta.lock", ".tantivy-writer.lock"}
    for each in (folder / "text").iterdir():
        if each.name not in fixed and each.name.split(".")[0] not in segments:
            found.append(f"text/{each.name}")
    return sorted(found)


def _acknowledged(root: Path, job: Job, first: int, death: str) -> int:
    """Run a child until it is dead; returns how many jobs it had reported as done."""
    command = [sys.executable, "-m", "tests.search.crashing", str(root), job, str(first), death]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as child:
        assert child.stdout is not None
        if death == "random":
            said = [child.stdout.readline()]
            began = time.monotonic()
            said += [child.stdout.readline() for _ in range(WARM - 1)]
            per_job = (time.monotonic() - began) / (WARM - 1)
            assert all(said), "the child failed before it was killed"
            # Twice as long as a job takes: some die in their first, some in a later one
            time.sleep(random.uniform(0, 2 * per_job))
            child.kill()
            said += child.stdout.readlines()
        else:
            watchdog = threading.Timer(PATIENCE, child.terminate)
            watchdog.start()
            said = child.stdout.readlines()
            watchdog.cancel()
        status = child.wait()
    assert status in (-signal.SIGKILL, -signal.SIGSYS), f"the child ended by itself: {status}"
    return len(said)


def main() -> None:
    """The child: do jobs, say each one that is done, die as asked."""
    root, job, first, death = sys.argv[1:]
    engine = EmbeddedEngine(Path(root))
    way, _, where = death.partition(" ")
    for at in count(int(first)):
        if at == int(first) + WARM and way == "step":
            dying.at_step(int(where))
        elif at == int(first) + WARM and way == "call":
            dying.at_call(where)
        do(engine, cast(Job, job), at)
        os.write(1, b"done\n")


if __name__ == "__main__":
    main()
