"""A small Meilisearch in memory: documents, tasks, settings and searches in documented shapes.

It knows nothing of our engine. What it answers is held against the recorded answers of a
real server in `test_double.py`; what it does not know it refuses with 400, so that a
request of an undocumented shape cannot pass.
"""

import re
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.search.meilisearch.searching import Refusal, Searches

Answer = tuple[int, Any]
_ID = re.compile(r"[A-Za-z0-9_-]{1,511}")
_UID = re.compile(r"[A-Za-z0-9_-]{1,400}")
SETTINGS: dict[str, Any] = {
    "displayedAttributes": ["*"], "searchableAttributes": ["*"], "filterableAttributes": [],
    "sortableAttributes": [], "rankingRules": [
        "words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness",
    ], "stopWords": [], "nonSeparatorTokens": [], "separatorTokens": [], "dictionary": [],
    "synonyms": {}, "distinctAttribute": None, "proximityPrecision": "byWord",
    "typoTolerance": {}, "faceting": {"maxValuesPerFacet": 100, "sortFacetValuesBy": {}},
    "pagination": {"maxTotalHits": 1000}, "embedders": {}, "searchCutoffMs": None,
    "localizedAttributes": None, "facetSearch": True, "prefixSearch": "indexingTime",
}  # fmt: skip


class Index:
    """Documents in the order of their coming, vectors beside them."""

    def __init__(self, primary_key: str | None = "id") -> None:
        self.primary_key = primary_key
        self.settings = dict(SETTINGS)
        self.documents: dict[str, dict[str, Any]] = {}
        self.vectors: dict[str, list[list[float]]] = {}
        self.created = f"2026-11-21T21:18:31.{time.monotonic_ns() % 10**9:09}Z"

    def dimensions(self) -> int | None:
        found = (self.settings["embedders"] or {}).get("main")
        return None if found is None else int(found["dimensions"])


class TaskError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Memory:
    """Everything one server holds. Tasks are done when they are accepted, told a little later."""

    def __init__(self) -> None:
        self.indexes: dict[str, Index] = {}
        self.tasks: list[dict[str, Any]] = []
        self.looks_until_done = 1
        self.never_ends = False
        self.keys: list[dict[str, Any]] = []
        self.failing: list[tuple[str, str]] = []  # (code, message) of the next document tasks

    # -- routes ----------------------------------------------------------------------

    def answer(self, method: str, path: str, body: Any) -> Answer:
        parts = urlsplit(path)
        asked = {key: each[0] for key, each in parse_qs(parts.query).items()}
        way = [each for each in parts.path.split("/") if each]
        try:
            return self._route(method, way, asked, body)
        except Refusal as refusal:
            return refusal.status, error(refusal.code, str(refusal))

    def _route(self, method: str, way: list[str], asked: Mapping[str, str], body: Any) -> Answer:
        match (method, *way):
            case ("GET", "health"):
                return 200, {"status": "available"}
            case ("GET", "keys"):
                return 200, {"results": self.keys, "offset": 0, "limit": 1000,
                             "total": len(self.keys)}  # fmt: skip
            case ("POST", "keys"):
                return self._make_key(body)
            case ("DELETE", "keys", uid):
                self.keys = [each for each in self.keys if each["uid"] != uid]
                return 204, None
            case ("GET", "tasks", uid):
                return self._told(int(uid))
            case ("POST", "swap-indexes"):
                return self._accept("indexSwap", None, lambda: self._swap(body))
            case ("POST", "multi-search"):
                return self._multi_search(body)
            case ("GET", "indexes"):
                held = [
                    {"uid": uid, "primaryKey": i.primary_key} for uid, i in self.indexes.items()
                ]
                return 200, {"results": held, "offset": 0, "limit": 20, "total": len(held)}
            case ("POST", "indexes"):
                uid = body["uid"]
                if not _UID.fullmatch(uid):
                    raise Refusal(400, "invalid_index_uid", f"`{uid}` is not a valid index uid.")
                return self._accept("indexCreation", uid, lambda: self._create(body))
            case ("DELETE", "indexes", uid):
                return self._accept("indexDeletion", uid, lambda: self._delete(uid))
            case ("PATCH", "indexes", uid, "settings"):
                unknown = set(body) - set(SETTINGS)
                if unknown:
                    raise Refusal(400, "bad_request", f"Unknown field `{unknown.pop()}`")
                return self._accept("settingsUpdate", uid, lambda: self._configure(uid, body))
            case (("POST" | "PUT"), "indexes", uid, "documents"):
                key = asked.get("primaryKey")
                whole = method == "POST"
                if not isinstance(body, list):
                    raise Refusal(400, "malformed_payload", "neither an object nor a list")
                return self._accept(
                    "documentAdditionOrUpdate", uid, lambda: self._add(uid, body, key, whole)
                )
            case ("POST", "indexes", uid, "documents", "delete-batch"):
                return self._accept("documentDeletion", uid, lambda: self._remove(uid, body))
            case (_, "indexes", uid, *rest):
                return self._of_index(method, self._index(uid), uid, rest, asked, body)
        return 404, None

    def _of_index(
        self, method: str, index: Index, uid: str, rest: list[str], asked: Mapping[str, str],
        body: Any,
    ) -> Answer:  # fmt: skip
        match (method, *rest):
            case ("GET",):
                return 200, {
                    "uid": uid, "primaryKey": index.primary_key, "createdAt": index.created,
                }  # fmt: skip
            case ("GET", "stats"):
                return 200, {
                    "numberOfDocuments": len(index.documents), "rawDocumentDbSize": 4096,
                    "isIndexing": False, "numberOfEmbeddedDocuments": len(index.vectors),
                }  # fmt: skip
            case ("GET", "settings"):
                return 200, index.settings
            case ("GET", "documents", id):
                if id not in index.documents:
                    raise Refusal(404, "document_not_found", f"Document `{id}` not found.")
                return 200, shown(index, id, asked.get("retrieveVectors") == "true")
            case ("POST", "documents", "fetch"):
                return 200, Searches(index).fetch(body)
            case ("POST", "search"):
                return 200, Searches(index, uid).search(body)
            case ("POST", "similar"):
                return 200, Searches(index, uid).similar(body)
        return 404, None

    def _multi_search(self, body: Any) -> Answer:
        if set(body) - {"queries", "federation"} or body.get("federation") is not None:
            raise Refusal(400, "bad_request", "Unknown field")
        results = []
        for place, query in enumerate(body["queries"]):
            query = dict(query)
            if "indexUid" not in query:
                raise Refusal(400, "missing_index_uid", f"Missing inside `.queries[{place}]`")
            uid = query.pop("indexUid")
            try:
                found = Searches(self._index(uid), uid).search(query)
            except Refusal as refusal:
                raise Refusal(400, refusal.code, f"Inside `.queries[{place}]`: {refusal}") from None
            results.append({"indexUid": uid, **found})
        return 200, {"results": results}

    def _index(self, uid: str) -> Index:
        if uid not in self.indexes:
            raise Refusal(404, "index_not_found", f"Index `{uid}` not found.")
        return self.indexes[uid]

    def _make_key(self, body: Mapping[str, Any]) -> Answer:
        if "expiresAt" not in body:
            raise Refusal(400, "missing_api_key_expires_at", "Missing field `expiresAt`")
        several = {"*", "version", "keys.get", "dumps.create", "snapshots.create", "metrics.get"}
        if body["indexes"] != ["*"] and several.intersection(body["actions"]) - {"*"}:
            raise Refusal(400, "index_scoped_api_key_with_global_action", "cannot create")
        made = {"description": None, **body, "uid": str(uuid.uuid4()), "key": uuid.uuid4().hex * 2}
        self.keys.append(made)
        return 201, made

    # -- tasks -----------------------------------------------------------------------

    def _accept(self, kind: str, uid: str | None, work: Any) -> Answer:
        number = len(self.tasks)
        task: dict[str, Any] = {
            "uid": number, "indexUid": uid, "status": "succeeded", "type": kind, "error": None,
            "details": {}, "looks": self.looks_until_done,
        }  # fmt: skip
        try:
            if (
                kind == "documentAdditionOrUpdate"
                and uid
                and "settings" not in uid
                and self.failing
            ):
                raise TaskError(*self.failing.pop(0))
            work()
        except TaskError as trouble:
            task |= {"status": "failed", "error": error(trouble.code, str(trouble))}
        self.tasks.append(task)
        return 202, {
            "taskUid": number, "indexUid": uid, "status": "enqueued", "type": kind,
            "enqueuedAt": "2026-11-21T21:18:31.853215786Z",
        }  # fmt: skip

    def is_of_several(self, path: str) -> bool:
        """Whether this path is that of a task that belongs to no single index."""
        way = path.split("/")
        known = way[1] == "tasks" and int(way[2]) < len(self.tasks)
        return known and self.tasks[int(way[2])]["indexUid"] is None

    def _told(self, uid: int) -> Answer:
        if not 0 <= uid < len(self.tasks):
            raise Refusal(404, "task_not_found", f"Task `{uid}` not found.")
        task = self.tasks[uid]
        task["looks"] -= 1
        if self.never_ends or task["looks"] >= 0:
            return 200, {**task, "status": "processing", "error": None}
        return 200, task

    def _create(self, body: Mapping[str, Any]) -> None:
        if body["uid"] in self.indexes:
            raise TaskError("index_already_exists", f"Index `{body['uid']}` already exists.")
        self.indexes[body["uid"]] = Index(body.get("primaryKey"))

    def _delete(self, uid: str) -> None:
        if self.indexes.pop(uid, None) is None:
            raise TaskError("index_not_found", f"Index `{uid}` not found.")

    def _swap(self, body: Any) -> None:
        for pair in body:
            left, right = pair["indexes"]
            if pair.get("rename"):
                self._rename(left, right)
                continue
            for uid in (left, right):
                if uid not in self.indexes:
                    raise TaskError("index_not_found", f"Index `{uid}` not found.")
            self.indexes[left], self.indexes[right] = self.indexes[right], self.indexes[left]

    def _rename(self, old: str, new: str) -> None:
        if old not in self.indexes:
            raise TaskError("index_not_found", f"Index `{old}` not found.")
        if new in self.indexes:
            message = f"Cannot rename `{old}` to `{new}` as the index already exists."
            raise TaskError("index_already_exists", message)
        self.indexes[new] = self.indexes.pop(old)

    def _configure(self, uid: str, body: Mapping[str, Any]) -> None:
        index = self.indexes.setdefault(uid, Index(None))
        for key, value in body.items():
            index.settings[key] = SETTINGS[key] if value is None else value

    def _add(self, uid: str, body: list[Any], key: str | None, whole: bool) -> None:
        index = self.indexes.setdefault(uid, Index(key))
        index.primary_key = index.primary_key or key or "id"
        if key is not None and key != index.primary_key:
            raise TaskError("index_primary_key_already_exists", "already has a primary key")
        checked = [self._checked(index, each) for each in body]
        for id, document, vectors in checked:
            old = index.documents.get(id, {})
            index.documents[id] = document if whole else {**old, **document}
            if vectors:
                index.vectors[id] = vectors
            elif vectors is not None:
                index.vectors.pop(id, None)

    def _checked(
        self, index: Index, given: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any], list[list[float]] | None]:
        """The document without vectors; its vectors ([]: none, None: as before)."""
        document = dict(given)
        id = document.get(index.primary_key or "id")
        if id is None:
            raise TaskError("missing_document_id", "Document doesn't have a `id` attribute")
        if not isinstance(id, int) and not _ID.fullmatch(str(id)):
            raise TaskError("invalid_document_id", f"Document identifier `{id}` is invalid.")
        size = index.dimensions()
        all_vectors = document.pop("_vectors", {})
        if size is None:
            return str(id), document, None
        if "main" not in all_vectors:
            if str(id) not in index.documents:
                raise TaskError("vector_embedding_error", "While embedding: no vectors provided")
            return str(id), document, None
        held = all_vectors["main"]
        if held is None:
            return str(id), document, []
        if isinstance(held, Mapping):
            held = held["embeddings"]
            if held is None:
                return str(id), document, None
        several = held if held and isinstance(held[0], list) else [held] if held else []
        if any(not isinstance(n, int | float) for each in several for n in each):
            raise TaskError("invalid_vectors_type", "Bad embedder configuration in the document")
        if any(len(each) != size for each in several):
            raise TaskError("invalid_vector_dimensions", f"Invalid vector dimensions in `{id}`")
        return str(id), document, several

    def _remove(self, uid: str, ids: list[Any]) -> None:
        if uid not in self.indexes:
            raise TaskError("index_not_found", f"Index `{uid}` not found.")
        for each in ids:
            self.indexes[uid].documents.pop(str(each), None)
            self.indexes[uid].vectors.pop(str(each), None)


def shown(index: Index, id: str, with_vectors: bool) -> dict[str, Any]:
    found = dict(index.documents[id])
    if with_vectors and index.dimensions():
        held = index.vectors.get(id, [])
        found["_vectors"] = {"main": {"embeddings": held, "regenerate": False}}
    return found


def error(code: str, message: str) -> dict[str, str]:
    link = f"https://docs.meilisearch.com/errors#{code}"
    return {"message": message, "code": code, "type": "invalid_request", "link": link}
