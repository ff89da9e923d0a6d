"""The database that remembers jobs: a SQLite file of its own, or the PostgreSQL that is given."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from dbos import DBOS
from sqlalchemy import make_url


def prepare_store(url: str) -> None:
    """Create or upgrade the job store; quick and harmless when it is ready."""
    hush_dbos()
    if is_sqlite(url):
        _prepare_file(Path(make_url(url).database or ""))
    DBOS.migrate(url)


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def _prepare_file(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # WAL is remembered by the file: readers (pages) then never wait for the worker.
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def hush_dbos() -> None:
    """Keep warnings and errors of dbos, in our own format, and drop its chatter.

    It installs a handler of its own unless the logger has one already.
    """
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.WARNING)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = True
