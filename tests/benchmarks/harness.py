"""What every benchmark shares: figures with their goals, a table for people, JSON for machines.

    def main() -> None:
        figures = Figures("Search page")
        times = timed(lambda: client.get("/search?q=mat"), repeat=500)
        figures.at_most("search p95", p95(times), "ms", goal=40)
        figures.finish()

Run one with `python -m tests.benchmarks.NAME [--json]`; it ends with status 1 when a goal is
missed. The test suite never collects benchmarks.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn, TextIO


@dataclass(frozen=True)
class Figure:
    """One measured number, what was hoped for, and whether it holds.

    `goal` is a sentence such as "at most 40"; empty for a number that is only told.
    """

    name: str
    value: float
    unit: str
    goal: str = ""
    holds: bool = True


class Figures:
    """Collects the figures of one benchmark and shows them at its end."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.figures: list[Figure] = []

    def at_most(self, name: str, value: float, unit: str, goal: float) -> Figure:
        return self._add(Figure(name, value, unit, f"at most {goal:g}", value <= goal))

    def at_least(self, name: str, value: float, unit: str, goal: float) -> Figure:
        return self._add(Figure(name, value, unit, f"at least {goal:g}", value >= goal))

    def told(self, name: str, value: float, unit: str) -> Figure:
        """A number without a goal."""
        return self._add(Figure(name, value, unit))

    def against(
        self, name: str, value: float, unit: str, baseline: tuple[str, float], at_most: float
    ) -> Figure:
        """Told as a ratio to a baseline of the same run, so that a slow machine is no excuse.

        `against("scan", 1.8, "ms", ("numpy scan", 7.3), at_most=0.5)`
        """
        whose, theirs = baseline
        self.told(name, value, unit)
        self.told(whose, theirs, unit)
        ratio = value / theirs if theirs else math.inf
        return self.at_most(f"{name} ÷ {whose}", ratio, "×", at_most)

    def _add(self, figure: Figure) -> Figure:
        if not math.isfinite(figure.value):
            raise ValueError(f"{figure.name} is {figure.value}: nothing was measured.")
        self.figures.append(figure)
        return figure

    @property
    def all_hold(self) -> bool:
        return all(figure.holds for figure in self.figures)

    def show(self, out: TextIO, *, as_json: bool) -> None:
        if as_json:
            json.dump({"figures": [asdict(figure) for figure in self.figures]}, out, indent=1)
            out.write("\n")
        else:
            out.write(f"{self.title}\n{table(self.figures)}\n")

    def finish(self, arguments: Sequence[str] | None = None) -> NoReturn:
        """Show everything and end the program: status 0 if all goals hold, else 1."""
        arguments = sys.argv[1:] if arguments is None else arguments
        self.show(sys.stdout, as_json="--json" in arguments)
        sys.exit(0 if self.all_hold else 1)


def table(figures: Iterable[Figure]) -> str:
    """Columns a person can read: name, value, unit, goal, and a mark where a goal is missed."""
    rows = [
        (
            figure.name,
            shown(figure.value),
            figure.unit,
            figure.goal,
            "" if not figure.goal else "holds" if figure.holds else "MISSED",
        )
        for figure in figures
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    return "\n".join(
        "  "
        + "  ".join(
            cell.rjust(width) if column == 1 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def shown(value: float) -> str:
    """Three significant digits; thousands with separators."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(digits, 6)}f}"


def timed(work: Callable[[], object], *, repeat: int, warm_up: int = 3) -> list[float]:
    """Milliseconds of each call, after a few that do not count."""
    for _ in range(warm_up):
        work()
    return [_once(work) for _ in range(repeat)]


def timed_each(works: Iterable[Callable[[], object]]) -> list[float]:
    """Milliseconds of different calls, each made once: for distinct, unseen queries."""
    return [_once(work) for work in works]


def _once(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all values do not exceed (nearest rank)."""
    if not values:
        raise ValueError("No values were measured.")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def p50(values: Sequence[float]) -> float:
    return percentile(values, 0.50)


def p95(values: Sequence[float]) -> float:
    return percentile(values, 0.95)


def family(process: int | None = None) -> list[int]:
    """A process and all that descend from it."""
    found = [process or os.getpid()]
    for parent in found:  # grows while it is read
        for tasks in Path(f"/proc/{parent}/task").glob("*/children"):
            found.extend(int(child) for child in tasks.read_text().split())
    return found


def pss_megabytes(processes: Iterable[int]) -> float:
    """Memory of processes together: shared pages are counted once, as forks share most."""
    return sum(_pss_kilobytes(process) for process in processes) / 1024


def _pss_kilobytes(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def folder_megabytes(folder: Path) -> float:
    """What a folder takes on disk; files with several names count once."""
    seen = {}
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            about = file.stat()
            seen[about.st_dev, about.st_ino] = about.st_blocks * 512
    return sum(seen.values()) / 1_000_000
