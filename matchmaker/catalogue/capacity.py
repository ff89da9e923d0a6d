"""Capacity belongs to a production line; the ledger says what is committed and held, by month."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.catalogue.models import ProductFamily
from matchmaker.orm import Exact, Model, PublicId, Utc, one_of, utc_now

HOLD_STATES = ("active", "released", "committed")


class ProductionLine(Model):
    """What makes products of one family at a firm: a press, a loom shed, a kitchen.

    Products draw on it with a factor, so that two products of one press are not counted
    twice.
    """

    __tablename__ = "production_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), index=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("product_family.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    confirmed_on: Mapped[dt.date | None] = mapped_column(Date)
    family: Mapped[ProductFamily] = relationship()
    months: Mapped[list[LineMonth]] = relationship(
        back_populates="line", cascade="all, delete-orphan", order_by="LineMonth.month"
    )


class LineMonth(Model):
    """What a line can make in a month, how much of it is committed and how much is held.

    `held` is the sum of the active holds; the check constraint is the true guard against
    promising the same capacity twice, also under concurrent requests.
    """

    __tablename__ = "line_month"
    __table_args__ = (
        CheckConstraint("committed + held <= capacity", name="never_oversold"),
        CheckConstraint("committed >= 0 AND held >= 0", name="not_negative"),
    )
    line_id: Mapped[int] = mapped_column(
        ForeignKey("production_line.id", ondelete="CASCADE"), primary_key=True
    )
    month: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    capacity: Mapped[Decimal] = mapped_column(Exact)
    committed: Mapped[Decimal] = mapped_column(Exact, default=Decimal(0))
    held: Mapped[Decimal] = mapped_column(Exact, default=Decimal(0))
    line: Mapped[ProductionLine] = relationship(back_populates="months")

    @property
    def free(self) -> Decimal:
        return self.capacity - self.committed - self.held


class Hold(PublicId, Model):
    """Capacity of one month set aside for somebody until a time."""

    __tablename__ = "hold"
    __table_args__ = (
        one_of("state", HOLD_STATES),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_hold_expiry", "state", "expires_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("production_line.id", ondelete="CASCADE"))
    month: Mapped[dt.date] = mapped_column(Date)
    quantity: Mapped[Decimal] = mapped_column(Exact)
    held_for_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[str] = mapped_column(String(12), default="active")
    expires_at: Mapped[dt.datetime] = mapped_column(Utc)
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
