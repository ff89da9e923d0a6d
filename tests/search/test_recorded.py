"""The embedded engine, asked what a real Meilisearch server was asked.

Every recorded exchange of searches is put to it. Where the answer is another one, the
difference stands in `recorded_differences.toml` with its reason: one that is missing there
fails, and so does a row that no longer differs.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from search.contract import Engine, Field, IndexSettings
from search.engines import open_engine
from tests.search.meilisearch.asked import outside
from tests.search.meilisearch.comparing import (
    differences,
    documents_of,
    similar_differences,
    value_differences,
)
from tests.search.meilisearch.filtering import FilterError
from tests.search.meilisearch.wall import Exchange, exchanges

TABLE = tomllib.loads(Path(__file__).with_name("recorded_differences.toml").read_text("utf-8"))
KITS = IndexSettings(
    name="kits",
    fields=(
        Field("title", "text", weight=3, highlight=True),
        Field("tags", "keyword", weight=2, facet=True, many=True),
        Field("firm", "keyword", weight=1, facet=True),
        Field("body", "text", weight=1, highlight=True),
        *(Field(name, "keyword", facet=True) for name in ("sector", "state", "capacity.unit")),
        Field("certs", "keyword", facet=True, many=True),
        Field("gi", "flag", facet=True),
        *(Field(name, "number", sort=True) for name in ("price", "moq", "lead_days")),
        Field("capacity.month", "number"),
    ),
    synonyms=(("nr", "natural rubber"), ("elaichi", "cardamom"), ("tee", "t-shirt")),
    vector_dimensions=4,
)
FIRMS = IndexSettings(
    name="firms",
    fields=(
        Field("name", "text", weight=2),
        Field("about", "text", weight=1),
        Field("state", "keyword", facet=True),
        Field("sector", "keyword", facet=True),
    ),
)
SCENES = ("search", "hybrid", "similar", "facet-search", "multi-search")


def name_of(exchange: Exchange) -> str:
    return f"{exchange['scene']}: {exchange['name']}"


ASKED = [
    each
    for each in exchanges(*SCENES)
    if each["response"]["status"] != 202 and not each["request"]["path"].startswith("/tasks/")
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(tmp_path_factory.mktemp("recorded"))
    for name, settings in (("add all", KITS), ("a second index", FIRMS)):
        (sent,) = (each for each in exchanges("documents", "multi-search") if each["name"] == name)
        engine.rebuild(settings, documents_of(sent["request"]["body"], settings))
    yield engine
    engine.close()


def found_differences(engine: Engine, exchange: Exchange) -> set[str]:
    """What differs; {"outside"} where our contract has no word for what was asked."""
    path, body = exchange["request"]["path"], exchange["request"].get("body")
    told = exchange["response"]["body"]
    try:
        if path.endswith("/similar"):
            known = {"id", "embedder", "limit", "filter", "showRankingScore",
                     "attributesToRetrieve"}  # fmt: skip
            if set(body) - known or body.get("embedder") != "main":
                return {"outside"}
            return similar_differences(engine, KITS, body, told)
        if path.endswith("/facet-search"):
            if (
                set(body) - {"facetName", "facetQuery", "filter", "exhaustiveFacetCount"}
                or "facetName" not in body
            ):
                return {"outside"}
            return value_differences(engine, KITS, body, told)
        if path == "/multi-search":
            return _several(engine, body, told)
        if exchange["request"]["method"] != "POST" or outside(body):
            return {"outside"}
        return differences(engine, KITS if "/kits/" in path else _nobody(), body, told)
    except FilterError:  # a tree has no syntax that could be wrong
        return {"outside"}


def _several(engine: Engine, body: Any, told: Any) -> set[str]:
    """Each query by itself: our contract asks one at a time."""
    if "federation" in body or any("indexUid" not in each for each in body["queries"]):
        return {"outside"}
    settings = {"kits": KITS, "firms": FIRMS, "none": _nobody()}
    found: set[str] = set()
    refused = []
    for place, asked in enumerate(body["queries"]):
        query = {key: value for key, value in asked.items() if key != "indexUid"}
        if outside(query):
            return {"outside"}
        if "results" in told:
            answer = told["results"][place]
            found |= differences(engine, settings[asked["indexUid"]], query, answer)
        else:  # one is wrong: all are refused
            refused.append(differences(engine, settings[asked["indexUid"]], query, told))
    return found if set() in refused or not refused else {"code"}


def _nobody() -> IndexSettings:
    return IndexSettings("none", KITS.fields, vector_dimensions=4)


def listed(name: str) -> tuple[set[str], str]:
    """What the table says of an exchange: what differs, and why."""
    rows = [row for row in TABLE["difference"] if name in row["asked"]]
    assert len(rows) <= 1, f"{name} stands twice in the table"
    return (set(rows[0]["differs"]), rows[0]["reason"]) if rows else (set(), "")


@pytest.mark.parametrize("exchange", ASKED, ids=name_of)
def test_the_answer_is_the_servers_but_for_what_the_table_says(
    engine: Engine, exchange: Exchange
) -> None:
    expected, _ = listed(name_of(exchange))
    assert found_differences(engine, exchange) == expected


def test_the_table_speaks_of_recorded_exchanges_and_gives_reasons() -> None:
    names = {name_of(each) for each in ASKED}
    for row in TABLE["difference"]:
        assert set(row["asked"]) <= names
        assert len(row["reason"]) > 20
