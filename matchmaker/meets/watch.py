"""How much time or work is left, and who is told how far it has got. Pure: the clock is given."""

from __future__ import annotations

from collections.abc import Callable

from matchmaker.errors import BadInput
from matchmaker.meets.problem import Budget, Progress

DEFAULT_WORK = 1000


class Watch:
    """Asked between the steps of a search whether to go on.

    With a clock and seconds, time decides; else work alone, so that the same work gives the
    same timetable on any machine. A unit of work is 1,000 steps of a search.
    """

    def __init__(
        self,
        budget: Budget,
        clock: Callable[[], float] | None,
        tell: Callable[[Progress], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        if budget.seconds is not None and clock is None:
            raise BadInput("seconds", budget.seconds, "Pass a clock, or give work instead.")
        for name, value in (("seconds", budget.seconds), ("work", budget.work)):
            if value is not None and not value >= 0:  # also refuses what is no number
                raise BadInput(name, value, "Give 0 or more.")
        self._clock, self._tell, self._stop = clock, tell, stop
        self._start = clock() if clock else 0.0
        self.seconds = budget.seconds
        is_open = budget.seconds is None and budget.work is None
        self.work = DEFAULT_WORK if is_open else budget.work
        self.done = 0

    @property
    def passed(self) -> float:
        """Seconds since the start; 0 without a clock."""
        return self._clock() - self._start if self._clock else 0.0

    def is_stopped(self) -> bool:
        """Whether somebody asked to stop and take the best so far."""
        return bool(self._stop and self._stop())

    def share(self, until: float = 1.0) -> float:
        """How much of the budget up to the share `until` is used; from 1 on it is spent."""
        if self.is_stopped() or until <= 0:
            return 1.0
        spent = 0.0
        if self.seconds is not None:
            spent = self.passed / (self.seconds * until) if self.seconds else 1.0
        if self.work is not None:
            spent = max(spent, self.done / (self.work * until) if self.work else 1.0)
        return min(1.0, spent)

    def is_over(self, until: float = 1.0) -> bool:
        return self.share(until) >= 1.0

    def tell(self, value: int, bound: float, stage: str) -> None:
        """Say how far it has got, if anybody listens."""
        if self._tell:
            self._tell(Progress(value, bound, self.passed, stage))
