"""Another model: encoded in the background, swapped when complete, through a worker's death."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.cli import commands
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.jobs import Jobs, JobState, Progress
from matchmaker.model_change import (
    change_of,
    changes_without_a_job,
    how_far,
    models_held,
    use_model,
)
from matchmaker.model_choice import ModelChoice, choose, chosen, chosen_folder
from matchmaker.searching import Searching
from matchmaker.storefront.indexing import Indexer
from search.contract import Query
from search.encoder.encoder import OnnxEncoder
from search.encoder.model import DEFAULT_MODEL, fetch_model, ready_folder
from search.encoder.ready import read_ready
from tests.factories import make_product
from tests.journeys.running import copy_database, copy_of
from tests.search.encoder.tiny import make_tiny_model

TODAY = dt.date(2026, 11, 21)
PATIENCE = 90.0


@pytest.fixture(scope="module")
def stocked(
    tmp_path_factory: pytest.TempPathFactory, reference_file: Path, model_dir: Path
) -> Path:
    """A data folder with twelve products under the default model, to be copied."""
    data = tmp_path_factory.mktemp("stocked")
    copy_database(reference_file, data / "matchmaker.sqlite")
    (data / "models").symlink_to(model_dir)
    config = Config.from_env({}, data_dir=data)
    engine = make_engine(config.database_url)
    with Session(engine) as db, db.begin():
        for number in range(12):
            make_product(db, title=f"Rubber cow mat {number}", description="For cows in barns.")
    indexer = Indexer(Searching(config))
    indexer.rebuild(sessionmaker(engine), TODAY)
    indexer.search.engine.close()
    engine.dispose()
    return data


@pytest.fixture
def shop(config: Config, stocked: Path, model_dir: Path) -> Iterator[Config]:
    """Twelve products under the default model; models fetched here stay here."""
    shutil.rmtree(config.data_dir)
    copy_of(stocked, config.data_dir)
    config.model_dir.unlink()
    config.model_dir.mkdir()
    (config.model_dir / DEFAULT_MODEL).symlink_to(model_dir / DEFAULT_MODEL)
    yield config
    Jobs(config).close()


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return make_tiny_model(tmp_path / "tiny")


def found_by_meaning(search: Searching) -> list[float | None]:
    query = search.with_meaning("products", Query("rubber cow mat", limit=3))
    assert query.vector is not None
    return [hit.similarity for hit in search.engine.search("products", query).hits]


def wait_until(what: Callable[[], object]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.1)


class Workers:
    """Worker processes of this data folder, one after another."""

    def __init__(self, config: Config) -> None:
        self.environment = os.environ | {"MATCHMAKER_DATA": str(config.data_dir)}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        script = Path(__file__).with_name("model_worker.py")
        root = str(script.parent.parent)
        self.process = subprocess.Popen(
            [sys.executable, str(script)], env=self.environment | {"PYTHONPATH": root}, cwd=root
        )

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def workers(shop: Config) -> Iterator[Workers]:
    workers = Workers(shop)
    yield workers
    workers.kill()


def test_a_change_survives_a_killed_worker_and_searches_go_on_until_the_swap(
    shop: Config, tiny: Path, workers: Workers
) -> None:
    search = Searching(shop)
    old = models_held(search)
    assert set(old.values()) == {search.encoder.model_id}
    environment = {"MATCHMAKER_DATA": str(shop.data_dir)}
    said = CliRunner().invoke(commands, ["model", "use", str(tiny)], env=environment)
    assert said.exit_code == 0, said.output
    job_id = chosen(shop).job_id
    new = read_ready(ready_folder(shop.model_dir, str(tiny))).model_id

    workers.start()
    wait_until((shop.data_dir / "waiting").exists)
    workers.kill()
    assert models_held(search) == old
    assert all(found_by_meaning(search))
    state = Jobs(shop).state(job_id)
    assert state is not None
    assert state.status == "running"
    assert state.progress is not None
    assert state.progress.done == 5

    (shop.data_dir / "gate").touch()
    workers.start()
    wait_until(lambda: (found := Jobs(shop).state(job_id)) and found.is_over)
    finished = Jobs(shop).state(job_id)
    assert finished is not None
    assert (finished.status, finished.result) == ("done", new)
    assert set(models_held(search).values()) == {new}
    assert search.encoder_of(new).dimensions == 32
    assert found_by_meaning(search)[0] == pytest.approx(found_by_meaning(Searching(shop))[0])
    assert chosen(shop) == ModelChoice(str(tiny), new)


def test_a_query_between_two_models_is_never_compared_with_the_other_ones_vectors(
    shop: Config, tiny: Path
) -> None:
    search = Searching(shop)
    query = search.with_meaning("products", Query("rubber cow mat"))
    choose(shop, ModelChoice(str(tiny)))
    fetch_model(shop.model_dir, source=str(tiny))
    assert Indexer(search).ensure(sessionmaker(make_engine(shop.database_url)), TODAY)
    hits = search.engine.search("products", query).hits
    assert [hit.similarity for hit in hits] == [None] * 12
    assert all(found_by_meaning(search))


def test_a_model_that_is_gone_leaves_the_index_as_it_is_and_words_find(shop: Config) -> None:
    choose(shop, ModelChoice("BAAI/never-fetched"))
    search = Searching(shop)
    sessions = sessionmaker(make_engine(shop.database_url))
    assert not Indexer(search).ensure(sessions, TODAY)
    (shop.model_dir / DEFAULT_MODEL).unlink()
    blind = Searching(shop)
    assert blind.encode_query("rubber cow mat") is None
    assert blind.engine.search("products", Query("rubber cow mat")).total == 12


def test_a_chosen_folder_may_go_once_it_is_converted(shop: Config, tiny: Path) -> None:
    ready = fetch_model(shop.model_dir, source=str(tiny))
    choose(shop, ModelChoice(str(tiny), OnnxEncoder.open(ready).model_id))
    assert chosen_folder(shop) == ready
    tiny.rename(tiny.with_name("elsewhere"))
    assert chosen_folder(shop) == ready


def test_asking_for_the_model_in_use_gives_up_the_change(shop: Config, tiny: Path) -> None:
    job_id = use_model(shop, str(tiny))
    choice, state = change_of(shop)
    assert choice == ModelChoice(DEFAULT_MODEL, "", str(tiny), job_id)
    assert how_far(state) == "waits for the worker"
    assert use_model(shop, DEFAULT_MODEL) == ""
    assert change_of(shop) == (ModelChoice(DEFAULT_MODEL), None)
    given_up = Jobs(shop).state(job_id)
    assert given_up is not None
    assert given_up.status == "cancelled"


def test_a_change_whose_job_was_never_asked_for_is_swept_up(app: Flask, config: Config) -> None:
    choose(config, ModelChoice(DEFAULT_MODEL, "", "BAAI/bge-small-en-v1.5", "model-1"))
    with app.app_context():
        (swept,) = changes_without_a_job()
    assert (swept.job_id, swept.payload) == ("model-1", {"source": "BAAI/bge-small-en-v1.5"})


def test_how_far_a_change_is_in_words() -> None:
    state = JobState(
        "model-1", "search.use_model", "running", None, None, "", dt.datetime.now(dt.UTC)
    )
    assert how_far(state) == "running"
    assert how_far(replace(state, progress=Progress(5, 12, "encoding"))) == (
        "encoding 5 of 12 (42%)"
    )
    assert how_far(replace(state, status="failed", error="no space")) == "FAILED: no space"


def test_the_health_page_shows_the_change(
    app: Flask, shop: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = JobState(
        "model-1", "search.use_model", "running", Progress(3, 12), None, "", dt.datetime.now(dt.UTC)
    )
    choice = ModelChoice(DEFAULT_MODEL, "", "BAAI/bge-small", "model-1")
    monkeypatch.setattr("matchmaker.health.change_of", lambda config: (choice, state))
    page = app.test_client().get("/health").get_data(as_text=True)
    assert "changing to bge-small: 25%" in page


def test_status_names_the_model_of_every_index(shop: Config) -> None:
    environment = {"MATCHMAKER_DATA": str(shop.data_dir)}
    said = CliRunner().invoke(commands, ["model", "status"], env=environment)
    held = Searching(shop).encoder.model_id
    assert said.output.splitlines() == [
        f"In use: {DEFAULT_MODEL}",
        *(f"{name:10} {held}" for name in ("clusters", "firms", "products")),
    ]
