"""Ctrl-C at the command line ends in one line, whenever it comes; errors end in their status."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

from matchmaker import cli, entry
from matchmaker.config import ROOT
from matchmaker.errors import BadInput, Unavailable


class PressesCtrlC(MetaPathFinder):
    """Somebody presses Ctrl-C while this module is looked for."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "matchmaker.cli":
            raise KeyboardInterrupt
        return None


def test_ctrl_c_while_the_command_line_is_imported_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "matchmaker.cli")
    monkeypatch.setattr(sys, "meta_path", [PressesCtrlC(), *sys.meta_path])
    with pytest.raises(SystemExit) as stopped:
        entry.main()
    assert (stopped.value.code, capsys.readouterr().err) == (130, "matchmaker: stopped.\n")


def test_nothing_heavy_is_imported_before_ctrl_c_can_be_caught() -> None:
    """In a process of its own: in this one everything is imported."""
    ask = "import sys, matchmaker.entry; print(*(each for each in sys.modules if '.' in each))"
    imported = subprocess.run(
        [sys.executable, "-S", "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert [each for each in imported if each.startswith("matchmaker")] == ["matchmaker.entry"]
    assert not {"click", "sqlalchemy", "numpy"} & set(imported)


def test_ctrl_c_while_a_room_is_imported_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_module: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "import_module", interrupted)
    stopped = CliRunner().invoke(cli.commands, ["match", "wanted.json"])
    assert (stopped.exit_code, stopped.output) == (130, "matchmaker: stopped.\n")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadInput("$.tables", -1, "Give a number."), 2),
        (Unavailable("The database is away."), 1),
        (OSError(28, "No space left on device"), 1),
        (PermissionError(13, "Permission denied", "/data"), 1),
    ],
)
def test_an_error_for_people_is_one_line_and_a_status(
    error: Exception,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    @click.command()
    def fails() -> None:
        raise error

    monkeypatch.setattr(cli, "commands", fails)
    monkeypatch.setattr(sys, "argv", ["matchmaker"])
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    with pytest.raises(SystemExit) as ended:
        entry.main()
    said = {28: "the output: No space left on device.", 13: "/data: Permission denied."}
    line = said.get(getattr(error, "errno", 0), str(error))
    assert (ended.value.code, capsys.readouterr().err) == (status, f"matchmaker: {line}\n")
