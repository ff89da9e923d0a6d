"""Processes that read an index while another one writes it.

    python -m tests.search.watching FOLDER COUNT

The child looks for one batch after the other, says when it saw each, and looks all the while
whether everything it reads belongs together.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from search.contract import Query
from search.embedded.engine import EmbeddedEngine
from tests.search.crashing import SETTINGS, do, make_product, named

GIVE_UP = 60.0  # seconds for one batch
FIRST = 50  # number of the first batch: what it writes is not replaced soon


def delays(root: Path, readers: int, batches: int, pause: float = 0.0) -> list[float]:
    """Seconds from each acknowledged write to the moment each reading process found it.

    Raises AssertionError when a reader saw something torn or missed a write.
    """
    engine = EmbeddedEngine(root)
    engine.ensure(SETTINGS)
    command = [sys.executable, "-m", "tests.search.watching", str(root), str(batches)]
    home = Path(__file__).parents[2]
    children = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=home)
        for _ in range(readers)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    written = []
    for at in range(batches):
        do(engine, "commit", FIRST + at)
        written.append(time.time())
        time.sleep(pause)
    found: list[float] = []
    for child in children:
        said, _ = child.communicate(timeout=GIVE_UP)
        assert child.returncode == 0, "a reader saw something torn"
        seen = [float(line) for line in said.splitlines()]
        found += [late - early for early, late in zip(written, seen, strict=True)]
    return found


def look(engine: EmbeddedEngine) -> None:
    """Everything on one page is of one moment: facts, totals, counts, vectors."""
    wanted = make_product(0, 0).vector
    assert wanted is not None
    page = engine.search("goods", Query(vector=wanted, facets=("state",), limit=1000))
    assert sum(each.count for each in page.facets["state"]) == page.total
    for hit in page.hits:
        expected = make_product(*named(hit))
        assert dict(hit.values) == dict(expected.values)
        assert expected.vector is not None
        lengths = float(np.linalg.norm(expected.vector) * np.linalg.norm(wanted))
        assert hit.similarity is not None
        assert abs(hit.similarity - float(expected.vector @ wanted) / lengths) < 0.02


def main() -> None:
    engine = EmbeddedEngine(Path(sys.argv[1]))
    look(engine)
    print("ready", flush=True)
    seen = []
    for at in range(FIRST, FIRST + int(sys.argv[2])):
        deadline = time.monotonic() + GIVE_UP
        while not engine.search("goods", Query(f'"p{2 * at}v{at}"')).total:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        seen.append(time.time())
        look(engine)
    print(*seen, sep="\n")


if __name__ == "__main__":
    main()
