"""The real model, fetched once per machine, and tiny made-up ones for every other question."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnxruntime
import pytest
from safetensors.numpy import load_file

from search.encoder.description import describe_model
from search.encoder.encoder import OnnxEncoder
from search.encoder.graph import FloatPrecision, build_graph
from search.encoder.model import fetch_model
from tests.search.encoder.tiny import make_tiny_model


@pytest.fixture(scope="session")
def real_model(model_dir: Path) -> Path:
    """The default model, ready."""
    return fetch_model(model_dir)


@pytest.fixture(scope="session")
def encoder(real_model: Path) -> OnnxEncoder:
    return OnnxEncoder.open(real_model)


@pytest.fixture(scope="session")
def float_session(real_model: Path) -> onnxruntime.InferenceSession:
    """The graph of the real model in full precision."""
    source = real_model.with_name("source")
    weights = load_file(source / "model.safetensors")
    graph = build_graph(describe_model(source), weights, FloatPrecision())
    return onnxruntime.InferenceSession(graph.SerializeToString())


@pytest.fixture
def make_model(tmp_path: Path) -> Callable[..., Path]:
    """Writes a sentence-transformers folder of this name; see `make_tiny_model`."""

    def make(name: str = "tiny", **how: Any) -> Path:
        return make_tiny_model(tmp_path / name, **how)

    return make
