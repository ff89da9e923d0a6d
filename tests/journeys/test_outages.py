"""Parts of a running site are taken away: what visitors see, what the log says, the way back.

One server for all of it; every test leaves it whole again.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.changes import note_change
from matchmaker.catalogue.models import Product
from matchmaker.config import Config
from matchmaker.database import make_engine
from tests.journeys.running import Answer, RunningSite, copy_database, copy_of, running_on, until

RESULT = '<li class="row">'
SEARCH = "/search?q=rubber"
HEALED = 120  # seconds within which the index must be whole again


@pytest.fixture(scope="module")
def live(site_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder = tmp_path_factory.mktemp("outages")
    data = copy_of(site_config.data_dir, folder / "data")
    with running_on(data, folder / "log") as site:
        until(lambda: asked(site), HEALED)
        yield site


@pytest.fixture
def mark(live: RunningSite) -> int:
    """Where the log stands before the outage; the site is whole and its worker at work."""
    until(lambda: is_whole(live), HEALED)
    return live.log_mark()


def asked(live: RunningSite, target: str = SEARCH) -> Answer | None:
    """The page, or None where the connection broke: the server may be starting a new process."""
    try:
        return live.get(target)
    except (OSError, http.client.HTTPException):
        return None


def is_whole(live: RunningSite) -> bool:
    answer = asked(live)
    return answer is not None and answer.status == 200 and answer.text.count(RESULT) > 1


def watch_until_whole(live: RunningSite, first: int) -> list[Answer | None]:
    """Everything a visitor who asks again and again is told; ends when results are back.

    `first`: how many results there were before. Fewer would be a page that hides the outage.
    """
    seen: list[Answer | None] = []

    def back() -> bool:
        seen.append(asked(live))
        last = seen[-1]
        return last is not None and last.status == 200

    until(back, HEALED, lambda: said_by(live))
    answer = seen[-1]
    assert answer is not None
    assert answer.text.count(RESULT) == first, "an answer without the results posed as the answer"
    return seen


def said_by(live: RunningSite) -> list[str]:
    lines = [line for line in live.log_since(0) if line.get("event") != "request"]
    return [f"{line.get('event', '')} {line.get('reason', line.get('raw', ''))}" for line in lines][
        -8:
    ]


def logged(live: RunningSite, mark: int, *words: str) -> bool:
    """Does one line of the log since then hold all these words?"""
    return any(all(word in str(line) for word in words) for line in live.log_since(mark))


@contextlib.contextmanager
def resting(process: int) -> Iterator[None]:
    """Meanwhile this process does nothing, however slow we are."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def assert_honest(answer: Answer) -> None:
    """A page that says what is wrong, with no inner detail, and is not kept by anybody."""
    assert answer.status == 503
    assert "<h1" in answer.text
    assert RESULT not in answer.text
    for inner in ("Traceback", "sqlite", "/search/products", "OperationalError"):
        assert inner not in answer.text


def assert_names_only_the_kind(health: Answer) -> None:
    """The page for operators says what kind of failure it was; messages may hold paths."""
    assert health.status == 503
    assert "OperationalError" in health.text
    for inner in ("Traceback", "sqlite", "unable to open"):
        assert inner not in health.text


def assert_search_rests(live: RunningSite, answer: Answer) -> None:
    """503 with a time to come back, and what begins as typed out of the database alone."""
    assert_honest(answer)
    assert answer.headers["retry-after"].isdigit()
    title = a_title(live)
    named = live.get("/search?q=" + quote(title[:40]))
    assert (named.status, "/products/" in named.text) == (503, True)
    assert live.get("/").status == 200  # pages that need no index stand
    assert live.get("/suggest?q=rub").status == 200
    assert live.get("/healthz").status == 200


def a_title(live: RunningSite) -> str:
    with contextlib.closing(sqlite3.connect(live.config.data_dir / "matchmaker.sqlite")) as db:
        return str(db.execute("SELECT title FROM product WHERE state = 'published'").fetchone()[0])


def results(live: RunningSite) -> int:
    return live.get(SEARCH).text.count(RESULT)


def test_the_index_is_deleted(live: RunningSite, mark: int) -> None:
    before = results(live)
    with resting(live.process_of("worker")):  # or it might have healed it before we look
        shutil.rmtree(live.config.search_dir)
        assert_search_rests(live, live.get(SEARCH))
        assert "search" in live.get("/health").text.lower()
    assert logged(live, mark, "search unavailable", "products")
    watch_until_whole(live, before)
    assert logged(live, mark, "rebuilding the search index")


@pytest.mark.parametrize("torn", ["text/*.term", "documents"])
def test_a_file_of_the_index_is_torn_in_the_middle(live: RunningSite, mark: int, torn: str) -> None:
    before = results(live)
    tear(newest(live.config.search_dir, torn))
    seen = watch_until_damage_is_seen(live)
    for answer in seen:
        assert answer is None or answer.status == 200 or not assert_honest(answer)
    watch_until_whole(live, before)
    assert logged(live, mark, "rebuilding the search index", "products")


def newest(folder: Path, pattern: str) -> Path:
    """The largest file of the products' index that fits the pattern."""
    found = [each for each in folder.glob(f"products.*-*/{pattern}") if each.is_file()]
    return max(found, key=lambda each: each.stat().st_size)


def tear(file: Path) -> None:
    with file.open("r+b") as handle:
        handle.truncate(file.stat().st_size // 2)


def watch_until_damage_is_seen(live: RunningSite) -> list[Answer | None]:
    """Until the worker lays a new generation; the page may hold meanwhile, or say 503."""
    folder = live.config.search_dir
    old = generations(folder)
    seen: list[Answer | None] = []

    def replaced() -> bool:
        seen.append(asked(live))
        return not old & generations(folder)

    until(replaced, HEALED, lambda: said_by(live))
    return seen


def generations(folder: Path) -> set[Path]:
    return {each for each in folder.glob("products.*-*") if each.is_dir()}


@pytest.mark.parametrize("gone", ["matchmaker.sqlite", "matchmaker.sqlite*"])
def test_the_database_file_is_deleted(
    live: RunningSite, mark: int, tmp_path: Path, gone: str
) -> None:
    """Alone, and together with the write-ahead log that lies beside it."""
    before = results(live)
    file = live.config.data_dir / "matchmaker.sqlite"
    copy_database(file, tmp_path / "copy.sqlite")
    for part in file.parent.glob(gone):
        part.unlink()
    for target in ("/", SEARCH, "/clusters"):
        assert_honest(live.get(target))
    assert_names_only_the_kind(live.get("/health"))
    assert live.get("/healthz").status == 503
    assert not file.exists(), "an empty database must not take the place of the lost one"
    assert logged(live, mark, "database unavailable", "unable to open")

    # Beside, then in place: nobody reads half a file.
    shutil.copy(tmp_path / "copy.sqlite", file.with_suffix(".new"))
    file.with_suffix(".new").replace(file)
    watch_until_whole(live, before)
    assert live.get("/healthz").status == 200
    assert_found_when_saved(live)


def test_the_worker_is_killed(live: RunningSite, mark: int) -> None:
    old = live.process_of("worker")
    os.kill(old, signal.SIGKILL)
    until(lambda: live.process_of("worker") not in (0, old), HEALED)
    assert logged(live, mark, "stopped unexpectedly", "worker")
    assert_found_when_saved(live)


def test_a_web_process_is_killed(live: RunningSite) -> None:
    web = live.process_of("web")
    children = Path(f"/proc/{web}/task/{web}/children")
    if not children.exists():
        pytest.skip("this kernel does not tell a process's children")
    for child in children.read_text().split():
        os.kill(int(child), signal.SIGKILL)
    until(lambda: is_whole(live), HEALED)
    assert live.process_of("web") == web


def assert_found_when_saved(live: RunningSite) -> None:
    """A product saved now is found by a word that nothing else holds."""
    word = f"zubrowka{time.time_ns() % 10**9}"
    engine = make_engine(live.config.database_url)
    try:
        with Session(engine) as db, db.begin():
            product = db.scalars(select(Product).order_by(Product.id).limit(1)).one()
            product.title = f"{product.title} {word}"
            note_change(db, "product", product.id)
    finally:
        engine.dispose()
    until(lambda: RESULT in live.get(f"/search?q={word}").text, HEALED, lambda: said_by(live))
