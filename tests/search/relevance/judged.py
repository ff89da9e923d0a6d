"""The labelled set: queries, the frozen catalogue, the grades, and the three ways of asking.

Words (`keyword`), meaning (`vector`) and both (`hybrid`) answer the same queries over the same
index, so that their difference is the ranking's and nothing else's.
"""

from __future__ import annotations

import gzip
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.contract import Document, Engine, Vector
from search.encoder.cache import EmbeddingCache, EncodedTexts
from search.encoder.encoder import Encoder, OnnxEncoder
from search.encoder.model import fetch_model
from search.engines import open_engine
from search.evaluating import Way, query_of
from search.indexes import marketplace_indexes
from tests.search.relevance.vectors import remember_recorded

HERE = Path(__file__).parent
CATALOGUE = HERE / "catalogue.jsonl.gz"
QUERIES = HERE / "queries.jsonl"
POOL = HERE / "pool.jsonl"
LABELS = HERE / "labels.jsonl"
CHECKOUT = HERE.parents[2]

DEPTH = 20


@dataclass(frozen=True)
class Asked:
    """One labelled query."""

    id: str
    kind: str
    split: str
    text: str
    need: str


@dataclass(frozen=True)
class Product:
    """One product of the frozen catalogue, with the text whose meaning stands for it."""

    id: str
    values: Mapping[str, Any]
    meaning: str


def queries(half: str = "both") -> list[Asked]:
    """The queries of one half, 'tuning' or 'unseen', or of both."""
    asked = [Asked(**each) for each in _lines(QUERIES.read_text(encoding="utf-8"))]
    return [each for each in asked if half in ("both", each.split)]


def catalogue() -> list[Product]:
    with gzip.open(CATALOGUE, "rt", encoding="utf-8") as file:
        return [Product(**each) for each in _lines(file.read())]


def pooled_part(half: str) -> list[Product]:
    """Every product in the pool of a half and a quarter of the others.

    What could be found early is all in it, and a machine that sees it for the first time
    encodes it in a third of the time of the whole.
    """
    asked = {each.id for each in queries(half)}
    pairs = _lines(POOL.read_text(encoding="utf-8"))
    pooled = {each["document"] for each in pairs if each["query"] in asked}
    return [
        product
        for number, product in enumerate(catalogue())
        if product.id in pooled or number % 4 == 0
    ]


def labels() -> dict[str, dict[str, int]]:
    """Grades by query id and product id; a product that is not there was not judged: 0."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for each in _lines(LABELS.read_text(encoding="utf-8")):
        found[each["query"]][each["document"]] = each["grade"]
    return dict(found)


def _lines(text: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in text.split("\n") if line)


def model_cache() -> Path:
    """The folder of fetched models, as all tests use it."""
    return Path(os.environ.get("MATCHMAKER_MODEL_CACHE") or CHECKOUT / ".data" / "models")


class Searchable:
    """The frozen catalogue in an index of its own, to be asked in three ways."""

    def __init__(self, engine: Engine, encoder: Encoder) -> None:
        self._engine = engine
        self._encoder = encoder

    def answers(self, asked: Asked, way: Way, limit: int = DEPTH) -> list[str]:
        """Product ids, best first."""
        query = query_of(asked.text, way, self._encoder.encode_query(asked.text), limit)
        return [hit.id for hit in self._engine.search("products", query).hits]


@contextmanager
def searchable(folder: Path, part: Sequence[Product] | None = None) -> Iterator[Searchable]:
    """Index the catalogue, or a part of it, in `folder`.

    The part that the suite searches has recorded vectors. Encoding all takes a minute or two once
    on a machine; vectors are kept beside the models.
    """
    models = model_cache()
    encoder = OnnxEncoder.open(fetch_model(models), threads=os.cpu_count() or 1)
    products = catalogue() if part is None else part
    cache = EmbeddingCache(models.parent / "relevance-embeddings.sqlite")
    remember_recorded(cache)
    vectors = EncodedTexts(encoder, cache).encode([each.meaning for each in products])
    cache.close()
    documents = _documents(products, vectors)
    engine = open_engine(folder)
    try:
        engine.rebuild(
            marketplace_indexes(vector_dimensions=encoder.dimensions)["products"], documents
        )
        yield Searchable(engine, encoder)
    finally:
        engine.close()


def _documents(products: Sequence[Product], vectors: Sequence[Vector] | Vector) -> list[Document]:
    return [
        Document(product.id, product.values, vector)
        for product, vector in zip(products, vectors, strict=True)
    ]
