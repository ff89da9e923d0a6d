"""Remember embeddings, so that no text is encoded twice: not by a rebuild, not by a restart.

One SQLite file that any number of processes may use at once. It is a cache: lost or deleted,
it costs the time to encode again and nothing else. Texts are kept as hashes only, so that
what a firm erases is not readable here.
"""

import hashlib
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from search.encoder.encoder import Encoder, Vectors
from search.encoder.errors import CacheDamaged
from search.encoder.progress import Progress, silent

_SCHEMA = """
CREATE TABLE IF NOT EXISTS embeddings (
    model_id TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (model_id, text_hash)
) WITHOUT ROWID
"""
# SQLite allows 999 parameters in its older builds.
_KEYS_PER_QUERY = 500
# What a killed run loses at most: a few seconds of encoding.
_TEXTS_PER_COMMIT = 512

_log = logging.getLogger(__name__)


class EmbeddingCache:
    """Vectors by model id and text, in half precision: 768 bytes for 384 dimensions."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._connection():
                pass
        except CacheDamaged as damaged:
            aside = path.with_suffix(path.suffix + ".damaged")
            _log.warning("embedding cache set aside as %s: %s", aside, damaged.reason)
            self.close()
            path.replace(aside)
            for rest in ("-wal", "-shm"):
                path.with_name(path.name + rest).unlink(missing_ok=True)
            with self._connection():
                pass

    def get(self, model_id: str, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The vectors remembered, by hash; what is unknown is left out."""
        found: dict[bytes, Vectors] = {}
        with self._connection() as connection:
            for start in range(0, len(hashes), _KEYS_PER_QUERY):
                some = hashes[start : start + _KEYS_PER_QUERY]
                marks = ",".join("?" * len(some))
                rows = connection.execute(
                    "SELECT text_hash, vector FROM embeddings"  # noqa: S608 (question marks only)
                    f" WHERE model_id = ? AND text_hash IN ({marks})",
                    (model_id, *some),
                )
                found.update((key, _from_blob(blob)) for key, blob in rows)
        return found

    def put(self, model_id: str, vectors: Mapping[bytes, Vectors]) -> None:
        """Remember them; a second process remembering the same text does no harm."""
        rows = [(model_id, key, _to_blob(vector)) for key, vector in vectors.items()]
        with self._connection() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", rows)

    def count(self, model_id: str) -> int:
        with self._connection() as connection:
            query = "SELECT count(*) FROM embeddings WHERE model_id = ?"
            return int(connection.execute(query, (model_id,)).fetchone()[0])

    def keep_only(self, model_id: str) -> int:
        """Forget other models' vectors after a change of model; how many were forgotten."""
        with self._connection() as connection, connection:
            query = "DELETE FROM embeddings WHERE model_id <> ?"
            return connection.execute(query, (model_id,)).rowcount

    def close(self) -> None:
        """Close this thread's connection; the next call opens another."""
        connection = getattr(self._local, "connection", None)
        if connection is not None and self._local.process == os.getpid():
            connection.close()
        self._local.connection = None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection in this process: SQLite's may not cross a fork."""
        try:
            if getattr(self._local, "connection", None) is None or (
                self._local.process != os.getpid()
            ):
                self._local.connection = _connect(self._path)
                self._local.process = os.getpid()
            yield self._local.connection
        except sqlite3.OperationalError:
            raise  # busy, full or read-only: true as it stands, and the file is sound
        except sqlite3.DatabaseError as broken:
            raise CacheDamaged(self._path, str(broken)) from broken


class EncodedTexts:
    """An encoder that looks into the cache first: same vectors, most of them at once."""

    def __init__(self, encoder: Encoder, cache: EmbeddingCache) -> None:
        self._encoder = encoder
        self._cache = cache

    def encode(self, texts: Sequence[str], progress: Progress = silent) -> Vectors:
        """One unit vector per text, in order; only texts never seen before are encoded.

        Equal whether remembered or new: a new vector goes through half precision as well.
        """
        keys = [text_hash(text) for text in texts]
        by_key = dict(zip(keys, texts, strict=True))
        known = self._cache.get(self._encoder.model_id, list(by_key))
        unknown = [key for key in by_key if key not in known]
        for start in range(0, len(unknown), _TEXTS_PER_COMMIT):
            progress("Encoding texts", start / len(unknown))
            some = unknown[start : start + _TEXTS_PER_COMMIT]
            vectors = self._encoder.encode([by_key[key] for key in some])
            self._cache.put(self._encoder.model_id, dict(zip(some, vectors, strict=True)))
            known.update(
                (key, _from_blob(_to_blob(vector)))
                for key, vector in zip(some, vectors, strict=True)
            )
        progress("Encoding texts", 1.0)
        result = np.empty((len(texts), self._encoder.dimensions), dtype=np.float32)
        for number, key in enumerate(keys):
            result[number] = known[key]
        return result


def text_hash(text: str) -> bytes:
    """The key of a text; half surrogates count as the encoder reads them."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _to_blob(vector: Vectors) -> bytes:
    # Little-endian whatever the machine: the file may be copied to another.
    return vector.astype("<f2").tobytes()


def _from_blob(blob: bytes) -> Vectors:
    vector = np.frombuffer(blob, dtype="<f2").astype(np.float32)
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else vector
