"""What dies is started again, what is stopped leaves nothing behind. Real processes throughout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from matchmaker.config import Config
from matchmaker.processes import hold
from matchmaker.server import AlreadyRunning, answers, serve
from matchmaker.server_status import read_status

SCRIPT = Path(__file__).with_name("supervised.py")
ROOT = SCRIPT.parent.parent


def until(happens, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := happens():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def started(folder: Path, name: str) -> list[tuple[int, int]]:
    """(process, its child) for every time the program was started."""
    file = folder / f"started-{name}"
    lines = file.read_text().splitlines() if file.exists() else []
    return [(int(line.split()[0]), int(line.split()[1])) for line in lines]


@pytest.fixture
def parent(tmp_path: Path):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    running = subprocess.Popen([sys.executable, str(SCRIPT), str(tmp_path)], env=environment)
    yield running
    running.kill()
    running.wait()


def everybody(folder: Path) -> list[int]:
    return [one for name in ("one", "two") for pair in started(folder, name) for one in pair]


def nobody_is_left(folder: Path) -> bool:
    """What was killed takes a moment to be gone."""
    return not any(is_alive(one) for one in everybody(folder))


def test_a_program_that_dies_is_started_again(parent, tmp_path: Path):
    until(lambda: (tmp_path / "ready").exists())
    first, left_behind = started(tmp_path, "one")[0]
    os.kill(first, signal.SIGKILL)
    until(lambda: len(started(tmp_path, "one")) == 2)
    until(lambda: not is_alive(left_behind))
    assert len(started(tmp_path, "two")) == 1  # the other one was left in peace

    (tmp_path / "silent").touch()  # alive, but no longer answering
    until(lambda: len(started(tmp_path, "one")) == 3)

    parent.terminate()
    assert parent.wait(timeout=60) == 0
    until(lambda: nobody_is_left(tmp_path))


def test_when_the_parent_is_killed_its_children_go_too(parent, tmp_path: Path):
    until(lambda: (tmp_path / "ready").exists())
    parent.kill()
    until(lambda: nobody_is_left(tmp_path))


def test_ctrl_c_stops_in_order(parent, tmp_path: Path):
    until(lambda: (tmp_path / "ready").exists())
    parent.send_signal(signal.SIGINT)
    assert parent.wait(timeout=60) == 0
    until(lambda: nobody_is_left(tmp_path))


def test_a_program_that_never_starts_ends_the_server(tmp_path: Path):
    (tmp_path / "broken").touch()
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=120,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1
    assert "giving up" in ran.stdout + ran.stderr


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config.from_env({"MATCHMAKER_DATA": str(tmp_path), "MATCHMAKER_PORT": "1"})


def test_a_second_server_on_the_same_data_is_refused(config: Config):
    lock = hold(config.data_dir / "run" / "server.lock")
    with pytest.raises(AlreadyRunning, match="Stop that one first"):
        serve(config)
    lock.close()


def test_where_nothing_listens_nothing_answers(config: Config):
    assert not answers(config)
    assert read_status(config) == {}
