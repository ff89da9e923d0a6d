"""A process of its own that only searches: `python -m tests.benchmarks.search_asking PLACE FILE`.

FILE holds a pickled `Task` of the benchmark that started it. What it found is printed as JSON:
times in milliseconds, ids found, memory. Nothing but the engine is imported, so that the memory
is that of searching.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import tantivy

from search.analysis import words
from search.contract import Engine, Page, Query
from search.embedded.columns import stored_fields
from search.engines import open_engine
from search.indexes import marketplace_indexes
from tests.benchmarks.harness import pss_megabytes, timed_each

INDEX = "benchmark_products"  # a server under measurement may hold real products
_WARM_UP = 5
_BEFORE_PSS = 1_000


@dataclass
class Task:
    """What one searching process does. `load`: with so many clients at once, for `seconds`."""

    kinds: dict[str, list[Query]]
    recall: dict[str, list[Query]] = field(default_factory=dict)
    clients: int = 0
    seconds: float = 0.0
    key: str | None = None


def main() -> None:
    place, file = sys.argv[1], Path(sys.argv[2])
    task: Task = pickle.loads(file.read_bytes())  # written by our own parent
    engine = open_engine(place, search_key=task.key, indexing_key=task.key)
    found = _under_load(engine, task) if task.clients else _one_by_one(engine, place, task)
    json.dump(found, sys.stdout)


def _one_by_one(engine: Engine, place: str, task: Task) -> dict[str, object]:
    times, totals = {}, {}
    for name, queries in task.kinds.items():
        for query in queries[:_WARM_UP]:
            engine.search(INDEX, query)
        pages: list[Page] = []
        unseen = queries[_WARM_UP:]
        times[name] = timed_each(partial(_keep, pages, engine, query) for query in unseen)
        totals[name] = sum(page.total for page in pages) / len(pages)
    recalled = {
        name: [[hit.id for hit in engine.search(INDEX, each).hits] for each in queries]
        for name, queries in task.recall.items()
    }
    asked = sum(map(len, [*task.kinds.values(), *task.recall.values()]))
    everything = [query for queries in task.kinds.values() for query in queries]
    for query in everything[: max(0, _BEFORE_PSS - asked)]:
        engine.search(INDEX, query)
    pss = pss_megabytes([os.getpid()])
    if "://" not in place:
        times |= _floor(Path(place), task.kinds)
    return {"times": times, "totals": totals, "recalled": recalled, "pss": pss}


def _keep(pages: list[Page], engine: Engine, query: Query) -> None:
    pages.append(engine.search(INDEX, query))


def _floor(place: Path, kinds: dict[str, list[Query]]) -> dict[str, list[float]]:
    """tantivy alone on the same files: every word, the best twenty, and six facets."""
    (folder,) = place.glob(f"{INDEX}.*-*/text")
    index = tantivy.Index.open(str(folder))
    searcher, schema = index.searcher(), index.schema
    at = {each.name: at for at, each in enumerate(stored_fields(marketplace_indexes()["products"]))}

    def ask(query: Query) -> None:
        terms = [tantivy.Query.term_query(schema, "words", w, "freq") for w in words(query.text)]
        every = tantivy.Query.boolean_query([(tantivy.Occur.Must, each) for each in terms])
        hits = searcher.search(every, 20).hits
        searcher.fast_field_values("row", [place for _, place in hits])
        counts = {
            name: {"terms": {"field": f"f{at[name]}", "size": query.facet_size}}
            for name in query.facets
        }
        if counts:
            searcher.aggregate(every, counts)

    found = {}
    for name in ("keyword", "keyword + 6 facets"):
        found[f"bare tantivy, {name}"] = timed_each(partial(ask, each) for each in kinds[name])
    return found


def _under_load(engine: Engine, task: Task) -> dict[str, object]:
    """Clients that ask again as soon as they are answered; one request is served at a time.

    A client's time counts from asking to the answer, its wait for its turn included.
    """
    (queries,) = task.kinds.values()
    for query in queries[:_WARM_UP]:
        engine.search(INDEX, query)
    waiting: queue.SimpleQueue[tuple[Query, threading.Event] | None] = queue.SimpleQueue()
    times: list[float] = []
    end = time.perf_counter() + task.seconds
    clients = [
        threading.Thread(target=_client, args=(queries, number, waiting, times, end))
        for number in range(task.clients)
    ]
    began = time.perf_counter()
    for client in clients:
        client.start()
    left = len(clients)
    while left:
        request = waiting.get()
        if request is None:
            left -= 1
            continue
        query, answered = request
        engine.search(INDEX, query)
        answered.set()
    return {"times": times, "seconds": time.perf_counter() - began}


def _client(
    queries: Sequence[Query],
    number: int,
    waiting: queue.SimpleQueue[tuple[Query, threading.Event] | None],
    times: list[float],
    end: float,
) -> None:
    at, answered = number * 37, threading.Event()
    while time.perf_counter() < end:
        answered.clear()
        began = time.perf_counter()
        waiting.put((queries[at % len(queries)], answered))
        answered.wait()
        times.append((time.perf_counter() - began) * 1000)
        at += 1
    waiting.put(None)


if __name__ == "__main__":
    main()
