"""The worker's thread that empties the outbox."""

from __future__ import annotations

import threading
from email.message import EmailMessage

import structlog
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.jobs import JSON, JobRun, Payload, resident, scheduled
from matchmaker.notices import outbox
from matchmaker.notices.message import file_name, message_of
from matchmaker.notices.models import Letter
from matchmaker.notices.transport import (
    Folder,
    GivenUp,
    Post,
    ServerDown,
    Smtp,
    TryLater,
    transport_of,
)
from matchmaker.orm import only_reading

log = structlog.get_logger("matchmaker.mail")
LOOK_EVERY = 1.0  # seconds
LONGEST_PAUSE = 60.0  # between looks whether a server that was down is back


@resident("mail")
def keep_sending(config: Config, stop: threading.Event) -> None:
    """Send what is due as it comes; while the server is down look for it ever more seldom."""
    sessions = sessionmaker(make_engine(config.database_url))
    transport, pause = transport_of(config), LOOK_EVERY
    while not stop.is_set():
        try:
            sent = send_due(sessions, transport, config)
            pause = LOOK_EVERY
        except ServerDown as down:
            log.error("mail cannot leave", reason=str(down), pause_seconds=pause)
            sent, pause = 0, min(pause * 2, LONGEST_PAUSE)
        if not sent:
            stop.wait(pause)


def send_due(sessions: sessionmaker[Session], transport: Folder | Smtp, config: Config) -> int:
    """Try every letter that is due, over one connection; how many were tried.

    Raises ServerDown, after saying so at the letters, if none could be tried.
    """
    with only_reading(), sessions() as db:
        due = outbox.due_letters(db)
    if not due:
        return 0
    tried = 0
    try:
        with transport.opened() as post:
            for number in due:
                with sessions() as db:
                    tried += _send(db, post, number, transport.state, config)
    except ServerDown as down:
        with sessions() as db, db.begin():
            outbox.note_server_down(db, str(down))
        raise
    return tried


def _send(db: Session, post: Post, number: int, state: str, config: Config) -> bool:
    """Take one letter, hand it over, note what became of it; False if it was not ours to take."""
    letter = outbox.take(db, number)
    if letter is None:
        db.rollback()
        return False
    name, tries = file_name(letter), letter.tries
    try:
        message = _written(letter, config)
        db.commit()  # nothing is held while the server thinks
        post.send(message, name)
    except GivenUp as refused:
        log.warning("mail refused", letter=name, reason=str(refused))
        outbox.note_refused(db, number, refused.state, str(refused))
    except TryLater as delayed:
        outbox.note_delayed(db, number, tries, str(delayed))
    else:
        outbox.note_sent(db, number, state)
    db.commit()
    return True


def _written(letter: Letter, config: Config) -> EmailMessage:
    """The mail of a letter, or GivenUp: one that cannot be must not hold up those behind it."""
    try:
        return message_of(letter, config)
    except (ValueError, UnicodeError, IndexError, AttributeError) as impossible:
        raise GivenUp(f"no mail can be made of it: {impossible}", "failed") from impossible


@scheduled("notices.forget", "40 3 * * *")
def forget_old_letters(run: JobRun, _payload: Payload) -> JSON:
    """Letters hold names and addresses: what left long ago is deleted."""
    return run.step("forget", _forget, run.config)


def _forget(config: Config) -> int:
    with Session(make_engine(config.database_url)) as db, db.begin():
        return outbox.forget_sent(db)
