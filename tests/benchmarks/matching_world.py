"""The seeded world that matching is measured on: made once on a machine, then only opened."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.migrating import migrate
from matchmaker.searching import Searching
from matchmaker.storefront.indexing import Indexer
from search.encoder.model import fetch_model
from seed.load import seed_world
from seed.world import DEFAULT_SCALE
from tests.benchmarks.search_catalogue import tell
from tests.search.relevance.judged import model_cache

TODAY = dt.date(2026, 11, 21)


@dataclass(frozen=True)
class SeededWorld:
    """A database with the demonstration firms, its search index and its settings."""

    config: Config
    searching: Searching
    sessions: sessionmaker[Session]


def open_world(scale: int = DEFAULT_SCALE) -> SeededWorld:
    """The world of so many products; the first call takes a minute or two."""
    folder = model_cache().parent / f"matching-world-{scale}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, scale)
    config = Config.from_env({}, data_dir=folder)
    engine = make_engine(config.database_url)
    return SeededWorld(config, Searching(config), sessionmaker(engine))


def _make(folder: Path, scale: int) -> None:
    folder.mkdir()
    fetch_model(model_cache())
    (folder / "models").symlink_to(model_cache())
    config = Config.from_env({}, data_dir=folder)
    engine = make_engine(config.database_url, create=True)
    migrate(engine)
    sessions = sessionmaker(engine)
    tell(f"seeding {scale:,} products")
    seed_world(sessions, today=TODAY, scale=scale)
    tell("building their index")
    indexer = Indexer(Searching(config))
    indexer.rebuild(sessions, TODAY)
    indexer.search.engine.close()
    engine.dispose()
    (folder / "complete").touch()
