"""Capacity set aside: promised to one, taken from all others, given back when its time is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.capacity import Hold, LineMonth
from matchmaker.catalogue.models import Product
from matchmaker.errors import BadInput, Conflict


class CapacityGone(Conflict):
    """Somebody was faster: this much is no longer free in that month."""

    title = "That capacity is taken"


@dataclass(frozen=True)
class Wish:
    """So much of a line in a month, in the line's unit; `month` is its first day."""

    line_id: int
    month: dt.date
    quantity: Decimal


def place_holds(
    db: Session, actor: Actor, held_for: Organisation, wishes: Sequence[Wish], until: dt.datetime
) -> list[Hold]:
    """Set all wishes aside for an organisation, or none of them. The caller commits.

    Raises CapacityGone. The same capacity is never promised twice, also by requests at the
    same moment: each wish is one UPDATE that finds the capacity free or does nothing.
    """
    holds = []
    with db.begin_nested():
        # In one order for everybody, so that two of them cannot wait for each other.
        for wish in sorted(wishes, key=lambda each: (each.line_id, each.month)):
            _take(db, wish)
            holds.append(
                Hold(
                    line_id=wish.line_id,
                    month=wish.month,
                    quantity=wish.quantity,
                    held_for_id=held_for.id,
                    expires_at=until,
                )
            )
        db.add_all(holds)
        db.flush()
    for hold in holds:
        after = {"line": hold.line_id, "month": str(hold.month), "quantity": str(hold.quantity)}
        record(db, actor, "capacity.held", "hold", hold.public_id, after=after)
    _note(db, {wish.line_id for wish in wishes})
    return holds


def release_hold(db: Session, actor: Actor, hold: Hold, reason: str) -> None:
    """Give the capacity back. Releasing again changes nothing."""
    ended = db.execute(
        update(Hold)
        .where(Hold.id == hold.id, Hold.state == "active")
        .values(state="released")
        .execution_options(synchronize_session="fetch")
    )
    if not getattr(ended, "rowcount", 0):
        return
    db.execute(
        update(LineMonth)
        .where(LineMonth.line_id == hold.line_id, LineMonth.month == hold.month)
        .values(held=LineMonth.held - hold.quantity)
        .execution_options(synchronize_session=False)
    )
    db.expire_all()
    record(db, actor, "capacity.released", "hold", hold.public_id, reason=reason)
    _note(db, {hold.line_id})


def release_expired(db: Session, actor: Actor, now: dt.datetime) -> int:
    """Release every hold whose time is over; how many."""
    over = db.scalars(select(Hold).where(Hold.state == "active", Hold.expires_at <= now)).all()
    for hold in over:
        release_hold(db, actor, hold, "its time was over")
    return len(over)


def _take(db: Session, wish: Wish) -> None:
    if wish.quantity <= 0:
        raise BadInput("quantity", wish.quantity, "Hold more than nothing.")
    taken = db.execute(
        update(LineMonth)
        .where(
            LineMonth.line_id == wish.line_id,
            LineMonth.month == wish.month,
            LineMonth.capacity - LineMonth.committed - LineMonth.held >= wish.quantity,
        )
        .values(held=LineMonth.held + wish.quantity)
        .execution_options(synchronize_session=False)
    )
    if not getattr(taken, "rowcount", 0):
        raise CapacityGone(f"{wish.quantity:f} are no longer free in {wish.month:%Y-%m}.")
    db.expire_all()


def _note(db: Session, lines: set[int]) -> None:
    products = db.scalars(select(Product.id).where(Product.line_id.in_(lines)))
    note_changes(db, [Change("product", number, "saved") for number in products])
