"""The ONNX graph against BERT's forward pass written a second time, in plain numpy."""

import json
import math
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from search.encoder.description import describe_model
from search.encoder.encoder import OnnxEncoder
from search.encoder.errors import ModelUnsupported
from search.encoder.graph import FloatPrecision, build_graph
from search.encoder.quantise import Int8Precision, quantise_columns

TEXTS = [
    "",
    "cow mat",
    "Rubber stable mat, 18 mm, hammered top, for dairy farms and horse boxes",
    "Handwoven coir door mat with a natural rubber backing, bleached and stencilled",
    "Black pepper, garbled, 550 g/l, steam sterilised, packed in 25 kg paper bags",
    "കയർ മാറ്റ്",
    "रबर की चटाई",
    "İstanbul halı",
    "coir " * 400,
]


@lru_cache(maxsize=1)
def weights_of(folder: Path) -> dict[str, Any]:
    """All that a model has learnt, read once for all texts."""
    return load_file(folder / "model.safetensors")


def reference_vector(folder: Path, ids: list[int], pooling: str) -> Any:
    """BERT as its paper tells it, one text at a time, in double precision."""
    config = json.loads((folder / "config.json").read_text())
    stored = weights_of(folder)
    prefix = next(k for k in stored if k.endswith("embeddings.word_embeddings.weight"))
    prefix = prefix.removesuffix("embeddings.word_embeddings.weight")
    heads, first = config["num_attention_heads"], 0
    if config["model_type"] != "bert":
        first = config["pad_token_id"] + 1

    def weight(name: str, rows: Any = ...) -> Any:
        return stored[prefix + name][rows].astype(np.float64)

    def dense(values: Any, name: str) -> Any:
        return values @ weight(name + ".weight").T + weight(name + ".bias")

    def norm(values: Any, name: str) -> Any:
        centred = values - values.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + config["layer_norm_eps"])
        return centred / spread * weight(name + ".weight") + weight(name + ".bias")

    def activation(values: Any) -> Any:
        if config["hidden_act"] == "relu":
            return np.maximum(values, 0)
        if config["hidden_act"] == "gelu_new":
            inner = math.sqrt(2 / math.pi) * (values + 0.044715 * values**3)
            return values * (1 + np.tanh(inner)) / 2
        return values * (1 + np.vectorize(math.erf)(values / math.sqrt(2))) / 2

    hidden = weight("embeddings.word_embeddings.weight", ids)
    places = slice(first, first + len(ids))
    hidden = hidden + weight("embeddings.position_embeddings.weight", places)
    hidden = hidden + weight("embeddings.token_type_embeddings.weight", 0)
    hidden = norm(hidden, "embeddings.LayerNorm")
    for number in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{number}."
        parts = []
        for part in ("query", "key", "value"):
            projected = dense(hidden, f"{at}attention.self.{part}")
            parts.append(projected.reshape(len(ids), heads, -1).transpose(1, 0, 2))
        query, key, value = parts
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        likely = np.exp(scores - scores.max(-1, keepdims=True))
        likely = likely / likely.sum(-1, keepdims=True)
        gathered = (likely @ value).transpose(1, 0, 2).reshape(len(ids), -1)
        hidden = norm(
            hidden + dense(gathered, at + "attention.output.dense"),
            at + "attention.output.LayerNorm",
        )
        inner = activation(dense(hidden, at + "intermediate.dense"))
        hidden = norm(hidden + dense(inner, at + "output.dense"), at + "output.LayerNorm")
    vector = hidden[0] if pooling == "cls" else hidden.mean(0)
    return vector / np.linalg.norm(vector)


def graph_vector(folder: Path, ids: list[int], precision: Any) -> Any:
    graph = build_graph(describe_model(folder), load_file(folder / "model.safetensors"), precision)
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    return session.run(None, {"ids": np.array([ids], dtype=np.int64)})[0][0]


def test_float_graph_of_the_real_model_is_bert(
    real_model: Path, float_session: onnxruntime.InferenceSession
) -> None:
    source = real_model.with_name("source")
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(64)
    for text in TEXTS:
        ids = tokenizer.encode(text).ids
        vector = float_session.run(None, {"ids": np.array([ids], dtype=np.int64)})[0][0]
        assert vector @ reference_vector(source, ids, "mean") >= 0.9999, text


def test_int8_holds_98_hundredths_of_the_float_meaning(
    real_model: Path, encoder: OnnxEncoder, float_session: onnxruntime.InferenceSession
) -> None:
    source = real_model.with_name("source")
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    for text, vector in zip(TEXTS, encoder.encode(TEXTS), strict=True):
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        assert vector @ float_session.run(None, {"ids": ids})[0][0] >= 0.98, text


@pytest.mark.parametrize(
    ("pooling", "named", "changes"),
    [
        ("mean", "mean_tokens", {}),
        ("cls", "cls_token", {}),
        ("mean", "mean_tokens", {"model_type": "xlm-roberta", "pad_token_id": 1}),
        ("cls", "cls_token", {"model_type": "roberta", "pad_token_id": 1, "prefix": "roberta."}),
        ("mean", "mean_tokens", {"hidden_act": "gelu_new", "prefix": "bert."}),
        ("mean", "mean_tokens", {"hidden_act": "relu", "num_attention_heads": 1}),
    ],
)
def test_every_supported_shape_of_bert_is_written_right(
    make_model: Callable[..., Path], pooling: str, named: str, changes: dict[str, Any]
) -> None:
    folder = make_model(pooling=named, **changes)
    ids = [2, 4, 5, 6, 1, 9, 3]
    expected = reference_vector(folder, ids, pooling)
    np.testing.assert_allclose(graph_vector(folder, ids, FloatPrecision()), expected, atol=2e-6)
    assert graph_vector(folder, ids, Int8Precision()) @ expected >= 0.98


def test_missing_weights_are_named(make_model: Callable[..., Path]) -> None:
    folder = make_model()
    with pytest.raises(ModelUnsupported, match=r"lack embeddings\.word_embeddings\.weight"):
        build_graph(describe_model(folder), {}, FloatPrecision())


def test_each_column_is_quantised_by_its_own_largest_weight() -> None:
    whole, scale = quantise_columns(np.array([[1.0, 100.0, 0], [-0.5, -50.0, 0]], dtype="f4"))
    assert whole.tolist() == [[127, 127, 0], [-64, -64, 0]]
    np.testing.assert_allclose(scale, [1 / 127, 100 / 127, 1], rtol=1e-6)
