"""What firms make: units, HS codes, families, firms with sites, products with price tiers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Organisation
from matchmaker.clusters.models import Cluster, Sector
from matchmaker.orm import Exact, Model, PublicId, Utc, one_of, utc_now

FIRM_SIZES = ("micro", "small", "medium")
VERIFICATION = ("unverified", "verified", "suspended")
PRODUCT_STATES = ("draft", "published", "hidden")
PRICE_AUDIENCES = ("public", "verified", "request")


class UnitRow(Model):
    """A unit of UN/ECE Rec 20, so that the database refuses a code nobody knows."""

    __tablename__ = "unit"
    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    symbol: Mapped[str] = mapped_column(String(16))
    dimension: Mapped[str] = mapped_column(String(12))


class Currency(Model):
    """A currency of ISO 4217 in which prices may stand."""

    __tablename__ = "currency"
    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))


class HsCode(Model):
    """A chapter, heading or subheading of HS 2022; labels in our own words."""

    __tablename__ = "hs_code"
    __table_args__ = (CheckConstraint("level IN (2, 4, 6)", name="level_known"),)
    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    level: Mapped[int] = mapped_column(Integer)
    label: Mapped[str] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))


class ProductFamily(Model):
    """A curated kind of product: its sector, HS code, usual unit and typed attributes.

    `attributes`: key → {label, unit, values}; `rules`: the families of market rules that
    apply; `aliases`: the trade's other words; `drawing`: its picture when there is no photo.
    """

    __tablename__ = "product_family"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    sector_id: Mapped[int] = mapped_column(ForeignKey("sector.id"), index=True)
    hs_code: Mapped[str] = mapped_column(ForeignKey("hs_code.code"))
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON)
    aliases: Mapped[list[str]] = mapped_column(JSON)
    rules: Mapped[list[str]] = mapped_column(JSON)
    drawing: Mapped[str] = mapped_column(String(40))
    sector: Mapped[Sector] = relationship()


class Firm(PublicId, Model):
    """A maker: the trading side of an organisation of kind 'firm'.

    `is_confirmed`: somebody of it is known (see `accounts/vouching.py`); only then is it public.
    """

    __tablename__ = "firm"
    __table_args__ = (
        one_of("size", FIRM_SIZES),
        one_of("verification", VERIFICATION),
        CheckConstraint("workers > 0", name="has_workers"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), unique=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id"), index=True)
    about: Mapped[str] = mapped_column(Text)
    founded: Mapped[int | None] = mapped_column(Integer)
    workers: Mapped[int] = mapped_column(Integer)
    size: Mapped[str] = mapped_column(String(8))
    women_led: Mapped[bool] = mapped_column(Boolean, default=False)
    languages: Mapped[list[str]] = mapped_column(JSON)
    verification: Mapped[str] = mapped_column(String(12), default="unverified")
    verified_on: Mapped[dt.date | None] = mapped_column(Date)
    is_confirmed: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    organisation: Mapped[Organisation] = relationship()
    cluster: Mapped[Cluster] = relationship()
    sites: Mapped[list[Site]] = relationship(back_populates="firm", cascade="all, delete-orphan")
    markets: Mapped[list[FirmMarket]] = relationship(
        back_populates="firm", cascade="all, delete-orphan"
    )
    products: Mapped[list[Product]] = relationship(back_populates="firm")

    @property
    def name(self) -> str:
        return self.organisation.name

    @property
    def slug(self) -> str:
        return self.organisation.slug

    @property
    def is_demo(self) -> bool:
        return self.organisation.is_demo


class Site(Model):
    """Where a firm works; evidence is held for products × sites."""

    __tablename__ = "site"
    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    town: Mapped[str] = mapped_column(String(80))
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    firm: Mapped[Firm] = relationship(back_populates="sites")


class FirmMarket(Model):
    """A country the firm says it has exported to, and since when."""

    __tablename__ = "firm_market"
    firm_id: Mapped[int] = mapped_column(
        ForeignKey("firm.id", ondelete="CASCADE"), primary_key=True
    )
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    since: Mapped[int | None] = mapped_column(Integer)
    firm: Mapped[Firm] = relationship(back_populates="markets")


class Product(PublicId, Model):
    """One listing of a firm. Sizes and weights are of one trading unit.

    `unit_m2` and the container figures let pieces, m², kg and containers convert; what is
    None is unknown and is named as missing, never guessed. `*_confirmed_on`: the day the firm
    last stood by that fact.
    """

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("firm_id", "sku"),
        one_of("state", PRODUCT_STATES),
        one_of("price_audience", PRICE_AUDIENCES),
        CheckConstraint("moq > 0", name="moq_positive"),
        CheckConstraint("line_factor > 0", name="line_factor_positive"),
        CheckConstraint("net_kg IS NULL OR gross_kg IS NULL OR gross_kg >= net_kg", name="gross"),
        CheckConstraint("lead_days BETWEEN 0 AND 730", name="lead_days_sane"),
        Index("ix_product_family_state", "family_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"))
    family_id: Mapped[int] = mapped_column(ForeignKey("product_family.id"))
    sku: Mapped[str] = mapped_column(String(40))
    slug: Mapped[str] = mapped_column(String(140), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    hs_code: Mapped[str] = mapped_column(ForeignKey("hs_code.code"), index=True)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON)
    standards: Mapped[list[str]] = mapped_column(JSON)
    gi: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(12), default="published")
    net_kg: Mapped[Decimal | None] = mapped_column(Exact)
    gross_kg: Mapped[Decimal | None] = mapped_column(Exact)
    unit_m2: Mapped[Decimal | None] = mapped_column(Exact)
    unit_m3: Mapped[Decimal | None] = mapped_column(Exact)
    package_kind: Mapped[str | None] = mapped_column(String(16))
    per_package: Mapped[Decimal | None] = mapped_column(Exact)
    per_20ft: Mapped[Decimal | None] = mapped_column(Exact)
    per_40hc: Mapped[Decimal | None] = mapped_column(Exact)
    moq: Mapped[Decimal] = mapped_column(Exact)
    lead_days: Mapped[int | None] = mapped_column(Integer)
    lead_confirmed_on: Mapped[dt.date | None] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(ForeignKey("currency.code"), default="INR")
    incoterm: Mapped[str] = mapped_column(String(3), default="EXW")
    incoterm_place: Mapped[str] = mapped_column(String(80), default="")
    price_audience: Mapped[str] = mapped_column(String(12), default="public")
    price_confirmed_on: Mapped[dt.date | None] = mapped_column(Date)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("production_line.id"))
    line_factor: Mapped[Decimal] = mapped_column(Exact, default=Decimal(1))
    has_photo: Mapped[bool] = mapped_column(Boolean, default=False)
    # Guessed from the name when the listing began; the firm is asked to settle it.
    family_is_guess: Mapped[bool] = mapped_column(Boolean, default=False)
    # Why a desk took it off the pages; while it says so, the firm cannot publish it.
    hidden_because: Mapped[str | None] = mapped_column(Text)
    # Rises with every change: who saves an older one is told and shown both.
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    updated_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now, onupdate=utc_now)
    firm: Mapped[Firm] = relationship(back_populates="products")
    family: Mapped[ProductFamily] = relationship()
    hs: Mapped[HsCode] = relationship()
    line: Mapped[Any] = relationship("ProductionLine")
    tiers: Mapped[list[PriceTier]] = relationship(
        back_populates="product",
        cascade="all, delete-orphan",
        order_by="PriceTier.from_quantity",
    )


class PriceTier(Model):
    """The price of one unit from a quantity on."""

    __tablename__ = "price_tier"
    __table_args__ = (
        CheckConstraint("price > 0", name="price_positive"),
        CheckConstraint("from_quantity > 0", name="from_positive"),
    )
    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    from_quantity: Mapped[Decimal] = mapped_column(Exact, primary_key=True)
    price: Mapped[Decimal] = mapped_column(Exact)
    product: Mapped[Product] = relationship(back_populates="tiers")
