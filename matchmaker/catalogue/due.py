"""What the clock does in the catalogue: holds whose time is over are released every minute."""

from __future__ import annotations

from matchmaker.accounts.actor import SYSTEM
from matchmaker.catalogue.holds import release_expired
from matchmaker.database import short_write
from matchmaker.jobs import JSON, JobRun, Payload, scheduled
from matchmaker.orm import utc_now


@scheduled("holds.expire", "* * * * *", timezone="UTC")
def expire_holds(run: JobRun, _payload: Payload) -> JSON:
    """Give back what was held for longer than agreed; returns how many holds ended."""
    return run.step("release", _release)


def _release() -> int:
    with short_write() as db:
        return release_expired(db, SYSTEM, utc_now())
