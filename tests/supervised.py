"""Two small programs under the real supervisor, started by test_server.py.

python supervised.py FOLDER          the parent
python supervised.py FOLDER child X  a child: notes its id, then waits
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from matchmaker.processes import die_with_parent
from matchmaker.server import Program, Supervisor

FOLDER = Path(sys.argv[1])
LIFE = 600  # seconds: longer than any test waits for an end that comes of itself


def parent() -> int:
    def program(name: str, is_well: Callable[[float], bool] = lambda _since: True) -> Program:
        return Program(
            name,
            [sys.executable, __file__, str(FOLDER), "child", name],
            is_up=lambda: _noted(FOLDER / f"started-{name}"),
            is_well=is_well,
        )

    silent = FOLDER / "silent"
    programs = [program("one", lambda _since: not _take(silent)), program("two")]
    if (FOLDER / "broken").exists():
        broken = [sys.executable, "-c", "raise SystemExit(3)"]
        programs.append(Program("broken", broken, is_up=lambda: False))
    return Supervisor(programs, on_ready=(FOLDER / "ready").touch).run()


def _noted(file: Path) -> bool:
    return file.exists() and file.read_text().endswith("\n")


def _take(file: Path) -> bool:
    there = file.exists()
    file.unlink(missing_ok=True)
    return there


def child(name: str) -> None:
    die_with_parent()
    grandchild = subprocess.Popen(["sleep", str(LIFE)])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with (FOLDER / f"started-{name}").open("a") as noted:
        noted.write(f"{os.getpid()} {grandchild.pid}\n")
    try:
        time.sleep(LIFE)
    finally:
        grandchild.kill()


if __name__ == "__main__":
    if sys.argv[2:3] == ["child"]:
        child(sys.argv[3])
    else:
        sys.exit(parent())
