"""gunicorn as we run it: forks, one log, answers to odd requests, and how it stops."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.ports import free_port

SCRIPT = Path(__file__).with_name("small_site.py")
ROOT = SCRIPT.parent.parent


class Site:
    """A running site and what it wrote."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "log"
        settings = {
            "MATCHMAKER_DATA": str(folder),
            "MATCHMAKER_PORT": str(self.port),
            "MATCHMAKER_LOG_FORMAT": "json",
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(SCRIPT)], env=os.environ | settings, stderr=log, cwd=ROOT
            )

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def until(happens, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := happens():
                return found
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def site(tmp_path: Path):
    running = Site(tmp_path)
    until(lambda: running.get("/who"))
    yield running
    running.process.kill()
    running.process.wait()


def test_requests_are_answered_and_logged_once(site: Site, tmp_path: Path):
    status, headers, body = site.get("/who?q=secret", **{"X-Request-ID": "proxy-0001"})
    assert (status, headers["X-Request-ID"]) == (200, "proxy-0001")
    assert int(body.split()[1]) == site.process.pid  # a fork of the loaded application

    def mine() -> list[dict]:
        return [line for line in site.lines() if line.get("request_id") == "proxy-0001"]

    until(lambda: any(line["event"] == "request" for line in mine()))
    assert [line["event"] for line in mine()] == ["asked", "request"]
    assert "secret" not in site.log.read_text()
    assert not (tmp_path / ".gunicorn").exists()  # nothing is written into the home folder

    # Longer than any browser sends: refused by name, not a crash.
    status, _, body = site.get("/who?q=" + "x" * 10_000)
    assert status in (400, 414), body
    assert "Request Line is too large" in body


def test_stopping_lets_a_running_request_finish(site: Site):
    answers: list[str] = []
    slow = threading.Thread(target=lambda: answers.append(site.get("/slow")[2]))
    slow.start()
    until(lambda: "begun" in site.log.read_text())
    site.process.terminate()
    slow.join()
    assert answers == ["finished"]
    assert site.process.wait(timeout=60) == 0


def test_killing_the_web_server_leaves_no_worker_behind(site: Site):
    fork = int(site.get("/who")[2].split()[0])
    site.process.send_signal(signal.SIGKILL)
    site.process.wait()
    until(lambda: not is_alive(fork))
