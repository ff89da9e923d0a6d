"""Firms are reminded of prices, lead times and capacities that nobody stood by for long."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.addresses import forget_old_addresses
from matchmaker.accounts.audit import record
from matchmaker.accounts.drafts import forget_old_drafts
from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.capacity import ProductionLine
from matchmaker.catalogue.freshness import ASKED_BEFORE, REMINDED_EVERY, STALE_AFTER
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.reconfirming import facts_to_confirm
from matchmaker.database import short_write
from matchmaker.errors import N_
from matchmaker.jobs import JSON, JobRun, Payload, scheduled
from matchmaker.notices.services import tell_members
from matchmaker.orm import utc_now

REMINDED = "facts.reminded"


@scheduled("facts.remind", "0 9 * * *")
def remind(run: JobRun, _payload: Payload) -> JSON:
    """Every morning; returns how many firms were reminded."""
    return run.step("tell", _remind)


def _remind() -> int:
    with short_write() as db:
        forget_old_drafts(db)
        forget_old_addresses(db)
        return remind_firms(db, utc_now())


def remind_firms(db: Session, now: dt.datetime) -> int:
    """Tell the members of every firm whose word has grown old, or will within a month.

    No firm more often than once in thirty days; not those of the demonstration, nobody reads
    their mail. Which firm was reminded when stands in the audit trail.
    """
    reminded = 0
    for firm in db.scalars(_with_old_facts(now)):
        old = facts_to_confirm(db, firm, now.date())
        if not old or firm.is_demo:
            continue
        tell_members(
            db,
            firm.organisation,
            kind="facts.stale",
            subject=N_("%(firm)s: are your prices and times still right?"),
            text=N_(
                "%(number)s prices, lead times and capacities of %(firm)s should be confirmed."
                " One tap is enough. What nobody stands by is marked as old and sinks in the"
                " search."
            ),
            values={"firm": firm.name, "number": len(old)},
            address="/firm/confirm",
        )
        record(db, SYSTEM, REMINDED, "firm", firm.public_id, after={"facts": len(old)})
        reminded += 1
    return reminded


def _with_old_facts(now: dt.datetime) -> Select[Firm]:
    asked_from = now.date() - (STALE_AFTER - ASKED_BEFORE)
    old = exists().where(
        Product.firm_id == Firm.id,
        Product.state != "hidden",
        or_(
            Product.price_confirmed_on < asked_from,
            Product.lead_confirmed_on < asked_from,
            exists().where(
                ProductionLine.id == Product.line_id, ProductionLine.confirmed_on < asked_from
            ),
        ),
    )
    lately = exists().where(
        AuditEntry.subject_kind == "firm",
        AuditEntry.subject_id == Firm.public_id,
        AuditEntry.action == REMINDED,
        AuditEntry.at > now - REMINDED_EVERY,
    )
    return select(Firm).where(old, ~lately, Firm.verification != "suspended").order_by(Firm.id)
