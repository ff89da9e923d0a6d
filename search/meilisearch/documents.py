"""Documents as the server stores them, and back. Pure."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from search.analysis import words
from search.contract import Document, IndexSettings, Value
from search.errors import BadQuery
from search.meilisearch.filters import WRITTEN
from search.meilisearch.settings import EMBEDDER, FOLDED, searchable
from search.values import as_text, checked_document, several

# Bytes; of anything longer the server forgets the end, and filters miss it.
LONGEST_KEYWORD = 468
LONGEST_KEY = LONGEST_KEYWORD
_PLAIN = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_-]*")


def key_of(id: str) -> str:
    """The id as the server allows it: most as they are, others encoded behind a '_'."""
    if _PLAIN.fullmatch(id) and len(id) <= LONGEST_KEY:
        return id
    raw = id.encode("utf-8", "replace")
    key = "_" + base64.urlsafe_b64encode(raw).decode().rstrip("=")
    if len(key) > LONGEST_KEY:
        raise BadQuery(
            "id",
            id,
            "Too long for a Meilisearch server; use a shorter one.",
            code="invalid_document_id",
        )
    return key


def id_of(key: str) -> str:
    if not key.startswith("_"):
        return key
    try:
        return base64.urlsafe_b64decode(key[1:] + "=" * (-len(key[1:]) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return key  # written by somebody else


def to_server(document: Document, settings: IndexSettings, written: int) -> dict[str, Any]:
    """One document, checked, so that it cannot fail the others it is indexed with."""
    good = checked_document(document, settings)
    _check_keywords(good.values, settings)
    found: dict[str, Any] = {"id": key_of(good.id), **good.values, WRITTEN: written}
    for each in searchable(settings):
        text = as_text(good.values.get(each.name))
        if text:
            found[FOLDED + each.name] = " ".join(words(text))
    if settings.vector_dimensions:
        # Left out, the old vector would stay; null takes it away
        vector = None if good.vector is None else [float(each) for each in good.vector]
        found["_vectors"] = {EMBEDDER: vector}
    return found


def _check_keywords(values: Mapping[str, Value], settings: IndexSettings) -> None:
    for each in settings.fields:
        if each.kind != "keyword":
            continue
        for text in several(values.get(each.name)):
            if len(str(text).encode()) > LONGEST_KEYWORD:
                raise BadQuery(
                    each.name, text, f"A keyword has at most {LONGEST_KEYWORD} bytes here."
                )


def values_of(stored: Mapping[str, Any], settings: IndexSettings) -> dict[str, Value]:
    """The facts as they were written."""
    return {f.name: stored[f.name] for f in settings.fields if stored.get(f.name) is not None}


def from_server(stored: Mapping[str, Any], settings: IndexSettings) -> Document:
    held = ((stored.get("_vectors") or {}).get(EMBEDDER) or {}).get("embeddings") or []
    vector = None
    if held:
        first = held[0] if isinstance(held[0], list) else held
        vector = np.array(first, dtype=np.float32)
    return Document(id_of(str(stored["id"])), values_of(stored, settings), vector)


def sent_again(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A document read with its vector, as it can be written to another index."""
    found = dict(stored)
    vectors = found.get("_vectors")
    if vectors is not None and not (vectors.get(EMBEDDER) or {}).get("embeddings"):
        found["_vectors"] = {EMBEDDER: None}  # none, said aloud: left out would be an error
    return found


def payloads(documents: Iterable[dict[str, Any]], most: int) -> Iterator[tuple[bytes, int]]:
    """The documents as JSON lists of at most so many bytes (or of one), with their numbers."""
    parts: list[bytes] = []
    size = 2
    for document in documents:
        data = json.dumps(document, allow_nan=False).encode()
        if parts and size + len(data) + 1 > most:
            yield b"[" + b",".join(parts) + b"]", len(parts)
            parts, size = [], 2
        parts.append(data)
        size += len(data) + 1
    if parts:
        yield b"[" + b",".join(parts) + b"]", len(parts)


def halves(payload: bytes) -> tuple[bytes, bytes] | None:
    """A payload that was too large as two; None when it holds a single document."""
    documents = json.loads(payload)
    middle = len(documents) // 2
    if not middle:
        return None
    return json.dumps(documents[:middle]).encode(), json.dumps(documents[middle:]).encode()
