"""The environment of a checkout: made once, renewed when pyproject.toml changes.

Standard library only: this runs before anything is installed. No torch comes along; the extra
`models` brings it to those who ask for it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TextIO

ROOT = Path(__file__).resolve().parent.parent
SHOWN_ON_FAILURE = 25


class InstallFailed(SystemExit):
    """pip or venv gave up: ends the program with what they said and what to try."""


@dataclass(frozen=True)
class Checkout:
    """A clone of this repository and the environment inside it."""

    root: Path

    @classmethod
    def here(cls) -> Checkout:
        return cls(ROOT)

    @property
    def environment(self) -> Path:
        return self.root / ".venv"

    def script(self, name: str) -> Path:
        return self.environment / "bin" / name

    @property
    def python(self) -> Path:
        return self.script("python")

    def install(self, *extras: str) -> bool:
        """Make `.venv` hold this checkout with these extras. False if it did already."""
        wanted = self._installed_extras() | set(extras)
        if self._is_current(wanted):
            return False
        self._make_environment()
        self._stamp.unlink(missing_ok=True)
        target = f"{self.root}[{','.join(sorted(wanted))}]" if wanted else str(self.root)
        say(f"Installing into {self.environment} (once; takes a few minutes on a new machine)")
        self._pip("install", "--editable", target)
        # Written last: an installation that was interrupted is simply continued next time.
        self._stamp.write_text(json.dumps(self._facts(wanted), indent=1))
        return True

    @property
    def _stamp(self) -> Path:
        return self.environment / "matchmaker-installed.json"

    def _facts(self, extras: Iterable[str]) -> dict[str, object]:
        """What must be unchanged for an installation to be as good as new."""
        pyproject = (self.root / "pyproject.toml").read_bytes()
        return {
            "pyproject": hashlib.sha256(pyproject).hexdigest(),
            "extras": sorted(extras),
            # A moved checkout has scripts that point to where it was.
            "root": str(self.root),
        }

    def _noted(self) -> dict[str, object]:
        try:
            noted = json.loads(self._stamp.read_text())
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def _installed_extras(self) -> set[str]:
        extras = self._noted().get("extras", [])
        return {str(extra) for extra in extras} if isinstance(extras, list) else set()

    def _is_current(self, extras: set[str]) -> bool:
        # The link to the interpreter breaks when the system's Python is upgraded.
        return self.python.exists() and self._noted() == self._facts(extras)

    def _make_environment(self) -> None:
        if self._has_pip():
            return
        say(f"Creating the environment {self.environment}")
        making = subprocess.run(  # noqa: S603  our own interpreter
            [sys.executable, "-m", "venv", "--clear", str(self.environment)],
            capture_output=True,
            text=True,
        )
        if making.returncode:
            raise InstallFailed(
                f"The environment could not be created:\n{making.stdout}{making.stderr}\n"
                "On Debian or Ubuntu install Python's venv first: apt-get install python3-venv"
            )

    def _has_pip(self) -> bool:
        if not self.python.exists():
            return False
        asked = [str(self.python), "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
        return subprocess.run(asked, capture_output=True).returncode == 0  # noqa: S603

    def _pip(self, *arguments: str) -> None:
        command = [str(self.python), "-m", "pip", "--disable-pip-version-check", *arguments]
        running = subprocess.Popen(  # noqa: S603  our own interpreter
            [*command, "--progress-bar", "off"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        report = PipReport(sys.stdout)
        assert running.stdout is not None
        for line in running.stdout:
            report.read(line)
        report.close()
        if running.wait():
            raise InstallFailed(
                "Installing failed. pip's last words:\n  "
                + "\n  ".join(report.last)
                + "\nStart the same command again to continue; finished downloads are kept."
            )


@dataclass
class PipReport:
    """Turns pip's chatter into one line that moves: packages, megabytes, seconds.

    On a terminal the line is rewritten; into a file a new line is written every few seconds.
    """

    out: TextIO
    packages: int = 0
    megabytes: float = 0.0
    last: deque[str] = field(default_factory=lambda: deque(maxlen=SHOWN_ON_FAILURE))
    _began: float = field(default_factory=time.monotonic)
    _shown: float = float("-inf")

    def read(self, line: str) -> None:
        self.last.append(line.rstrip())
        if line.startswith("Collecting "):
            self.packages += 1
            self._show(line.split()[1], every=0.1 if self.out.isatty() else 5.0)
        elif found := re.search(r"Downloading \S+ \(([\d.]+) (kB|MB|GB)\)", line):
            self.megabytes += float(found[1]) * {"kB": 0.001, "MB": 1.0, "GB": 1000.0}[found[2]]
        elif line.startswith("Installing collected packages: "):
            self.packages = line.count(",") + 1
            self._show("unpacking", every=0.0)
        elif line.startswith("Successfully installed"):
            self._show("done", every=0.0)

    def _show(self, what: str, *, every: float) -> None:
        now = time.monotonic()
        if now - self._shown < every:
            return
        self._shown = now
        text = (
            f"  {self.packages} packages, {self.megabytes:.0f} MB downloaded, "
            f"{now - self._began:.0f} s: {what}"
        )
        if self.out.isatty():
            self.out.write(f"\r\033[K{text[:100]}")
        else:
            self.out.write(text + "\n")
        self.out.flush()

    def close(self) -> None:
        if self.out.isatty():
            self.out.write("\n")
        self.out.flush()


def say(text: str) -> None:
    print(text, flush=True)


def hand_over(command: Sequence[str]) -> NoReturn:
    """Become `command`, in the checkout, so that signals and exit status are its own."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(command[0], list(command))  # noqa: S606  our own environment's program
