"""The same product on a Meilisearch server: two variables, and every page is as before."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.app import create_app
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.searching import Searching
from matchmaker.storefront.indexing import Indexer
from tests.factories import make_cluster, make_firm, make_organisation, make_product
from tests.search.meilisearch.wall import MASTER_KEY, Wall, listening

TODAY = dt.date(2026, 11, 21)
ASKED = (
    "/search?q=stable+mat",
    "/search?q=stabel+mats",
    "/search?q=mats&firm=meenachil-mats",
    "/search",
    "/search?q=meenachil&in=firms",
    "/search?q=xyzzy",
    "/suggest?q=stab",
    "/",
)


@pytest.fixture(scope="module")
def wall() -> Iterator[Wall]:
    with listening() as wall:
        yield wall


@pytest.fixture
def both(config: Config, wall: Wall) -> tuple[FlaskClient, FlaskClient]:
    """A visitor of the site on the embedded engine, and one of the same site on a server."""
    engine = make_engine(config.database_url)
    with Session(engine) as db, db.begin():
        cluster = make_cluster(db, name="Meenachil Valley Cluster")
        mats = make_organisation(db, name="Meenachil Mats")
        firm = make_firm(db, cluster=cluster, organisation=mats)
        for title in ("Rubber stable mat", "Coir door mat", "Natural rubber floor mat"):
            make_product(db, firm=firm, title=title)
    moved = Config.from_env(
        {"MATCHMAKER_SEARCH_ENGINE": wall.address, "MATCHMAKER_SEARCH_KEY": MASTER_KEY},
        data_dir=config.data_dir,
        rate_limit=config.rate_limit,
    )
    found = []
    for each in (config, moved):
        Indexer(Searching(each)).rebuild(sessionmaker(engine), TODAY)
        app = create_app(each)
        app.testing = True
        found.append(app.test_client())
    engine.dispose()
    return found[0], found[1]


def test_every_page_of_the_search_names_the_same_products(
    both: tuple[FlaskClient, FlaskClient], wall: Wall
) -> None:
    embedded, served = both
    asked_before = len(wall.requests)
    assert "1 product for “stabel”" in read(served.get("/search?q=stabel").text)
    assert len(wall.requests) > asked_before  # it is the server that answers
    for address in ASKED:
        here, there = embedded.get(address), served.get(address)
        assert there.status_code == 200, address
        # Those that fit equally well stand in no order of their own.
        assert sorted(named(there.text)) == sorted(named(here.text)), address
    best = named(served.get("/search?q=rubber+stable+mat").text)
    assert next(each for each in best if not each[0].isdigit()).split() == [
        "Rubber",
        "stable",
        "mat",
    ]


def read(page: str) -> str:
    """What a person reads."""
    return re.sub(r"<[^>]*>|\s+", " ", page)


def named(page: str) -> list[str]:
    """How many products, and which."""
    names = r"\d+ products?\b|Rubber\s+stable\s+mat|Coir door\s+mat|Natural rubber floor\s+mat"
    return re.findall(names, read(page))


def test_a_server_that_went_away_is_no_empty_answer(
    both: tuple[FlaskClient, FlaskClient], wall: Wall
) -> None:
    _, served = both
    wall.memory.indexes.clear()
    answer = served.get("/search?q=stable+mat")
    assert answer.status_code == 503
    assert "does not answer right now" in answer.text
