"""A worker with a few small jobs, started as a real process by test_worker.py."""

from __future__ import annotations

import os
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from matchmaker.config import Config
from matchmaker.jobs import JobRequest, JobRun, job, resident, scheduled, sweep
from matchmaker.worker import Worker

DIARY = Path(os.environ["MATCHMAKER_DATA"]) / "diary.txt"


MANY = 100_000  # half an hour: whoever cancels may take their time
# Due an hour ago and not again while a test runs, whenever that is.
DUE = datetime.now(ZoneInfo("Asia/Kolkata")) - timedelta(hours=1)


def note(line: str) -> str:
    with DIARY.open("a") as diary:
        diary.write(line + "\n")
    return line


def wait_for_the_gate() -> str:
    note("second step began")
    while not (DIARY.parent / "gate").exists():
        time.sleep(0.02)
    return note("second step ended")


def count_slowly(run: JobRun) -> int:
    for number in range(MANY):
        run.progress(number, MANY, "counting")
        time.sleep(0.02)
    return MANY


@job("test.two_steps", queue="heavy")
def two_steps(run: JobRun, payload):
    first = run.step("first", note, f"first step of {payload['who']}")
    run.progress(1, 2, "first is done")
    second = run.step("second", wait_for_the_gate)
    return [first, second]


@job("test.fails")
def fails(run: JobRun, payload):
    raise ValueError("the file has no header")


@job("test.slow")
def slow(run: JobRun, payload):
    return run.step("count", count_slowly, run)


@job("test.flaky")
def flaky(run: JobRun, payload):
    def once_bitten() -> int:
        tries = DIARY.read_text().count("tried") if DIARY.exists() else 0
        note("tried")
        if tries == 0:
            raise OSError("not yet")
        return tries + 1

    return run.step("bite", once_bitten, attempts=2)


@scheduled("test.daily", f"{DUE.minute} {DUE.hour} * * *")
def daily(run: JobRun, payload):
    note(f"daily for {payload['due'][:10]}")


@sweep
def rows_without_a_job():
    return [JobRequest("test.two_steps", "swept", {"who": "sweep"})]


@resident("test.resident")
def stays(config: Config, stop: threading.Event) -> None:
    note("resident came")
    stop.wait()
    note("resident left")


if __name__ == "__main__":
    Worker(Config.from_env(), name=sys.argv[1] if len(sys.argv) > 1 else "worker-1").run()
