"""From an empty data folder to the running site, step by step, each shown while it lasts.

A step that is done says so and costs nothing, so the same command serves the first start
and every later one.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TextIO

from matchmaker.config import Config
from matchmaker.errors import Conflict
from matchmaker.server_status import is_running, read_status

PORTS_TRIED = 100


class Progress(Protocol):
    """What a step calls while it works; `total` 0 means that nobody knows how much there is."""

    def __call__(self, done: float, total: float, note: str = "") -> None: ...


@dataclass(frozen=True)
class Step:
    """One thing to prepare: how to see that it is done, and how to do it."""

    title: str
    is_done: Callable[[], bool]
    run: Callable[[Progress], None]


class Serve(Protocol):
    """Runs the site until it is stopped; calls `ready` once it answers. Returns the exit status."""

    def __call__(self, config: Config, ready: Callable[[], None]) -> int: ...


class NoFreePort(Conflict):
    """Every port that was tried is taken; the message names them."""


def up(config: Config, steps: Sequence[Step], serve: Serve, out: TextIO = sys.stdout) -> int:
    """Prepare what is missing, then serve; the address is the last line printed.

    Typed a second time while the site runs, it only says where.
    """
    if is_running(config):
        there = read_status(config).get("address", "an address of its own")
        print(f"Matchmaker is already running at {there}", file=out, flush=True)
        return 0
    began = time.monotonic()
    for number, step in enumerate(steps, 1):
        _take(step, f"[{number}/{len(steps)}] {step.title}", out)
    config = on_a_free_port(config, out)
    print(f"Starting the site ({time.monotonic() - began:.0f} s so far)", file=out, flush=True)
    return serve(
        config,
        lambda: print(f"Matchmaker is running at {address(config)}", file=out, flush=True),
    )


def _take(step: Step, label: str, out: TextIO) -> None:
    if step.is_done():
        print(f"{label}: already there", file=out, flush=True)
        return
    shown = ProgressLine(label, out)
    shown.begin()
    began = time.monotonic()
    try:
        step.run(shown)
    except BaseException:
        shown.end("stopped; start again to continue")
        raise
    shown.end(f"done in {time.monotonic() - began:.1f} s")


@dataclass
class ProgressLine:
    """A bar that moves on a terminal; in a log a new line for every tenth or ten seconds."""

    label: str
    out: TextIO
    _tenth: int = 0
    _shown: float = field(default_factory=time.monotonic)

    def begin(self) -> None:
        self.out.write(self.label + ("" if self.out.isatty() else " …\n"))
        self.out.flush()

    def __call__(self, done: float, total: float, note: str = "") -> None:
        now, tenth = time.monotonic(), int(10 * done / total) if total else 0
        if self.out.isatty():
            if now - self._shown < 0.1 and done != total:
                return
            self._rewrite(f"{self.label} {bar(done, total)} {note}")
        elif tenth > self._tenth or now - self._shown > 10:
            self.out.write(f"{self.label}: {bar(done, total)} {note}".rstrip() + "\n")
            self.out.flush()
        else:
            return
        self._shown, self._tenth = now, tenth

    def end(self, how: str) -> None:
        if self.out.isatty():
            self._rewrite(f"{self.label}: {how}\n")
        else:
            self.out.write(f"{self.label}: {how}\n")
            self.out.flush()

    def _rewrite(self, text: str) -> None:
        self.out.write(f"\r\033[K{text}")
        self.out.flush()


def bar(done: float, total: float, width: int = 24) -> str:
    """`[######------]  50 %`, or what was done so far where no total is known."""
    if not total:
        return f"{done:,.0f}"
    part = min(max(done / total, 0.0), 1.0)
    filled = round(part * width)
    return f"[{'#' * filled}{'-' * (width - filled)}] {part:4.0%}"


def on_a_free_port(config: Config, out: TextIO = sys.stdout) -> Config:
    """The wanted port, or the next free one, and says so. Raises NoFreePort."""
    for port in range(config.port, min(config.port + PORTS_TRIED, 65536)):
        if is_free(config.host, port):
            if port != config.port:
                print(f"Port {config.port} is taken; using {port}.", file=out, flush=True)
            return moved_to(config, config.host, port)
    raise NoFreePort(
        f"Ports {config.port} to {config.port + PORTS_TRIED - 1} are taken; choose another one "
        "with --port."
    )


def is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        # As the web server does: a port in TIME_WAIT after a restart is free.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return False
    return True


def moved_to(config: Config, host: str, port: int) -> Config:
    """The same settings at another address; a public URL that was chosen stays."""
    was_derived = config.public_url == f"http://{config.host}:{config.port}"
    public_url = f"http://{host}:{port}" if was_derived else config.public_url
    return replace(config, host=host, port=port, public_url=public_url)


def address(config: Config) -> str:
    """Where a person on this machine opens the site."""
    host = "127.0.0.1" if config.host in ("0.0.0.0", "::", "") else config.host  # noqa: S104
    return f"http://[{host}]:{config.port}" if ":" in host else f"http://{host}:{config.port}"
