"""The digest: once a day, in the morning where the reader is, what the bell gathered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.models import User
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.errors import N_
from matchmaker.jobs import JSON, JobRun, Payload, scheduled
from matchmaker.notices.models import Letter, Notice
from matchmaker.notices.services import can_be_mailed, pace_of, write_letter
from matchmaker.notices.surroundings import settings, spoken, wide_address
from matchmaker.notices.zones import zone_named
from matchmaker.orm import utc_now
from matchmaker.wording import gettext as _

MORNING = dt.time(7)
# What is older when its morning comes (mail was switched off, the site was) is left to the bell.
TOO_OLD = dt.timedelta(days=7)
SUBJECT = N_("%(count)s new for you at Matchmaker")


def latest_morning(now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The last seven o'clock of that zone, in UTC, that is not after `now`."""
    there = now.astimezone(zone)
    days = there.date() if there.time() >= MORNING else there.date() - dt.timedelta(days=1)
    return dt.datetime.combine(days, MORNING, zone).astimezone(dt.UTC)


def write_digests(db: Session, now: dt.datetime) -> int:
    """Write to everybody whose morning has come; how many letters. The caller commits.

    Done twice it writes nothing new: each notice notes the letter that carried it.
    """
    pending = db.scalars(
        select(Notice)
        .where(
            Notice.for_digest,
            Notice.letter_id.is_(None),
            Notice.read_at.is_(None),  # what was read in the bell is known
            Notice.created_at > now - TOO_OLD,
        )
        .options(joinedload(Notice.user))
        .order_by(Notice.user_id, Notice.id)
    )
    written = 0
    for _user_id, group in groupby(list(pending), key=lambda notice: notice.user_id):
        notices = list(group)
        user = notices[0].user
        if notices[0].created_at < latest_morning(now, zone_named(user.zone)):
            written += _write(db, user, notices) is not None
    return written


def _write(db: Session, user: User, notices: list[Notice]) -> Letter | None:
    if pace_of(db, user, "digest") == "off" or not can_be_mailed(db, user):
        return None
    with spoken(user.language):
        subject = _(SUBJECT, count=len(notices))
    letter = write_letter(
        db,
        address=str(user.email),
        kind="digest",
        subject=subject if len(notices) > 1 else notices[0].subject,
        text="\n\n".join(_entry(notice, user.language) for notice in notices) + "\n",
        user=user,
        language=user.language,
    )
    for notice in notices:
        notice.letter_id = letter.id
    db.flush()
    return letter


def _entry(notice: Notice, language: str) -> str:
    opened = wide_address(settings(), notice.address, language) if notice.address else ""
    return "\n".join(part for part in (notice.subject, notice.text, opened) if part)


@scheduled("notices.digest", "2,32 * * * *", timezone="UTC")
def send_digests(run: JobRun, _payload: Payload) -> JSON:
    """Twice an hour, because some zones are half an hour off."""
    return run.step("write", _in_one_transaction, run.config, write_digests)


def _in_one_transaction(config: Config, work: Callable[[Session, dt.datetime], int]) -> int:
    with Session(make_engine(config.database_url)) as db, db.begin():
        return work(db, utc_now())
