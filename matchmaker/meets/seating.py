"""Who sits where in a timetable, as arrays of people × slots and interpreters × slots. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from matchmaker.meets.arrays import ABSENT, FREE, Compiled, Ints, Marks, helped_in
from matchmaker.meets.problem import Meeting


class Seating:
    """Meetings by their number in a list, and what they leave free.

    `at[p, t]`: the number of a person's meeting, FREE or ABSENT; `left[t]`: free tables;
    `helper_free[i, t]`: whether an interpreter is there and has nothing to do. `row`, `wish_row`:
    the row of each person and wish, by id.
    """

    def __init__(self, compiled: Compiled, meetings: Iterable[Meeting]) -> None:
        problem, self.facts = compiled.problem, compiled.facts
        self.row = {each.id: number for number, each in enumerate(problem.people)}
        self.wish_row = {each.id: number for number, each in enumerate(problem.wishes)}
        self.helper = {each.id: number for number, each in enumerate(problem.interpreters)}
        self.at: Ints = np.where(self.facts.present > 0, FREE, ABSENT).astype(np.int64)
        self.left = self.facts.tables.astype(np.int64)
        self.helper_free: Marks = self.facts.interpreting.astype(bool)
        for number, meeting in enumerate(meetings):
            self.sit(number, meeting)

    def sit(self, number: int, meeting: Meeting) -> None:
        """Seat a meeting's people, take a table and its interpreter."""
        self.at[[self.row[meeting.first], self.row[meeting.second]], meeting.slot] = number
        self.left[meeting.slot] -= 1
        if meeting.interpreter is not None:
            self.helper_free[self.helper[meeting.interpreter], meeting.slot] = False

    def rise(self, meeting: Meeting) -> None:
        """Take `sit` back."""
        self.at[[self.row[meeting.first], self.row[meeting.second]], meeting.slot] = FREE
        self.left[meeting.slot] += 1
        if meeting.interpreter is not None:
            self.helper_free[self.helper[meeting.interpreter], meeting.slot] = True

    def is_help_free(self) -> Marks:
        """For each row of `Facts.able` the slots in which one of the interpreters is free."""
        return helped_in(self.facts.able, self.helper_free)
