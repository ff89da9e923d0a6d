"""Work that is finished even if the machine stops in the middle of it.

A room declares what can be done, with steps that are never repeated once they are done:

    @job("catalogue.import", queue="heavy")
    def import_catalogue(run: JobRun, payload: Payload) -> JSON:
        rows = run.step("read", read_rows, payload["file"])
        return run.step("store", store_rows, rows)

and asks for it by the public id of the row that a person sees, which is also the job's id:

    jobs.enqueue("catalogue.import", "imp_7Qk2", {"file": "…"})

Asking twice does it once. The worker (`matchmaker.worker`) does it. Payloads, results of steps
and results of jobs are JSON: they outlive the code that wrote them. No room imports dbos.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from matchmaker.config import Config
from matchmaker.errors import Unavailable

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus

JSON = None | bool | int | float | str | Sequence["JSON"] | Mapping[str, "JSON"]
Payload = Mapping[str, Any]
QueueName = Literal["index", "quick", "heavy"]
Status = Literal["waiting", "running", "done", "failed", "cancelled"]
T = TypeVar("T")

APPLICATION = "matchmaker"
# Constant on purpose. By default dbos hashes the source of the jobs into a version and leaves
# jobs of another version alone: after each upgrade, what was under way would wait forever.
# A job whose steps were renamed meanwhile fails visibly instead.
VERSION = "1"
PROGRESS = "progress"


class UnknownJob(LookupError):
    """A name nobody declared with `@job`: a slip in the code, not in what a person typed."""


class JobCancelled(Exception):
    """Raised inside a step that reports progress after somebody cancelled its job."""


class JobRun(Protocol):
    """What a running job may use."""

    @property
    def job_id(self) -> str: ...

    @property
    def config(self) -> Config: ...

    def step(self, name: str, work: Callable[..., T], *args: Any, attempts: int = 1) -> T:
        """Do `work` once: after a crash the noted result is returned instead.

        The result must be JSON. After a crash a noted failure comes back as another exception
        class, so return expected failures as values.
        """

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Tell whoever waits how far the job is. Raises JobCancelled inside a cancelled step."""


Work = Callable[[JobRun, Payload], JSON]


@dataclass(frozen=True)
class Job:
    """One kind of work: its name, what it does and which queue it waits in."""

    name: str
    work: Work
    queue: QueueName


@dataclass(frozen=True)
class Schedule:
    """A job that starts by the clock. `cron` is read in `timezone`.

    When the machine was off at the hour, the latest missed run is made up for at start.
    """

    job: str
    cron: str
    timezone: str


@dataclass(frozen=True)
class JobRequest:
    """A row that should have a job: what a sweep returns."""

    name: str
    job_id: str
    payload: Payload


@dataclass(frozen=True)
class Resident:
    """Something that runs as long as the worker does, such as draining the change log."""

    name: str
    work: Callable[[Config, threading.Event], None]


Sweep = Callable[[], Iterable[JobRequest]]

JOBS: dict[str, Job] = {}
SCHEDULES: dict[str, Schedule] = {}
SWEEPS: list[Sweep] = []
RESIDENTS: dict[str, Resident] = {}

_CLIENTS: dict[tuple[int, str], DBOSClient] = {}
_CLIENTS_LOCK = threading.Lock()


def job(name: str, *, queue: QueueName = "quick") -> Callable[[Work], Work]:
    """Declare a job: index (search documents, in order), quick (seconds) or heavy (minutes)."""

    def declare(work: Work) -> Work:
        known = JOBS.get(name)
        if known is not None and known.work.__qualname__ != work.__qualname__:
            raise ValueError(f"Two jobs are named {name!r}.")
        JOBS[name] = Job(name, work, queue)
        return work

    return declare


def scheduled(
    name: str, cron: str, *, timezone: str = "Asia/Kolkata", queue: QueueName = "quick"
) -> Callable[[Work], Work]:
    """Declare a job that starts by the clock: `@scheduled("facts.refresh", "10 2 * * *")`."""

    def declare(work: Work) -> Work:
        SCHEDULES[name] = Schedule(name, cron, timezone)
        return job(name, queue=queue)(work)

    return declare


def sweep(find: Sweep) -> Sweep:
    """Name rows that should have a job; the worker looks every minute for those without one.

    The row is committed first and the job is asked for after it: if the process dies between
    the two, this is how the job is found.
    """
    SWEEPS.append(find)
    return find


def resident(
    name: str,
) -> Callable[
    [Callable[[Config, threading.Event], None]], Callable[[Config, threading.Event], None]
]:
    """Declare a thread of the worker: `work(config, stop)` returns soon after `stop` is set."""

    def declare(
        work: Callable[[Config, threading.Event], None],
    ) -> Callable[[Config, threading.Event], None]:
        RESIDENTS[name] = Resident(name, work)
        return work

    return declare


@dataclass(frozen=True)
class Progress:
    done: int
    total: int
    note: str = ""


@dataclass(frozen=True)
class JobState:
    """How a job stands, for the page of the row it belongs to."""

    job_id: str
    name: str
    status: Status
    progress: Progress | None
    result: JSON
    error: str
    asked_at: datetime

    @property
    def is_over(self) -> bool:
        return self.status in ("done", "failed", "cancelled")


class Jobs:
    """The door to the job store: ask for work, look at it, stop it.

    Cheap to make wherever it is needed: all of one process share one connection pool, and a
    forked child makes its own.
    """

    def __init__(self, config: Config) -> None:
        self.config = config

    def enqueue(self, name: str, job_id: str, payload: Payload | None = None) -> None:
        """Have it done soon. Asking again with the same id changes nothing.

        Call it after the commit of the row: a worker may start at once. Raises Unavailable
        when the store cannot be reached; a sweep asks again later.
        """
        declared = JOBS.get(name)
        if declared is None:
            raise UnknownJob(f"No job is named {name!r}; known: {', '.join(sorted(JOBS))}.")
        with self._store() as store:
            store.enqueue(
                {"workflow_name": name, "queue_name": declared.queue, "workflow_id": job_id},
                dict(payload or {}),
            )

    def enqueue_missing(self, requests: Iterable[JobRequest]) -> list[str]:
        """Ask for those that have no job yet; returns the ids that were missing."""
        missing = [wanted for wanted in requests if self.state(wanted.job_id) is None]
        for wanted in missing:
            self.enqueue(wanted.name, wanted.job_id, wanted.payload)
        return [wanted.job_id for wanted in missing]

    def state(self, job_id: str) -> JobState | None:
        """How the job stands, or None if nobody asked for it."""
        with self._store() as store:
            found = store.list_workflows(workflow_ids=[job_id], load_input=False)
            if not found:
                return None
            noted = store.get_event(job_id, PROGRESS, timeout_seconds=0)
        return _state_of(found[0], noted)

    def cancel(self, job_id: str) -> None:
        """Stop before the next step, or where a step next reports its progress."""
        with self._store() as store:
            store.cancel_workflow(job_id)

    def counts(self) -> dict[Status, int]:
        """Waiting and running jobs, and those that failed in the last day, for the health page."""
        day_ago = datetime.fromtimestamp(datetime.now(UTC).timestamp() - 86_400, UTC)
        with self._store() as store:
            open_ones = store.list_workflows(
                status=["ENQUEUED", "DELAYED", "PENDING"], load_input=False, load_output=False
            )
            failed = store.list_workflows(
                status=["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
                completed_after=day_ago.isoformat(),
                load_input=False,
                load_output=False,
            )
        running = sum(one.status == "PENDING" for one in open_ones)
        return {
            "waiting": len(open_ones) - running,
            "running": running,
            "failed": len(failed),
        }

    def close(self) -> None:
        """Let go of the store; the next question connects again."""
        client = _CLIENTS.pop(self._key, None)
        if client is not None:
            client.destroy()

    @property
    def _key(self) -> tuple[int, str]:
        return os.getpid(), self.config.jobs_database_url

    def _client(self) -> DBOSClient:
        with _CLIENTS_LOCK:
            if self._key not in _CLIENTS:
                _CLIENTS[self._key] = _connect(self.config.jobs_database_url)
            return _CLIENTS[self._key]

    @contextmanager
    def _store(self) -> Iterator[DBOSClient]:
        from sqlalchemy.exc import DBAPIError

        try:
            yield self._client()
        except DBAPIError as broken:
            raise Unavailable(
                "Background work cannot be reached right now. What you saved is safe; "
                "it is taken up as soon as the job store is back."
            ) from broken


def _connect(url: str) -> DBOSClient:
    # Imported here: it costs half a second, which `matchmaker --help` need not pay.
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    from matchmaker.job_store import prepare_store

    prepare_store(url)
    return DBOSClient(
        system_database_url=url,
        # JSON instead of the default pickle, which would run code out of the database.
        serializer=DBOSPortableJSONSerializer(),
        application_name=APPLICATION,
        # A page that waits forever for a store that is down helps nobody.
        retry_connection_errors=False,
    )


STATUSES: dict[str, Status] = {
    "ENQUEUED": "waiting",
    "DELAYED": "waiting",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
}


def _state_of(found: WorkflowStatus, noted: Any) -> JobState:
    return JobState(
        job_id=found.workflow_id,
        name=found.name,
        status=STATUSES[found.status],
        progress=Progress(**noted) if noted else None,
        result=found.output,
        error=_error_of(found),
        asked_at=datetime.fromtimestamp((found.created_at or 0) / 1000, UTC),
    )


def _error_of(found: WorkflowStatus) -> str:
    if found.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return "It stopped its worker again and again and was given up."
    return str(found.error) if found.error else ""
