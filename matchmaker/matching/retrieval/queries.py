"""What changed in the catalogue since a table was made, asked of the change log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.changes import BY_DATE, REMOVED
from matchmaker.accounts.models import ChangeEntry
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.visibility import FIRM_IS_PUBLIC, PRODUCT_IS_PUBLIC
from matchmaker.matching.problem import Maker
from matchmaker.matching.queries import maker_of
from matchmaker.matching.retrieval.stock import Taken

# On PostgreSQL a change with a smaller number may be committed after a larger one was seen; no
# transaction takes so long.
LATE = dt.timedelta(hours=1)
# Transactions that were taken back leave gaps among the numbers; of more gaps the stretch from
# the first to the last counts as one, and what lies between is read once more.
MOST_GAPS = 100
AT_ONCE = 500


@dataclass(frozen=True)
class Changes:
    """Row numbers of what changed, what changed last at the end; when first and last.

    `has_removed`: something was deleted, so that its number no longer leads to its public id.
    """

    products: tuple[int, ...] = ()
    firms: tuple[int, ...] = ()
    first_at: dt.datetime | None = None
    last_at: dt.datetime | None = None
    has_removed: bool = False


def taken_now(db: Session, today: dt.date, now: dt.datetime) -> Taken:
    """The state of the catalogue; ask before reading it, so that nothing is missed."""
    newest = select(ChangeEntry.id, ChangeEntry.at).order_by(ChangeEntry.id.desc()).limit(1)
    found = db.execute(newest).one_or_none()
    last, last_at = (found.id, found.at) if found else (0, None)
    return Taken(last, last_at, _missing(db, last, now), today, now)


def changes_since(db: Session, taken: Taken) -> Changes | None:
    """What was noted since; None when this is not the database that the table was made of.

    An older backup that was restored is another one too. What the date alone changed is left
    out: a table holds days, and every question compares them with its own.
    """
    if db.scalar(select(ChangeEntry.at).where(ChangeEntry.id == taken.last)) != taken.last_at:
        return None
    late = [ChangeEntry.id.between(first, last) for first, last in taken.missing]
    rows = db.execute(
        select(ChangeEntry.subject_kind, ChangeEntry.subject_id, ChangeEntry.action, ChangeEntry.at)
        .where(
            or_(ChangeEntry.id > taken.last, *late),
            ChangeEntry.subject_kind.in_(("product", "firm")),
            ChangeEntry.action != BY_DATE,
        )
        .order_by(ChangeEntry.id)
    ).all()
    if not rows:
        return Changes()
    times = [row.at for row in rows]
    return Changes(
        products=_last_named(n for kind, n, *_ in rows if kind == "product"),
        firms=_last_named(n for kind, n, *_ in rows if kind == "firm"),
        first_at=min(times),
        last_at=max(times),
        has_removed=any(row.action == REMOVED for row in rows),
    )


def ids_of_products(db: Session, products: Collection[int]) -> list[str]:
    """Their public ids, seen or not; of those that are still there."""
    numbers = list(products)
    found: list[str] = []
    for start in range(0, len(numbers), AT_ONCE):
        query = select(Product.public_id).where(Product.id.in_(numbers[start : start + AT_ONCE]))
        found += db.scalars(query).all()
    return found


def ids_of_all_products(db: Session) -> Sequence[str]:
    """Of every product that is there, seen or not; some 0.1 s for 100,000."""
    return db.scalars(select(Product.public_id)).all()


def shown_of(db: Session, products: Sequence[int]) -> list[int]:
    """Those of these row numbers that everybody may see, in the same order."""
    shown: set[int] = set()
    for start in range(0, len(products), AT_ONCE):
        some = products[start : start + AT_ONCE]
        query = select(Product.id).join(Firm, Firm.id == Product.firm_id)
        shown.update(db.scalars(query.where(Product.id.in_(some), PRODUCT_IS_PUBLIC)))
    return [each for each in products if each in shown]


def count_shown(db: Session) -> int:
    """How many products everybody may see."""
    query = select(func.count(Product.id)).join(Firm, Firm.id == Product.firm_id)
    return db.scalar(query.where(PRODUCT_IS_PUBLIC)) or 0


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


def _last_named(numbers: Iterable[int]) -> tuple[int, ...]:
    """Each once, in the order in which they were named last."""
    return tuple(reversed(dict.fromkeys(reversed(list(numbers)))))


def _missing(db: Session, last: int, now: dt.datetime) -> tuple[tuple[int, int], ...]:
    """Numbers up to `last`, in stretches, that a transaction may hold which is still open."""
    recent = select(func.min(ChangeEntry.id)).where(
        ChangeEntry.at >= now - LATE, ChangeEntry.id <= last
    )
    first = db.scalar(recent)
    if first is None:
        return ()
    before = db.scalar(select(func.max(ChangeEntry.id)).where(ChangeEntry.id < first)) or 0
    known = select(ChangeEntry.id).where(ChangeEntry.id.between(first, last))
    numbers = [before, *db.scalars(known.order_by(ChangeEntry.id))]
    gaps = [(one + 1, other - 1) for one, other in pairwise(numbers) if other > one + 1]
    return tuple(gaps) if len(gaps) <= MOST_GAPS else ((gaps[0][0], gaps[-1][1]),)
