"""Ctrl-C at the command line ends in one line, even amid the imports of a room."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from matchmaker import cli


def test_ctrl_c_while_a_room_is_imported_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_module: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "import_module", interrupted)
    stopped = CliRunner().invoke(cli.commands, ["match", "wanted.json"])
    assert (stopped.exit_code, stopped.output) == (130, "matchmaker: stopped.\n")
