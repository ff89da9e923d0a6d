"""Turn texts into unit vectors whose dot product is their likeness in meaning."""

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from search.encoder.errors import ModelMissing
from search.encoder.ready import GRAPH, TOKENIZER, ReadyModel, read_ready
from search.values import clean

Vectors = NDArray[np.float32]

# No word piece the model can use is longer on average; a megabyte of text is cut before the
# tokenizer spends a second on what truncation throws away.
_CHARACTERS_PER_TOKEN = 64


class Encoder(Protocol):
    """What search needs of a model, however it runs."""

    @property
    def model_id(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors: ...

    def encode_query(self, text: str) -> Vectors: ...


class OnnxEncoder:
    """A converted model on one core: no torch, safe to open before the workers are forked."""

    def __init__(
        self, ready: ReadyModel, session: onnxruntime.InferenceSession, tokenizer: Tokenizer
    ) -> None:
        self._ready = ready
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def open(cls, folder: Path, threads: int = 1) -> Self:
        """The model that `fetch_model` left in `folder`; raises ModelMissing.

        One thread by default: several workers share the machine, and with one thread the
        runtime keeps no thread pool, which a fork would lose.
        """
        ready = read_ready(folder)
        try:
            session = onnxruntime.InferenceSession(
                str(folder / GRAPH), _session_options(threads), ["CPUExecutionProvider"]
            )
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as broken:  # both libraries raise bare Exception for a torn file
            raise ModelMissing(folder, "its files are damaged") from broken
        # Published tokenizers often pad every text to 128: ten times the work for a query.
        tokenizer.no_padding()
        tokenizer.enable_truncation(ready.max_length)
        return cls(ready, session, tokenizer)

    @property
    def model_id(self) -> str:
        """Changes whenever the vectors could: key of everything stored."""
        return self._ready.model_id

    @property
    def dimensions(self) -> int:
        return self._ready.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector per text, in order; texts longer than the model reads are cut.

        Each text runs by itself, so its vector never depends on its neighbours.
        """
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for number, text in enumerate(texts):
            vectors[number] = self._run(self._ready.document_prompt, text)
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """The vector of what a buyer typed, in a few milliseconds."""
        return self._run(self._ready.query_prompt, text)

    def _run(self, prompt: str, text: str) -> Vectors:
        ids = np.array([self._token_ids(prompt, text)], dtype=np.int64)
        vector: Vectors = self._session.run(None, {"ids": ids})[0][0]
        return vector

    def _token_ids(self, prompt: str, text: str) -> list[int]:
        # Half of a surrogate pair, as a cut-off form field brings it, is no Unicode.
        text = clean(prompt + text[: self._ready.max_length * _CHARACTERS_PER_TOKEN])
        # One by one: the tokenizer's own batches start threads, which a fork would lose.
        ids: list[int] = self._tokenizer.encode(
            text.lower() if self._ready.lower_case else text
        ).ids
        return ids


def _session_options(threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if _products_saturate(platform.machine(), _processor_flags()):
        options.add_session_config_entry("session.x64quantprecision", "1")
    return options


def _products_saturate(machine: str, flags: str) -> bool:
    """Whether this processor needs the runtime's slower, exact int8 products.

    Intel and AMD processors without the VNNI instructions add two 8-bit products in
    16 bits, where large ones are cut off and the vector is silently wrong.
    """
    return machine.lower() in ("x86_64", "amd64", "i686") and "vnni" not in flags


def _processor_flags() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line for line in lines if line.startswith("flags")), "")
