"""The settings of an index as the server wants them, and ours as it keeps them. Pure."""

import re
from typing import Any

from search.contract import MAX_REACHABLE, Field, IndexSettings
from search.errors import BadQuery
from search.meilisearch.filters import WRITTEN
from search.understanding import synonym_table

EMBEDDER = "main"
# Beside each searchable text stands a copy in folded words: the server looks those up, so
# that plurals, numbers with units, ß and İ mean the same to it as to our own analysis.
FOLDED = "_words_"
FORMAT = 1  # raised when what we send for the same settings changes
MOST_FACET_VALUES = 10_000
NAME = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_-]{0,200}")


def searchable(settings: IndexSettings) -> list[Field]:
    """The fields whose words are looked up, weightiest first."""
    return sorted((f for f in settings.fields if f.weight > 0), key=lambda field: -field.weight)


def server_settings(settings: IndexSettings) -> dict[str, Any]:
    """What to send to the server; every setting that matters to us is said aloud."""
    equal = [f.name for f in settings.fields if f.kind in ("keyword", "flag")]
    compared = [f.name for f in settings.fields if f.kind == "number"]
    found: dict[str, Any] = {
        "displayedAttributes": ["*"],
        "searchableAttributes": [FOLDED + f.name for f in searchable(settings)] or [FOLDED],
        "filterableAttributes": [
            _filterable([*equal, "id"], compared=False),
            _filterable([*compared, WRITTEN], compared=True),
        ],
        "sortableAttributes": [f.name for f in settings.fields if f.sort],
        # A reader who sorts means it: first. Without a sort it does nothing.
        "rankingRules": [
            "sort", "words", "typo", "proximity", "attributeRank", "wordPosition", "exactness",
        ],
        "stopWords": [],
        "synonyms": synonyms(settings),
        "typoTolerance": {
            "enabled": True,
            "minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 9},
            "disableOnNumbers": True,
        },
        "faceting": {"maxValuesPerFacet": MOST_FACET_VALUES, "sortFacetValuesBy": {"*": "count"}},
        "pagination": {"maxTotalHits": MAX_REACHABLE},
    }  # fmt: skip
    if settings.vector_dimensions:
        embedder = {"source": "userProvided", "dimensions": settings.vector_dimensions}
        found["embedders"] = {EMBEDDER: embedder}
    return found


def _filterable(names: list[str], *, compared: bool) -> dict[str, Any]:
    """Counting works without facetSearch, which only the server's own value search needs."""
    features = {"facetSearch": False, "filter": {"equality": True, "comparison": compared}}
    return {"attributePatterns": names, "features": features}


def synonyms(settings: IndexSettings) -> dict[str, list[str]]:
    """Each phrase with its equivalents, in folded words like everything looked up."""
    table = synonym_table(settings.synonyms)
    return {" ".join(key): sorted(map(" ".join, others)) for key, others in sorted(table.items())}


def check_names(settings: IndexSettings) -> None:
    """The server has names that mean something else, and so have we."""
    if not NAME.fullmatch(settings.name):
        raise BadQuery("index", settings.name, "Use letters, digits, _ and -, at most 200.")
    for each in settings.fields:
        if each.name == "id" or not NAME.fullmatch(each.name):
            raise BadQuery("field", each.name, "Use letters, digits, _ and -; 'id' is taken.")
