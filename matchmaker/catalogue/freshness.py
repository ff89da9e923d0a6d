"""When a fact has grown old. Pure: today is an argument."""

from __future__ import annotations

import datetime as dt
from typing import Literal

# A firm is asked again after half a year; later than that its word is shown as stale.
STALE_AFTER = dt.timedelta(days=180)
# It is asked a month before, while its word still counts.
ASKED_BEFORE = dt.timedelta(days=30)
# Nobody is reminded more often than this, however much has grown old.
REMINDED_EVERY = dt.timedelta(days=30)
Standing = Literal["fresh", "due", "stale"]


def is_stale(confirmed_on: dt.date | None, today: dt.date) -> bool:
    """Whether nobody stood by the fact in the last half year (or ever)."""
    return confirmed_on is None or today - confirmed_on > STALE_AFTER


def standing_of(confirmed_on: dt.date | None, today: dt.date) -> Standing:
    """'stale', 'due' in the month before that, else 'fresh'."""
    if is_stale(confirmed_on, today):
        return "stale"
    assert confirmed_on is not None
    return "due" if today - confirmed_on > STALE_AFTER - ASKED_BEFORE else "fresh"
