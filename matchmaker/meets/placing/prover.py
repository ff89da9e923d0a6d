"""The climb as a process of its own: `python -m matchmaker.meets.placing.prover`. Pure.

It reads a formula from standard input, writes a line of JSON whenever something new is known and
after each slice, and ends when it is proved. A search of a solver cannot be interrupted from
within Python, and short slices make it slow; a process can be ended at any time.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from array import array
from collections.abc import Iterable, Iterator
from typing import IO

from matchmaker.meets.placing.climbing import Climb

SLICE = 20_000  # conflicts: some seconds
_DEATH = 1  # PR_SET_PDEATHSIG of Linux


def main() -> None:
    """Climb until it is over; each line tells the bound and a model when there is a better one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started this one
    _die_with_parent()
    climb = read_climb(sys.stdin.buffer)
    for line in told(climb):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def told(climb: Climb) -> Iterator[dict[str, object]]:
    """What is known after each step; the last line says that it is over."""
    broken = None
    for _ in climb.steps(needs_start=False):
        yield _line(climb, broken)
        broken = climb.broken if climb.model else None
    yield _line(climb, broken) | {"is_over": True}


def _line(climb: Climb, told_before: int | None) -> dict[str, object]:
    line: dict[str, object] = {"fewest": climb.fewest, "is_refuted": climb.is_refuted}
    if climb.model is not None and climb.broken != told_before:
        line |= {"broken": climb.broken, "model": sorted(climb.model)}
    return line


def write_climb(
    out: IO[bytes], clauses: Iterable[Iterable[int]], top: int, waits: list[int]
) -> None:
    """A line of JSON, then all literals as 32-bit numbers, a 0 after each clause."""
    numbers = array("i")
    for clause in clauses:
        numbers.extend(clause)
        numbers.append(0)
    head = {"top": top, "waits": waits, "numbers": len(numbers)}
    out.write(json.dumps(head).encode() + b"\n")
    out.write(numbers.tobytes())
    out.flush()


def read_climb(source: IO[bytes]) -> Climb:
    """What `write_climb` wrote."""
    head = json.loads(source.readline())
    numbers = array("i")
    numbers.frombytes(source.read(head["numbers"] * numbers.itemsize))
    clauses, clause = [], []
    for number in numbers:
        if number:
            clause.append(number)
        else:
            clauses.append(clause)
            clause = []
    return Climb(clauses, head["top"], head["waits"], SLICE)


def _die_with_parent() -> None:
    """A killed parent leaves nobody behind who computes on; Linux only, elsewhere it may."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH, signal.SIGKILL)
        if os.getppid() == 1:
            sys.exit(0)


if __name__ == "__main__":
    main()
