"""How few breaks can be at best, and an optimal placing: the climb, here and beside. Pure.

Small lists are proved here within a few steps. What is not goes to a process of its own, where
the solver may search in long slices; it can be ended at any time and leaves what it has told.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any

from matchmaker.meets.placing.climbing import Climb
from matchmaker.meets.placing.encoding import Encoding
from matchmaker.meets.placing.given import Choice
from matchmaker.meets.placing.prover import write_climb

SHORT = 1_000  # conflicts between two looks at the clock: a fraction of a second
STEPS_HERE = 4  # then a process of its own pays, which takes a quarter of a second to start


@dataclass(frozen=True)
class Found:
    """A placing out of a model: its breaks, the slot and the people of each meeting."""

    breaks: int
    slots: list[int]
    choices: list[Choice]


class Proof:
    """What is known: no placing has fewer breaks than `fewest`; `best` is one that was found.

    `is_infeasible`: there is no placing at all. `is_over`: nothing more will be known.
    """

    def __init__(self, encoding: Encoding, *, needs_start: bool) -> None:
        self.encoding = encoding
        self.fewest = 0
        self.best: Found | None = None
        self.is_infeasible = False
        self.is_over = False
        self._here = Climb(
            encoding.formula.clauses, encoding.formula.top, self._waits(), slice=SHORT
        )
        self._steps: Iterator[None] | None = self._here.steps(needs_start=needs_start)
        self._needs_start = needs_start
        self._left = STEPS_HERE
        self._process: _Process | None = None

    def _waits(self) -> list[int]:
        return [wait for waits in self.encoding.waits for wait in waits]

    @property
    def is_beside(self) -> bool:
        """Whether a process of its own works on it, so that one need not wait for each step."""
        return self._process is not None

    def step(self, patience: float | None) -> bool:
        """Learn what there is to learn next; False: nothing new within `patience` seconds.

        None: wait for it, however long.
        """
        if self.is_over:
            return False
        if self._process is None:
            self._step_here()
            return True
        line = self._process.line(patience)
        if line is None:
            return False
        self._learn(line)
        return True

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process:
            self._process.end()

    def _step_here(self) -> None:
        climb, steps = self._here, self._steps
        assert steps is not None
        try:
            next(steps)
        except StopIteration:
            self.is_over = True
        self._note(climb.fewest, climb.is_refuted)
        if climb.model is not None:
            self._found(climb.broken, climb.model)
        self._left -= 1
        if not self.is_over and self._left <= 0 and (self.best or not self._needs_start):
            self._steps = None  # lets the solver go
            formula = self.encoding.formula
            self._process = _Process(formula.clauses, formula.top, self._waits())

    def _learn(self, line: dict[str, Any]) -> None:
        self._note(line["fewest"], line["is_refuted"])
        if "model" in line:
            self._found(line["broken"], set(line["model"]))
        self.is_over = self.is_over or line.get("is_over", False)

    def _note(self, fewest: int, is_refuted: bool) -> None:
        self.fewest = max(self.fewest, fewest)
        self.is_infeasible = self.is_infeasible or is_refuted

    def _found(self, breaks: int, model: set[int] | frozenset[int]) -> None:
        if self.best is None or breaks < self.best.breaks:
            self.best = Found(breaks, *self.encoding.read(model))


class _Process:
    """The climb in a process of its own; its lines wait in a queue until they are asked for."""

    def __init__(self, clauses: list[list[int]], top: int, waits: list[int]) -> None:
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "matchmaker.meets.placing.prover"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        assert self._process.stdin
        with suppress(BrokenPipeError):  # it ended at once: its output ends too, and says so
            write_climb(self._process.stdin, clauses, top, waits)
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def line(self, patience: float | None) -> dict[str, Any] | None:
        """The next line; a process that ended before its time says that it is over."""
        try:
            line = self._lines.get(timeout=patience)
        except queue.Empty:
            return None
        if not line:
            return {"fewest": 0, "is_refuted": False, "is_over": True}
        told: dict[str, Any] = json.loads(line)
        return told

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()
