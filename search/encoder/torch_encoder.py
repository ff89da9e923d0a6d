"""Any sentence-transformers model at all, run by the library itself: the extra `models`.

For architectures that `graph.py` cannot write, and for encoding very many texts on a GPU.
It costs what torch costs: gigabytes on disk, hundreds of megabytes a process, and on one core
a tenth of the speed for a query.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from search.encoder.encoder import Vectors
from search.encoder.errors import ModelUnsupported
from search.values import clean

# Enough to keep a GPU busy; the library sorts by length within what it is given.
_BATCH = 64


def is_installed() -> bool:
    """Whether the extra `models` is there; imports nothing."""
    return all(importlib.util.find_spec(name) for name in ("torch", "sentence_transformers"))


def has_gpu() -> bool:
    """Whether texts can be encoded in bulk many times faster than by the processor."""
    if not is_installed():
        return False
    import torch

    return bool(torch.cuda.is_available())


class TorchEncoder:
    """An `Encoder` (see `encoder.py`) on a sentence-transformers folder."""

    def __init__(self, model: Any, model_id: str) -> None:
        self._model = model
        self._model_id = model_id

    @classmethod
    def open(cls, source: Path, model_id: str, threads: int = 1) -> Self:
        """The model of a folder, on a GPU if there is one.

        Raises ModelUnsupported when the library is missing or cannot read the folder. Code
        that lies in a model's folder is never run.
        """
        if not is_installed():
            raise ModelUnsupported(source, "the extra `models` that runs it is not installed")
        # Imported here: seconds and hundreds of megabytes, which only this kind of model costs.
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        torch.set_num_threads(threads)
        try:
            model = SentenceTransformer(str(source), trust_remote_code=False, local_files_only=True)
        except Exception as failure:  # whatever of a dozen libraries could not read it
            reason = str(failure).strip().split("\n")[0] or type(failure).__name__
            remedy = "Choose another sentence-transformers model."
            raise ModelUnsupported(source, reason, remedy) from failure
        return cls(model, model_id)

    @property
    def model_id(self) -> str:
        return self._model_id

    @property
    def dimensions(self) -> int:
        return int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector per text, in order."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        vectors = self._model.encode_document([clean(text) for text in texts], **_HOW)
        return np.asarray(vectors, dtype=np.float32)

    def encode_query(self, text: str) -> Vectors:
        """The vector of what a buyer typed."""
        vectors = self._model.encode_query([clean(text)], **_HOW)
        return np.asarray(vectors[0], dtype=np.float32)


_HOW: dict[str, Any] = {
    "batch_size": _BATCH,
    "normalize_embeddings": True,
    "convert_to_numpy": True,
    "show_progress_bar": False,
}
