"""Ports for servers of tests that are started, closed and opened again by number.

The system hands out ports from its own range to whoever connects anywhere: one that was free a
moment ago may be somebody's by the time a server listens on it, or comes back to it. Ours lie
below that range, and every worker of a run has a stretch of its own.
"""

from __future__ import annotations

import os
import random
import socket
from itertools import count

FIRST, STRETCH, WORKERS = 20_000, 1_000, 12
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
# From anywhere: several runs may share a machine.
_NUMBERS = count(random.randrange(STRETCH))


def free_port() -> int:
    """A port on which nobody listens, and nobody will but who asked for it."""
    for _try in range(STRETCH):
        port = FIRST + _WORKER * STRETCH + next(_NUMBERS) % STRETCH
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("All ports of this worker are taken.")
