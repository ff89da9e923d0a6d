"""What was looked for and not found: the beginning of the unmet-demand ledger."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.orm import Model


class UnmetSearch(Model):
    """A search that found nothing, counted by day, without anything about who searched."""

    __tablename__ = "unmet_search"
    __table_args__ = (Index("ix_unmet_search_day", "day", "text", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(String(200))
    refinements: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    times: Mapped[int] = mapped_column(Integer, default=1)
