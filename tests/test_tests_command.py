"""`python3 -m tests` installs system packages where it may, and says why where it may not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.__main__ import PACKAGES, install_packages, main, missing_packages, prepare_system


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the path; what is in it is all this system has."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def have(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_elsewhere_than_on_debian_the_reason_is_said(programs: Path, capsys):
    assert missing_packages() == list(PACKAGES)
    prepare_system()
    told = capsys.readouterr().out
    assert "this system has no apt-get" in told
    assert "chromium" in told


def test_only_what_is_missing_is_installed(programs: Path):
    have(
        programs,
        "dpkg-query",
        'case "$3" in chromium*) exit 1;; esac; printf "install ok installed"',
    )
    assert missing_packages() == ["chromium-headless-shell"]


@pytest.mark.parametrize(("is_known", "missing"), [(0, ["chromium-headless-shell"]), (100, [])])
def test_where_there_is_no_shell_of_the_browser_the_browser_is_enough(
    programs: Path, is_known: int, missing: list[str]
):
    have(
        programs,
        "dpkg-query",
        'case "$3" in *shell) exit 1;; esac; printf "install ok installed"',
    )
    have(programs, "apt-cache", f"exit {is_known}")
    assert missing_packages() == missing


def test_without_the_right_to_install_the_command_is_named(
    programs: Path, monkeypatch: pytest.MonkeyPatch
):
    have(programs, "apt-get", "exit 0")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert "sudo apt-get install chromium" in install_packages(["chromium"])


def test_a_failing_apt_get_is_quoted(programs: Path, monkeypatch: pytest.MonkeyPatch):
    have(programs, "apt-get", "exit 0")
    have(programs, "env", 'echo "no space left" >&2; exit 100')
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert install_packages(["chromium"]) == "apt-get update failed: no space left"


@pytest.mark.parametrize(("is_known", "taken"), [(0, "chromium-headless-shell"), (100, "chromium")])
def test_where_there_is_no_shell_of_the_browser_the_browser_is_taken(
    programs: Path, monkeypatch: pytest.MonkeyPatch, is_known: int, taken: str
):
    have(programs, "apt-get", "exit 0")
    have(programs, "apt-cache", f"exit {is_known}")
    have(programs, "env", f'echo "$@" >> {programs}/asked')
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert install_packages(["chromium-headless-shell"]) == ""
    assert (programs / "asked").read_text().split()[-1] == taken


def test_what_is_typed_comes_last_and_wins(monkeypatch: pytest.MonkeyPatch):
    started: list[list[str]] = []
    monkeypatch.setattr("tests.__main__.Checkout.install", lambda _checkout, _extra: False)
    monkeypatch.setattr("tests.__main__.prepare_system", lambda: None)
    monkeypatch.setattr("tests.__main__.hand_over", started.append)
    monkeypatch.setattr("sys.argv", ["tests", "-n", "0", "tests/catalogue"])
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    main()
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ
    assert "tests.no_skips" in started[0]
    assert started[0].index("--maxprocesses") < len(started[0]) - 3
    assert started[0][-3:] == ["-n", "0", "tests/catalogue"]
