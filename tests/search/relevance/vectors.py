"""Recorded vectors of the frozen catalogue, so that no fresh machine encodes it for half a minute.

They belong to a model; under another, and for texts that are not recorded, the encoder is asked.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from search.encoder.cache import EmbeddingCache
from search.encoder.encoder import Vectors

RECORDED = Path(__file__).with_name("vectors.npz")


def recorded() -> tuple[str, dict[bytes, Vectors]]:
    """The id of the model that gave them, and the vectors by the hashes of their texts."""
    with np.load(RECORDED) as kept:
        hashes = [row.tobytes() for row in kept["hashes"]]
        vectors = kept["vectors"].astype(np.float32)
        return str(kept["model_id"]), dict(zip(hashes, vectors, strict=True))


def remember_recorded(cache: EmbeddingCache) -> None:
    """Put into the cache whatever is recorded and not yet in it."""
    model_id, vectors = recorded()
    known = cache.get(model_id, list(vectors))
    if missing := {key: vector for key, vector in vectors.items() if key not in known}:
        cache.put(model_id, missing)
