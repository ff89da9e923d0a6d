"""Searches of the small Meilisearch in memory: words, filters, facets, sorts, vectors."""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.search.meilisearch.filtering import FilterError, filter_check, normal, number, values
from tests.search.meilisearch.matching import Held, Matcher, marked_text

# As the server itself names them when it meets another
PARAMETERS = {
    "q", "offset", "limit", "page", "hitsPerPage", "attributesToRetrieve",
    "attributesToHighlight", "highlightPreTag", "highlightPostTag", "matchingStrategy",
    "showRankingScore", "rankingScoreThreshold", "retrieveVectors", "vector", "hybrid",
    "filter", "sort", "facets",
}  # fmt: skip


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Searches:
    """Reads of one index."""

    def __init__(self, index: Any, uid: str = "?") -> None:
        self.index, self.uid = index, uid
        self.settings = index.settings

    # -- settings --------------------------------------------------------------------

    def filterable(self) -> dict[str, bool]:
        """Attributes and whether they may be compared; the first rule wins."""
        found: dict[str, bool] = {}
        for rule in self.settings["filterableAttributes"]:
            if isinstance(rule, str):
                found.setdefault(rule, True)
                continue
            compared = rule.get("features", {}).get("filter", {}).get("comparison", False)
            for name in rule["attributePatterns"]:
                found.setdefault(name, compared)
        return found

    def candidates(self, asked: object) -> list[str]:
        try:
            check = filter_check(asked, self.filterable())
        except FilterError as trouble:
            message = f"Index `{self.uid}`: {trouble}"
            raise Refusal(400, "invalid_search_filter", message) from None
        return [id for id, each in self.index.documents.items() if check(each)]

    # -- search ----------------------------------------------------------------------

    def search(self, body: Any) -> dict[str, Any]:
        self._check(body)
        ids = self.candidates(body.get("filter"))
        hybrid = body.get("hybrid")
        limit, offset = body.get("limit", 20), body.get("offset", 0)
        semantic = False
        if hybrid is not None and body.get("limit", 20) > 0:
            ratio = hybrid.get("semanticRatio", 0.5)
            semantic = ratio == 1 or not (body.get("q") or "").strip()
            if not semantic:
                raise Refusal(400, "bad_request", "this double knows no mixture")
        marked: dict[str, set[str]] = {}
        if semantic:
            scored = self._near(ids, body["vector"])
            counted = ids
        else:
            scored, marked = self._by_words(ids, body)
            counted = [id for id, _ in scored]
        scored = self._sorted(scored, body.get("sort") or [])
        most = self.settings["pagination"]["maxTotalHits"]
        found: dict[str, Any] = {"query": body.get("q") or "", "processingTimeMs": 0}
        if "page" in body or "hitsPerPage" in body:
            limit = body.get("hitsPerPage", 20)
            page = body.get("page", 1)
            offset = (page - 1) * limit if page else 0
            shown = scored[:most][offset : offset + limit] if page else []
            pages = math.ceil(min(len(scored), most) / limit) if limit else 0
            found |= {
                "hitsPerPage": limit, "page": page, "totalPages": pages,
                "totalHits": min(len(scored), most),
            }  # fmt: skip
        else:
            shown = scored[:most][offset : offset + limit]
            found |= {"limit": limit, "offset": offset, "estimatedTotalHits": len(counted)}
        found["hits"] = [self._hit(id, score, body, marked.get(id, set())) for id, score in shown]
        if body.get("facets") is not None:
            found |= self._facets(body["facets"], counted)
        return found

    def _check(self, body: Any) -> None:
        unknown = set(body) - PARAMETERS
        if unknown:
            raise Refusal(400, "bad_request", f"Unknown field `{sorted(unknown)[0]}`")
        for name in ("limit", "offset", "page", "hitsPerPage"):
            value = body.get(name, 0)
            if not isinstance(value, int) or value < 0:
                raise Refusal(400, f"invalid_search_{_snake(name)}", f"Invalid value at `.{name}`")
        if body.get("q") is not None and not isinstance(body["q"], str):
            raise Refusal(400, "invalid_search_q", "Invalid value type at `.q`")
        if body.get("matchingStrategy", "last") not in ("last", "all", "frequency"):
            raise Refusal(400, "invalid_search_matching_strategy", "Unknown value")
        if not isinstance(body.get("facets") or [], list):
            raise Refusal(400, "invalid_search_facets", "Invalid value type at `.facets`")
        if "vector" in body and "hybrid" not in body:
            raise Refusal(400, "missing_search_hybrid", "missing `hybrid` parameter")
        hybrid = body.get("hybrid")
        if hybrid is not None:
            self._check_hybrid(hybrid, body)

    def _check_hybrid(self, hybrid: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        if "embedder" not in hybrid:
            raise Refusal(400, "invalid_search_hybrid_query", "Missing field `embedder`")
        embedders = self.settings["embedders"] or {}
        if hybrid["embedder"] not in embedders:
            raise Refusal(400, "invalid_search_embedder", "Cannot find embedder")
        if not 0 <= hybrid.get("semanticRatio", 0.5) <= 1:
            raise Refusal(400, "invalid_search_semantic_ratio", "expected 0.0 to 1.0")
        if "vector" not in body:
            if hybrid.get("semanticRatio") == 1:
                raise Refusal(400, "vector_embedding_error", "must be user provided")
        elif len(body["vector"]) != self.index.dimensions():
            raise Refusal(400, "invalid_vector_dimensions", "Invalid vector dimensions")

    def _by_words(
        self, ids: list[str], body: Mapping[str, Any]
    ) -> tuple[list[tuple[str, float]], dict[str, set[str]]]:
        matcher = Matcher(body.get("q") or "", self.settings["synonyms"] or {})
        strategy = body.get("matchingStrategy", "last")
        scored: list[tuple[str, float]] = []
        marked = {}
        for id in ids:
            held = Held.of(self.index.documents[id], self.settings["searchableAttributes"])
            found = matcher.score(held, strategy)
            if found is not None:
                scored.append((id, found[0]))
                marked[id] = found[1]
        scored.sort(key=lambda pair: -pair[1])
        return scored, marked

    def _near(self, ids: list[str], vector: list[float]) -> list[tuple[str, float]]:
        scored = []
        for id in ids:
            held = self.index.vectors.get(id, [])
            scored.append((id, max((_score(vector, each) for each in held), default=0.0)))
        return sorted(scored, key=lambda pair: -pair[1])

    def _sorted(self, scored: list[tuple[str, float]], sort: list[str]) -> list[tuple[str, float]]:
        for each in reversed(sort):
            name, _, way = each.rpartition(":")
            if way not in ("asc", "desc"):
                raise Refusal(400, "invalid_search_sort", "Invalid syntax for the sort parameter")
            if name not in self.settings["sortableAttributes"]:
                message = f"Index `{self.uid}`: Attribute `{name}` is not sortable."
                raise Refusal(400, "invalid_search_sort", message)
            held = [(pair, values(self.index.documents[pair[0]], name)) for pair in scored]
            numbers = [(p, number(v[0])) for p, v in held if v and number(v[0]) is not None]
            texts = [(p, normal(v[0])) for p, v in held if v and number(v[0]) is None]
            rest = [p for p, v in held if not v]
            down = way == "desc"
            numbers.sort(key=lambda pair: pair[1] or 0.0, reverse=False)
            if down:  # ties keep their order
                numbers.sort(key=lambda pair: -(pair[1] or 0.0))
            texts.sort(key=lambda pair: pair[1], reverse=down)
            scored = [p for p, _ in numbers] + [p for p, _ in texts] + rest
        return scored

    def _hit(
        self, id: str, score: float, body: Mapping[str, Any], marked: set[str]
    ) -> dict[str, Any]:
        document = self.index.documents[id]
        wanted = body.get("attributesToRetrieve") or ["*"]
        found = {k: v for k, v in document.items() if "*" in wanted or k in wanted}
        if body.get("showRankingScore"):
            found["_rankingScore"] = score
        tagged = body.get("attributesToHighlight")
        if tagged:
            tags = body.get("highlightPreTag", "<em>"), body.get("highlightPostTag", "</em>")
            found["_formatted"] = {
                name: marked_text(str(value), marked, *tags) if name in tagged else str(value)
                for name, value in document.items()
                if name in tagged or name in found
            }
        return found

    def _facets(self, names: list[str], ids: list[str]) -> dict[str, Any]:
        unknown = [name for name in names if name not in self.filterable()]
        if unknown:
            raise Refusal(400, "invalid_search_facets", f"`{unknown[0]}` is not filterable.")
        distribution: dict[str, dict[str, int]] = {}
        stats: dict[str, dict[str, float]] = {}
        for name in names:
            counts: Counter[str] = Counter()
            spelt: dict[str, str] = {}
            numbers = []
            for id in ids:
                seen = set()
                for value in values(self.index.documents[id], name):
                    shown = _shown(value)
                    spelt.setdefault(normal(shown), shown)
                    seen.add(normal(shown))
                    if number(value) is not None and not isinstance(value, str):
                        numbers.append(float(value))
                counts.update(seen)
            most = self.settings["faceting"].get("maxValuesPerFacet", 100)
            distribution[name] = {spelt[key]: n for key, n in counts.most_common(most)}
            if numbers:
                stats[name] = {"min": min(numbers), "max": max(numbers)}
        return {"facetDistribution": distribution, "facetStats": stats}

    # -- other reads -----------------------------------------------------------------

    def similar(self, body: Any) -> dict[str, Any]:
        if "embedder" not in body:
            raise Refusal(400, "bad_request", "Missing field `embedder`")
        if body["embedder"] not in (self.settings["embedders"] or {}):
            raise Refusal(400, "invalid_similar_embedder", "Cannot find embedder")
        if body["id"] not in self.index.documents:
            message = f"Document `{body['id']}` not found."
            raise Refusal(400, "not_found_similar_id", message)
        (vector, *_) = self.index.vectors[body["id"]]
        ids = [id for id in self.candidates(body.get("filter")) if id != body["id"]]
        scored = self._near(ids, vector)
        least = body.get("rankingScoreThreshold", 0)
        scored = [pair for pair in scored if pair[1] >= least]
        limit = body.get("limit", 20)
        hits = [self._hit(id, score, body, set()) for id, score in scored[:limit]]
        return {"hits": hits, "id": body["id"], "limit": limit, "offset": 0,
                "estimatedTotalHits": len(scored)}  # fmt: skip

    def fetch(self, body: Any) -> dict[str, Any]:
        unknown = set(body) - {"ids", "filter", "fields", "sort", "limit", "offset",
                               "retrieveVectors"}  # fmt: skip
        if unknown:
            raise Refusal(400, "bad_request", f"Unknown field `{unknown.pop()}`")
        ids = self.candidates(body.get("filter"))
        if body.get("ids") is not None:
            ids = [id for id in ids if id in body["ids"]]
        limit, offset = body.get("limit", 20), body.get("offset", 0)
        results = []
        for id in ids[offset : offset + limit]:
            found = dict(self.index.documents[id])
            if body.get("retrieveVectors") and self.index.dimensions():
                held = self.index.vectors.get(id, [])
                found["_vectors"] = {"main": {"embeddings": held, "regenerate": False}}
            fields = body.get("fields")
            results.append({k: v for k, v in found.items() if fields is None or k in fields})
        return {"results": results, "offset": offset, "limit": limit, "total": len(ids)}


def _score(left: list[float], right: list[float]) -> float:
    """(1 + cosine) / 2; with a zero vector everything scores 1, as there."""
    sizes = math.hypot(*left) * math.hypot(*right)
    if not sizes:
        return 1.0
    dot = sum(a * b for a, b in zip(left, right, strict=True))
    return (1 + dot / sizes) / 2


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
