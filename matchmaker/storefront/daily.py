"""What changes by the calendar alone: evidence that expired, facts that grew stale.

Nobody saves anything when a day passes, so once a day the products and firms concerned are
noted as changed and the index follows as for any other change. What all have followed long ago
is taken out of the log at night.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.changes import BY_DATE, Change, note_changes, sweep_log
from matchmaker.catalogue.freshness import STALE_AFTER
from matchmaker.catalogue.models import Firm, Product
from matchmaker.certification.models import Evidence, EvidenceMember
from matchmaker.database import short_write
from matchmaker.jobs import JSON, JobRun, Payload, scheduled
from matchmaker.orm import utc_now

# A week back, so that a site that was off for some days catches up; doing it twice is harmless.
LOOK_BACK = dt.timedelta(days=8)


def changed_by_date(db: Session, today: dt.date) -> list[Change]:
    """Subjects whose evidence expired or began, or whose facts grew stale, in the last days."""
    since = today - LOOK_BACK
    turned = or_(
        # It still counts on the day of expiry.
        Evidence.expires_on.between(since, today - dt.timedelta(days=1)),
        Evidence.issued_on.between(since, today),
    )
    holders = select(Evidence.holder_id).where(turned)
    members = select(EvidenceMember.organisation_id).join(Evidence).where(turned)
    concerned = or_(Firm.organisation_id.in_(holders), Firm.organisation_id.in_(members))
    firms = select(Firm.id).where(concerned)
    first, last = since - STALE_AFTER, today - STALE_AFTER
    stale = or_(
        Product.price_confirmed_on.between(first, last),
        Product.lead_confirmed_on.between(first, last),
    )
    products = select(Product.id).where(or_(Product.firm_id.in_(firms), stale))
    return [
        *(Change("firm", number, BY_DATE) for number in db.scalars(firms.order_by(Firm.id))),
        *(Change("product", n, BY_DATE) for n in db.scalars(products.order_by(Product.id))),
    ]


@scheduled("facts.refresh", "10 0 * * *", timezone="UTC")
def refresh_facts(run: JobRun, _payload: Payload) -> JSON:
    """Note what the date changed; returns how much that was."""
    return run.step("note", _note)


@scheduled("changes.forget", "50 3 * * *")
def forget_old_changes(run: JobRun, _payload: Payload) -> JSON:
    """Delete what of the change log everybody has worked off; returns how much that was."""
    return run.step("forget", _forget)


def _note() -> int:
    with short_write() as db:
        changes = changed_by_date(db, utc_now().date())
        note_changes(db, changes)
    return len(changes)


def _forget() -> int:
    with short_write() as db:
        return sweep_log(db)
