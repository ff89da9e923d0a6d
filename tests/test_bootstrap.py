"""One command on a fresh checkout; the second time nothing is installed."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from matchmaker.__main__ import command_of
from matchmaker.bootstrap import Checkout, InstallFailed, PipReport

ROOT = Path(__file__).resolve().parent.parent

# A build backend of its own, so that the test installs for real without any download.
BACKEND = """
import zipfile

def get_requires_for_build_editable(config_settings=None):
    return []

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "tiny-1.0-py3-none-any.whl"
    info = "tiny-1.0.dist-info/"
    with zipfile.ZipFile(f"{wheel_directory}/{name}", "w") as wheel:
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n"
                       "Provides-Extra: test\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\n"
                       "Root-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "entry_points.txt", "[console_scripts]\\ntiny = tiny:main\\n")
        wheel.writestr("tiny.py", "def main(): print('tiny runs')\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "tiny"
version = "1.0"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all tests: making an environment takes seconds, and each may make it."""
    return tmp_path_factory.mktemp("checkout")


@pytest.fixture
def checkout(folder: Path) -> Checkout:
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "backend.py").write_text(BACKEND)
    (folder / ".venv" / "matchmaker-installed.json").unlink(missing_ok=True)
    return Checkout(folder)


def test_a_fresh_checkout_is_installed_once(checkout: Checkout):
    assert checkout.install()
    ran = subprocess.run([checkout.script("tiny")], capture_output=True, text=True)
    assert ran.stdout == "tiny runs\n"

    assert not checkout.install()  # nothing to do
    assert checkout.install("test")  # an extra is new
    assert not checkout.install()  # and stays when the plain command comes again

    (checkout.root / "pyproject.toml").write_text(PYPROJECT + "# changed\n")
    assert checkout.install()


def test_a_failed_installation_tells_why_and_is_tried_again(checkout: Checkout):
    (checkout.root / "backend.py").write_text("raise RuntimeError('no compiler here')")
    for _ in range(2):
        with pytest.raises(InstallFailed, match="no compiler here"):
            checkout.install()


def test_installing_is_shown_as_it_goes():
    out = io.StringIO()
    report = PipReport(out)
    for line in (
        "Collecting numpy==2.4.6",
        "  Downloading numpy-2.4.6.whl (18.2 MB)",
        "Collecting click",
        "  Downloading click-8.5.1.whl (500.0 kB)",
        "Installing collected packages: click, numpy",
        "Successfully installed click-8.5.1 numpy-2.4.6",
    ):
        report.read(line + "\n")
    assert out.getvalue() == (
        "  1 packages, 0 MB downloaded, 0 s: numpy==2.4.6\n"
        "  2 packages, 19 MB downloaded, 0 s: unpacking\n"
        "  2 packages, 19 MB downloaded, 0 s: done\n"
    )


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ([], ["up"]),
        (["--port", "8080"], ["up", "--port", "8080"]),
        (["search", "status"], ["search", "status"]),
    ],
)
def test_options_alone_mean_up(typed: list[str], command: list[str]):
    assert command_of(typed) == command


def test_the_first_command_needs_the_standard_library_alone():
    """`-S` hides everything that was ever installed."""
    code = (
        "import sys, matchmaker.__main__, matchmaker.bootstrap, importlib.util\n"
        "assert importlib.util.find_spec('flask') is None\n"
        "import runpy; runpy.run_module('tests.__main__', run_name='imported')"
    )
    subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, check=True)
