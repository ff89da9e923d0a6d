"""A one-page site under our gunicorn settings, started by test_server_children.py."""

from __future__ import annotations

import os
import time

import structlog
from flask import Flask

from matchmaker.config import Config
from matchmaker.logs import bind_requests, configure_logs
from matchmaker.server_children import WebServer


class SmallSite(WebServer):
    def load(self) -> Flask:
        app = Flask("small")
        bind_requests(app)

        @app.get("/who")
        def who() -> str:
            structlog.get_logger("small").info("asked", who="visitor")
            return f"{os.getpid()} {os.getppid()}"

        @app.get("/slow")
        def slow() -> str:
            structlog.get_logger("small").info("begun")
            time.sleep(1.5)
            return "finished"

        return app


if __name__ == "__main__":
    config = Config.from_env()
    configure_logs(config)
    SmallSite(config).run()
