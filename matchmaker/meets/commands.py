"""The command `matchmaker timetable`: a file in, the timetable out, the best so far on Ctrl-C."""

from __future__ import annotations

import json
import math
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

import click

from matchmaker.given_file import content_of
from matchmaker.text_columns import terminal_width

if TYPE_CHECKING:
    from matchmaker.meets.problem import Answer, Budget, Problem, Progress

DEFAULT_SECONDS = 5.0
MOST_WORK = 10**9  # months of computing
# How a data file of MiniZinc begins, and JSON never does: what is piped in has no name.
_BEGINS_AS_DZN = re.compile(r"\s*(%|/\*|[A-Za-z_]\w*\s*=)")


class _Seconds(click.FloatRange):
    """A time to spend; `nan` passes every comparison of a range and is refused here."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        seconds = float(super().convert(value, param, ctx))
        if math.isnan(seconds):
            self.fail(f"{value!r} is no number of seconds.", param, ctx)
        return seconds


A_DAY = _Seconds(0, 86_400)


@click.command()
@click.argument("file", required=False)
@click.option("--seconds", type=A_DAY, help="How long to go on (default 5).")
@click.option("--proving", type=A_DAY, default=0.0,
              help="Seconds more for the bound alone.")  # fmt: skip
@click.option(
    "--work",
    type=click.IntRange(0, MOST_WORK),
    help="Units of 1,000 steps instead: the same on any machine.",
)
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, help="Another random search.")
@click.option("--most-apart", type=click.IntRange(0, 1_000), default=2,
              help="Of a .dzn list: how many breaks people may differ by (default 2).")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the file, and end.")
def timetable(
    file: str | None,
    seconds: float | None,
    proving: float,
    work: int | None,
    seed: int,
    most_apart: int,
    as_json: bool,
    schema: bool,
) -> None:
    """Choose and place the meetings of FILE: JSON, or .dzn with a given list to be placed.

    FILE may be - for what is piped in. Ctrl-C ends the search and keeps the best found so far.
    """
    from matchmaker.meets.exchange import json_file
    from matchmaker.meets.problem import Budget

    if schema:
        click.echo(json.dumps(json_file.schema(), indent=1))
        return
    if file is None:
        raise click.UsageError("Name a file, or - for what is piped in. What it holds: --schema")
    if seconds is None and work is None:
        seconds = DEFAULT_SECONDS
    content = content_of(file, most=json_file.LARGEST_FILE, field="FILE")
    is_list = _is_list(file, content)
    problem = _list_in(content, most_apart) if is_list else json_file.problem_from_json(content)
    budget = Budget(seconds=seconds, work=work, proving=proving, seed=seed)
    with _until_interrupted() as stop:
        answer = _solved(problem, budget, stop)
    if as_json:
        # At once and on one line: else 400,000 unmet wishes take half a minute to write.
        click.echo(json.dumps(json_file.answer_as_json(answer)))
    else:
        _print(problem, answer, with_times=not is_list)


def _is_list(file: str, content: bytes) -> bool:
    """Whether it is a given list in the format of MiniZinc, by its name or by how it begins."""
    start = content[:1_000].decode("utf-8-sig", errors="replace")
    return file.lower().endswith(".dzn") or _BEGINS_AS_DZN.match(start) is not None


def _list_in(content: bytes, most_apart: int) -> Problem:
    from matchmaker.meets.exchange.dzn import problem_from_dzn

    return problem_from_dzn(content, most_apart=most_apart)


def _solved(problem: Problem, budget: Budget, stop: Callable[[], bool]) -> Answer:
    from matchmaker.meets.timetable import build_timetable

    line = _ProgressLine(sys.stderr, _breaks if problem.place_all else _worth)
    answer = build_timetable(problem, budget, clock=time.monotonic, tell=line.show, stop=stop)
    line.end(answer.seconds)
    return answer


def _print(problem: Problem, answer: Answer, *, with_times: bool) -> None:
    from matchmaker.meets.exchange.printing import lines_of

    width = terminal_width()
    for text in lines_of(problem, answer, width=width, with_times=with_times):
        click.echo(text)


@contextmanager
def _until_interrupted() -> Iterator[Callable[[], bool]]:
    """Asked by the solver whether to stop: after the first Ctrl-C yes; a second one ends all."""
    pressed: list[int] = []

    def remember(number: int, _frame: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


class _ProgressLine:
    """One line that is written anew on a terminal; in a log a new line for each stage."""

    def __init__(self, out: TextIO, told: Callable[[Progress], str]) -> None:
        self.out, self.told = out, told
        self.shown = 0.0
        self.stage = ""

    def show(self, progress: Progress) -> None:
        now = time.monotonic()
        if not self.out.isatty():
            if progress.stage != self.stage:
                self.out.write(self.told(progress) + "\n")
        elif now - self.shown > 0.1:
            self.out.write(f"\r\033[K{self.told(progress)}")
            self.shown = now
        self.stage = progress.stage
        self.out.flush()

    def end(self, seconds: float) -> None:
        start = "\r\033[K" if self.out.isatty() else ""
        self.out.write(f"{start}Done after {seconds:.1f} s.\n")


def _worth(progress: Progress) -> str:
    return (
        f"{progress.seconds:6.1f} s  {progress.stage:10}  value {progress.value:,}  "
        f"bound {progress.bound:,.0f}  gap {progress.gap:.2%}"
    )


def _breaks(progress: Progress) -> str:
    """For a given list: the breaks found and the fewest possible, once all meetings are placed."""
    found, bound = progress.value, f"{progress.bound:,.0f}"
    if progress.stage == "placing":
        return f"{progress.seconds:6.1f} s  {progress.stage:10}  {found:,} of {bound} meetings"
    return f"{progress.seconds:6.1f} s  {progress.stage:10}  breaks {found:,}, at least {bound}"
