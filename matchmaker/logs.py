"""One log for everything: our events, gunicorn's, the libraries', each with its request id.

JSON lines on standard error with `log_format` json, readable lines otherwise. Libraries that
use Python's logging pass through the same door.

A person who reports a problem reads the id from the page or the header `X-Request-ID`;
searching the log for it shows all that this request did. Query strings are not logged: what
somebody searches for is theirs. Nor are the secrets of links that open something.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import structlog

from matchmaker.config import Config

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask
    from structlog.typing import Processor

REQUEST_ID = "X-Request-ID"
# What a proxy may hand us: short and harmless in a log line, else we make our own.
SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Asked for so often that they would bury the rest; shown with --debug only.
QUIET = ("/static/", "/healthz")
# Addresses that end in a secret: whoever reads the log could sign in by it.
SECRET = re.compile(
    r"^((?:/[a-z]{2})?/(?:enter|invitation|confirm|account/email/confirm|recover|privacy/data"
    r"|unsubscribe)/)[^/]+"
)

log = structlog.get_logger("matchmaker.web")


def configure_logs(config: Config, *, level: int = logging.INFO) -> None:
    """Send every log of this process to standard error in one format. Safe to call again."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Tests configure more than once; a cached logger would keep the first format.
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(config.log_format),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    _calm_libraries()


def _renderers(log_format: str) -> list[Processor]:
    if log_format == "json":
        # Without local variables: they hold passwords and people's data.
        traces = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        return [
            structlog.processors.ExceptionRenderer(traces),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]


def _calm_libraries() -> None:
    """Take away handlers that libraries brought, and the chatter of the talkative ones."""
    for name in ("gunicorn.error", "gunicorn.access", "werkzeug", "dbos"):
        logger = logging.getLogger(name)
        logger.handlers = [logging.NullHandler()]
        logger.propagate = True
    for name in ("dbos", "sqlalchemy", "alembic", "httpx", "httpcore", "urllib3", "PIL", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)


def request_id() -> str:
    """The id of the request being answered, for error pages; empty outside a request."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def bind_requests(app: Flask) -> None:
    """Give every request of this application its id and its line in the log."""
    app.wsgi_app = RequestLog(app.wsgi_app)  # type: ignore[method-assign]


class RequestLog:
    """WSGI layer around the whole site: gives each request its id and writes its line.

    It stands outside the application, so that an error page, a crash and a streamed answer are
    logged alike.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        known = id_from(environ.get("HTTP_X_REQUEST_ID", ""))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=known)
        line = _Line(environ)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            line.status = int(status.split(" ", 1)[0])
            return start_response(status, [*headers, (REQUEST_ID, known)], exc_info)

        try:
            body = self.application(environ, start)
        except Exception:
            line.write()
            raise
        return _Body(body, line)


def id_from(given: str) -> str:
    """The id a proxy gave if it is sane, else a new one."""
    return given if SANE_ID.fullmatch(given) else secrets.token_hex(8)


class _Line:
    """The one line that a request leaves in the log."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.method = str(environ.get("REQUEST_METHOD", ""))
        self.path = str(environ.get("PATH_INFO", "")).encode("latin-1").decode("utf-8", "replace")
        self.status = 500
        self._began = time.perf_counter()
        self._ended: float | None = None

    def end(self) -> None:
        """The reader has everything; what is done afterwards is nobody's waiting."""
        self._ended = time.perf_counter()

    def write(self) -> None:
        ended = self._ended or time.perf_counter()
        say = log.debug if self.path.startswith(QUIET) and self.status < 400 else log.info
        say(
            "request",
            method=self.method,
            path=SECRET.sub(r"\1…", self.path)[:200],
            status=self.status,
            ms=round((ended - self._began) * 1000, 1),
        )


class _Body:
    """The answer's body; the line tells the time until its last byte had been handed over."""

    def __init__(self, body: Iterable[bytes], line: _Line) -> None:
        self._body = body
        self._line = line

    def __iter__(self) -> Iterator[bytes]:
        yield from self._body
        self._line.end()

    def close(self) -> None:
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._line.write()
            structlog.contextvars.clear_contextvars()
