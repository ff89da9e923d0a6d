"""The process that does the jobs: `matchmaker worker`, usually started by `matchmaker run`.

Killed at any moment, it goes on at the interrupted step when it is started again under the
same name. Two workers of one name would do the same work twice, so a lock refuses the second.
"""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TextIO, TypeVar, get_args
from zoneinfo import ZoneInfo

import structlog
from croniter import croniter  # type: ignore[import-untyped]
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

from matchmaker.config import Config
from matchmaker.errors import Conflict
from matchmaker.job_store import is_sqlite, prepare_store
from matchmaker.jobs import (
    APPLICATION,
    JOBS,
    JSON,
    PROGRESS,
    RESIDENTS,
    SCHEDULES,
    SWEEPS,
    VERSION,
    Job,
    JobCancelled,
    Jobs,
    Payload,
    QueueName,
    Resident,
)
from matchmaker.processes import hold

log = structlog.get_logger("matchmaker.worker")
T = TypeVar("T")
Surroundings = Callable[[], AbstractContextManager[Any]]

QUEUES: tuple[QueueName, ...] = get_args(QueueName)
# One writer keeps the search documents in order; one heavy job leaves the machine usable.
AT_ONCE: dict[QueueName, int] = {"index": 1, "quick": 4, "heavy": 1}
LOOK_EVERY: dict[QueueName, float] = {"index": 0.2, "quick": 0.5, "heavy": 1.0}
SWEEP_EVERY = 60.0
BEAT_EVERY = 2.0
# A job that takes its worker down with it (out of memory) is given up after so many tries.
TRIES = 20
KEEP_FINISHED = timedelta(days=30)


class WorkerBusy(Conflict):
    """A worker of this name is already running on this data folder."""


class Worker:
    """Does jobs of some queues until it is told to stop.

    `surroundings` is entered around every job, for example the application context.
    """

    def __init__(
        self,
        config: Config,
        *,
        name: str = "worker-1",
        queues: Sequence[QueueName] = QUEUES,
        surroundings: Surroundings = nullcontext,
    ) -> None:
        self.config = config
        self.name = name
        self.queues = queues
        self.surroundings = surroundings
        self.jobs = Jobs(config)
        self.stopping = threading.Event()
        self._lock: TextIO | None = None
        self._threads: list[threading.Thread] = []

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; for the main thread of a process."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        self.start()
        while not self.stopping.wait(BEAT_EVERY):
            self._beat()
        self.stop()

    def start(self) -> None:
        """Take up interrupted jobs, then wait for new ones. Raises WorkerBusy."""
        self._lock = hold(self._file("lock"))
        if self._lock is None:
            raise WorkerBusy(
                f"A worker named {self.name} is already running on {self.config.data_dir}; "
                "stop it or choose another name."
            )
        prepare_store(self.config.jobs_database_url)
        DBOS(config=self._settings())
        schedules = [self._declare(declared) for declared in list(JOBS.values())]
        DBOS.listen_queues(self.queues)
        DBOS.launch()
        for queue in QUEUES:
            DBOS.register_queue(
                queue,
                worker_concurrency=AT_ONCE[queue],
                polling_interval_sec=LOOK_EVERY[queue],
                on_conflict="always_update",
            )
        _apply_schedules({name: start for name, start in schedules if name in SCHEDULES})
        self._start_threads()
        self._beat()
        log.info("worker started", worker=self.name, queues=list(self.queues))

    def stop(self) -> None:
        """Let go. What is under way goes on at its interrupted step at the next start."""
        self.stopping.set()
        for thread in self._threads:
            thread.join(timeout=10)
        DBOS.destroy(destroy_registry=True)
        self.jobs.close()
        self._file("beat").unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
        log.info("worker stopped", worker=self.name)

    def _settings(self) -> DBOSConfig:
        return {
            "name": APPLICATION,
            "system_database_url": self.config.jobs_database_url,
            "application_version": VERSION,
            "executor_id": executor_id(self.config, self.name),
            "serializer": DBOSPortableJSONSerializer(),
            "enable_otlp": False,
            "log_level": "WARNING",
            "max_executor_threads": 16,
        }

    def _declare(self, declared: Job) -> tuple[str, Callable[[datetime, Any], None]]:
        """Make the job known to dbos, once for being asked for and once for the clock."""

        def asked(payload: dict[str, Any]) -> JSON:
            return self._do(declared, payload)

        def by_the_clock(due: datetime, _context: Any) -> None:
            self._do(declared, {"due": str(due)})

        DBOS.workflow(name=declared.name, max_recovery_attempts=TRIES)(asked)
        clock = DBOS.workflow(name=f"clock:{declared.name}", max_recovery_attempts=TRIES)
        return declared.name, clock(by_the_clock)

    def _do(self, declared: Job, payload: Payload) -> JSON:
        run = DurableRun(self.config, str(DBOS.workflow_id))
        began = time.monotonic()
        with structlog.contextvars.bound_contextvars(job=declared.name, job_id=run.job_id):
            try:
                with self.surroundings():
                    result = declared.work(run, payload)
            except JobCancelled:
                log.info("job cancelled", seconds=round(time.monotonic() - began, 3))
                raise
            except Exception:
                log.exception("job failed", seconds=round(time.monotonic() - began, 3))
                raise
            # What the clock does every minute would bury the rest.
            say = log.debug if declared.name in SCHEDULES else log.info
            say("job done", seconds=round(time.monotonic() - began, 3))
        return result

    def _start_threads(self) -> None:
        """Residents and the sweep belong to the worker that keeps the index: there is one."""
        if "index" not in self.queues:
            return
        for one in RESIDENTS.values():
            self._start_thread(one.name, partial(self._reside, one))
        self._start_thread("sweep", self._sweep)

    def _start_thread(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _reside(self, one: Resident) -> None:
        """Keep a resident going: its failure is logged and it starts again, ever more slowly."""
        pause = 1.0
        while not self.stopping.is_set():
            began = time.monotonic()
            try:
                with self.surroundings():
                    one.work(self.config, self.stopping)
            except Exception:
                log.exception("resident failed", resident=one.name)
            pause = 1.0 if time.monotonic() - began > 60 else min(pause * 2, 60.0)
            self.stopping.wait(pause)

    def _sweep(self) -> None:
        """Ask for jobs of rows that have none; drop jobs that finished long ago."""
        while not self.stopping.is_set():
            for find in list(SWEEPS):
                try:
                    with self.surroundings():
                        found = self.jobs.enqueue_missing(find())
                    if found:
                        log.warning("jobs were missing", count=len(found))
                except Exception:
                    log.exception("sweep failed", sweep=find.__qualname__)
            _forget_finished()
            self.stopping.wait(SWEEP_EVERY)

    def _beat(self) -> None:
        """Show the parent that the main thread is alive."""
        self._file("beat").touch()

    def _file(self, kind: str) -> Path:
        folder = self.config.data_dir / "run"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{self.name}.{kind}"


class DurableRun:
    """A job's view of its own run; see `JobRun`."""

    def __init__(self, config: Config, job_id: str) -> None:
        self.config = config
        self.job_id = job_id
        self._in_step = False
        self._told = float("-inf")

    def step(self, name: str, work: Callable[..., T], *args: Any, attempts: int = 1) -> T:
        def once() -> T:
            self._in_step = True
            try:
                return work(*args)
            finally:
                self._in_step = False

        return DBOS.run_step(
            {"name": name, "retries_allowed": attempts > 1, "max_attempts": attempts}, once
        )

    def progress(self, done: int, total: int, note: str = "") -> None:
        if self._in_step and not self._is_time_to_tell(done, total):
            return
        # Between steps every call is written: there dbos counts it as a step of its own, and
        # one that is sometimes left out would confuse the numbering when the job resumes.
        DBOS.set_event(PROGRESS, {"done": done, "total": total, "note": note})

    def _is_time_to_tell(self, done: int, total: int) -> bool:
        now = time.monotonic()
        if done < total and now - self._told < 0.5:
            return False
        self._told = now
        found = DBOS.list_workflows(workflow_ids=[self.job_id], load_input=False, load_output=False)
        if found and found[0].status == "CANCELLED":
            raise JobCancelled(f"{self.job_id} was cancelled.")
        return True


def executor_id(config: Config, name: str) -> str:
    """Who takes up a killed worker's jobs: the one that comes back under the same id.

    On a shared PostgreSQL the machine belongs to the name; else a second machine would take
    over what the first is still doing.
    """
    if is_sqlite(config.jobs_database_url):
        return name
    return f"{socket.gethostname()}:{name}"


def _apply_schedules(starts: dict[str, Callable[[datetime, Any], None]]) -> None:
    for gone in {one["schedule_name"] for one in DBOS.list_schedules()} - set(starts):
        DBOS.delete_schedule(gone)
    DBOS.apply_schedules(
        [
            {
                "schedule_name": name,
                "workflow_fn": start,
                "schedule": SCHEDULES[name].cron,
                "cron_timezone": SCHEDULES[name].timezone,
                "queue_name": JOBS[name].queue,
            }
            for name, start in starts.items()
        ]
    )
    for name in starts:
        _make_up_for_the_last(name)


def _make_up_for_the_last(name: str) -> None:
    """Do the latest run that was due, if it was missed; never the whole pile before it."""
    now = datetime.now(ZoneInfo(SCHEDULES[name].timezone))
    due: datetime = croniter(SCHEDULES[name].cron, now).get_prev(datetime)
    DBOS.backfill_schedule(name, due - timedelta(seconds=1), now)


def _forget_finished() -> None:
    """Keep the store small: what finished a month ago is known from its row."""
    before = (datetime.now(UTC) - KEEP_FINISHED).isoformat()
    try:
        old = DBOS.list_workflows(
            completed_before=before, limit=500, load_input=False, load_output=False
        )
        if old:
            DBOS.delete_workflows([one.workflow_id for one in old])
    except Exception:
        log.exception("old jobs could not be dropped")
