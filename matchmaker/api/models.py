"""What programs asked for once and must not get twice."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.orm import Model, Utc, utc_now


class ApiDone(Model):
    """A request with an Idempotency-Key of one API key, and the public id of what it made."""

    __tablename__ = "api_done"
    key_id: Mapped[str] = mapped_column(String(16), primary_key=True)  # public id of the API key
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    made: Mapped[str] = mapped_column(String(16))
    at: Mapped[dt.datetime] = mapped_column(Utc, default=utc_now)
