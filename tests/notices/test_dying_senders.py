"""A sender that is killed, and a server that comes back: nothing lost, nobody has to help."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import ROOT, Config
from matchmaker.notices import sending
from matchmaker.notices.models import Letter
from matchmaker.orm import utc_now
from tests.notices.conftest import Sink
from tests.ports import free_port

SCRIPT = Path(__file__).with_name("sender_under_test.py")
PATIENCE = 60.0


@dataclass
class Killer(Sink):
    """Takes the mail, and kills who brought it before it can hear so."""

    victim: subprocess.Popen[bytes] | None = None
    kills: int = field(default=1)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if self.kills:
            self.kills -= 1
            assert self.victim is not None
            os.kill(self.victim.pid, signal.SIGKILL)
            self.victim.wait()
        return answer


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_letter_that_arrived_before_the_kill_arrives_again_as_the_same(
    sessions: sessionmaker[Session],
    posted: Callable[..., int],
    stands: Callable[[int], Letter],
    tmp_path: Path,
) -> None:
    number, sink = posted("Once"), Killer()
    server = Controller(sink, hostname="127.0.0.1", port=free_port())
    server.start()

    def start() -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "MATCHMAKER_DATA": str(tmp_path),
            "MATCHMAKER_DATABASE_URL": f"sqlite:///{tmp_path}/test.sqlite",
            "MATCHMAKER_MAIL_URL": f"smtp://127.0.0.1:{server.port}",
            "PYTHONPATH": str(ROOT),
        }
        return subprocess.Popen([sys.executable, str(SCRIPT)], env=environment, cwd=ROOT)

    sink.victim = start()
    until(lambda: sink.kills == 0 and sink.victim.poll() is not None)  # type: ignore[union-attr]
    assert stands(number).state == "waiting"
    with sessions() as db, db.begin():  # as if the minutes for which it was taken were over
        db.execute(update(Letter).values(next_try_at=utc_now()))
    second = start()
    try:
        until(lambda: stands(number).state == "accepted")
    finally:
        second.kill()
        second.wait()
        server.stop()
    assert sink.subjects == ["Once", "Once"]
    assert len({str(mail["Message-ID"]) for mail in sink.received}) == 1


def test_mail_goes_out_by_itself_when_the_server_is_back(
    posted: Callable[..., int],
    stands: Callable[[int], Letter],
    plain: Config,
    sink: Sink,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "LOOK_EVERY", 0.05)
    number, port, stop = posted("Late"), free_port(), threading.Event()
    config = replace(
        plain,
        database_url=f"sqlite:///{tmp_path}/test.sqlite",
        mail_url=f"smtp://127.0.0.1:{port}",
    )
    sender = threading.Thread(target=sending.keep_sending, args=(config, stop))
    sender.start()
    until(lambda: "refused" in (stands(number).trouble or ""))
    server = Controller(sink, hostname="127.0.0.1", port=port)
    server.start()
    try:
        until(lambda: stands(number).state == "accepted")
    finally:
        stop.set()
        sender.join(PATIENCE)
        server.stop()
    assert sink.subjects == ["Late"]
