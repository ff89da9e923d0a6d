"""What only the extra `models` can show; named on the command line where it is installed:

    pytest tests/search/encoder/with_models.py

The suite does not collect this file, so that it neither installs torch nor skips anything:
it tests our side of the adapter in test_opening.py, and our vectors against recorded ones.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from transformers import DistilBertConfig, DistilBertModel, PreTrainedTokenizerFast

from search.encoder.encoder import OnnxEncoder
from search.encoder.model import fetch_model
from search.encoder.opening import open_encoder
from search.encoder.torch_encoder import TorchEncoder
from tests.search.encoder.record_reference import TEXTS
from tests.search.encoder.tiny import TINY, make_tiny_model

PROMPTS = {"query": "query: ", "document": "passage: "}


@pytest.fixture
def distilled(tmp_path: Path) -> Path:
    """A small DistilBERT, whose graph we do not write, with prompts."""
    folder = make_tiny_model(tmp_path / "distilled", prompts=PROMPTS)
    torch.manual_seed(1)
    config = DistilBertConfig(
        vocab_size=TINY["vocab_size"], dim=48, n_heads=4, n_layers=1, hidden_dim=64,
        max_position_embeddings=24,
    )  # fmt: skip
    DistilBertModel(config).save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), pad_token="[PAD]", model_max_length=24
    )
    tokenizer.save_pretrained(folder)
    pooling = {"word_embedding_dimension": 48, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    return folder


def test_an_architecture_we_cannot_write_gives_the_librarys_own_vectors(
    distilled: Path, tmp_path: Path
) -> None:
    encoder = open_encoder(fetch_model(tmp_path / "data", source=str(distilled)))
    assert isinstance(encoder, TorchEncoder)
    assert encoder.dimensions == 48
    library = SentenceTransformer(str(distilled), device="cpu")
    for text in ("cow mat", "black pepper", ""):
        document = library.encode(["passage: " + text], normalize_embeddings=True)[0]
        query = library.encode(["query: " + text], normalize_embeddings=True)[0]
        np.testing.assert_allclose(encoder.encode([text])[0], document, atol=1e-5)
        np.testing.assert_allclose(encoder.encode_query(text), query, atol=1e-5)


def test_a_batch_gives_each_text_its_own_vector_in_order(distilled: Path) -> None:
    encoder = TorchEncoder.open(distilled, "distilled")
    texts = ["cow mat", "rubber " * 15, "", "black pepper"] * 40
    alone = [encoder.encode([text])[0] for text in texts[:4]]
    np.testing.assert_allclose(encoder.encode(texts), alone * 40, atol=1e-5)


def test_a_converted_model_answers_as_the_library_does(real_model: Path) -> None:
    ours = OnnxEncoder.open(real_model).encode(TEXTS)
    library = TorchEncoder.open(real_model.with_name("source"), "library").encode(TEXTS)
    assert ((ours * library).sum(axis=1) >= 0.98).all()
