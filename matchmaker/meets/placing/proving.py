"""How few breaks can be at best, and an optimal placing: a search here, then beside. Pure.

Small lists are proved here within a few steps. What is not goes to processes of their own, where
the solver may search in long slices: one climbs from below, and when annealing finds nothing
better any more, another descends from the best placing. They can be ended at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from matchmaker.meets.placing.beside import Beside
from matchmaker.meets.placing.climbing import Climb
from matchmaker.meets.placing.encoding import Encoding
from matchmaker.meets.placing.given import Choice
from matchmaker.meets.placing.prover import Task

SHORT = 1_000  # conflicts between two looks at the clock: a fraction of a second
SMALL = 250_000  # clauses; with more even short steps take long
STEPS_HERE = 4  # then a process of its own pays, which takes a quarter of a second to start
GLANCE = 0.1  # seconds between two questions whether to stop


@dataclass(frozen=True)
class Found:
    """A placing out of a model: its breaks, the slot and the people of each meeting."""

    breaks: int
    slots: list[int]
    choices: list[Choice]


class Proof:
    """What is known: no placing has fewer breaks than `fewest`; `best` is one that was found.

    `is_infeasible`: there is no placing at all.
    """

    def __init__(self, encoding: Encoding, *, needs_start: bool) -> None:
        self.encoding = encoding
        self.fewest = 0
        self.best: Found | None = None
        self.is_infeasible = False
        self._waits = [each for breaks in encoding.breaks for each in breaks]
        formula = encoding.formula
        self._here = Climb(formula.clauses, formula.top, self._waits, slice=SHORT)
        self._steps: Iterator[None] | None = self._here.steps(needs_start=needs_start)
        self._needs_start = needs_start
        is_small = len(formula.clauses) <= SMALL
        self._left = STEPS_HERE if is_small else 0
        self._beside: list[Beside] = []

    @property
    def is_beside(self) -> bool:
        """Whether processes of their own work on it, so that one need not wait for each step."""
        return self._steps is None

    @property
    def is_over(self) -> bool:
        """Whether nobody works on it any more."""
        return self._steps is None and all(each.is_over for each in self._beside)

    @property
    def is_descending(self) -> bool:
        return len(self._beside) > 1

    def descend(self, breaks: int, slots: Sequence[int]) -> None:
        """Look for fewer breaks near a placing as well, in one more process."""
        near = [place[slot] for place, slot in zip(self.encoding.place, slots, strict=True)]
        formula = self.encoding.formula
        task = Task(formula.clauses, formula.top, self._waits, breaks - 1, near)
        self._beside.append(Beside(task))

    def step_here(self) -> None:
        """One step within this process; after some, a process of its own takes over."""
        assert self._steps
        climb = self._here
        is_over = self._left > 0 and next(self._steps, "over") == "over"
        self._note(climb.fewest, climb.is_refuted)
        if climb.model is not None:
            self._found(climb.broken, climb.model)
        self._left -= 1
        if is_over or self._left <= 0:
            self._steps = None  # lets the solver go
        if not is_over and self._left <= 0:
            formula = self.encoding.formula
            needs_start = self._needs_start and not self.best
            task = Task(formula.clauses, formula.top, self._waits, needs_start=needs_start)
            self._beside.append(Beside(task))

    def poll(self, patience: float) -> None:
        """Learn what is new; when nothing is, wait for it so many seconds."""
        for each in self._beside:
            wait = patience
            while line := each.line(wait):
                self._learn(line)
                wait = 0.0

    def wait(self, is_stopped: Callable[[], bool]) -> None:
        """Learn one line of each process, however long it takes."""
        for each in self._beside:
            line = None
            while not line and not each.is_over and not is_stopped():
                line = each.line(GLANCE)
            if line:
                self._learn(line)

    def close(self) -> None:
        """End the processes, if there are any."""
        for each in self._beside:
            each.end()

    def _learn(self, line: dict[str, Any]) -> None:
        self._note(line["fewest"], line["is_refuted"])
        if "model" in line:
            self._found(line["broken"], set(line["model"]))

    def _note(self, fewest: int, is_refuted: bool) -> None:
        self.fewest = max(self.fewest, fewest)
        self.is_infeasible = self.is_infeasible or is_refuted

    def _found(self, breaks: int, model: Set[int]) -> None:
        if self.best is None or breaks < self.best.breaks:
            self.best = Found(breaks, *self.encoding.read(model))
