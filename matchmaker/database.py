"""The database of the application: one engine, one session per request or command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.orm import ONLY_READING, prepare_sqlite

database = SQLAlchemy()


def connect(app: Flask, config: Config) -> None:
    """Give the application its engine; no connection is opened yet."""
    if config.database_url.startswith("sqlite:///"):
        config.data_dir.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_ENGINES"] = {"default": engine_options(config.database_url)}
    database.init_app(app)
    with app.app_context():
        if database.engine.dialect.name == "sqlite":
            prepare_sqlite(database.engine)


def engine_options(url: str) -> dict[str, object]:
    """PostgreSQL connections are tested before use: a restarted server costs nobody an error."""
    return {"url": url} if url.startswith("sqlite") else {"url": url, "pool_pre_ping": True}


def make_engine(url: str) -> Engine:
    """An engine outside the application, for migrations and tests."""
    options = engine_options(url)
    options.pop("url")
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    return engine


def get_db() -> Session:
    """The session of this request or command."""
    return database.session


@contextmanager
def short_write() -> Iterator[Session]:
    """A small transaction of its own, committed at the end: for notes made while reading."""
    token = ONLY_READING.set(False)
    try:
        with Session(database.engine) as db, db.begin():
            yield db
    finally:
        ONLY_READING.reset(token)
