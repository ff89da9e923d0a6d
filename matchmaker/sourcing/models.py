"""What buyers ask for: requirements posted to the clusters, enquiries sent to one firm."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Organisation, User
from matchmaker.catalogue.models import Firm, Product
from matchmaker.orm import Exact, Model, PublicId, Utc, one_of, utc_now

REQUIREMENT_STATES = ("open", "closed", "withdrawn")
ENQUIRY_STATES = ("new", "answered", "closed", "spam")


class Requirement(PublicId, Model):
    """What a buyer needs: goods, quantity, days. Read by its buyer, desks and matched firms.

    `monthly`: the quantity is wanted every month from `ship_from` to `ship_by`. `is_verified`:
    a desk knew the buyer when it was posted; else it is marked unverified everywhere.
    """

    __tablename__ = "requirement"
    __table_args__ = (
        one_of("state", REQUIREMENT_STATES),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("ship_by >= ship_from", name="days_ordered"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    posted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    family_id: Mapped[int | None] = mapped_column(ForeignKey("product_family.id"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Exact)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    monthly: Mapped[bool] = mapped_column(Boolean, default=False)
    ship_from: Mapped[dt.date] = mapped_column(Date)
    ship_by: Mapped[dt.date] = mapped_column(Date)
    market: Mapped[str | None] = mapped_column(String(2))  # ISO country of entry
    price_limit: Mapped[Decimal | None] = mapped_column(Exact)
    currency: Mapped[str | None] = mapped_column(ForeignKey("currency.code"))
    evidence: Mapped[list[str]] = mapped_column(JSON, default=list)  # scheme codes demanded
    state: Mapped[str] = mapped_column(String(10), default="open")
    is_verified: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    organisation: Mapped[Organisation] = relationship()


class Enquiry(PublicId, Model):
    """A buyer's question to one firm. Read by the two organisations and by desks."""

    __tablename__ = "enquiry"
    __table_args__ = (
        one_of("state", ENQUIRY_STATES),
        Index("ix_enquiry_firm", "firm_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="SET NULL"))
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    quantity: Mapped[Decimal | None] = mapped_column(Exact)
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    ship_by: Mapped[dt.date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10), default="new")
    is_verified: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    organisation: Mapped[Organisation] = relationship()
    firm: Mapped[Firm] = relationship()
    product: Mapped[Product | None] = relationship()
    messages: Mapped[list[EnquiryMessage]] = relationship(
        back_populates="enquiry", cascade="all, delete-orphan", order_by="EnquiryMessage.id"
    )


class EnquiryMessage(Model):
    """One message in the exchange; the first is the question."""

    __tablename__ = "enquiry_message"
    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_id: Mapped[int] = mapped_column(
        ForeignKey("enquiry.id", ondelete="CASCADE"), index=True
    )
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    enquiry: Mapped[Enquiry] = relationship(back_populates="messages")
    sender: Mapped[User | None] = relationship()
