"""How well our search answers a labelled catalogue of somebody else's.

It is indexed aside, in a folder of the caller's, under the very settings of our own products,
and asked by words, by meaning and by both; plain BM25 is the yardstick beside.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from search.contract import Document, Engine, Query, Vector
from search.embedded.yardstick import Yardstick
from search.encoder.encoder import Encoder
from search.engines import open_engine
from search.foreign import LabelledSet
from search.indexes import marketplace_indexes
from search.measuring import (
    Interval,
    Labels,
    Measure,
    average,
    bootstrap,
    condensed_ndcg,
    ndcg,
    recall,
    reciprocal_rank,
)

Way = Literal["keyword", "vector", "hybrid"]
WAYS: tuple[Way, ...] = ("keyword", "vector", "hybrid")
YARDSTICK = "bm25"
DEPTH = 100
_WARMING = 5  # the first searches read the vocabulary and the files

MEASURES: Mapping[str, Measure] = {
    "ndcg10": ndcg,
    "cndcg10": condensed_ndcg,
    "recall100": recall,
    "mrr10": reciprocal_rank,
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What one way answered to every query (ids, best first), and how long each took."""

    ranked: Mapping[str, Sequence[str]]
    took_ms: Sequence[float]

    def scores(self, measure: Measure, labels: Labels) -> dict[str, float]:
        """By query; without those that no ranking could answer."""
        found = {}
        for query, ranked in self.ranked.items():
            score = measure(ranked, labels.get(query, {}))
            if score is not None:
                found[query] = score
        return found


def evaluate(
    labelled: LabelledSet, vectors: Sequence[Vector], encoder: Encoder, folder: Path
) -> dict[str, Answers]:
    """Every way's answers and the yardstick's. `vectors`: one for each document, in order."""
    settings = marketplace_indexes(vector_dimensions=encoder.dimensions)["products"]
    documents = (
        Document(each.id, each.values, vector)
        for each, vector in zip(labelled.documents, vectors, strict=True)
    )
    engine = open_engine(folder)
    try:
        engine.rebuild(settings, documents)
        meanings = {text: encoder.encode_query(text) for text in labelled.queries.values()}
        found = {way: _asked(labelled, _searcher(engine, way, meanings)) for way in WAYS}
    finally:
        engine.close()
    plain = Yardstick((each.id, each.values) for each in labelled.documents)
    return found | {YARDSTICK: _asked(labelled, lambda text: plain.ids(text, DEPTH))}


def query_of(text: str, way: Way, meaning: Vector, limit: int = DEPTH) -> Query:
    """The same question put in one of the three ways."""
    return Query(
        text="" if way == "vector" else text,
        vector=None if way == "keyword" else meaning,
        limit=limit,
    )


def _searcher(
    engine: Engine, way: Way, meanings: Mapping[str, Vector]
) -> Callable[[str], list[str]]:
    return lambda text: [
        hit.id for hit in engine.search("products", query_of(text, way, meanings[text])).hits
    ]


def _asked(labelled: LabelledSet, search: Callable[[str], list[str]]) -> Answers:
    for text in list(labelled.queries.values())[:_WARMING]:
        search(text)
    ranked, took = {}, []
    for query, text in labelled.queries.items():
        started = time.perf_counter()
        ranked[query] = search(text)
        took.append(1000 * (time.perf_counter() - started))
    return Answers(ranked, took)


def figures(found: Mapping[str, Answers], labels: Labels) -> dict[str, dict[str, Any]]:
    """By way: every measure's mean, latency, and `against_keyword`: [mean, low, high] of the
    difference to words alone (95 times out of 100, were other queries drawn)."""
    table: dict[str, dict[str, Any]] = {}
    for way, answers in found.items():
        means = {
            name: average(list(answers.scores(measure, labels).values()))
            for name, measure in MEASURES.items()
        }
        table[way] = {name: round(value, 4) for name, value in means.items()}
        table[way]["p50_ms"] = round(float(np.percentile(answers.took_ms, 50)), 2)
        table[way]["p95_ms"] = round(float(np.percentile(answers.took_ms, 95)), 2)
        if way != "keyword":
            table[way]["against_keyword"] = {
                name: [round(value, 4) for value in (gain.mean, gain.low, gain.high)]
                for name, gain in gains(answers, found["keyword"], labels).items()
            }
    return table


def gains(answers: Answers, base: Answers, labels: Labels) -> dict[str, Interval]:
    """By measure: how much better one way is than the other, query by query."""
    found = {}
    for name, measure in MEASURES.items():
        ours, theirs = answers.scores(measure, labels), base.scores(measure, labels)
        found[name] = bootstrap([ours[query] - theirs[query] for query in ours])
    return found
