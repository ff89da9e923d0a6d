"""The steps of the first start, each seen from a process that has done nothing else before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from matchmaker.cli import commands
from matchmaker.config import ROOT, Config
from matchmaker.preparing import preparation


def run(data: Path, *arguments: str) -> str:
    """A command of ours in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "from matchmaker.cli import main; main()", *arguments],
        env=os.environ | {"MATCHMAKER_DATA": str(data)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def again(data: Path, *arguments: str) -> str:
    """A command that has already shown that it works in a process of its own, in this one."""
    done = CliRunner().invoke(commands, arguments, env={"MATCHMAKER_DATA": str(data)})
    assert done.exit_code == 0, done.output
    return done.output


def test_every_command_works_in_a_process_of_its_own_and_nothing_is_done_twice(
    tmp_path: Path, model_dir: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(model_dir)
    assert "migrated" in run(data, "migrate")
    assert "up to date" in again(data, "migrate")
    assert "is ready" in run(data, "model", "fetch")
    assert "Added" in run(data, "seed", "--scale", "60")
    assert "Added 0 demonstration firms" in again(data, "seed", "--scale", "60")
    assert "Indexed" in run(data, "search", "rebuild")
    assert "0 changes wait" in run(data, "search", "status")
    assert "related" in run(data, "search", "query", "rubber", "mat")
    assert "Removed" in run(data, "demo", "remove", "--yes")
    assert "products           0 documents" in again(data, "search", "status")


def test_the_first_start_does_each_step_once_and_the_second_none(
    tmp_path: Path, model_dir: Path
) -> None:
    config = Config.from_env({"MATCHMAKER_DATA": str(tmp_path / "data")})
    config.data_dir.mkdir(exist_ok=True)
    config.model_dir.symlink_to(model_dir)
    steps = preparation(config, demonstration=False)
    for step in steps:
        if not step.is_done():
            step.run(lambda _done, _total, _note="": None)
    assert [step.is_done() for step in preparation(config, demonstration=False)] == [True] * len(
        steps
    )


def test_a_deleted_database_is_made_again_and_the_index_with_it(
    tmp_path: Path, model_dir: Path
) -> None:
    config = Config.from_env({"MATCHMAKER_DATA": str(tmp_path / "data")})
    config.data_dir.mkdir(exist_ok=True)
    config.model_dir.symlink_to(model_dir)

    def start() -> list[str]:
        taken = []
        for step in preparation(config, demonstration=False):
            if not step.is_done():
                step.run(lambda _done, _total, _note="": None)
                taken.append(step.title)
        return taken

    everything = start()
    for file in config.data_dir.glob("matchmaker.sqlite*"):
        file.unlink()
    assert start() == [title for title in everything if "model" not in title]
    assert start() == []
