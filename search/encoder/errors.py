"""What can go wrong before a text becomes a vector.

EncoderError
├── ModelMissing        nothing fetched and converted in this folder yet
├── ModelUnsupported    a model folder that nothing installed here can run
├── ModelFetchFailed    the download failed or brought something else than was pinned
└── CacheDamaged        the file of remembered embeddings cannot be read
"""

from pathlib import Path

from search.errors import SearchError


class EncoderError(SearchError):
    """The family: catch it to carry on with keywords alone."""


class ModelMissing(EncoderError):
    """No usable model here; the message names the command that brings one."""

    def __init__(self, folder: Path, reason: str = "nothing was fetched yet") -> None:
        super().__init__(
            f"There is no usable embedding model in {folder} ({reason}): "
            "run `matchmaker model fetch`."
        )
        self.folder = folder
        self.reason = reason


_REMEDY = (
    "Choose a BERT-family sentence-transformers model (MiniLM, BGE, E5, GTE) saved as "
    "safetensors, or install what runs any other (torch, gigabytes): in the checkout, "
    "`.venv/bin/pip install -e '.[models]'`."
)


class ModelUnsupported(EncoderError):
    """The folder is read, but is no model we can write as a graph, and torch is not there."""

    def __init__(self, folder: Path, reason: str, remedy: str = _REMEDY) -> None:
        super().__init__(f"The model in {folder} cannot be used: {reason}. {remedy}")
        self.folder = folder
        self.reason = reason


class ModelFetchFailed(EncoderError):
    """The model did not arrive, or is not the one that was pinned."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"The embedding model {source} could not be fetched: {reason}")
        self.source = source
        self.reason = reason


class CacheDamaged(EncoderError):
    """The embedding cache is broken; nothing is lost but the time to encode again."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The embedding cache {path} cannot be read ({reason}): stop the site, "
            "delete the file and start again; texts are then encoded anew."
        )
        self.path = path
        self.reason = reason
