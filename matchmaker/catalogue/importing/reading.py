"""Reads a sheet in a process of its own, with little memory and time.

Run as a program it takes the file on its standard input and writes JSON. Whatever a file does
to its reader, it does there: an archive that unfolds without end meets a limit of memory, a
table without end one of time.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from matchmaker.catalogue.importing.formulas import Formula
from matchmaker.catalogue.importing.remarks import Refused, remark, remark_in
from matchmaker.catalogue.importing.sheets import Cell, Sheet, read_sheets
from matchmaker.errors import N_

MEMORY = 1024 * 1024 * 1024  # bytes of address space, the interpreter among them
SECONDS = 45
ROOT = Path(__file__).resolve().parents[3]

READER = (sys.executable, "-m", "matchmaker.catalogue.importing.reading")


def read_apart(content: bytes, *, memory: int = MEMORY, seconds: int = SECONDS) -> list[Sheet]:
    """The sheets of a file. Raises Refused, also where reading it takes too much."""
    try:
        answer = subprocess.run(  # noqa: S603  our own interpreter, no word of the file
            [*READER, str(memory), str(seconds)],
            input=content,
            capture_output=True,
            timeout=seconds * 2,
            cwd=ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        raise _too_much() from slow
    if answer.returncode != 0:
        raise _too_much()
    told = json.loads(answer.stdout)
    if "refused" in told:
        raise Refused(remark_in(told["refused"]))
    return [
        Sheet(
            each["name"],
            [(number, [_cell(cell) for cell in cells]) for number, cells in each["rows"]],
            each["comma_decimals"],
        )
        for each in told["sheets"]
    ]


def _too_much() -> Refused:
    text = N_(
        "Reading this file takes more memory or time than there is. Send it in smaller parts."
    )
    return Refused(remark(text))


def _told(cell: Cell) -> Any:
    return [cell] if isinstance(cell, Formula) else cell


def _cell(told: Any) -> Cell:
    return Formula(told[0]) if isinstance(told, list) else told


def main() -> None:
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        sheets = read_sheets(sys.stdin.buffer.read())
    except Refused as refused:
        sys.stdout.write(json.dumps({"refused": refused.why.as_json()}))
        return
    told = [
        {
            "name": each.name,
            "rows": [(number, [_told(cell) for cell in cells]) for number, cells in each.rows],
            "comma_decimals": each.comma_decimals,
        }
        for each in sheets
    ]
    sys.stdout.write(json.dumps({"sheets": told}))


if __name__ == "__main__":
    main()
