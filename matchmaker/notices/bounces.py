"""Mail that came back: a mail server's report (RFC 3464) turned into 'bounced' at our letter."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.notices.message import letter_named_in
from matchmaker.notices.models import Letter

log = structlog.get_logger("matchmaker.mail")

LONGEST = 2_000_000  # bytes that are looked at


@dataclass(frozen=True)
class Report:
    """What a report says: of which of our letters, and whether it is final."""

    letter: str | None
    is_final: bool
    reason: str


def read_report(raw: bytes) -> Report | None:
    """The report in a mail; None where the mail is none (an answer, an absence note, torn)."""
    try:
        return _read(raw)
    except Exception as torn:  # Python's own reader of headers stumbles over them in many ways
        log.warning("a mail that came back cannot be read", kind=type(torn).__name__)
        return None


def _read(raw: bytes) -> Report | None:
    mail = message_from_bytes(raw[:LONGEST], policy=policy.default)
    if mail.get_content_type() != "multipart/report":
        return None
    action = reason = ""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            action, reason = _status_of(part)
    if not action:
        return None
    return Report(_letter_of(mail), action == "failed", reason)


def note_bounce(db: Session, report: Report) -> Letter | None:
    """Mark the letter as bounced, if the report is final and the letter ours. Caller commits."""
    if not report.is_final or report.letter is None:
        return None
    letter = db.scalar(select(Letter).where(Letter.public_id == report.letter))
    if letter is not None:
        letter.state, letter.trouble = "bounced", report.reason or "came back"
        db.flush()
    return letter


def _status_of(part: Message) -> tuple[str, str]:
    """The action and the words of the first recipient: we write to one at a time."""
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Message) and block.get("Action"):
            words = block.get("Diagnostic-Code") or block.get("Status") or ""
            return str(block["Action"]).strip().lower(), " ".join(str(words).split())[:500]
    return "", ""


def _letter_of(mail: EmailMessage | Message) -> str | None:
    """The returned mail or its headers, else what the server says it answers."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
            line = next((x for x in text.splitlines() if x.lower().startswith("message-id:")), "")
            if letter_named_in(line):
                return letter_named_in(line)
        if kind == "message/rfc822":
            inner = part.get_payload(0) if part.is_multipart() else None
            number = str(inner.get("Message-ID", "")) if isinstance(inner, Message) else ""
            if letter_named_in(number):
                return letter_named_in(number)
    answered = f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}"
    return letter_named_in(answered)
