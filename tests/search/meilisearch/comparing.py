"""Where an answer of ours differs from what a Meilisearch server was recorded to answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from search.contract import MARK_END, MARK_START, Document, Engine, IndexSettings, Page, Query
from search.errors import SearchError
from tests.search.meilisearch.asked import asked_of


def differences(
    engine: Engine, settings: IndexSettings, body: Mapping[str, Any], told: Mapping[str, Any]
) -> set[str]:
    """Which of code, set, order, total, facets, stats and marks are not the server's.

    `order`: the same hits, one after another, but for those that tie by what they are sorted
    by. Hits that are only related (Page.related) count when the server shows such ones too.
    """
    if "code" in told:
        return _refused(lambda: engine.search(settings.name, asked_of(body, settings)), told)
    query = asked_of(body, settings)
    try:
        page = engine.search(settings.name, query)
    except SearchError:
        return {"code"}
    found = set()
    ids, real = _ids(page, query, told), [hit["id"] for hit in told["hits"]]
    if set(ids) != set(real):
        found.add("set")
    elif ids != real and not (query.sort and _tie(page, query, told)):
        found.add("order")
    if page.total != told.get("estimatedTotalHits", told.get("totalHits")) and (
        "totalHits" in told or "estimatedTotalHits" in told
    ):
        found.add("total")
    return found | counted_otherwise(page, told) | _marked_otherwise(page, query, told)


def _refused(ask: Any, told: Mapping[str, Any]) -> set[str]:
    try:
        ask()
    except SearchError as error:
        return set() if error.code == told["code"] else {"code"}
    return {"code"}


def _ids(page: Page, query: Query, told: Mapping[str, Any]) -> list[str]:
    """Where the server answers with nothing but full matches, so do we."""
    ids = [hit.id for hit in page.hits]
    full = told.get("estimatedTotalHits") == page.total and query.vector is None
    return ids[: max(0, page.total - query.offset)] if full else ids


def _tie(page: Page, query: Query, told: Mapping[str, Any]) -> bool:
    """Whether both orders are right: what was sorted by reads the same from top to bottom."""
    values = {hit.id: [hit.values.get(name) for name, _ in query.sort] for hit in page.hits}
    return [values[hit.id] for hit in page.hits] == [values[hit["id"]] for hit in told["hits"]]


def counted_otherwise(page: Page, told: Mapping[str, Any]) -> set[str]:
    real = told.get("facetDistribution") or {}
    counts = {
        name: {each.value: each.count for each in found} for name, found in page.facets.items()
    }
    numbers = {name: sum(real[name].values()) for name in page.stats}
    found = set()
    if counts != {name: real[name] for name in counts}:
        found.add("facets")
    spread = {
        name: {"min": each.min, "max": each.max} for name, each in page.stats.items() if each.count
    }
    if spread != (told.get("facetStats") or {}) or numbers != {
        name: each.count for name, each in page.stats.items()
    }:
        found.add("stats")
    return found


def _marked_otherwise(page: Page, query: Query, told: Mapping[str, Any]) -> set[str]:
    if not query.highlight or not told["hits"]:
        return set()
    (first, *_) = told["hits"]
    ours = {hit.id: hit.highlighted for hit in page.hits}.get(first["id"], {})
    for name, text in ours.items():
        real = str(first["_formatted"].get(name, text))
        for start, end in (("<em>", "</em>"), ("\x01", "\x02")):
            real = real.replace(start, MARK_START).replace(end, MARK_END)
        if text != real:
            return {"marks"}
    return set()


def similar_differences(
    engine: Engine, settings: IndexSettings, body: Mapping[str, Any], told: Mapping[str, Any]
) -> set[str]:
    """The same for `/similar`."""
    bound = asked_of({"filter": body.get("filter")}, settings).filter
    page = engine.similar(settings.name, body["id"], body.get("limit", 20), bound)
    if "code" in told:
        return {"code"}
    ids, real = [hit.id for hit in page.hits], [hit["id"] for hit in told["hits"]]
    found = set() if ids == real else {"order" if set(ids) == set(real) else "set"}
    return found if page.total == told["estimatedTotalHits"] else found | {"total"}


def value_differences(
    engine: Engine, settings: IndexSettings, body: Mapping[str, Any], told: Mapping[str, Any]
) -> set[str]:
    """The same for `/facet-search`."""

    def ask() -> dict[str, int]:
        bound = asked_of({"filter": body.get("filter")}, settings).filter
        prefix = body.get("facetQuery") or ""
        found = engine.facet_values(settings.name, body["facetName"], prefix, bound)
        return {each.value: each.count for each in found}

    if "code" in told:
        return _refused(ask, told)
    real = {each["value"]: each["count"] for each in told["facetHits"]}
    return set() if ask() == real else {"facets"}


def documents_of(sent: Sequence[Mapping[str, Any]], settings: IndexSettings) -> list[Document]:
    """What was sent to the server, as far as the settings know it; parts of parts by 'a.b'."""
    known = {each.name for each in settings.fields}
    return [
        Document(
            each["id"],
            {name: value for name, value in _flat(each) if name in known},
            each.get("_vectors", {}).get("main"),
        )
        for each in sent
    ]


def _flat(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in document.items():
        if isinstance(value, Mapping):
            found += [(f"{name}.{part}", each) for part, each in value.items()]
        else:
            found.append((name, value))
    return found
