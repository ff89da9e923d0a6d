"""What can be shown: schemes, evidence held by organisations, and what markets demand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.models import Product, Site
from matchmaker.certification.scope import Covering
from matchmaker.clusters.models import CONFIDENCE
from matchmaker.orm import Model, PublicId, Utc, one_of, utc_now

EVIDENCE_TYPES = (
    "certificate",
    "audit report",
    "test report",
    "declaration",
    "registration",
    "consignment document",
)
# From weakest to strongest.
REVIEWS = ("none", "waiting", "asked", "approved", "refused")
GRADES = ("self-declared", "seen", "confirmed", "witnessed")


class Scheme(Model):
    """A certification, audit, test, declaration or registration that can be held.

    `lead_days_*`: estimated calendar days to obtain; `validity_months` None: no fixed term.
    """

    __tablename__ = "scheme"
    __table_args__ = (
        one_of("evidence_type", EVIDENCE_TYPES),
        one_of("confidence", CONFIDENCE),
        CheckConstraint("lead_days_min <= lead_days_max", name="lead_days_ordered"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    owner: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(40))
    evidence_type: Mapped[str] = mapped_column(String(24))
    statutory: Mapped[bool] = mapped_column(Boolean)
    jurisdiction: Mapped[str] = mapped_column(String(40))
    sectors: Mapped[list[str]] = mapped_column(JSON)
    hs: Mapped[list[str]] = mapped_column(JSON)
    validity_months: Mapped[int | None] = mapped_column(Integer)
    validity_note: Mapped[str | None] = mapped_column(Text)
    lead_days_min: Mapped[int] = mapped_column(Integer)
    lead_days_max: Mapped[int] = mapped_column(Integer)
    group_holding: Mapped[str] = mapped_column(String(16))
    group_note: Mapped[str | None] = mapped_column(Text)
    verify_url: Mapped[str | None] = mapped_column(Text)
    verify_how: Mapped[str | None] = mapped_column(Text)
    sources: Mapped[list[str]] = mapped_column(JSON)
    confidence: Mapped[str] = mapped_column(String(8))

    @property
    def is_held(self) -> bool:
        """Consignment documents are made for each shipment: never held, never a gap."""
        return self.evidence_type != "consignment document"


class Evidence(PublicId, Model):
    """That an organisation holds something of a scheme, for which products and sites.

    A test report names `laboratory` and `substances`; it is never called 'certified'.
    `covers_all`: all products and sites of the holder; else the scope rows say which.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        one_of("grade", GRADES),
        one_of("review", REVIEWS),
        CheckConstraint("expires_on IS NULL OR expires_on >= issued_on", name="dates_ordered"),
        CheckConstraint("grade = 'self-declared' OR graded_on IS NOT NULL", name="grade_dated"),
        Index("ix_evidence_holder", "holder_id", "scheme_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"))
    number: Mapped[str] = mapped_column(String(80))
    issuer: Mapped[str] = mapped_column(String(160))
    issued_on: Mapped[dt.date] = mapped_column(Date)
    expires_on: Mapped[dt.date | None] = mapped_column(Date)
    grade: Mapped[str] = mapped_column(String(16), default="self-declared")
    graded_on: Mapped[dt.date | None] = mapped_column(Date)
    graded_how: Mapped[str | None] = mapped_column(Text)
    laboratory: Mapped[str | None] = mapped_column(String(160))
    substances: Mapped[str | None] = mapped_column(Text)
    document_hash: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # fields of its type
    # Where the desk's look at it stands; `review_note` is its question or why it was refused.
    review: Mapped[str] = mapped_column(String(10), default="none", index=True)
    review_note: Mapped[str | None] = mapped_column(Text)
    submitted_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    # Withdrawn evidence is kept, for the audit trail and the renewal, and shown to nobody else.
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    renews: Mapped[str | None] = mapped_column(String(16))  # public id of the earlier one
    covers_all: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    holder: Mapped[Organisation] = relationship()
    scheme: Mapped[Scheme] = relationship()
    scope: Mapped[list[EvidenceScope]] = relationship(
        back_populates="evidence", cascade="all, delete-orphan", order_by="EvidenceScope.id"
    )
    documents: Mapped[list[EvidenceDocument]] = relationship(
        back_populates="evidence", cascade="all, delete-orphan", order_by="EvidenceDocument.id"
    )
    members: Mapped[list[EvidenceMember]] = relationship(
        back_populates="evidence", cascade="all, delete-orphan", order_by="EvidenceMember.since"
    )

    @property
    def covering(self) -> Covering:
        """What decides whether it speaks of a product; needs scheme and scope with its sites."""
        return Covering(
            kind=self.scheme.kind,
            hs=self.scheme.hs,
            covers_all=self.covers_all,
            material=bool(self.details.get("material")),
            named=self.scope,
        )


class EvidenceDocument(PublicId, Model):
    """A file that shows the evidence; kept by its hash, never public."""

    __tablename__ = "evidence_document"
    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[int] = mapped_column(
        ForeignKey("evidence.id", ondelete="CASCADE"), index=True
    )
    digest: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(Integer)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    evidence: Mapped[Evidence] = relationship(back_populates="documents")


class EvidenceMember(Model):
    """A firm that a group certificate of its cluster body covers, since when."""

    __tablename__ = "evidence_member"
    evidence_id: Mapped[int] = mapped_column(
        ForeignKey("evidence.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[dt.date] = mapped_column(Date)
    organisation: Mapped[Organisation] = relationship()
    evidence: Mapped[Evidence] = relationship(back_populates="members")


class EvidenceReminder(Model):
    """That the holder was reminded so many days before the end; never twice."""

    __tablename__ = "evidence_reminder"
    evidence_id: Mapped[int] = mapped_column(
        ForeignKey("evidence.id", ondelete="CASCADE"), primary_key=True
    )
    days: Mapped[int] = mapped_column(Integer, primary_key=True)
    expires_on: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)


class EvidenceScope(Model):
    """A product, or a site, or a product at a site that the evidence covers.

    `family`, `hs_code` and `place` say what it was when the scope was given: a product that
    has become another one since is no longer covered (`scope.covers`). `material`: of which
    material the evidence speaks, where the scheme is not listed for the product.
    """

    __tablename__ = "evidence_scope"
    __table_args__ = (
        CheckConstraint("product_id IS NOT NULL OR site_id IS NOT NULL", name="names_something"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[int] = mapped_column(
        ForeignKey("evidence.id", ondelete="CASCADE"), index=True
    )
    product_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), index=True
    )
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    family: Mapped[str | None] = mapped_column(String(60))
    hs_code: Mapped[str | None] = mapped_column(String(6))
    place: Mapped[str | None] = mapped_column(String(80))
    material: Mapped[str | None] = mapped_column(String(160))
    lapse_told_on: Mapped[dt.date | None] = mapped_column(Date)
    evidence: Mapped[Evidence] = relationship(back_populates="scope")
    product: Mapped[Product | None] = relationship()
    site: Mapped[Site | None] = relationship()

    @property
    def town(self) -> str | None:
        """Where the site lies today."""
        return self.site.town if self.site is not None else None


class MarketRule(Model):
    """What a market demands of products under some HS codes, from a day on.

    `mandatory` and `expected` hold scheme codes. Low confidence shows as 'to be checked'.
    """

    __tablename__ = "market_rule"
    __table_args__ = (one_of("confidence", CONFIDENCE),)
    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    family: Mapped[str] = mapped_column(String(60))
    hs: Mapped[list[str]] = mapped_column(JSON)
    market: Mapped[str] = mapped_column(String(4), index=True)
    mandatory: Mapped[list[str]] = mapped_column(JSON)
    expected: Mapped[list[str]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text)
    effective_from: Mapped[dt.date | None] = mapped_column(Date)
    sources: Mapped[list[str]] = mapped_column(JSON)
    confidence: Mapped[str] = mapped_column(String(8))
    evidence: Mapped[str] = mapped_column(String(60))
