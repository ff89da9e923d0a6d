"""A worker that stops between two portions of an import until it is let go on."""

from __future__ import annotations

import sys
import time
from typing import Any

from matchmaker.app import create_app
from matchmaker.catalogue.importing import applying
from matchmaker.config import Config
from matchmaker.worker import Worker

config = Config.from_env()
put_versions = applying._put_versions


def wait_then_go_on(*arguments: Any) -> None:
    put_versions(*arguments)
    (config.data_dir / "writing").touch()
    while not (config.data_dir / "gate").exists():
        time.sleep(0.02)


if __name__ == "__main__":
    applying._put_versions = wait_then_go_on
    app = create_app(config)
    Worker(config, name=sys.argv[1], queues=("quick", "heavy"), surroundings=app.app_context).run()
