"""The real thing: `matchmaker run` in processes of its own, on a data folder of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from matchmaker.config import Config
from tests.ports import free_port

T = TypeVar("T")
# Seconds after which an answer counts as none: how fast pages are is told by benchmarks.
SLOWEST = 60.0
COMMAND = str(Path(sys.executable).parent / "matchmaker")


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers in small letters, the body as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def ask(port: int, target: str, timeout: float = SLOWEST, **headers: str) -> Answer:
    """One GET of this machine; header names with _ for -."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", target, headers={"Accept": "text/html"} | given)
        found = connection.getresponse()
        said = {name.lower(): value for name, value in found.getheaders()}
        return Answer(found.status, said, found.read())
    finally:
        connection.close()


@dataclass
class RunningSite:
    """A started server: ask it, read its log, break its data folder."""

    config: Config
    log_file: Path
    process: subprocess.Popen[bytes]

    def get(self, target: str, timeout: float = SLOWEST, **headers: str) -> Answer:
        """One GET on a connection of its own; the target goes over the wire as it is given."""
        return ask(self.config.port, target, timeout, **headers)

    def raw(self, request: bytes, timeout: float = SLOWEST) -> bytes:
        """Bytes in, bytes out: for what no polite client would send."""
        with socket.create_connection(("127.0.0.1", self.config.port), timeout) as plug:
            # A server that refuses early closes while we still send: what it said counts.
            with contextlib.suppress(OSError):
                plug.sendall(request)
            got = b""
            with contextlib.suppress(ConnectionResetError):
                while piece := plug.recv(65536):
                    got += piece
            return got

    def process_of(self, program: str) -> int:
        """The process id of "web" or "worker", as the parent notes it."""
        noted = json.loads((self.config.data_dir / "run" / "server.json").read_text())
        return next(int(one["process"] or 0) for one in noted["programs"] if one["name"] == program)

    def log_since(self, mark: int) -> list[dict[str, Any]]:
        """The log's lines after `mark` (see `log_mark`); what is no JSON comes as {"raw": line}."""
        lines = self.log_file.read_bytes()[mark:].decode("utf-8", "replace").splitlines()
        return [_read(line) for line in lines]

    def log_mark(self) -> int:
        return self.log_file.stat().st_size

    def is_ready(self) -> bool:
        try:
            return self.get("/healthz", timeout=10).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()  # its children go with it
            self.process.wait()


def _read(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {"raw": line}
    return found if isinstance(found, dict) else {"raw": line}


def copy_of(data: Path, target: Path) -> Path:
    """A data folder like `data`, which may be in use; the model is shared."""
    target.mkdir(parents=True)
    for name in ("matchmaker.sqlite", "embeddings.sqlite"):
        if (data / name).exists():
            copy_database(data / name, target / name)
    shutil.copytree(data / "search", target / "search")
    (target / "models").symlink_to((data / "models").resolve())
    return target


def copy_database(source: Path, target: Path) -> None:
    """A whole copy, with what still stands in the write-ahead log."""
    closing = contextlib.closing
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


@contextlib.contextmanager
def running_on(data: Path, log_file: Path, **settings: str) -> Iterator[RunningSite]:
    """The site on this data folder, ready to be asked; stopped in the end.

    `settings` are further ones of the environment: `search_engine="http://..."`.
    """
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MATCHMAKER_")}
    environment |= {
        "MATCHMAKER_DATA": str(data),
        "MATCHMAKER_PORT": str(port),
        "MATCHMAKER_LOG_FORMAT": "json",
        "MATCHMAKER_RATE_LIMIT": "1000000 per minute",
    }
    environment |= {f"MATCHMAKER_{name.upper()}": value for name, value in settings.items()}
    with log_file.open("wb") as log:
        process = subprocess.Popen([COMMAND, "run"], env=environment, stdout=log, stderr=log)
    site = RunningSite(Config.from_env(environment), log_file, process)
    try:
        until(site.is_ready, 120, lambda: log_file.read_text()[-3000:])
        yield site
    finally:
        site.stop()


def until(happens: Callable[[], T], seconds: float, why: Callable[[], object] = lambda: "") -> T:
    """Wait until `happens` gives something; `why` explains in the failure what was seen last."""
    deadline = time.monotonic() + seconds
    while True:
        if found := happens():
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"It did not happen within {seconds} s. {why()}")
        time.sleep(0.1)
