"""That somebody known stands behind an organisation: told to what waits for it.

Anybody can type any address into the page for joining. A person is known once they opened the
link mailed to them, accepted an invitation, or a desk put an agent in charge.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation

Listener = Callable[[Session, Organisation], None]
# Of rooms to the right: rooms import leftwards only.
_listeners: list[Listener] = []


def when_vouched_for(listener: Listener) -> Listener:
    """Have it called, in the transaction of what made an organisation known."""
    _listeners.append(listener)
    return listener


def vouch_for(db: Session, organisation: Organisation) -> None:
    """Tell whoever waits; again does no harm. The caller commits."""
    for listener in _listeners:
        listener(db, organisation)
