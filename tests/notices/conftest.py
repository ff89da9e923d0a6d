"""A real mail server to send to, as strict or as broken as a test wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import Config
from matchmaker.notices.models import Letter
from matchmaker.notices.services import write_letter
from matchmaker.notices.transport import Smtp
from tests.ports import free_port


@dataclass
class Sink:
    """What a mail server was given; `refusals`: what it answers to an address, or to the data."""

    refusals: dict[str, str] = field(default_factory=dict)
    received: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if "data" in self.refusals:
            return self.refusals["data"]
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.received.append(mail)
        return "250 taken"

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.received]


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def server(sink: Sink) -> Iterator[Smtp]:
    """A transport to a running server that keeps mail in `sink`."""
    running = Controller(sink, hostname="127.0.0.1", port=free_port())
    running.start()
    yield Smtp("127.0.0.1", running.port, encrypted=False, patience=60)
    running.stop()


@pytest.fixture
def nobody() -> Smtp:
    """A transport to a port on which nobody listens."""
    return Smtp("127.0.0.1", free_port(), encrypted=False, patience=5)


@pytest.fixture
def sessions(sqlite_engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(sqlite_engine)


@pytest.fixture
def plain(tmp_path: Any) -> Config:
    """Settings as they come, with a data folder of its own."""
    return Config.from_env({"MATCHMAKER_DATA": str(tmp_path)}, public_url="https://mm.example")


@pytest.fixture
def posted(sessions: sessionmaker[Session]) -> Callable[..., int]:
    """Put a committed letter into the outbox; its row number."""

    def post(subject: str = "Hello", **changes: Any) -> int:
        facts: dict[str, Any] = {
            "address": "somebody@example.com",
            "kind": "account.welcome",
            "text": "One thing.\n",
        }
        with sessions() as db, db.begin():
            return write_letter(db, subject=subject, **(facts | changes)).id

    return post


@pytest.fixture
def stands(sessions: sessionmaker[Session]) -> Callable[[int], Letter]:
    """The letter as the database has it now."""

    def look(number: int) -> Letter:
        with sessions() as db:
            letter = db.get(Letter, number)
            assert letter is not None
            return letter

    return look
