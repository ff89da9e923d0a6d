"""What a running server tells others about itself, through a small file in the data folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matchmaker.config import Config
from matchmaker.processes import hold


def run_dir(config: Config) -> Path:
    folder = config.data_dir / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def lock_file(config: Config) -> Path:
    """Held by the one server that works on this data folder."""
    return run_dir(config) / "server.lock"


def is_running(config: Config) -> bool:
    """Does a server work on this data folder right now?"""
    lock = hold(lock_file(config))
    if lock is None:
        return True
    lock.close()
    return False


def read_status(config: Config) -> dict[str, Any]:
    """{process, address, programs: [{name, process, restarts}]}; {} when nothing was noted."""
    try:
        status = json.loads(_status_file(config).read_text())
    except (OSError, ValueError):
        return {}
    return status if isinstance(status, dict) else {}


def served_at(config: Config) -> str:
    """The address people use: the one that was set, else where a running server says it is.

    Its port may have been chosen when it was started, which the settings do not know.
    """
    is_derived = config.public_url == f"http://{config.host}:{config.port}"
    told = read_status(config).get("address")
    return str(told) if is_derived and told else config.public_url


def note_status(config: Config, status: Mapping[str, Any]) -> None:
    # Beside, then in place: a page never reads half a file.
    beside = _status_file(config).with_suffix(".new")
    beside.write_text(json.dumps(status))
    beside.replace(_status_file(config))


def forget_status(config: Config) -> None:
    _status_file(config).unlink(missing_ok=True)


def _status_file(config: Config) -> Path:
    return run_dir(config) / "server.json"
