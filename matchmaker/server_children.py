"""What `matchmaker run` starts: `python -m matchmaker.server_children web|worker`."""

from __future__ import annotations

import gc
import logging
import os
import sys
from typing import Any

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers import gthread

from matchmaker.config import Config
from matchmaker.logs import configure_logs
from matchmaker.processes import die_with_parent

# More than are ever busy: each connection that has not sent anything yet holds one for a moment.
THREADS = 16
TIMEOUT = 60
# So long a thread waits for the first byte; then the connection waits among the sleeping ones.
# gunicorn's own 5 seconds let a few dozen silent connections stop the whole site.
FIRST_BYTE = 0.2


class QuietLogger(Logger):  # type: ignore[misc]
    """gunicorn's messages, through our own log; requests are logged by `logs.RequestLog`."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers = []
        self.error_log.propagate = True

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Said once, by RequestLog."""


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn, loaded once and forked, with the settings of this product."""

    def __init__(self, config: Config) -> None:
        self.config = config
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.settings().items():
            self.cfg.set(name, value)

    def settings(self) -> dict[str, Any]:
        host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
        return {
            "bind": f"{host}:{self.config.port}",
            "preload_app": True,
            "worker_class": "gthread",
            "workers": self.config.web_workers,
            "threads": THREADS,
            "timeout": TIMEOUT,
            "graceful_timeout": 20,
            "keepalive": 5,
            # The longest search a browser can send; beyond it gunicorn answers 4xx itself.
            "limit_request_line": 8190,
            # Native libraries join their threads when a process ends; those of the parent do
            # not exist in a fork, and the process would abort instead of ending.
            "worker_exit": _end_at_once,
            "post_worker_init": _warm_up,
            "logger_class": QuietLogger,
            "loglevel": "info" if self.config.is_production else "warning",
            # It would write a socket into the user's home folder; nobody asks it anything.
            "control_socket_disable": True,
        }

    def load(self) -> Any:
        from matchmaker.app import create_app

        return create_app(self.config)


def _warm_up(worker: Any) -> None:
    """Open index and model and compile the templates before the first visitor waits for them.

    What exists then stays: keeping it out of the garbage collector's rounds took a quarter
    off the time of a search page.
    """
    app = worker.app.callable
    searching = getattr(app, "extensions", {}).get("searching")
    if searching is not None:
        try:
            searching.encode_query("warm up")
            app.test_client().get("/search")
        except Exception:
            # A site that cannot search yet still starts, and says so on its pages.
            structlog.get_logger("matchmaker.server").exception("warming up failed")
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _end_at_once(_server: Any, _worker: Any) -> None:
    logging.shutdown()
    os._exit(0)


def web(config: Config) -> None:
    gthread.DEFAULT_WORKER_DATA_TIMEOUT = FIRST_BYTE
    WebServer(config).run()


def worker(config: Config) -> None:
    """Rooms declare their jobs when the application is made; each job runs in its context."""
    from matchmaker import agents_work, catching_up  # noqa: F401  declare who is told, what is kept
    from matchmaker.api import forgetting  # noqa: F401  declares when requests are forgotten
    from matchmaker.app import create_app
    from matchmaker.catalogue import due, reminding  # noqa: F401  declare what the clock does
    from matchmaker.certification import reminders  # noqa: F401  declares who is reminded when
    from matchmaker.matching.retrieval import jobs  # noqa: F401  declares when offers are read
    from matchmaker.notices import digest, sending  # noqa: F401  declare how mail leaves
    from matchmaker.storefront import daily  # noqa: F401  declares what is done every day
    from matchmaker.worker import Worker

    app = create_app(config)
    Worker(config, surroundings=app.app_context).run()
    # Threads of interrupted jobs would hold the process back; their steps resume next time.
    sys.stderr.flush()
    os._exit(0)


def main(arguments: list[str]) -> None:
    die_with_parent()
    config = Config.from_env()
    configure_logs(config)
    {"web": web, "worker": worker}[arguments[0]](config)


if __name__ == "__main__":
    main(sys.argv[1:])
