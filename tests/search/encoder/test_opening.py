"""Which library runs a model, and what is said when it is not there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.encoder import torch_encoder
from search.encoder.encoder import OnnxEncoder
from search.encoder.errors import ModelMissing, ModelUnsupported
from search.encoder.model import fetch_model
from search.encoder.opening import find_ready, open_bulk_encoder, open_encoder


class LibraryModel:
    """What sentence-transformers gives back, as far as we ask it."""

    def get_embedding_dimension(self) -> int:
        return 3

    def encode_document(self, texts: list[str], **how: Any) -> Any:
        assert how["normalize_embeddings"]
        return np.array([[0.0, 0.6, 0.8] for _ in texts])

    def encode_query(self, texts: list[str], **how: Any) -> Any:
        assert how["normalize_embeddings"]
        return np.array([[1.0, 0.0, 0.0] for _ in texts])


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra `models` were installed."""

    def open_folder(source: Path, model_id: str, threads: int = 1) -> torch_encoder.TorchEncoder:
        assert (source / "config.json").is_file()
        return torch_encoder.TorchEncoder(LibraryModel(), model_id)

    monkeypatch.setattr(torch_encoder, "is_installed", lambda: True)
    monkeypatch.setattr(torch_encoder.TorchEncoder, "open", open_folder)


def test_another_architecture_says_what_to_install(
    make_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch_encoder, "is_installed", lambda: False)
    other = make_model(model_type="mpnet")
    with pytest.raises(ModelUnsupported, match=r"'mpnet'.*pip install -e '\.\[models\]'"):
        fetch_model(tmp_path / "data", source=str(other))


@pytest.mark.usefixtures("library")
def test_another_architecture_is_run_by_the_library_where_it_is_installed(
    make_model: Callable[..., Path], tmp_path: Path
) -> None:
    other = make_model("other", model_type="mpnet")
    ready = fetch_model(tmp_path / "data", source=str(other))
    encoder = open_encoder(ready)
    assert encoder.model_id.startswith("other@")
    assert encoder.dimensions == 3
    assert encoder.encode(["a", "\ud83d"]).tolist() == [pytest.approx([0, 0.6, 0.8])] * 2
    assert encoder.encode([]).shape == (0, 3)
    assert encoder.encode_query("a").tolist() == [1, 0, 0]
    assert fetch_model(tmp_path / "data", source=str(other)) == ready


@pytest.mark.usefixtures("library")
def test_a_changed_folder_of_another_architecture_has_another_id(
    make_model: Callable[..., Path], tmp_path: Path
) -> None:
    other = make_model("other", model_type="mpnet")
    first = open_encoder(fetch_model(tmp_path / "data", source=str(other))).model_id
    (other / "1_Pooling" / "config.json").write_text("{}")
    assert open_encoder(fetch_model(tmp_path / "data", source=str(other))).model_id != first


def test_a_model_whose_library_is_gone_says_so(
    make_model: Callable[..., Path], tmp_path: Path, library: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = fetch_model(tmp_path / "data", source=str(make_model(model_type="mpnet")))
    monkeypatch.undo()
    monkeypatch.setattr(torch_encoder, "is_installed", lambda: False)
    with pytest.raises(ModelUnsupported, match="extra `models`"):
        open_encoder(ready)


def test_a_fetched_model_is_found_by_its_id(
    make_model: Callable[..., Path], tmp_path: Path
) -> None:
    one, two = (
        fetch_model(tmp_path / "data", source=str(make_model(name, seed=seed)))
        for name, seed in (("one", 1), ("two", 2))
    )
    assert find_ready(tmp_path / "data", open_encoder(two).model_id) == two
    assert find_ready(tmp_path / "data", open_encoder(one).model_id) == one
    with pytest.raises(ModelMissing, match="gone@123 is not among"):
        find_ready(tmp_path / "data", "gone@123")


def test_many_texts_go_to_a_gpu_under_the_same_model_id(
    make_model: Callable[..., Path],
    tmp_path: Path,
    library: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ready = fetch_model(tmp_path / "data", source=str(make_model()))
    monkeypatch.setattr("search.encoder.opening.has_gpu", lambda: False)
    assert isinstance(open_bulk_encoder(ready), OnnxEncoder)
    monkeypatch.setattr("search.encoder.opening.has_gpu", lambda: True)
    bulk = open_bulk_encoder(ready)
    assert isinstance(bulk, torch_encoder.TorchEncoder)
    assert bulk.model_id == open_encoder(ready).model_id
