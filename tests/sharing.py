"""What is costly is made once in a run, by the worker that asks first; the others wait for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` of this run, as `make` filled it. All workers get the same: copy it.

    Where `make` fails nothing is kept, so that every worker meets the same failure.
    """
    folder = run_folder(factory) / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            aside = folder.with_name(f"{name}.part")
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir()
            make(aside)
            aside.rename(folder)
    return folder


def run_folder(factory: pytest.TempPathFactory) -> Path:
    """The temporary folder of the whole run; that of each worker lies inside."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
