"""`matchmaker run`: the web server and the worker under one parent.

    matchmaker run
    ├── web       gunicorn: the application loaded once, then forked
    └── worker    durable jobs

What dies is started again, more slowly each time it dies soon. SIGTERM or Ctrl-C stops
everything in order; if the parent itself is killed, its children stop by themselves.
"""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from matchmaker.config import ROOT, Config
from matchmaker.errors import Conflict
from matchmaker.first_run import address
from matchmaker.processes import PARENT, hold
from matchmaker.server_status import forget_status, lock_file, note_status, read_status, run_dir

log = structlog.get_logger("matchmaker.server")

LOOK_EVERY = 0.2
PATIENCE = 25.0  # what a child gets for stopping by itself
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY_AFTER = 30.0  # a child that lived this long begins with the shortest pause again
TRIES_BEFORE_READY = 3
SILENT_FOR = 60.0


class AlreadyRunning(Conflict):
    """Another server works on this data folder; the message says where it answers."""


@dataclass(frozen=True)
class Program:
    """What a child runs.

    The site is ready when every program `is_up`: that it was started proves nothing.
    `is_well` is asked as long as it runs; one that is not is replaced.
    """

    name: str
    command: Sequence[str]
    is_up: Callable[[], bool] = lambda: True
    is_well: Callable[[float], bool] = lambda _since: True


@dataclass
class Child:
    """A program and how its process is doing."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    restarts: int = 0
    pause: float = FIRST_PAUSE / 2  # doubled before it is used
    next_start: float = 0.0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Keeps programs running until it is told to stop. Runs in the main thread of a process."""

    programs: Sequence[Program]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    on_ready: Callable[[], None] = lambda: None
    on_change: Callable[[list[Child]], None] = lambda _children: None

    def __post_init__(self) -> None:
        self.children = [Child(program) for program in self.programs]
        self.stopping = threading.Event()
        self.ready = False
        self.status = 0

    def run(self) -> int:
        """Returns 0 after being told to stop, 1 if a program would not start at all."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        try:
            while not self.stopping.is_set():
                self._tend()
                self.stopping.wait(LOOK_EVERY)
        finally:
            self._stop_all()
        return self.status

    def _tend(self) -> None:
        for child in self.children:
            if not child.is_running:
                self._revive(child)
            elif not child.program.is_well(child.since):
                log.error("not answering, replacing it", program=child.program.name)
                _signal_group(child, signal.SIGKILL)
        if not self.ready and self._all_are_up():
            self.ready = True
            self.on_ready()

    def _all_are_up(self) -> bool:
        return all(child.is_running and child.program.is_up() for child in self.children)

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            self._bury(child, now)
        if now >= child.next_start and not self.stopping.is_set():
            child.process = subprocess.Popen(  # noqa: S603  our own programs
                child.program.command,
                cwd=ROOT,
                env={**self.environment, PARENT: str(os.getpid())},
                # A group of its own: Ctrl-C reaches the parent alone, which stops in order,
                # and nothing that a child started can be left behind.
                start_new_session=True,
            )
            child.since = now
            self.on_change(self.children)

    def _bury(self, child: Child, now: float) -> None:
        assert child.process is not None
        _signal_group(child, signal.SIGKILL)  # what the dead one may have left running
        lived = now - child.since
        child.pause = FIRST_PAUSE if lived > STEADY_AFTER else min(child.pause * 2, LONGEST_PAUSE)
        child.next_start = now + child.pause
        child.restarts += 1
        log.error(
            "stopped unexpectedly, starting it again",
            program=child.program.name,
            status=child.process.returncode,
            lived_seconds=round(lived, 1),
            pause_seconds=child.pause,
        )
        child.process = None
        if not self.ready and child.restarts >= TRIES_BEFORE_READY:
            log.critical("does not start; giving up", program=child.program.name)
            self.status = 1
            self.stopping.set()

    def _stop_all(self) -> None:
        """Ask all at once, wait together, end what does not listen."""
        running = [child for child in self.children if child.is_running]
        for child in running:
            assert child.process is not None
            child.process.terminate()
        deadline = time.monotonic() + PATIENCE
        for child in running:
            assert child.process is not None
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.error("does not stop; ending it", program=child.program.name)
            _signal_group(child, signal.SIGKILL)
            child.process.wait()


def _signal_group(child: Child, number: int) -> None:
    assert child.process is not None
    try:
        os.killpg(child.process.pid, number)
    except ProcessLookupError:
        pass  # the usual case: it went with all it had started
    except PermissionError:
        pass  # macOS says so of a group of which only the dead are left


def serve(config: Config, ready: Callable[[], None] = lambda: None) -> int:
    """Run the site until SIGTERM or Ctrl-C. Raises AlreadyRunning."""
    lock = hold(lock_file(config))
    if lock is None:
        raise AlreadyRunning(
            f"Matchmaker is already running on {config.data_dir}, "
            f"at {read_status(config).get('address', 'an unknown address')}. Stop that one first."
        )
    supervisor = Supervisor(
        _programs(config),
        environment=_environment_of(config),
        on_ready=ready,
        on_change=lambda children: _note(config, children),
    )
    try:
        return supervisor.run()
    finally:
        forget_status(config)
        lock.close()


def _note(config: Config, children: list[Child]) -> None:
    programs = [
        {
            "name": child.program.name,
            "process": child.process.pid if child.process else None,
            "restarts": child.restarts,
        }
        for child in children
    ]
    note_status(config, {"process": os.getpid(), "address": address(config), "programs": programs})


def _programs(config: Config) -> list[Program]:
    python = [sys.executable, "-m", "matchmaker.server_children"]
    beat = run_dir(config) / "worker-1.beat"
    beat.unlink(missing_ok=True)  # of a worker that was killed
    return [
        Program("web", [*python, "web"], is_up=lambda: answers(config)),
        Program(
            "worker",
            [*python, "worker"],
            is_up=beat.exists,
            is_well=lambda since: _beats(beat, since),
        ),
    ]


def _beats(file: Path, since: float) -> bool:
    """A worker touches its file every few seconds; a new one is given time to begin."""
    if time.monotonic() - since < SILENT_FOR:
        return True
    return file.exists() and time.time() - file.stat().st_mtime < SILENT_FOR


def _environment_of(config: Config) -> dict[str, str]:
    """What the children read: the settings as they are, also those given by options."""
    return {
        **os.environ,
        "MATCHMAKER_DATA": str(config.data_dir),
        "MATCHMAKER_HOST": config.host,
        "MATCHMAKER_PORT": str(config.port),
        "MATCHMAKER_PUBLIC_URL": config.public_url,
        "MATCHMAKER_WEB_WORKERS": str(config.web_workers),
        "MATCHMAKER_LOG_FORMAT": config.log_format,
    }


def answers(config: Config) -> bool:
    """Does the site answer a health check at its address?"""
    host = address(config).removeprefix("http://").rsplit(":", 1)[0].strip("[]")
    connection = http.client.HTTPConnection(host, config.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
