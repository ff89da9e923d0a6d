"""What programs sent once is remembered for a month: no program tries again after that."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete
from sqlalchemy.orm import Session

from matchmaker.api.models import ApiDone
from matchmaker.database import short_write
from matchmaker.jobs import JSON, JobRun, Payload, scheduled
from matchmaker.orm import utc_now

REMEMBERED = dt.timedelta(days=30)


def forget(db: Session, now: dt.datetime) -> int:
    """Delete the Idempotency-Keys of requests long past; how many. The caller commits."""
    done = db.execute(delete(ApiDone).where(ApiDone.at < now - REMEMBERED))
    return int(done.rowcount)  # type: ignore[attr-defined]


@scheduled("api.forget", "20 3 * * *")
def forget_old_requests(run: JobRun, _payload: Payload) -> JSON:
    """Once a day; returns how many were forgotten."""
    return run.step("forget", _forget)


def _forget() -> int:
    with short_write() as db:
        return forget(db, utc_now())
