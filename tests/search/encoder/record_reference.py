"""Record what sentence-transformers with torch answers for a few texts, as the tests' truth.

    python -m tests.search.encoder.record_reference

Needs the extra `models`. The suite compares with the recorded file, so that it needs no torch;
`python -m tests.benchmarks.encoder` compares live where the extra is installed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from search.encoder.model import fetch_model
from tests.search.relevance.judged import model_cache

FILE = Path(__file__).with_name("reference.json")
TEXTS = [
    "",
    "cow mat",
    "rubber mats for stables, 18 mm",
    "Rubber stable mat, 18 mm, hammered top, for dairy farms and horse boxes",
    "Handwoven coir door mat with a natural rubber backing, bleached and stencilled",
    "Black pepper, garbled, 550 g/l, steam sterilised, packed in 25 kg paper bags",
    "Surgical gloves of natural latex, powder free, 7½, 50 pairs a box; EN 455, ISO 13485",
    "കയർ മാറ്റ്",
    "रबर की चटाई",
    "İstanbul halı",
    "coir " * 400,
]


def recorded() -> list[tuple[str, list[float]]]:
    """Each text with the unit vector that sentence-transformers gave it."""
    vectors: list[list[float]] = json.loads(FILE.read_text(encoding="utf-8"))["vectors"]
    return list(zip(TEXTS, vectors, strict=True))


def main() -> None:
    import sentence_transformers
    import torch

    source = fetch_model(model_cache()).with_name("source")
    model: Any = sentence_transformers.SentenceTransformer(str(source), device="cpu")
    vectors = [model.encode([text], normalize_embeddings=True)[0] for text in TEXTS]
    content = {
        "made_by": f"sentence-transformers {sentence_transformers.__version__}, "
        f"torch {torch.__version__}, float32",
        "vectors": [[round(float(number), 5) for number in vector] for vector in vectors],
    }
    FILE.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
