"""How a finished mail leaves: by SMTP, or into a folder where no server is configured.

CannotLeave
├── ServerDown     no letter's fault: the server is not there, or lets us not in
├── TryLater       the server may take this letter another time
└── GivenUp        it will not; `state` says whether the address ('bounced') or the letter
                   ('failed') was refused
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import unquote, urlsplit

from matchmaker.config import Config

PATIENCE = 30.0  # seconds for each answer of the server


class CannotLeave(Exception):
    """Why a mail did not leave, in words for whoever runs the site."""


class ServerDown(CannotLeave):
    """Nothing can be sent now; every letter waits."""


class TryLater(CannotLeave):
    """Refused for the time being (4xx), or the line broke."""


class GivenUp(CannotLeave):
    """Refused for good (5xx)."""

    def __init__(self, reason: str, state: Literal["bounced", "failed"]) -> None:
        super().__init__(reason)
        self.state: Literal["bounced", "failed"] = state


class Post(Protocol):
    """An open way out."""

    def send(self, message: EmailMessage, name: str) -> None:
        """Hand one mail over. Raises TryLater or GivenUp. `name`: the same for the same mail."""


@dataclass(frozen=True)
class Folder:
    """Mail as files to open with any mail program; nothing leaves the house."""

    folder: Path
    state: Literal["folder", "accepted"] = "folder"

    @contextmanager
    def opened(self) -> Iterator[Post]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as broken:
            raise ServerDown(f"the mail folder cannot be written: {broken.strerror}") from broken
        yield self

    def send(self, message: EmailMessage, name: str) -> None:
        """Written aside, then moved: a file that is there is whole, and a repeat overwrites it."""
        aside = self.folder / f".{name}.part"
        try:
            aside.write_bytes(message.as_bytes(policy=policy.SMTPUTF8))
            aside.replace(self.folder / f"{name}.eml")
        except OSError as broken:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            raise TryLater(f"the mail folder cannot be written: {broken.strerror}") from broken


@dataclass(frozen=True)
class Smtp:
    """A mail server: encrypted from the start, or as soon as it offers to be."""

    host: str
    port: int
    encrypted: bool
    user: str = ""
    password: str = ""
    patience: float = PATIENCE
    state: Literal["folder", "accepted"] = "accepted"

    @contextmanager
    def opened(self) -> Iterator[Post]:
        server = self._connected()
        try:
            yield _Line(server)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _connected(self) -> smtplib.SMTP:
        try:
            server = self._greeted()
        except (smtplib.SMTPException, OSError) as down:
            raise ServerDown(f"{self.host}:{self.port} {_reason(down)}") from down
        try:
            self._sign_in(server)
        except (smtplib.SMTPException, OSError) as down:
            server.close()
            raise ServerDown(f"{self.host}:{self.port} {_reason(down)}") from down
        except ServerDown:
            server.close()
            raise
        return server

    def _greeted(self) -> smtplib.SMTP:
        if self.encrypted:
            safe = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.patience, context=safe)
        server = smtplib.SMTP(self.host, self.port, timeout=self.patience)
        try:
            server.ehlo_or_helo_if_needed()
            if server.has_extn("starttls") and not _is_this_machine(self.host):
                server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
        return server

    def _sign_in(self, server: smtplib.SMTP) -> None:
        if not self.user:
            return
        is_safe = isinstance(server.sock, ssl.SSLSocket) or _is_this_machine(self.host)
        if not is_safe:
            # Anybody on the way could read the password.
            raise ServerDown(f"{self.host} offers no encryption, so the password was not sent")
        server.login(self.user, self.password)


class _Line:
    """One connection to a server."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self._server = server

    def send(self, message: EmailMessage, name: str) -> None:
        sender = parseaddr(str(message["From"]))[1]
        try:
            self._server.send_message(message, sender, [str(message["To"])])
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            raise _judged(code, said, "bounced") from refused
        except smtplib.SMTPNotSupportedError as unable:
            raise GivenUp("the mail server cannot write to this address", "failed") from unable
        except smtplib.SMTPResponseException as refused:
            raise _judged(refused.smtp_code, refused.smtp_error, "failed") from refused
        except (smtplib.SMTPException, OSError) as broken:
            raise TryLater(f"the mail server {_reason(broken)}") from broken


def _judged(code: int, said: bytes | str, state: Literal["bounced", "failed"]) -> CannotLeave:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    reason = f"{code} {words}".strip()[:500]
    # 530 asks for a password: a setting is wrong, not the letter.
    return GivenUp(reason, state) if 500 <= code < 600 and code != 530 else TryLater(reason)


def _reason(down: Exception) -> str:
    if isinstance(down, smtplib.SMTPAuthenticationError):
        return "does not take the user and password of MATCHMAKER_MAIL_URL"
    if isinstance(down, smtplib.SMTPResponseException):
        said = down.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"says {down.smtp_code} {words}"[:300]
    if isinstance(down, socket.gaierror):
        return "is not known by this name"
    if isinstance(down, TimeoutError):
        return "does not answer in time"
    if isinstance(down, ConnectionRefusedError):
        return "does not answer: the connection was refused"
    return f"does not answer ({type(down).__name__}: {down})"[:300]


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def transport_of(config: Config) -> Folder | Smtp:
    """The way out that the settings name."""
    if not config.mail_url:
        return Folder(config.data_dir / "mail")
    parts = urlsplit(config.mail_url)
    encrypted = parts.scheme == "smtps"
    return Smtp(
        host=parts.hostname or "",
        port=parts.port or (465 if encrypted else 587),
        encrypted=encrypted,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
