"""A thing of every kind that has a public id, all belonging to others than the rival."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.entries import ApiKey, Contact, Invitation, SignInLink
from matchmaker.catalogue.capacity import Hold, ProductionLine
from matchmaker.catalogue.upkeep import CatalogueImport, ProductImage
from matchmaker.certification.models import Evidence, EvidenceDocument, Scheme
from matchmaker.desk.models import Flag
from matchmaker.notices.models import Letter, Notice
from matchmaker.orm import utc_now
from matchmaker.sourcing.models import Enquiry, EnquiryMessage, Requirement
from matchmaker.tables import all_tables
from tests.factories import Cast, make_family, make_product

DIGEST = "0" * 64


def make_belongings(db: Session, cast: Cast) -> dict[str, list[str]]:
    """Public ids by table: of the firm, the buyer, the desk and their people."""
    product = make_product(db, firm=cast.firm)
    line = ProductionLine(
        firm_id=cast.firm.id, family_id=make_family(db).id, name="Press", unit="H87"
    )
    scheme = db.scalars(select(Scheme).limit(1)).one()  # of the reference data
    evidence = Evidence(
        holder_id=cast.firm.organisation_id,
        scheme_id=scheme.id,
        number="1",
        issuer="Somebody",
        issued_on=dt.date(2026, 1, 1),
    )
    db.add_all([line, evidence])
    db.flush()
    _add_of_firm(db, cast, product.id, line.id, evidence.id)
    _add_of_people(db, cast)
    db.flush()
    return _ids(db, cast)


def _add_of_firm(db: Session, cast: Cast, product: int, line: int, evidence: int) -> None:
    firm, buyer = cast.firm, cast.stranger.organisation
    assert buyer is not None
    today, later = utc_now().date(), utc_now() + dt.timedelta(days=1)
    enquiry = Enquiry(organisation_id=buyer.id, firm_id=firm.id, product_id=product)
    enquiry.messages = [EnquiryMessage(organisation_id=buyer.id, text="How much?")]
    db.add_all(
        [
            enquiry,
            Requirement(
                organisation_id=buyer.id,
                title="Mats",
                quantity=Decimal(100),
                unit="H87",
                ship_from=today,
                ship_by=today,
            ),
            Hold(
                line_id=line,
                month=today.replace(day=1),
                quantity=Decimal(1),
                held_for_id=buyer.id,
                expires_at=later,
            ),
            ProductImage(product_id=product, digest=DIGEST, width=10, height=10, sizes=[10]),
            EvidenceDocument(
                evidence_id=evidence,
                digest=DIGEST,
                file_name="a.pdf",
                media_type="application/pdf",
                size=1,
            ),
            CatalogueImport(
                organisation_id=firm.organisation_id,
                file_name="a.csv",
                digest=DIGEST,
                media_type="text/csv",
            ),
            ApiKey(organisation_id=firm.organisation_id, name="ERP", secret_hash=DIGEST, scopes=[]),
            Flag(subject_kind="firm", subject=firm.public_id, reason="spam"),
        ]
    )


def _add_of_people(db: Session, cast: Cast) -> None:
    owner, desk = cast.owner.user, cast.officer.organisation
    assert owner is not None and desk is not None
    later = utc_now() + dt.timedelta(days=1)
    db.add_all(
        [
            Contact(owner_id=desk.id, name="Ruth", email="ruth@example.com", source="fair"),
            Letter(user_id=owner.id, address="a@example.com", kind="x", subject="s", text="t"),
            Notice(user_id=owner.id, kind="x", subject="s", text="t"),
            SignInLink(user_id=owner.id, secret_hash="1" * 64, expires_at=later),
            Invitation(
                organisation_id=cast.firm.organisation_id,
                role="viewer",
                name="Mini",
                email="mini@example.com",
                secret_hash="2" * 64,
                expires_at=later,
            ),
        ]
    )


def _ids(db: Session, cast: Cast) -> dict[str, list[str]]:
    """All public ids there are, except those of the rival."""
    assert cast.rival.user is not None
    own = {cast.rival.user.public_id, cast.rival_firm.public_id}
    found = {}
    for table in all_tables().sorted_tables:
        if "public_id" in table.columns:
            rows = set(db.scalars(select(table.c.public_id)))
            assert rows, f"add a row of {table.name} above, for the walk of what a rival may see"
            found[table.name] = sorted(rows - own)
    return found
