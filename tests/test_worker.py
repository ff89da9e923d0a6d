"""Jobs survive what happens to their worker. Every worker here is a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from matchmaker.config import Config
from matchmaker.errors import Unavailable
from matchmaker.jobs import JOBS, Job, JobRequest, Jobs, Progress, UnknownJob

SCRIPT = Path(__file__).with_name("worker_under_test.py")
ROOT = SCRIPT.parent.parent
# Declared by the script in the worker's process; here they are only asked for.
QUEUES = {"two_steps": "heavy", "fails": "quick", "slow": "quick", "flaky": "quick"}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config.from_env({"MATCHMAKER_DATA": str(tmp_path)})


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, config: Config) -> Iterator[Config]:
    """The settings with the job store in a file, and again with it in PostgreSQL."""
    if request.param == "sqlite":
        yield config
        return
    with request.getfixturevalue("new_postgres")() as url:
        yield replace(config, jobs_database_url=url)


@pytest.fixture
def opened(either: Config, known_jobs: None):
    store = Jobs(either)
    yield store
    store.close()


@pytest.fixture
def known_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, queue in QUEUES.items():
        monkeypatch.setitem(JOBS, f"test.{name}", Job(f"test.{name}", lambda *_: None, queue))


@pytest.fixture
def jobs(config: Config, known_jobs: None):
    opened = Jobs(config)
    yield opened
    opened.close()


def start_worker(config: Config, name: str = "worker-1") -> subprocess.Popen:
    environment = os.environ | {
        "MATCHMAKER_DATA": str(config.data_dir),
        "MATCHMAKER_JOBS_DATABASE_URL": config.jobs_database_url,
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen([sys.executable, str(SCRIPT), name], env=environment, cwd=ROOT)


@contextmanager
def worker(config: Config):
    running = start_worker(config)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def diary(config: Config) -> list[str]:
    file = config.data_dir / "diary.txt"
    return file.read_text().splitlines() if file.exists() else []


def until(happens, seconds: float = 90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := happens():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def over(jobs: Jobs, job_id: str):
    def look():
        state = jobs.state(job_id)
        return state if state is not None and state.is_over else None

    return until(look)


def test_a_killed_worker_resumes_at_the_interrupted_step(either, opened):
    opened.enqueue("test.two_steps", "imp_1", {"who": "Asha"})
    with worker(either) as killed:
        until(lambda: "second step began" in diary(either))
        state = opened.state("imp_1")
        assert (state.status, state.progress) == ("running", Progress(1, 2, "first is done"))
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        (either.data_dir / "gate").touch()
    with worker(either):
        state = over(opened, "imp_1")
    assert (state.status, state.result) == ("done", ["first step of Asha", "second step ended"])
    written = diary(either)
    assert written.count("first step of Asha") == 1  # done before the kill, not done again
    assert written.count("second step began") >= 2


def test_what_one_worker_does_for_jobs_rows_schedules_and_residents(config, jobs):
    """One start serves several stories; a worker takes a second to come up."""
    (config.data_dir / "gate").touch()
    jobs.enqueue("test.fails", "bad")
    jobs.enqueue("test.flaky", "flaky")
    jobs.enqueue("test.slow", "slow")
    with worker(config) as running:
        # a failure keeps its reason
        bad = over(jobs, "bad")
        assert (bad.status, bad.error) == ("failed", "the file has no header")
        assert jobs.counts()["failed"] == 1
        # a step that may be tried again is
        assert over(jobs, "flaky").result == 2
        # a row whose job was never asked for is found
        assert over(jobs, "swept").result == ["first step of sweep", "second step ended"]
        # the daily run that was due while nothing ran is made up for, once
        until(lambda: any(line.startswith("daily for") for line in diary(config)))
        assert sum(line.startswith("daily for") for line in diary(config)) == 1
        # cancelling stops within the step that reports its progress
        until(lambda: jobs.state("slow").progress)
        jobs.cancel("slow")
        assert over(jobs, "slow").status == "cancelled"
        # a second worker of the same name is refused
        second = start_worker(config)
        assert second.wait(timeout=90) != 0
        # and the first stops cleanly when asked
        running.terminate()
        assert running.wait(timeout=90) == 0
    assert diary(config)[-1] == "resident left"
    assert not (config.data_dir / "run" / "worker-1.beat").exists()


def test_asking_twice_does_it_once(jobs):
    jobs.enqueue("test.slow", "same", {"n": 1})
    jobs.enqueue("test.slow", "same", {"n": 2})
    assert jobs.counts() == {"waiting": 1, "running": 0, "failed": 0}


def test_only_rows_without_a_job_are_enqueued(jobs):
    jobs.enqueue("test.slow", "known")
    asked = [JobRequest("test.slow", "known", {}), JobRequest("test.slow", "lost", {})]
    assert jobs.enqueue_missing(asked) == ["lost"]
    assert jobs.enqueue_missing(asked) == []


def test_a_job_nobody_asked_for_has_no_state(jobs):
    assert jobs.state("never") is None


def test_an_unknown_job_is_refused_at_once(jobs):
    with pytest.raises(UnknownJob, match=r"No job is named 'test\.typo'"):
        jobs.enqueue("test.typo", "x")


def test_a_store_that_is_down_says_so_without_waiting(tmp_path):
    config = Config.from_env(
        {"MATCHMAKER_DATA": str(tmp_path)},
        jobs_database_url="postgresql://nobody@127.0.0.1:9/none",
    )
    began = time.monotonic()
    with pytest.raises(Unavailable, match="What you saved is safe"):
        Jobs(config).state("x")
    assert time.monotonic() - began < 5
