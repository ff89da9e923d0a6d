"""Workers of one run share what was costly to make, and a failure with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sharing import made_once


class Folders:
    """Stands in for pytest's factory: a run's folder, or one of a worker inside it."""

    def __init__(self, own: Path) -> None:
        self.own = own
        own.mkdir(exist_ok=True)

    def getbasetemp(self) -> Path:
        return self.own


def test_the_second_worker_finds_what_the_first_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    made = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "world").write_text("round")

    found = [
        made_once(Folders(tmp_path / worker), "seeded", make)  # type: ignore[arg-type]
        for worker in ("gw0", "gw1")
    ]
    assert found == [tmp_path / "seeded"] * 2
    assert (found[1] / "world").read_text() == "round"
    assert len(made) == 1


def test_what_failed_half_way_is_made_anew(tmp_path: Path) -> None:
    run = Folders(tmp_path / "run")

    def break_off(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("disk full")

    for _worker in range(2):
        with pytest.raises(OSError, match="disk full"):
            made_once(run, "seeded", break_off)  # type: ignore[arg-type]
    whole = made_once(run, "seeded", lambda folder: (folder / "whole").touch())  # type: ignore[arg-type]
    assert [each.name for each in whole.iterdir()] == ["whole"]
