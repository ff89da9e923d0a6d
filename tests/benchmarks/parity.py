"""The embedded engine beside 239 answers of a real Meilisearch server on 1,500 products.

    python -m tests.benchmarks.parity --recorded DIR

DIR holds `documents.jsonl.gz` and `queries.jsonl` as they were recorded. Filters, facets,
totals and sorts must be the server's wherever both look at the same documents:

- a query with a vector makes the server count all that pass the filter, words or not: its
  total is that of the filter alone;
- where the server lists every hit, facets and statistics are compared over just these;
- without words everything is compared as it stands.

Words find other sets on purpose (the server repairs every word and leaves words out from the
end, we only what nobody wrote), so of those the overlap of the first ten is told, by kind.
"""

import argparse
import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any

from search.contract import And, AnyOf, Document, Engine, Field, IndexSettings, Page, Query
from search.engines import open_engine
from search.values import normal
from tests.benchmarks.harness import Figures
from tests.search.meilisearch.asked import asked_of
from tests.search.meilisearch.comparing import counted_otherwise, documents_of

SETTINGS = IndexSettings(
    name="parity",
    fields=(
        Field("title", "text", weight=3),
        Field("brand", "keyword", weight=2, facet=True),
        Field("category", "keyword", weight=2, facet=True),
        Field("description", "text", weight=1),
        Field("features", "text", weight=1),
        Field("state", "keyword", facet=True),
        Field("certs", "keyword", facet=True, many=True),
        Field("gi", "flag"),
        *(Field(name, "number", sort=True) for name in ("price", "moq", "lead_days")),
        Field("key", "keyword"),
        Field("order", "keyword", sort=True),  # the title, as something to sort by
    ),
    vector_dimensions=64,
)
REACHED = 1_000  # hits the recorded server counts no further than, for similar ones
LISTED = 20

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """One recorded query: what was asked, what the server said, what we say."""

    kind: str
    request: Mapping[str, Any]
    told: Answer
    query: Query
    page: Page

    @property
    def overlap(self) -> float:
        """The share of the server's first ten that are among our first ten."""
        real = [id for id, _ in self.told["hits"][:10]]
        ours = {hit.id for hit in self.page.hits[:10]}
        return sum(id in ours for id in real) / len(real) if real else float(not ours)


def documents(folder: Path) -> Iterator[Document]:
    with gzip.open(folder / "documents.jsonl.gz", "rt", encoding="utf-8") as lines:
        sent = [json.loads(line) for line in lines]
    for each in documents_of(sent, SETTINGS):
        order = normal(str(each.values["title"]))[:1_000]
        yield replace(each, values={**each.values, "key": each.id, "order": order})


def ask_all(engine: Engine, folder: Path) -> list[Asked]:
    with (folder / "queries.jsonl").open(encoding="utf-8") as lines:
        recorded = [json.loads(line) for line in lines]
    return [ask(engine, each["kind"], each["request"], each) for each in recorded]


def ask(engine: Engine, kind: str, request: Mapping[str, Any], told: Answer) -> Asked:
    if kind == "similar":
        page = engine.similar("parity", request["id"], request["limit"])
        return Asked(kind, request, told, Query(), page)
    query = asked_of(request, SETTINGS)
    sort = tuple(("order" if name == "title" else name, way) for name, way in query.sort)
    query = replace(query, sort=sort)
    return Asked(kind, request, told, query, engine.search("parity", query))


def filters_agree(engine: Engine, each: Asked) -> bool:
    """The server's total of a query with a vector is that of its filter."""
    alone = engine.search("parity", Query(filter=each.query.filter, limit=0))
    return alone.total == each.told["estimatedTotalHits"]


def facets_agree(engine: Engine, each: Asked) -> bool:
    """Over all the server found, where it lists them; the filter must let each of them pass."""
    found = AnyOf("key", tuple(id for id, _ in each.told["hits"]))
    bound = found if each.query.filter is None else And((each.query.filter, found))
    page = engine.search("parity", replace(each.query, text="", filter=bound))
    return page.total == each.told["estimatedTotalHits"] and not counted_otherwise(page, each.told)


def same_order(each: Asked) -> bool:
    """What was sorted by reads the same from top to bottom; ties may stand either way."""
    values = {
        hit.id: [hit.values.get(name) for name, _ in each.query.sort] for hit in each.page.hits
    }
    real = [values.get(id) for id, _ in each.told["hits"]]
    return real == list(values.values())


def show_share(figures: Figures, name: str, agree: list[bool]) -> None:
    figures.at_least(f"{name}: equal of {len(agree)}", sum(agree), "", len(agree))


def show_equal(figures: Figures, engine: Engine, asked: list[Asked]) -> None:
    counted = [each for each in asked if each.kind == "filter and facets"]
    listed = [each for each in counted if each.told["estimatedTotalHits"] <= LISTED]
    wordless = [each for each in asked if each.kind != "similar" and not each.request.get("q")]
    plain = [each for each in wordless if each.query.vector is None]
    # Content with its words, the server left some vectors out: semanticHitCount 0
    near = [each for each in asked if each.kind == "hybrid" and each.told.get("semanticHitCount")]
    show_share(
        figures, "filters (totals of vector queries)", [filters_agree(engine, e) for e in near]
    )
    show_share(figures, "facets of all hits listed", [facets_agree(engine, e) for e in listed])
    show_share(
        figures,
        "totals and facets without words",
        [
            each.page.total == each.told["estimatedTotalHits"]
            and not counted_otherwise(each.page, each.told)
            for each in plain
        ],
    )
    show_share(figures, "sorts without words", [same_order(e) for e in plain if e.query.sort])
    alike = [each for each in asked if each.kind == "similar"]
    show_share(
        figures,
        "totals of similar ones",
        [min(REACHED, e.page.total) == e.told["estimatedTotalHits"] for e in alike],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Beside the recorded answers of a server.")
    parser.add_argument("--recorded", type=Path, required=True, metavar="DIR")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = Figures("Parity with a recorded Meilisearch server")
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(folder)
        engine.rebuild(SETTINGS, documents(options.recorded))
        asked = ask_all(engine, options.recorded)
        show_equal(figures, engine, asked)
        for kind in dict.fromkeys(each.kind for each in asked):
            of_kind = [each for each in asked if each.kind == kind]
            overlap = mean(each.overlap for each in of_kind)
            figures.told(f"overlap@10, {kind} ({len(of_kind)})", overlap, "")
        engine.close()
    figures.finish()


if __name__ == "__main__":
    main()
