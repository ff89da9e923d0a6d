"""A letter as the mail that leaves: words and HTML, a number of its own, a way to stop it."""

from __future__ import annotations

import re
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from matchmaker.config import ROOT, Config
from matchmaker.errors import N_
from matchmaker.notices.kinds import UnknownKind, kind_of
from matchmaker.notices.models import Letter
from matchmaker.notices.stopping import stop_address
from matchmaker.notices.surroundings import spoken
from matchmaker.wording import gettext as _

RIGHT_TO_LEFT = frozenset({"ar"})
MESSAGE_ID = re.compile(r"<([a-z0-9]{6,16})@[^<>\s]+>")
STOP = N_("Stop this kind of mail")


def message_of(letter: Letter, config: Config) -> EmailMessage:
    """The mail of a letter: whenever it is made, the same. Raises ValueError if it cannot be."""
    stop = _stop_address(letter, config)
    with spoken(letter.language):
        words = _rendered("letter.txt", letter, stop)
        html = letter.html or _rendered("letter.html", letter, stop)
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = config.mail_from
    message["To"] = letter.address
    message["Subject"] = letter.subject
    message["Date"] = letter.created_at
    # Sent twice because we died in between, it carries the same number: programs show one.
    message["Message-ID"] = f"<{letter.public_id}@{_domain(config.mail_from)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = letter.language
    if stop:
        message["List-Unsubscribe"] = f"<{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message.set_content(words)
    message.add_alternative(html, subtype="html")
    return message


def letter_named_in(text: str) -> str | None:
    """The public id of our letter whose Message-ID stands in this text, if any does."""
    found = MESSAGE_ID.search(text)
    return found.group(1) if found else None


def file_name(letter: Letter) -> str:
    """A name that sorts by time, the same for the same letter."""
    return f"{letter.created_at:%Y%m%d-%H%M%S}-{letter.public_id}"


def _stop_address(letter: Letter, config: Config) -> str:
    """Where one click stops this kind; empty for mail to strangers and what must arrive."""
    if letter.user is None:
        return ""
    try:
        if not kind_of(letter.kind).may_be_off:
            return ""
    except UnknownKind:
        return ""  # a kind of an earlier version
    return stop_address(config, letter.user, letter.kind)


def _rendered(name: str, letter: Letter, stop: str) -> str:
    facts: dict[str, Any] = {
        "subject": letter.subject,
        "text": letter.text.strip(),
        "paragraphs": [part for part in re.split(r"\n\s*\n", letter.text.strip()) if part],
        "language": letter.language,
        "direction": "rtl" if letter.language in RIGHT_TO_LEFT else "ltr",
        "stop": stop,
        "stop_words": _(STOP),
    }
    return _templates().get_template(name).render(facts)


@cache
def _templates() -> Environment:
    """Our own environment: mail is also written where no request and no application is."""
    return Environment(
        loader=FileSystemLoader(ROOT / "templates" / "notices" / "mail"),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
