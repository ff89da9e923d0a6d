"""The database of the application: one engine, one session per request or command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.orm import ONLY_READING, prepare_sqlite
from matchmaker.tables import all_tables


class _Database(SQLAlchemy):
    """Flask-SQLAlchemy-Lite without its asynchronous half, of which we have no use.

    To close asynchronous sessions that nobody opened, Flask would start a thread with an event
    loop at the end of every request: milliseconds that each reader waits.
    """

    def init_app(self, app: Flask) -> None:  # type: ignore[override]
        super().init_app(app)
        ours = [each for each in app.teardown_appcontext_funcs if not iscoroutinefunction(each)]
        app.teardown_appcontext_funcs[:] = ours


database = _Database()


def connect(app: Flask, config: Config) -> None:
    """Give the application its engine; no connection is opened yet."""
    app.config["SQLALCHEMY_ENGINES"] = {"default": engine_options(config.database_url)}
    database.init_app(app)
    with app.app_context():
        prepare(database.engine, config.database_url)


def make_engine(url: str, *, create: bool = False) -> Engine:
    """An engine outside the application. With `create` a missing SQLite file is made."""
    options = engine_options(url, create=create)
    engine = create_engine(options.pop("url"), **options)
    prepare(engine, url)
    return engine


def engine_options(url: str, *, create: bool = False) -> dict[str, Any]:
    """PostgreSQL connections are tested before use: a restarted server costs nobody an error.

    A SQLite file that is missing stays missing unless `create` is set: an empty database in
    its place would look like a site without products.
    """
    file = _file(url)
    if file is None:
        return {"url": url, "pool_pre_ping": True} if "sqlite" not in url else {"url": url}
    if create:
        file.parent.mkdir(parents=True, exist_ok=True)
    mode = "rwc" if create else "rw"
    query = {"mode": mode, "uri": "true"}
    return {"url": URL.create("sqlite", database=f"file:{quote(str(file))}", query=query)}


def prepare(engine: Engine, url: str) -> None:
    """Make all tables known; say what SQLite needs said."""
    all_tables()
    if engine.dialect.name != "sqlite":
        return
    prepare_sqlite(engine)
    file = _file(url)
    if file is not None:
        _notice_another_file(engine, file)


def _file(url: str) -> Path | None:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def _notice_another_file(engine: Engine, file: Path) -> None:
    """A kept connection must not go on with a file that was deleted or replaced."""

    @event.listens_for(engine, "connect")
    def _note(_connection: Any, record: Any) -> None:
        record.info["file"] = _identity(file)

    @event.listens_for(engine, "checkout")
    def _compare(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info.get("file") != _identity(file):
            raise DisconnectionError(f"{file} is another file than before")


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


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
