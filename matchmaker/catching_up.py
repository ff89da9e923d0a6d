"""The worker's thread that keeps the index up with the catalogue."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import sessionmaker

from matchmaker import model_change  # noqa: F401  declares the change to another model
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.jobs import resident
from matchmaker.model_choice import chosen_at
from matchmaker.searching import Searching
from matchmaker.storefront.indexing import Indexer
from search.errors import SearchError

log = structlog.get_logger("matchmaker.index")
LOOK_EVERY = 0.05  # seconds; with the writing itself a saved product is findable within 0.3 s
WAIT_AFTER_FAILURE = 2.0
CHECK_EVERY = 10.0
# What waiting repairs; the store of embeddings speaks to SQLite itself
DOWN = (SearchError, SQLAlchemyError, sqlite3.Error, OSError)


@resident("index")
def keep_index(config: Config, stop: threading.Event) -> None:
    """Repair the index if need be, then work off changes as they come.

    While the index, a disk or the database is down it tries again every two seconds: the backlog
    stays in the change log and drains when they are back.
    """
    sessions = sessionmaker(make_engine(config.database_url))
    indexer = Indexer(Searching(config))
    checked, model_chosen = float("-inf"), chosen_at(config)
    while not stop.is_set():
        try:
            if time.monotonic() - checked > CHECK_EVERY or chosen_at(config) != model_chosen:
                model_chosen = chosen_at(config)
                indexer.ensure(sessions, _today())
                checked = time.monotonic()
            if not indexer.catch_up(sessions, _today()):
                stop.wait(LOOK_EVERY)
        except DOWN as down:
            log.error("index cannot catch up", kind=type(down).__name__, reason=str(down)[:300])
            checked = float("-inf")
            stop.wait(WAIT_AFTER_FAILURE)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
