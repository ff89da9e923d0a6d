"""Steps that wait for each other: when each can be done, and which of them decide the end. Pure.

Every step takes from `lead_min` to `lead_max` days and may begin on the first day unless it
needs others. Steps that need nothing of each other run side by side: a certifier does not
wait for a ministry. How many things a small firm can pursue at once nobody has told us.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace


class Circular(ValueError):
    """Steps that wait for each other in a circle can never be done: the data is wrong."""


@dataclass(frozen=True)
class Step:
    """Something to obtain. `needs`: codes of steps that must be done before it begins."""

    code: str
    lead_min: int
    lead_max: int
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Placed:
    """A step with its days, counted from today, if all go well (`*_min`) and if not (`*_max`).

    `waits_for`: the steps it really waits for. `slack`: how many days its beginning may wait
    without moving the day on which all is done.
    """

    step: Step
    start_min: int
    end_min: int
    start_max: int
    end_max: int
    waits_for: tuple[str, ...]
    slack: int = 0

    @property
    def code(self) -> str:
        return self.step.code


def place(steps: Iterable[Step]) -> tuple[Placed, ...]:
    """Each step as early as what it needs allows, in the order in which to begin them.

    Needs that are not among the steps count as met. Of steps that can begin on the same day
    those come first that can wait least. Raises Circular.
    """
    by_code = {step.code: step for step in steps}
    placed: dict[str, Placed] = {}
    for code in _in_order(by_code):
        placed[code] = _after(by_code[code], placed)
    slack = _slack(placed)
    rows = (replace(each, slack=slack[each.code]) for each in placed.values())
    return tuple(sorted(rows, key=lambda row: (row.start_max, row.slack, row.code)))


def done_after(placed: Iterable[Placed]) -> tuple[int, int]:
    """Days until all of them are done, at best and at worst; (0, 0) when there is nothing."""
    rows = list(placed)
    return (
        max((row.end_min for row in rows), default=0),
        max((row.end_max for row in rows), default=0),
    )


def critical_path(placed: Iterable[Placed]) -> tuple[str, ...]:
    """The chain of steps that decides the last day: shorten one of them or nothing is won."""
    rows = {row.code: row for row in placed}
    chain: list[str] = []
    last = max(rows.values(), key=lambda row: (row.end_max, row.code), default=None)
    while last is not None:
        chain.append(last.code)
        before = [rows[code] for code in last.waits_for if code in rows]
        last = max(before, key=lambda row: (row.end_max, row.code), default=None)
    return tuple(reversed(chain))


def _in_order(steps: Mapping[str, Step]) -> list[str]:
    """Codes with everything they need before them."""
    waiting = {code: set(step.needs & steps.keys()) for code, step in sorted(steps.items())}
    order: list[str] = []
    while waiting:
        free = [code for code, needs in waiting.items() if not needs]
        if not free:
            raise Circular(f"these steps wait for each other: {', '.join(waiting)}")
        for code in free:
            del waiting[code]
        for needs in waiting.values():
            needs.difference_update(free)
        order += free
    return order


def _after(step: Step, placed: Mapping[str, Placed]) -> Placed:
    before = [placed[code] for code in sorted(step.needs) if code in placed]
    start_min = max((each.end_min for each in before), default=0)
    start_max = max((each.end_max for each in before), default=0)
    return Placed(
        step,
        start_min,
        start_min + step.lead_min,
        start_max,
        start_max + step.lead_max,
        tuple(each.code for each in before),
    )


def _slack(placed: Mapping[str, Placed]) -> dict[str, int]:
    """Days each may wait: the latest end that still lets all that follows end in time."""
    _, end = done_after(placed.values())
    latest = dict.fromkeys(placed, end)
    for row in reversed(list(placed.values())):  # whoever waits stands after what it waits for
        for code in row.waits_for:
            latest[code] = min(latest[code], latest[row.code] - row.step.lead_max)
    return {code: latest[code] - placed[code].end_max for code in placed}
