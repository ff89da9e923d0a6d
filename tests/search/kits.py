"""The twelve documents that the recorded server held, and what it answered."""

import numpy as np

from search.contract import Document, Engine, Field, IndexSettings, Query
from tests.search.meilisearch.wall import exchanges

KITS_SETTINGS = IndexSettings(
    name="kits",
    fields=(
        Field("title", "text", weight=3, highlight=True),
        Field("body", "text", weight=1, highlight=True),
        Field("sector", "keyword", facet=True),
        Field("state", "keyword", facet=True),
        Field("firm", "keyword", facet=True),
        Field("certs", "keyword", facet=True, many=True),
        Field("tags", "keyword", facet=True, many=True),
        Field("gi", "flag", facet=True),
        Field("moq", "number", sort=True),
        Field("price", "number", sort=True),
        Field("lead_days", "number", sort=True),
    ),
    vector_dimensions=4,
)
RECORDED = {each["name"]: each for each in exchanges("search", "hybrid", "similar")}


def kits() -> list[Document]:
    """The twelve documents the recorded server held."""
    (added,) = (each for each in exchanges("documents") if each["name"] == "add all")
    names = {each.name for each in KITS_SETTINGS.fields}
    return [
        Document(
            each["id"],
            {key: value for key, value in each.items() if key in names},
            np.array(each["_vectors"]["main"], dtype=np.float32),
        )
        for each in added["request"]["body"]
    ]


def recorded_ids(name: str) -> list[str]:
    return [hit["id"] for hit in RECORDED[name]["response"]["body"]["hits"]]


def ids(engine: Engine, query: Query, index: str = "kits") -> list[str]:
    return [hit.id for hit in engine.search(index, query).hits]
