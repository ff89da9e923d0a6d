"""The small Meilisearch in memory answers as the recorded real one did.

Everything else in this folder leans on that: what our engine gets from the double it
would have got from the server, as far as its answers were recorded.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.search.meilisearch.memory import Memory
from tests.search.meilisearch.wall import Exchange, exchanges

# Parts of the server that our engine never asks for
FOREIGN = {
    "crop", "attributesToCrop", "cropMarker", "cropLength", "distinct", "locales", "foo",
    "attributesToSearchOn", "showMatchesPosition", "showRankingScoreDetails",
    "rankingScoreThreshold", "federation",
}  # fmt: skip
# Where the double is simpler than the server, and why that does not matter here
SIMPLER = {
    "words: frequency": "we never ask for this strategy",
    "words: split word": "two words written as one: only the server knows",
    "words: joined words": "one word written as two: only the server knows",
    "words: hyphen": "we send folded words, without hyphens",
    "words: hyphen left out": "as above",
    "words: apostrophe": "as above",
    "words: stop word only": "we set no stop words",
    "words: stop word inside": "as above",
    "words: eleven words": "dropping words over synonyms and phrases",
    "words: quotes unbalanced": "we always close them",
    "words: control characters": "we send folded words",
    "words: typo off for the word": "we switch typos off for no word",
    "GET": "we only POST searches",
    "words: emoji": "we send folded words, without symbols",
    "filter: contains": "an experiment of the server's; we never ask for it",
    "no vector, userProvided": "we ask for meaning only with a vector",
    "malformed": "a JSON error, met at the wall",
    "array body": "as above",
}


@pytest.fixture(scope="module")
def memory() -> Memory:
    """As the recorded server was when its searches began."""
    memory = Memory()
    wanted = {13, 48, 65, 386, 388}
    for each in exchanges("indexes", "settings", "documents", "multi-search"):
        if each["n"] in wanted:
            asked = each["request"]
            status, _ = memory.answer(asked["method"], asked["path"], asked["body"])
            assert status == 202
    return memory


def _foreign(body: Any) -> bool:
    if isinstance(body, dict):
        if FOREIGN.intersection(body) or "_geo" in str(body.get("filter")) + str(body.get("sort")):
            return True
        if body.get("facets") == ["*"] or (body.get("hybrid") or {}).get("semanticRatio") == 0:
            return True
        ratio = (body.get("hybrid") or {"semanticRatio": 1}).get("semanticRatio", 0.5)
        if 0 < ratio < 1 and body.get("q") and "vector" in body and body.get("limit", 20):
            return True  # the server's own mixture, which we do not use
        return any(_foreign(each) for each in body.get("queries", []))
    return False


COMPARED = [
    each
    for each in exchanges("search", "hybrid", "similar", "multi-search")
    if each["name"] not in SIMPLER
    and each["request"]["method"] == "POST"
    and not _foreign(each["request"].get("body"))
    and not each["request"]["path"].endswith(("/documents?primaryKey=id", "/settings"))
]


@pytest.mark.parametrize("exchange", COMPARED, ids=lambda each: f"{each['n']} {each['name']}")
def test_an_answer_is_the_recorded_one(memory: Memory, exchange: Exchange) -> None:
    asked, told = exchange["request"], exchange["response"]
    status, body = memory.answer("POST", asked["path"], asked.get("body"))
    assert (status, (body or {}).get("code")) == (told["status"], told["body"].get("code"))
    if status != 200:
        return
    queries = asked["body"].get("queries", [asked["body"]])
    for query, found, real in zip(
        queries, body.get("results", [body]), told["body"].get("results", [told["body"]]),
        strict=True,
    ):  # fmt: skip
        _compare(query, found, real)


def _compare(query: Mapping[str, Any], found: Mapping[str, Any], real: Mapping[str, Any]) -> None:
    ids = [hit["id"] for hit in found["hits"]]
    wanted = [hit["id"] for hit in real["hits"]]
    by_words = bool((query.get("q") or "").strip()) and "vector" not in query
    if by_words:  # of the ranking only how many words are held is ours to imitate
        assert len(ids) == len(wanted)
        if len(ids) == real.get("estimatedTotalHits"):
            assert set(ids) == set(wanted)
    else:
        assert ids == wanted
    for key in ("estimatedTotalHits", "totalHits", "totalPages", "facetDistribution", "facetStats"):
        assert found.get(key) == real.get(key), key
    if "vector" in query or "embedder" in query:
        scores = [hit.get("_rankingScore") for hit in found["hits"]]
        assert scores == pytest.approx([hit.get("_rankingScore") for hit in real["hits"]], abs=1e-6)


def test_most_of_what_was_recorded_is_compared() -> None:
    assert len(COMPARED) >= 120
