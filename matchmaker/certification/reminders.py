"""Reminders before evidence expires, and word of what no longer counts. Never twice.

The index follows the calendar by itself (`storefront/daily.py`); here people are told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.catalogue.models import Product
from matchmaker.certification.models import Evidence, EvidenceReminder, EvidenceScope
from matchmaker.certification.queries import IS_SHOWN, WHOLE, now, renewed_by
from matchmaker.certification.scope import changes_of
from matchmaker.database import short_write
from matchmaker.errors import N_
from matchmaker.jobs import JSON, JobRun, Payload, scheduled
from matchmaker.notices.services import tell_members
from matchmaker.orm import utc_now

EXPIRED = 0  # noted like a reminder: told once that it counts no more
DAYS = (90, 30, 7)
# A site that was off that long says nothing of what expired meanwhile.
TOO_LATE = dt.timedelta(days=30)


def due_reminder(expires_on: dt.date, today: dt.date, sent: Collection[int]) -> int | None:
    """Which reminder is due: 90, 30, 7 days before, or 0 after the last day; None for none.

    The nearest only: who enters a certificate ten days before its end is told once. `sent`:
    what was told already for this day of expiry; after a nearer one no farther follows.
    """
    left = (expires_on - today).days
    if left < 0:
        return None if EXPIRED in sent or today - expires_on > TOO_LATE else EXPIRED
    reached = [each for each in DAYS if left <= each]
    if not reached or min(reached) >= min(sent, default=max(DAYS) + 1):
        return None
    return min(reached)


def remind(db: Session, today: dt.date) -> int:
    """Tell all holders whose turn it is; how many pieces that were. The caller commits."""
    horizon = today + dt.timedelta(days=max(DAYS))
    ending = db.scalars(
        select(Evidence)
        .where(
            Evidence.expires_on.between(today - TOO_LATE, horizon),
            IS_SHOWN,
            Evidence.public_id.not_in(renewed_by(today)),
        )
        .options(joinedload(Evidence.scheme), joinedload(Evidence.holder))
        .order_by(Evidence.expires_on, Evidence.id)
    ).all()
    sent = _sent(db, [each.id for each in ending])
    return sum(_remind(db, each, today, sent.get(each.id, {})) for each in ending)


def _sent(db: Session, numbers: list[int]) -> dict[int, dict[dt.date, set[int]]]:
    rows = select(EvidenceReminder).where(EvidenceReminder.evidence_id.in_(numbers))
    found: dict[int, dict[dt.date, set[int]]] = {}
    for each in db.scalars(rows):
        found.setdefault(each.evidence_id, {}).setdefault(each.expires_on, set()).add(each.days)
    return found


def _remind(db: Session, evidence: Evidence, today: dt.date, sent: dict[dt.date, set[int]]) -> bool:
    expires_on = evidence.expires_on
    assert expires_on is not None
    days = due_reminder(expires_on, today, sent.get(expires_on, set()))
    if days is None:
        return False
    db.add(EvidenceReminder(evidence_id=evidence.id, days=days, expires_on=expires_on))
    subject = (
        N_("%(scheme)s has expired")
        if days == EXPIRED
        else N_("%(scheme)s expires on %(day)s: time to renew")
    )
    text = (
        N_("Number %(number)s was valid until %(day)s. Buyers no longer see it as valid.")
        if days == EXPIRED
        else N_("Number %(number)s, days left: %(left)s. Enter the renewed one once you have it.")
    )
    values = {
        "scheme": evidence.scheme.name,
        "number": evidence.number,
        "day": expires_on.isoformat(),
        "left": (expires_on - today).days,
    }
    _tell(db, evidence, subject, text, values)
    return True


def tell_lapsed(db: Session, today: dt.date) -> int:
    """Tell holders once of products that became others than the evidence speaks of."""
    rows = db.scalars(
        select(EvidenceScope)
        .join(Evidence, Evidence.id == EvidenceScope.evidence_id)
        .where(IS_SHOWN, EvidenceScope.product_id.is_not(None))
        .options(
            joinedload(EvidenceScope.product).joinedload(Product.family),
            joinedload(EvidenceScope.site),
            joinedload(EvidenceScope.evidence).options(*WHOLE),
        )
        .order_by(EvidenceScope.id)
    )
    told = 0
    for row in rows:
        assert row.product is not None
        lapsed = bool(changes_of(row, now(row.product)))
        if lapsed and row.lapse_told_on is None:
            row.lapse_told_on = today
            _tell(
                db,
                row.evidence,
                N_("%(scheme)s no longer covers %(product)s"),
                N_("The product was changed into another one. Check what the certificate covers."),
                {"scheme": row.evidence.scheme.name, "product": row.product.title},
            )
            told += 1
        elif not lapsed and row.lapse_told_on is not None:
            row.lapse_told_on = None  # as it was again: the next time is told anew
    db.flush()
    return told


def _tell(
    db: Session, evidence: Evidence, subject: str, text: str, values: dict[str, object]
) -> None:
    tell_members(
        db,
        evidence.holder,
        kind="evidence.expiring",
        subject=subject,
        text=text,
        values=values,
        address=f"/firm/evidence/{evidence.public_id}",
    )


@scheduled("evidence.remind", "40 1 * * *", timezone="UTC")
def remind_holders(run: JobRun, _payload: Payload) -> JSON:
    """Every morning; returns how much was told."""
    return run.step("tell", _remind_all)


def _remind_all() -> int:
    with short_write() as db:
        today = utc_now().date()
        return remind(db, today) + tell_lapsed(db, today)
