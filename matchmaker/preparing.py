"""What the first start has to do, as steps that know whether they are done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import sessionmaker

from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.first_run import Progress, Step
from matchmaker.migrating import is_current, migrate
from matchmaker.orm import only_reading
from search.contract import Engine

SEEDED = "seeded.json"


def preparation(
    config: Config, *, demonstration: bool = True, scale: int | None = None
) -> Sequence[Step]:
    """Migrate, fetch the model, seed, build the index: in this order, each only if needed."""
    engine = make_engine(config.database_url, create=True)
    config.data_dir.mkdir(parents=True, exist_ok=True)
    seed = Seed(config, demonstration, scale)
    model = Model(config)
    index = Index(config, seed)
    return [
        Step("Prepare the database", lambda: is_current(engine), lambda _progress: migrate(engine)),
        Step("Fetch and convert the model", model.is_there, model.fetch),
        Step("Load clusters, rules and demonstration firms", seed.is_done, seed.run),
        Step("Build the search index", index.is_whole, index.build),
    ]


class Model:
    """The encoder's model."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def is_there(self) -> bool:
        from matchmaker.model_choice import chosen_folder
        from search.encoder.errors import ModelMissing
        from search.encoder.ready import is_intact

        try:
            return is_intact(chosen_folder(self.config))
        except ModelMissing:
            return False

    def fetch(self, progress: Progress) -> None:
        from matchmaker.model_choice import chosen
        from search.encoder.model import fetch_model

        fetch_model(
            self.config.model_dir,
            lambda what, part: progress(part, 1, what),
            chosen(self.config).source,
        )


class Seed:
    """Reference data, and the demonstration firms unless they are not wanted."""

    def __init__(self, config: Config, demonstration: bool, scale: int | None) -> None:
        self.demonstration, self.scale = demonstration, scale
        self.has_run = False
        self.marker = config.data_dir / SEEDED
        self.config = config
        self.sessions = sessionmaker(make_engine(config.database_url))

    def is_done(self) -> bool:
        """Finished before, and in this database: it may have been deleted since."""
        from seed.reference import is_loaded

        try:
            with only_reading(), self.sessions() as db:
                loaded = is_loaded(db)
        except DBAPIError:
            return False
        return loaded and (self.marker.exists() or not self.demonstration)

    def run(self, progress: Progress) -> None:
        from matchmaker.store import open_store
        from seed.load import note_finished, seed_world
        from seed.reference import load_reference
        from seed.world import DEFAULT_SCALE

        self.has_run = True
        today = dt.datetime.now(dt.UTC).date()
        if not self.demonstration:
            with self.sessions() as db, db.begin():
                load_reference(db, progress)
            return
        scale = self.scale or DEFAULT_SCALE
        store = open_store(self.config)
        seed_world(self.sessions, today=today, scale=scale, store=store, progress=progress)
        note_finished(self.marker, scale, 1, today)


class Index:
    """The three search indexes."""

    def __init__(self, config: Config, seed: Seed) -> None:
        from matchmaker.searching import Searching

        self.seed = seed

        self.config = config
        self.searching = Searching(config)
        self.sessions = sessionmaker(make_engine(config.database_url))

    def is_whole(self) -> bool:
        """Every index is there, healthy and of this version's settings.

        After a seeding it is not: the database may have been deleted, and the index be of the
        one before.
        """
        from search.errors import SearchError

        if self.seed.has_run:
            return False
        engine: Engine = self.searching.engine
        try:
            current = all(engine.is_current(each) for each in self.searching.settings().values())
            # Clusters are never none: an empty index is one whose building was interrupted.
            return current and engine.status()["clusters"].documents > 0
        except SearchError:
            return False

    def build(self, progress: Progress) -> None:
        from matchmaker.storefront.indexing import Indexer

        Indexer(self.searching).rebuild(
            self.sessions,
            dt.datetime.now(dt.UTC).date(),
            lambda name, done, total: progress(done, total, name),
        )
