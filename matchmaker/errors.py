"""The one family of errors a person may meet.

    MatchmakerError
    ├── NotFound            404  nothing at this address, or nothing this reader may see
    ├── NotAllowed          403  known, but not for this actor
    ├── BadInput            400  a value that cannot be used; names field, value and remedy
    ├── Conflict            409  somebody or something was faster
    └── Unavailable         503  a part is down; says which and that nothing is lost

Each carries an HTTP status and a sentence written for its reader; one handler in `app.py`
turns it into a page or into JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def N_(text: str) -> str:  # noqa: N802  (the name by which texts are collected)
    """Mark a text for the translators; it is translated where it is shown."""
    return text


class MatchmakerError(Exception):
    """Base of all errors that are shown to people."""

    status = 500
    title = N_("Something went wrong")

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(MatchmakerError):
    status = 404
    title = N_("Not found")


class NotAllowed(MatchmakerError):
    status = 403
    title = N_("Not allowed")


# What would break a line, steer a terminal, turn the order of letters, or is half a letter.
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def _readable(value: object, most: int) -> str:
    """A value in a sentence: cut where it is long, odd signs as their escapes."""
    shown = str(value)
    shown = shown if len(shown) <= most else shown[: most - 3] + "…"
    return _UNSHOWABLE.sub(lambda each: ascii(each.group())[1:-1], shown)


class BadInput(MatchmakerError):
    """A value that cannot be used. `field`, `value` and `remedy` make the sentence."""

    status = 400
    title = N_("Please check what was entered")

    def __init__(self, field: str, value: object, remedy: str) -> None:
        shown = _readable(value, 60)
        super().__init__(f"{_readable(field, 200)}: “{shown}” cannot be used. {remedy}")
        self.field, self.value, self.shown, self.remedy = field, value, shown, remedy
        self.every: tuple[BadInput, ...] = (self,)


def refuse(faults: Iterable[BadInput]) -> None:
    """Raise the first of these, which names them `every` one; nothing where there is none.

    Whoever mends one mistake must not meet the next only then.
    """
    found = tuple(faults)
    if found:
        found[0].every = found
        raise found[0]


class Conflict(MatchmakerError):
    status = 409
    title = N_("Somebody was faster")


class Unavailable(MatchmakerError):
    status = 503
    title = N_("This part is not available right now")
