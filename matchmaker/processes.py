"""Processes that belong together: one at a time, and none left behind."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TextIO

PARENT = "MATCHMAKER_PARENT_PROCESS"
PR_SET_PDEATHSIG = 1


def hold(file: Path) -> TextIO | None:
    """Hold a lock for as long as the returned file is open, or None if another process has it.

    The system lets go of it when the process dies, however it dies.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    opened = file.open("a+")
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        opened.close()
        return None
    return opened


def die_with_parent() -> None:
    """Stop this process when the one that started it is gone, even if that was killed.

    Call it first thing in a child that was given its parent's id in MATCHMAKER_PARENT_PROCESS.
    """
    parent = int(os.environ.get(PARENT, "0"))
    if not parent:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it died before we could ask
        os.kill(os.getpid(), signal.SIGTERM)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
