"""Something in every queue of the desk, for tests of its pages."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.models import Membership
from matchmaker.catalogue.models import Firm
from matchmaker.catalogue.upkeep import CatalogueImport
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.certification.services import declare_evidence
from matchmaker.clusters.models import Cluster
from matchmaker.desk.models import Flag
from matchmaker.notices.models import Notice
from matchmaker.orm import utc_now
from tests.factories import (
    Cast,
    make_actor,
    make_family,
    make_firm,
    make_organisation,
    make_product,
    make_requirement,
    make_user,
)


def fill_queues(db: Session, cast: Cast, times: int = 1) -> None:
    """`times` cases in each queue (the cast itself brings three firms to verify)."""
    today, family = utc_now().date(), make_family(db)
    scheme = db.scalars(select(Scheme).where(Scheme.evidence_type == "certificate")).first()
    assert scheme is not None
    cluster = db.get_one(Cluster, cast.firm.cluster_id)
    for number in range(times):
        firm = make_firm(db, cluster=cluster)
        old = today - dt.timedelta(days=200)
        make_product(db, firm=firm, family=family, price_confirmed_on=old)
        waits = _declared(db, firm, scheme, f"W{number}", None)
        waits.review, waits.submitted_at = "waiting", utc_now()
        _declared(db, firm, scheme, f"E{number}", today + dt.timedelta(days=20))
        owner = firm.organisation
        db.add(
            CatalogueImport(
                organisation=owner, file_name="mats.csv", digest="0", media_type="", state="failed"
            )
        )
        db.add(Flag(subject_kind="firm", subject=firm.public_id, reason="wrong"))
        phone = make_user(db, email=None)
        phone.phone = f"+9198765{number:05d}"
        db.add(Membership(user=phone, organisation=owner, role="owner"))
        db.flush()
        long_ago = utc_now() - dt.timedelta(days=9)
        said = {"kind": "facts.stale", "subject": "Confirm", "text": "", "created_at": long_ago}
        db.add(Notice(user_id=phone.id, **said))
        buyer = make_organisation(db, kind="buyer", name=f"Buyer {number}")
        make_actor(db, buyer, "owner")
        make_requirement(db, buyer, ship_by=today + dt.timedelta(days=60))
    db.flush()


def _declared(
    db: Session, firm: Firm, scheme: Scheme, number: str, expires_on: dt.date | None
) -> Evidence:
    return declare_evidence(
        db,
        SYSTEM,
        firm.organisation,
        scheme,
        number=number,
        issuer="Somebody",
        issued_on=dt.date(2026, 1, 1),
        expires_on=expires_on,
    )
