"""Steps drawn as bars over the days: where each begins and ends on a strip of a thousand. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matchmaker.certification.steps import Placed

WIDTH = 1000
LEAST = 6  # a step of one day must still be seen


@dataclass(frozen=True)
class Bar:
    """`x` to `sure`: the time it takes at best; on to `end`: what it may take besides."""

    x: int
    sure: int
    end: int


@dataclass(frozen=True)
class Scale:
    """How many days the strip stands for, and where the day of entry lies on it, if on it."""

    days: int
    entry_x: int | None

    def bar(self, row: Placed) -> Bar:
        x = self._x(row.start_min)
        sure = max(self._x(row.end_min), x + LEAST)
        return Bar(x, sure, max(self._x(row.end_max), sure))

    def ticks(self) -> tuple[int, ...]:
        """Three days to write under the strip: first, middle, last."""
        return (0, self.days // 2, self.days)

    def _x(self, day: int) -> int:
        return round(day * WIDTH / self.days)


def scale_for(rows: Iterable[Placed], days_left: int) -> Scale:
    """A strip that holds all bars, and the day of entry unless it lies far behind them."""
    longest = max((row.end_max for row in rows), default=0)
    days = max(longest, days_left if days_left <= 2 * longest else 0, 1)
    entry = round(days_left * WIDTH / days) if days_left <= days else None
    return Scale(days, entry)
