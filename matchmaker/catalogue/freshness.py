"""When a fact has grown old. Pure: today is an argument."""

from __future__ import annotations

import datetime as dt

# A firm is asked again after half a year; later than that its word is shown as stale.
STALE_AFTER = dt.timedelta(days=180)


def is_stale(confirmed_on: dt.date | None, today: dt.date) -> bool:
    """Whether nobody stood by the fact in the last half year (or ever)."""
    return confirmed_on is None or today - confirmed_on > STALE_AFTER
