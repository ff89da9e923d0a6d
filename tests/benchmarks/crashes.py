"""Kills, full disks and readers beside a writer: what is lost (nothing may be), what it costs.

    python -m tests.benchmarks.crashes [--commits 20] [--rebuilds 10] [--json]

Every kill ends a real process that indexes: at a random moment, at a step of our own code
inside the commit, or in the kernel at a system call of tantivy's. One and the same index lives
through all of them, looked through completely after each one.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from search.errors import SearchError
from tests.benchmarks.harness import Figures, p95
from tests.search.crashing import Job, Outcome, Scene
from tests.search.filling import private_mounts
from tests.search.watching import delays

CALLS = ("fsync", "rename", "unlink", "truncate", "lock")
STEPS = {"commit": 90, "rebuild": 480}  # how many there are in one job, about


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--commits", type=int, default=20)
    parser.add_argument("--rebuilds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = Figures("Crashes of the embedded engine")
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        tell(figures, "commit", *kill(scene, "commit", asked.commits))
        tell(figures, "rebuild", *kill(scene, "rebuild", asked.rebuilds))
    figures.at_least("disks filled without a loss, of 2", filled(), "", goal=2)
    with tempfile.TemporaryDirectory() as folder:
        late = delays(Path(folder), readers=2, batches=40, pause=0.1)
    figures.told("write seen by 2 readers, p95", p95(late), "s")
    figures.at_most("write seen by 2 readers, slowest", max(late), "s", goal=0.3)
    figures.finish(sys.argv[1:])


def deaths(job: Job) -> Iterator[str]:
    """Ways to die, a third of each kind, for ever."""
    calls = cycle(CALLS)
    for way in cycle(("random", "step", "call")):
        if way == "step":
            yield f"step {random.randint(1, STEPS[job])}"
        elif way == "call":
            yield f"call {next(calls)}"
        else:
            yield way


def kill(scene: Scene, job: Job, times: int) -> tuple[list[Outcome], int]:
    """What came of each kill that nothing was lost by, and how many others there were."""
    outcomes, failed = [], 0
    for death in islice(deaths(job), times):
        try:
            outcomes.append(scene.killed(job, death))
        except (AssertionError, SearchError) as trouble:
            failed += 1
            print(f"{job}, {death}: {trouble}", file=sys.stderr)
    return outcomes, failed


def tell(figures: Figures, job: Job, outcomes: list[Outcome], failed: int) -> None:
    caught = sum(each.caught_in_the_act for each in outcomes)
    figures.told(f"{job}: kills", len(outcomes) + failed, "")
    figures.told(f"{job}: writes acknowledged before", sum(o.acknowledged for o in outcomes), "")
    figures.at_least(f"{job}: kills that left something half-done", caught, "", goal=1)
    figures.at_most(f"{job}: lost, torn or in need of a hand", failed, "", goal=0)
    figures.told(f"{job}: the next write, p95", p95([o.next_write for o in outcomes]), "ms")


def filled() -> int:
    """On how many kinds of full disk everything went as it should."""
    good = 0
    for way, start in (("tmpfs", private_mounts()), ("limit", [])):
        if start is None:
            print("nobody may mount a small disk on this machine", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as folder:
            command = [*start, sys.executable, "-m", "tests.search.filling", folder, way]
            good += subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0
    return good


if __name__ == "__main__":
    main()
