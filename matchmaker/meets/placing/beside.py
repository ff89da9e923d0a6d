"""A search for the proof in a process of its own, and what it tells. Pure."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
from contextlib import suppress
from threading import Thread
from typing import Any

from matchmaker.meets.placing.prover import Task, write_task


class Beside:
    """Started at once; its lines wait in a queue until they are asked for."""

    def __init__(self, task: Task) -> None:
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "matchmaker.meets.placing.prover"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
        )
        self.is_over = False
        self._lines: queue.Queue[bytes] = queue.Queue()
        assert self._process.stdin
        with suppress(BrokenPipeError):  # it ended at once: its output ends too, and says so
            write_task(self._process.stdin, task)
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def line(self, patience: float) -> dict[str, Any] | None:
        """The next line; None: nothing new within `patience` seconds, or it is over."""
        if self.is_over:
            return None
        try:
            line = self._lines.get(timeout=patience) if patience else self._lines.get_nowait()
        except queue.Empty:
            return None
        told: dict[str, Any] = json.loads(line) if line else {}
        # A process that ended before its time has told all it will tell.
        self.is_over = not line or told.get("is_over", False)
        return told or None

    def end(self) -> None:
        """Stop it, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()
