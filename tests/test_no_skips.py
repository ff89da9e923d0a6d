"""CI turns red when a test was skipped without a good reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = "[pytest]\nmarkers = needs_meilisearch: x\n"
PASSES = "def test_fine(): pass\n"
SKIPS = "import pytest\ndef test_shy(): pytest.skip('no chromium')\n"
EXCUSED = "import pytest\n@pytest.mark.needs_meilisearch\ndef test_far(): pytest.skip('no url')\n"
WHOLE_FILE = "import pytest\npytest.skip('no pango', allow_module_level=True)\n"
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail\ndef test_known(): assert False\n"


def run(folder: Path, ci: str, *files: str, workers: bool = False) -> subprocess.CompletedProcess:
    (folder / "pytest.ini").write_text(SETTINGS)
    for number, text in enumerate(files):
        (folder / f"test_{number}.py").write_text(text)
    # Without other plugins each of these runs takes a fraction of a second.
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment = os.environ | {"CI": ci, "PYTHONPATH": str(ROOT)} | alone
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.no_skips"]
    if workers:
        command += ["-p", "xdist.plugin", "-n", "2"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("skipping", [SKIPS, WHOLE_FILE])
def test_a_skip_fails_ci_and_is_named(tmp_path: Path, skipping: str):
    ran = run(tmp_path, "true", PASSES, skipping)
    assert ran.returncode == 1
    assert "which CI does not allow" in ran.stdout
    assert "no chromium" in ran.stdout or "no pango" in ran.stdout


def test_what_workers_skip_is_counted_once(tmp_path: Path):
    ran = run(tmp_path, "true", PASSES, SKIPS, WHOLE_FILE, EXCUSED, workers=True)
    assert ran.returncode == 1
    named = ran.stdout.partition("which CI does not allow")[2]
    assert (named.count("no chromium"), named.count("no pango"), named.count("no url")) == (1, 1, 0)


def test_workers_without_a_skip_stay_green(tmp_path: Path):
    assert run(tmp_path, "true", PASSES, EXCUSED, workers=True).returncode == 0


def test_at_home_a_skip_is_fine(tmp_path: Path):
    assert run(tmp_path, "", PASSES, SKIPS).returncode == 0


def test_for_want_of_a_search_server_and_known_failures_ci_stays_green(tmp_path: Path):
    assert run(tmp_path, "true", PASSES, EXCUSED, EXPECTED_FAILURE).returncode == 0
