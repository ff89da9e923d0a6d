"""What changed in the catalogue since a table was made, asked of the change log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.models import ChangeEntry
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.visibility import FIRM_IS_PUBLIC
from matchmaker.matching.problem import Maker
from matchmaker.matching.queries import maker_of
from matchmaker.matching.retrieval.stock import Taken

# On PostgreSQL a change with a smaller number may be committed after a larger one was seen; no
# transaction takes so long.
LATE = dt.timedelta(hours=1)
AT_ONCE = 500


@dataclass(frozen=True)
class Changes:
    """Row numbers of what changed, in the order of the log; when first and last."""

    products: tuple[int, ...] = ()
    firms: tuple[int, ...] = ()
    first_at: dt.datetime | None = None
    last_at: dt.datetime | None = None


def taken_now(db: Session, today: dt.date, now: dt.datetime) -> Taken:
    """The state of the catalogue; ask before reading it, so that nothing is missed."""
    last = db.scalar(select(func.max(ChangeEntry.id))) or 0
    return Taken(last, _noted(db, last, now), today, now)


def changes_since(db: Session, taken: Taken) -> Changes | None:
    """What was noted since; None when that cannot be told, for a change came late."""
    if _noted(db, taken.last, taken.at) != taken.recent:
        return None
    rows = db.execute(
        select(ChangeEntry.subject_kind, ChangeEntry.subject_id, ChangeEntry.at)
        .where(ChangeEntry.id > taken.last, ChangeEntry.subject_kind.in_(("product", "firm")))
        .order_by(ChangeEntry.id)
    ).all()
    if not rows:
        return Changes()
    named = {kind: tuple(dict.fromkeys(n for k, n, _ in rows if k == kind))
             for kind in ("product", "firm")}  # fmt: skip
    return Changes(named["product"], named["firm"], rows[0][2], rows[-1][2])


def ids_of_products(db: Session, products: Collection[int]) -> list[str]:
    """Their public ids, seen or not; of those that are still there."""
    numbers = list(products)
    found: list[str] = []
    for start in range(0, len(numbers), AT_ONCE):
        query = select(Product.public_id).where(Product.id.in_(numbers[start : start + AT_ONCE]))
        found += db.scalars(query).all()
    return found


def makers_now(db: Session, firms: Collection[int]) -> Mapping[str, tuple[int, Maker | None]]:
    """By public id the row number and the firm as it may count; None when nobody may see it.

    How it behaves is left out.
    """
    numbers = list(firms)
    found: dict[str, tuple[int, Maker | None]] = {}
    for start in range(0, len(numbers), AT_ONCE):
        rows = db.execute(
            select(Firm, FIRM_IS_PUBLIC)
            .where(Firm.id.in_(numbers[start : start + AT_ONCE]))
            .options(joinedload(Firm.cluster), selectinload(Firm.markets))
        ).all()
        found |= {
            firm.public_id: (firm.id, maker_of(firm) if is_shown else None)
            for firm, is_shown in rows
        }
    return found


def products_of(db: Session, firms: Collection[int]) -> list[int]:
    """Row numbers of all products of these firms."""
    query = select(Product.id).where(Product.firm_id.in_(firms)).order_by(Product.id)
    return list(db.scalars(query))


def _noted(db: Session, last: int, until: dt.datetime) -> int:
    """How many changes up to this number are of the hour before."""
    query = select(func.count()).where(ChangeEntry.id <= last, ChangeEntry.at >= until - LATE)
    return db.scalar(query) or 0
