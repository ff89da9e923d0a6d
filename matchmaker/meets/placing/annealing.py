"""Good placings at once: every meeting is inserted, then Kempe chains anneal the breaks. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matchmaker.meets.placing.given import Choice, Given
from matchmaker.meets.placing.hall import FEWEST, OPEN, empty_hall, rules_of
from matchmaker.meets.placing.loops import anneal, insert, put

STEPS = 100_000  # one slice: a tenth to half of a second; with many meetings so many for each:
STEPS_EACH = 300
HOT, COLD = 1.0, 0.12
# Slices of one cooling: short ones first, so that there is soon something to show.
LENGTHS = (1, 2, 4, 8, 16)


class Annealing:
    """A placing that becomes better slice by slice; who attends each meeting is settled.

    `steps`: tries in one slice. `is_stale`: the last long cooling found nothing better.
    """

    def __init__(self, given: Given, choices: Sequence[Choice], seed: int) -> None:
        self.choices = tuple(choices)
        self._rules = rules_of(given, self.choices)
        self._hall = empty_hall(self._rules, seed)
        self.steps = max(STEPS, STEPS_EACH * given.meetings)
        self._cooling = 0
        self._slice = 0
        self._before: int | None = None
        self.is_stale = False

    @property
    def breaks(self) -> int | None:
        """Of the best placing so far; None: none was found yet."""
        fewest = int(self._hall.numbers[FEWEST])
        return fewest if fewest >= 0 else None

    @property
    def unplaced(self) -> int:
        return int(self._hall.numbers[OPEN])

    def placing(self) -> list[int]:
        """The slot of each meeting in the best placing, or in the current one, -1: none."""
        slots = self._hall.slot if self.breaks is None else self._hall.best
        return [int(slot) for slot in slots]

    def start_from(self, slots: Sequence[int]) -> None:
        """Take over a placing that is known to break no rule."""
        put(self._rules, self._hall, np.array(slots, np.int64))

    def go_on(self, target: int) -> None:
        """One slice; at `target` breaks it stops."""
        left = self.steps
        if self.unplaced:
            left = insert(self._rules, self._hall, self.steps // 20) and self.steps
        if self.unplaced or not left:
            return
        count = LENGTHS[min(self._cooling, len(LENGTHS) - 1)]
        ratio = COLD / HOT
        hot = HOT * ratio ** (self._slice / count)
        cold = HOT * ratio ** ((self._slice + 1) / count)
        anneal(self._rules, self._hall, left, hot, cold, target)
        self._slice += 1
        if self._slice == count:
            self._slice = 0
            self._cooling += 1
            self.is_stale = self._cooling >= len(LENGTHS) - 1 and self.breaks == self._before
            self._before = self.breaks
