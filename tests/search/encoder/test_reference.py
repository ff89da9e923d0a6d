"""Our graphs against what sentence-transformers with torch answered for the same texts."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from tokenizers import Tokenizer

from search.encoder.description import describe_model
from search.encoder.encoder import OnnxEncoder
from tests.search.encoder.record_reference import recorded


@pytest.mark.parametrize(("text", "vector"), recorded(), ids=lambda each: str(each)[:20])
def test_in_float_it_is_the_same_vector(
    text: str, vector: list[float], real_model: Path, float_session: onnxruntime.InferenceSession
) -> None:
    tokenizer = Tokenizer.from_file(str(real_model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(describe_model(real_model.with_name("source")).max_length)
    ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
    assert float_session.run(None, {"ids": ids})[0][0] @ np.array(vector) >= 0.9999


@pytest.mark.parametrize(("text", "vector"), recorded(), ids=lambda each: str(each)[:20])
def test_in_int8_it_is_its_neighbour(text: str, vector: list[float], encoder: OnnxEncoder) -> None:
    assert encoder.encode_query(text) @ np.array(vector) >= 0.98
    assert encoder.encode([text])[0] @ np.array(vector) >= 0.98
