"""Which tests stay together in one worker: those of a file, and those of a room with loops.

Loops are compiled when they are first called, for half a minute on a fresh machine, and kept for
whoever comes later. Two workers that began at once would both compile.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

WITH_LOOPS = ("tests/matching/", "tests/meets/")


class Together(LoadFileScheduling):
    """As `--dist loadfile`, but a room with compiled loops counts as one file."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)


def part_of(nodeid: str) -> str:
    """What a test belongs to, all of which one worker runs: its file, or its room."""
    file = nodeid.partition("::")[0]
    return next((room for room in WITH_LOOPS if file.startswith(room)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    """Where `--dist loadfile` was asked for, what distributes the tests."""
    return Together(config, log) if config.getvalue("dist") == "loadfile" else None
