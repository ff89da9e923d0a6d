"""How soon a saved product is found: from its commit in one process to the hit in another.

    python -m tests.benchmarks.freshness [--json] [--times 30]

A small seeded site of its own; the worker process indexes; this process saves and, through an
engine it opened before, looks for a word that nothing else holds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts.actor import SYSTEM
from matchmaker.catalogue.models import Firm, ProductFamily
from matchmaker.catalogue.services import ProductFacts, list_product
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.migrating import migrate
from matchmaker.searching import Searching
from matchmaker.storefront.indexing import Indexer
from search.contract import Query
from search.encoder.model import fetch_model
from seed.load import seed_world
from tests.benchmarks.harness import Figures, p50, p95
from tests.search.relevance.judged import model_cache

PATIENCE = 20.0


def main() -> None:
    def save_and_look(config: Config, times: int) -> list[float]:
        return [_once(config, number) for number in range(times)]

    time_on_site("From commit to hit", save_and_look, times=30, goal=0.3)


def time_on_site(
    title: str, measure: Callable[[Config, int], list[float]], *, times: int, goal: float
) -> None:
    """Print what `measure` took on a seeded site with a worker of its own; the first is left out.

    `goal`: seconds the slowest may take.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=times)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = make_site(Path(folder))
        worker = started_worker(config)
        try:
            waits = measure(config, asked.times + 1)[1:]
        finally:
            worker.terminate()
            worker.wait(30)
    figures = Figures(f"{title}, {len(waits)} times")
    figures.told("p50", p50(waits), "s")
    figures.told("p95", p95(waits), "s")
    figures.at_most("slowest", max(waits), "s", goal=goal)
    figures.finish(sys.argv[1:])


def make_site(folder: Path) -> Config:
    """A small seeded site with its index in this folder."""
    config = Config.from_env({}, data_dir=folder)
    models = model_cache()
    fetch_model(models)
    config.model_dir.symlink_to(models)
    engine = make_engine(config.database_url, create=True)
    migrate(engine)
    today = dt.datetime.now(dt.UTC).date()
    seed_world(sessionmaker(engine), today=today, scale=400)
    Indexer(Searching(config)).rebuild(sessionmaker(engine), today)
    return config


def started_worker(config: Config) -> subprocess.Popen[bytes]:
    """The worker itself, as `matchmaker run` starts it."""
    environment = dict(os.environ, MATCHMAKER_DATA=str(config.data_dir))
    command = [sys.executable, "-m", "matchmaker.server_children", "worker"]
    worker = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    time.sleep(5)
    return worker


def _once(config: Config, number: int) -> float:
    """Save a product with a word of its own and look for it until it is there."""
    word = f"qx{number}zetafind"
    engine = Searching(config).engine
    with Session(make_engine(config.database_url)) as db:
        firm, family = db.scalars(select(Firm)).first(), db.scalars(select(ProductFamily)).first()
        assert firm is not None
        assert family is not None
        facts = ProductFacts(
            sku=f"FRESH-{number}",
            title=f"Fresh {word} mat",
            description="Saved a moment ago.",
            hs_code=family.hs_code,
            unit=family.unit,
            moq=Decimal(10),
        )
        list_product(db, SYSTEM, firm, family, facts)
        db.commit()
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE:
        if engine.search("products", Query(text=word, limit=1)).hits:
            return time.perf_counter() - began
        time.sleep(0.005)
    sys.exit(f"{word} was not found within {PATIENCE} s")


if __name__ == "__main__":
    main()
