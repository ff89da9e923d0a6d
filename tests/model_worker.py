"""A worker that stops at a closed gate in the middle of encoding, for test_model_change.py."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from matchmaker import model_change
from matchmaker.config import Config
from matchmaker.server_children import worker
from search.encoder.cache import EncodedTexts

CONFIG = Config.from_env()
GATE = CONFIG.data_dir / "gate"
WAITING = CONFIG.data_dir / "waiting"


class Gated(EncodedTexts):
    """Encodes a first batch, then waits for the gate to open."""

    batches = 0

    def encode(self, texts: Sequence[str], *rest: Any) -> Any:
        vectors = super().encode(texts, *rest)
        Gated.batches += 1
        while Gated.batches > 1 and not GATE.exists():
            WAITING.touch()
            time.sleep(0.02)
        return vectors


if __name__ == "__main__":
    model_change.EncodedTexts = Gated  # type: ignore[misc]
    model_change._AT_ONCE = 5
    worker(CONFIG)
