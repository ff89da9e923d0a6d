"""The search engine at size: building, memory, latency, recall, and many clients at once.

    python -m tests.benchmarks.search --products 100000 [--json] [--queries 200]

Goals are those of the project for whole calls without encoding the query. The texts of 50,000
products are truly encoded (some minutes once on a machine, then remembered beside the models);
larger catalogues add perturbed copies. With MEILI_URL (and MEILI_KEY) set, a Meilisearch server
answers the same queries in the same run. All searching happens in processes of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.contract import Between, Document, Query, Vector
from search.encoder.encoder import OnnxEncoder
from search.encoder.model import fetch_model
from search.engines import open_engine
from search.indexes import marketplace_indexes
from tests.benchmarks.harness import Figures, folder_megabytes, p50, p95, percentile
from tests.benchmarks.search_asking import INDEX, Task
from tests.benchmarks.search_catalogue import DRAWN, Drawn, Vectors, documents, draw, encode, tell
from tests.benchmarks.search_workload import Workload, workload
from tests.search.relevance.judged import model_cache

MODELS = model_cache()
SELECTIVITIES = (1.0, 0.1, 0.01, 0.001)
NEAREST = 50
RECALL_QUERIES = 60
CLIENTS, PROCESSES, LOAD_SECONDS = 32, 2, 10.0
LOADED = "keyword + 3 filters + 6 facets"
# Milliseconds p95 up to 100,000 and up to 1,000,000 products
GOALS = {
    "keyword + 6 facets": (8, 40),
    "hybrid + 3 filters + 6 facets": (12, 80),
}
SMALL = 100_000
FIELD = "price_usd_public"  # nearly continuous: any share of the products can be cut off


@dataclass
class Kept:
    """What is held against the engine's answers: every id, exact vector and number."""

    ids: list[str]
    vectors: Vectors
    numbers: NDArray[np.float64]

    @classmethod
    def empty(cls, count: int, dimensions: int) -> Kept:
        vectors = np.empty((count, dimensions), np.float32)
        return cls([], vectors, np.full(count, np.nan))

    def noting(self, stream: Iterator[Document]) -> Iterator[Document]:
        """The same documents, remembered on their way."""
        for document in stream:
            at = len(self.ids)
            assert document.vector is not None
            self.vectors[at] = document.vector
            number = document.values.get(FIELD)
            self.numbers[at] = number if isinstance(number, float) else np.nan
            self.ids.append(document.id)
            yield document

    def limit(self, share: float) -> float | None:
        """The number up to which this share of all products lies; None for all of them."""
        if share == 1:
            return None
        ordered = np.sort(self.numbers[~np.isnan(self.numbers)])
        return float(ordered[min(len(ordered), round(share * len(self.ids))) - 1])

    def nearest(self, vector: Vector, limit: float | None) -> set[str]:
        """The true neighbours, in floats, among the products up to that limit."""
        similar = self.vectors @ vector
        if limit is not None:
            similar[~(self.numbers <= limit)] = -2
        best = np.argpartition(-similar, NEAREST)[:NEAREST]
        return {self.ids[at] for at in best if similar[at] > -2}


def main() -> None:
    parser = argparse.ArgumentParser(description="The search engine at size.")
    parser.add_argument("--products", type=int, default=SMALL)
    parser.add_argument("--queries", type=int, default=200, help="of each kind")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the queries")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = Figures(f"Search, {asked.products:,} products")
    model = fetch_model(MODELS)
    products = draw(min(asked.products, DRAWN))
    vectors, fresh = encode(products, model, MODELS.parent / "benchmark-embeddings.sqlite")
    figures.told("texts truly encoded", len(products), "")
    figures.told("of these encoded in this run", fresh, "")
    figures.told("perturbed copies", asked.products - len(products), "")
    encoder = OnnxEncoder.open(model)
    kinds = workload(products, asked.queries, encoder.encode_query, asked.seed)
    kept = Kept.empty(asked.products, encoder.dimensions)
    with tempfile.TemporaryDirectory(dir=MODELS.parent) as folder:
        _build(figures, folder, products, vectors, asked.products, kept)
        figures.told("size on disk", folder_megabytes(Path(folder)), "MB")
        _ask(figures, folder, asked.products, kinds, kept)
        _load(figures, folder, asked.products, kinds)
    if server := os.environ.get("MEILI_URL"):
        _server(figures, server, documents(products, vectors, asked.products), kinds)
    figures.finish()


def _build(
    figures: Figures,
    place: str,
    products: Sequence[Drawn],
    vectors: Vectors,
    count: int,
    kept: Kept,
) -> None:
    """All documents with their vectors into an index that others can search."""
    engine = open_engine(place)
    settings = replace(marketplace_indexes()["products"], name=INDEX)
    began = time.perf_counter()
    engine.rebuild(settings, kept.noting(documents(products, vectors, count)), _progress(began))
    took = time.perf_counter() - began
    figures.told("documents indexed", count / took, "a second")
    engine.close()


def _progress(began: float) -> Any:
    def show(done: int) -> None:
        if done % 20_000 == 0:
            tell(f"{done:,} documents after {time.perf_counter() - began:.0f} s")

    return show


def _ask(figures: Figures, place: str, count: int, kinds: Workload, kept: Kept) -> None:
    """Latency of every kind beside bare tantivy, memory afterwards, recall of the vectors."""
    limits = {f"recall@50 at {100 * share:g} %": kept.limit(share) for share in SELECTIVITIES}
    asked = [each.vector for each in kinds["hybrid + 3 filters + 6 facets"]][:RECALL_QUERIES]
    vectors = [each for each in asked if each is not None]
    recall = {
        name: [
            Query(
                vector=each,
                filter=None if limit is None else Between(FIELD, None, limit),
                limit=NEAREST,
            )
            for each in vectors
        ]
        for name, limit in limits.items()
    }
    found = _searching(place, Task(kinds, recall))
    _show_times(figures, found["times"], count)
    for name, totals in found["totals"].items():
        figures.told(f"{name}: hits on average", totals, "")
    for name, answers in found["recalled"].items():
        true = [kept.nearest(each, limits[name]) for each in vectors]
        shares = [len(t & set(a)) / len(t) for t, a in zip(true, answers, strict=True)]
        figures.at_least(name, float(np.mean(shares)), "", 0.97)
    if count <= SMALL:
        figures.at_most("PSS after 1,000 queries", found["pss"], "MB", 350)
    else:
        figures.told("PSS after 1,000 queries", found["pss"], "MB")


def _show_times(
    figures: Figures, times: dict[str, list[float]], count: int, whose: str = ""
) -> None:
    for name, each in times.items():
        figures.told(f"{whose}{name} p50", p50(each), "ms")
        goal = None if whose else GOALS.get(name)
        if goal:
            figures.at_most(f"{name} p95", p95(each), "ms", goal[0 if count <= SMALL else 1])
        else:
            figures.told(f"{whose}{name} p95", p95(each), "ms")


def _load(figures: Figures, place: str, count: int, kinds: Workload) -> None:
    """Two engine processes, each with half of the clients."""
    task = Task({LOADED: kinds[LOADED]}, clients=CLIENTS // PROCESSES, seconds=LOAD_SECONDS)
    found = _together(place, task, PROCESSES)
    times = [each for one in found for each in one["times"]]
    rate = sum(len(one["times"]) / one["seconds"] for one in found)
    name = f"{PROCESSES} processes, {CLIENTS} clients, {LOADED}"
    if count <= SMALL:
        figures.at_least(name, rate, "requests a second", 300)
    else:
        figures.told(name, rate, "requests a second")
    for share in (0.5, 0.95, 0.99):
        figures.told(f"{name}: p{100 * share:.0f}", percentile(times, share), "ms")


def _server(figures: Figures, url: str, stream: Iterator[Document], kinds: Workload) -> None:
    key = os.environ.get("MEILI_KEY") or None
    engine = open_engine(url, search_key=key, indexing_key=key)
    settings = replace(marketplace_indexes()["products"], name=INDEX)
    began = time.perf_counter()
    count = engine.rebuild(settings, stream, _progress(began))
    took = time.perf_counter() - began
    figures.told("server: documents indexed", count / took, "a second")
    found = _searching(url, Task(kinds, key=key))
    _show_times(figures, found["times"], count, "server: ")


def _searching(place: str, task: Task) -> dict[str, Any]:
    return _together(place, task, 1)[0]


def _together(place: str, task: Task, processes: int) -> list[dict[str, Any]]:
    """What each of several processes found that did the same task at the same time."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(pickle.dumps(task))
        file.flush()
        command = [sys.executable, "-m", "tests.benchmarks.search_asking", place, file.name]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(processes)]
        answers = [each.communicate()[0] for each in running]
    if any(each.returncode for each in running):
        sys.exit("a searching process failed; see above")
    return [json.loads(each) for each in answers]


if __name__ == "__main__":
    main()
