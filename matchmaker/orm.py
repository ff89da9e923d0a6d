"""What every table shares: the base class, the one UTC type, public ids and word lists."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Numeric,
    String,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

# True while a page is only read; see prepare_sqlite.
ONLY_READING: ContextVar[bool] = ContextVar("only_reading", default=False)
PUBLIC_ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that are mistaken for another
PUBLIC_ID_LENGTH = 10


class Model(DeclarativeBase):
    """Base of all tables. Constraint names are fixed so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Utc(TypeDecorator[dt.datetime]):
    """An instant. Goes in and comes out aware and in UTC; a naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time without a zone: {value!r}; say which instant is meant")
        value = value.astimezone(dt.UTC)
        # SQLite keeps no zone: store the UTC wall clock, and say so again on the way out.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Exact(TypeDecorator[Decimal]):
    """A Decimal that stays exact, with four digits after the point, from 0 to 10^14.

    SQLite has only floats, so there it is kept as a whole number of ten-thousandths: it
    compares, sorts and sums as on PostgreSQL, and CHECK constraints mean the same.
    Negative values are refused: every quantity and price of ours is zero or more.
    """

    impl = Numeric(20, 4)
    cache_ok = True
    _step = Decimal("0.0001")

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        kind = BigInteger() if dialect.name == "sqlite" else Numeric(20, 4)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        exact = Decimal(value).quantize(self._step)
        if not 0 <= exact < Decimal(10) ** 14:
            raise ValueError(f"{value!r} is outside 0 … 10^14")
        return int(exact / self._step) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        exact = Decimal(value) * self._step if dialect.name == "sqlite" else Decimal(value)
        # 12.5000 reads as 12.5 and 1E+3 as 1000, on both databases alike.
        exact = exact.normalize()
        return exact.quantize(Decimal(1)) if exact == exact.to_integral() else exact


@contextmanager
def only_reading() -> Iterator[None]:
    """Within it, transactions on SQLite take no lock: they never wait and never make wait."""
    token = ONLY_READING.set(True)
    try:
        yield
    finally:
        ONLY_READING.reset(token)


def new_public_id() -> str:
    """A short id that can be shown and cannot be guessed (10 letters, 49 bits)."""
    return "".join(secrets.choice(PUBLIC_ID_LETTERS) for _ in range(PUBLIC_ID_LENGTH))


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class PublicId:
    """Mixin: rows that are named outside have an id that tells nothing about others."""

    public_id: Mapped[str] = mapped_column(String(16), unique=True, default=new_public_id)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """The database refuses any other word in `column`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def prepare_sqlite(engine: Engine) -> None:
    """SQLite as we need it: foreign keys, WAL (readers never wait), honest transactions.

    BEGIN IMMEDIATE, issued by us, makes savepoints work and turns 'database is locked' in
    mid-transaction into a wait at its start. While `ONLY_READING` is set a plain BEGIN is
    issued, which never waits for a writer.
    """

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "foreign_keys = ON",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "busy_timeout = 15000",
            "cache_size = -32000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if ONLY_READING.get() else "BEGIN IMMEDIATE")
