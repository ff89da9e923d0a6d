"""What keeps a catalogue in order: earlier versions, pictures, imports and their rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.models import Product
from matchmaker.orm import Model, PublicId, Utc, one_of, utc_now

IMPORT_STATES = ("reading", "staged", "applying", "applied", "failed", "dropped")
ROW_KINDS = ("created", "changed", "unchanged", "error")


class ProductVersion(Model):
    """What a product said at one time, whole, so that a change can be looked at and undone."""

    __tablename__ = "product_version"
    __table_args__ = (UniqueConstraint("product_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    by: Mapped[str] = mapped_column(String(16))  # public id of the user, or 'system'
    organisation: Mapped[str | None] = mapped_column(String(16))  # for which they acted
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(String(200), default="")


class ProductImage(PublicId, Model):
    """A picture of a product. The files lie in the store under `digest`, in several sizes."""

    __tablename__ = "product_image"
    __table_args__ = (CheckConstraint("width > 0 AND height > 0", name="has_size"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(Integer, default=0)
    digest: Mapped[str] = mapped_column(String(64))
    alt: Mapped[str] = mapped_column(String(200), default="")
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    sizes: Mapped[list[int]] = mapped_column(JSON)  # widths in pixels that were made
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    product: Mapped[Product] = relationship()


class CatalogueImport(PublicId, Model):
    """A table that was sent in: staged, previewed, then applied whole or dropped.

    The public id is the id of its job. `counts`: rows by kind.
    """

    __tablename__ = "catalogue_import"
    __table_args__ = (one_of("state", IMPORT_STATES),)
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10), default="reading")
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    trouble: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
    applied_at: Mapped[dt.datetime | None] = mapped_column(Utc)
    organisation: Mapped[Organisation] = relationship()


class ImportRow(Model):
    """One row of a staged table and what would become of it."""

    __tablename__ = "import_row"
    __table_args__ = (one_of("kind", ROW_KINDS), Index("ix_import_row_kind", "import_id", "kind"))
    import_id: Mapped[int] = mapped_column(
        ForeignKey("catalogue_import.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True)  # as the sheet counts rows
    kind: Mapped[str] = mapped_column(String(10))
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"))
    sku: Mapped[str] = mapped_column(String(40), default="")
    cells: Mapped[dict[str, Any]] = mapped_column(JSON)  # as typed, by the sheet's own columns
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # as understood
    changes: Mapped[list[Any]] = mapped_column(JSON)  # [field, before, after]
    troubles: Mapped[list[Any]] = mapped_column(JSON)  # [column, value, remedy]


class ColumnNames(Model):
    """How an organisation's own column names were mapped, remembered for the next sheet."""

    __tablename__ = "import_column_names"
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    heading: Mapped[str] = mapped_column(String(120), primary_key=True)  # folded
    column: Mapped[str] = mapped_column(String(60))
