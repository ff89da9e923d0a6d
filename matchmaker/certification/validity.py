"""Whether evidence counts on a day, for a product. Pure: works on anything with these facts."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

SOON = dt.timedelta(days=90)


class Held(Protocol):
    """What is asked of a piece of evidence."""

    @property
    def issued_on(self) -> dt.date: ...
    @property
    def expires_on(self) -> dt.date | None: ...


class Graded(Held, Protocol):
    """The same with how far a desk trusts it."""

    @property
    def grade(self) -> str: ...


def is_valid(evidence: Held, on: dt.date) -> bool:
    """Issued, and not expired, on that day. The day of expiry still counts."""
    return evidence.issued_on <= on and (evidence.expires_on is None or evidence.expires_on >= on)


def begins_later(evidence: Held, on: dt.date) -> bool:
    """Not in force on that day, but not over either: its day of issue is still to come."""
    return evidence.issued_on > on


def expires_soon(evidence: Held, on: dt.date) -> bool:
    """Valid, but for no more than 90 days."""
    return (
        is_valid(evidence, on)
        and evidence.expires_on is not None
        and evidence.expires_on - on <= SOON
    )


def is_trusted(evidence: Graded, on: dt.date) -> bool:
    """Valid, and at least seen by a desk: what counts where buyers filter by evidence."""
    return evidence.grade != "self-declared" and is_valid(evidence, on)
