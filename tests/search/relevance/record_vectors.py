"""Record the vectors of the part of the frozen catalogue that the suite searches.

python -m tests.search.relevance.record_vectors
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

import numpy as np

from search.encoder.cache import text_hash
from search.encoder.encoder import OnnxEncoder, Vectors
from search.encoder.model import fetch_model
from tests.search.relevance.judged import model_cache, pooled_part
from tests.search.relevance.vectors import RECORDED


def encoded(encoder: OnnxEncoder, texts: Iterable[str]) -> dict[bytes, Vectors]:
    """The vectors of the texts by their hashes, each encoded now."""
    by_key = {text_hash(text): text for text in texts}
    return dict(zip(by_key, encoder.encode([*by_key.values()]), strict=True))


def main() -> None:
    encoder = OnnxEncoder.open(fetch_model(model_cache()))
    vectors = encoded(encoder, (product.meaning for product in pooled_part("tuning")))
    np.savez(
        RECORDED,
        model_id=np.array(encoder.model_id),
        hashes=np.array([np.frombuffer(key, np.uint8) for key in vectors]),
        vectors=np.array([*vectors.values()], np.float16),  # as the cache keeps them
    )
    size = RECORDED.stat().st_size / 1_000_000
    sys.stdout.write(f"{len(vectors):,} vectors, {size:.2f} MB in {RECORDED}\n")


if __name__ == "__main__":
    main()
