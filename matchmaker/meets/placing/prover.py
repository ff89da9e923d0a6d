"""A search for the proof as a process of its own: `python -m matchmaker.meets.placing.prover`.

It reads a formula from standard input, writes a line of JSON whenever something new is known and
after each slice, and ends when it is proved. A search of a solver cannot be interrupted from
within Python, and short slices make it slow; a process can be ended at any time. Pure.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from matchmaker.meets.placing.climbing import Climb
from matchmaker.meets.placing.descending import Descent

SLICE = 20_000  # conflicts: some seconds
_DEATH = 1  # PR_SET_PDEATHSIG of Linux


@dataclass(frozen=True)
class Task:
    """A formula and its soft literals. `below`: search downwards from there; None: climb.

    `needs_start`: whether there is any model at all is to be found out first.
    """

    clauses: Iterable[Iterable[int]]
    top: int
    waits: Sequence[int]
    below: int | None = None
    near: Sequence[int] = ()
    needs_start: bool = False


def main() -> None:
    """Search until it is over; each line tells the bound, and a model when there is a better."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started this one
    _die_with_parent()
    for line in told(read_task(sys.stdin.buffer)):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def told(task: Task) -> Iterator[dict[str, object]]:
    """What is known after each step; the last line says that it is over."""
    clauses = [list(clause) for clause in task.clauses]
    search: Climb | Descent
    if task.below is None:
        search = Climb(clauses, task.top, task.waits, SLICE)
        steps = search.steps(needs_start=task.needs_start)
    else:
        search = Descent(clauses, task.top, task.waits, SLICE, task.below, task.near)
        steps = search.steps()
    broken = None
    for _ in steps:
        yield _line(search, broken)
        broken = search.broken if search.model else None
    yield _line(search, broken) | {"is_over": True}


def _line(search: Climb | Descent, told_before: int | None) -> dict[str, object]:
    line: dict[str, object] = {"fewest": search.fewest, "is_refuted": search.is_refuted}
    if search.model is not None and search.broken != told_before:
        line |= {"broken": search.broken, "model": sorted(search.model)}
    return line


def write_task(out: IO[bytes], task: Task) -> None:
    """A line of JSON, then all literals as 32-bit numbers, a 0 after each clause."""
    numbers = array("i")
    for clause in task.clauses:
        numbers.extend(clause)
        numbers.append(0)
    head = {
        "top": task.top, "waits": [*task.waits], "below": task.below, "near": [*task.near],
        "needs_start": task.needs_start, "numbers": len(numbers),
    }  # fmt: skip
    out.write(json.dumps(head).encode() + b"\n")
    out.write(numbers.tobytes())
    out.flush()


def read_task(source: IO[bytes]) -> Task:
    """What `write_task` wrote."""
    head = json.loads(source.readline())
    numbers = array("i")
    numbers.frombytes(source.read(head["numbers"] * numbers.itemsize))
    clauses: list[list[int]] = [[]]
    for number in numbers:
        if number:
            clauses[-1].append(number)
        else:
            clauses.append([])
    head.pop("numbers")
    return Task(clauses[:-1], **head)


def _die_with_parent() -> None:
    """A killed parent leaves nobody behind who computes on; Linux only, elsewhere it may."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH, signal.SIGKILL)
        if os.getppid() == 1:
            sys.exit(0)


if __name__ == "__main__":
    main()
