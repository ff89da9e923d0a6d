"""Similar documents, completions of what is typed, values of a long facet."""

import time
from collections.abc import Mapping
from typing import Any

from search.analysis import words
from search.checking import check_facet
from search.completing import LOOKED_AT, begins, best_first, names_among, telling_text
from search.contract import (
    MAX_LIMIT,
    FacetCount,
    Filter,
    Hit,
    Page,
    Suggestion,
)
from search.errors import BadQuery
from search.meilisearch.counting import facet_counts
from search.meilisearch.documents import from_server, id_of, key_of, values_of
from search.meilisearch.filters import filter_text, quoted
from search.meilisearch.registry import Entry
from search.meilisearch.server import Server
from search.meilisearch.settings import EMBEDDER, MOST_FACET_VALUES
from search.meilisearch.wording import explained, wording

_COUNTED = 24


def stored_document(server: Server, entry: Entry, id: str) -> dict[str, Any] | None:
    """The document with its vector as the server holds it."""
    try:
        path = f"indexes/{entry.uid}/documents/{key_of(id)}?retrieveVectors=true"
        found: dict[str, Any] = server.get(path)
    except BadQuery as refusal:
        if refusal.code in ("document_not_found", "invalid_document_id"):
            return None
        raise
    return found


def similar(server: Server, entry: Entry, id: str, limit: int, asked: Filter | None) -> Page:
    """The nearest in meaning; by shared words where there is no vector."""
    started = time.perf_counter()
    bound = filter_text(entry.settings, asked)
    stored = stored_document(server, entry, id) if isinstance(id, str) and id else None
    if stored is None:
        return Page((), 0)
    most = max(0, min(limit, MAX_LIMIT))
    if from_server(stored, entry.settings).vector is not None:
        answer = _near(server, entry, stored["id"], most, bound)
    else:
        answer = _sharing_words(server, entry, stored, most, bound)
    by_meaning = "id" in answer
    hits = []
    for each in answer["hits"]:
        score = float(each["_rankingScore"])
        if by_meaning and score == 0:
            continue  # has no vector
        near = 2 * score - 1 if by_meaning else score
        values = values_of(each, entry.settings)
        hits.append(Hit(id_of(each["id"]), near, values, similarity=near if by_meaning else None))
    took = (time.perf_counter() - started) * 1000
    return Page(tuple(hits[:most]), int(answer["estimatedTotalHits"]), took_ms=took)


def _near(
    server: Server, entry: Entry, key: str, limit: int, bound: str | None
) -> Mapping[str, Any]:
    body = {
        "id": key,
        "embedder": EMBEDDER,
        "limit": limit,
        "showRankingScore": True,
        "attributesToRetrieve": ["id", *(each.name for each in entry.settings.fields)],
    }
    if bound is not None:
        body["filter"] = bound
    found: Mapping[str, Any] = server.post(f"indexes/{entry.uid}/similar", body)
    return found


def _sharing_words(
    server: Server, entry: Entry, stored: Mapping[str, Any], limit: int, bound: str | None
) -> Mapping[str, Any]:
    asked = wording(telling_text(stored, entry.settings))
    if not asked.asked:
        return {"hits": [], "estimatedTotalHits": 0}
    other = f"NOT (id = {quoted(stored['id'])})"
    query = {
        "indexUid": entry.uid,
        "q": asked.text(),
        "matchingStrategy": "last",
        "limit": limit,
        "showRankingScore": True,
        "filter": other if bound is None else f"({bound}) AND {other}",
        "attributesToRetrieve": ["id", *(each.name for each in entry.settings.fields)],
    }
    return server.multi_search([query])[0]


def suggest(server: Server, entry: Entry, prefix: str, limit: int) -> tuple[Suggestion, ...]:
    """Names from the weighty fields of the best matches, most frequent first."""
    typed = prefix[:200]
    asked = wording(typed)
    if not asked.asked or limit <= 0:
        return ()
    fields = entry.settings.naming()
    query = {
        "indexUid": entry.uid,
        "q": asked.text(),
        "matchingStrategy": "all",
        "limit": LOOKED_AT,
        "attributesToRetrieve": fields or ["id"],
    }
    hits = server.multi_search([query])[0]["hits"]
    names = names_among(hits, fields)
    fitting = [name for name in names if _fits(name, typed, entry)]
    return _counted(server, entry, {name: names[name] for name in fitting[:_COUNTED]})[:limit]


def _fits(name: str, typed: str, entry: Entry) -> bool:
    """Whether the name itself holds what was typed, not only its document."""
    held = set(name.split())
    understood = explained(typed, entry.synonyms, held)
    if all(slot.is_filled_by(held) for slot in understood.slots):
        return True
    *complete, last = understood.slots
    unfinished = words(last.asked)
    begun = len(unfinished) == 1 and any(word.startswith(unfinished[0]) for word in held)
    return begun and all(slot.is_filled_by(held) for slot in complete)


def _counted(server: Server, entry: Entry, names: Mapping[str, str]) -> tuple[Suggestion, ...]:
    """How many documents hold each name as a phrase."""
    if not names:
        return ()
    queries = [
        {"indexUid": entry.uid, "q": f'"{name}"', "matchingStrategy": "all", "limit": 0}
        for name in names
    ]
    answers = server.multi_search(queries)
    return best_first(
        Suggestion(shown, int(answer["estimatedTotalHits"]))
        for shown, answer in zip(names.values(), answers, strict=True)
    )


def facet_values(
    server: Server, entry: Entry, field: str, prefix: str, asked: Filter | None
) -> tuple[FacetCount, ...]:
    """'knits' finds 'Noyyal Knits', which the server's own value search does not."""
    check_facet(field, entry.settings, "invalid_facet_search_facet_name")
    query: dict[str, Any] = {"indexUid": entry.uid, "q": "", "limit": 0, "facets": [field]}
    bound = filter_text(entry.settings, asked)
    if bound is not None:
        query["filter"] = bound
    answer = server.multi_search([query])[0]
    typed = words(prefix)
    counts = facet_counts(entry.settings, field, answer, MOST_FACET_VALUES)
    return tuple(each for each in counts if begins(each.value, typed))
