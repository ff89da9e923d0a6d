"""Gathers the pairs to be judged: what any of the three ways puts in its first twenty.

    python -m tests.search.relevance.pool

The pairs are shuffled and do not say which way proposed them, nor at which rank, so that the
judge cannot favour one. Pairs judged before keep their place in the labels.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from pathlib import Path

from search.evaluating import WAYS
from tests.search.relevance.judged import DEPTH, POOL, queries, searchable


def main() -> None:
    shuffler = random.Random(2026)
    pairs: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as folder, searchable(Path(folder)) as index:
        for asked in queries():
            proposed = sorted({id for way in WAYS for id in index.answers(asked, way, DEPTH)})
            shuffler.shuffle(proposed)
            pairs += [(asked.id, id) for id in proposed]
    POOL.write_text(
        "".join(json.dumps({"query": query, "document": id}) + "\n" for query, id in pairs),
        encoding="utf-8",
    )
    sys.stdout.write(f"{len(pairs):,} pairs in {POOL}\n")


if __name__ == "__main__":
    main()
