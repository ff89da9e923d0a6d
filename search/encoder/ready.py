"""A converted model on disk: the graph, the tokenizer and a page saying how to use them.

The folder is written aside and renamed, so that a reader finds all of it or nothing. The
model id changes whenever a vector could: with the weights, the tokenizer, the pooling, the
prompts and with `CONVERTER_VERSION`. Stored embeddings are keyed by it.
"""

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.numpy import load_file

from search.encoder.description import ModelDescription, describe_model
from search.encoder.errors import ModelMissing, ModelUnsupported
from search.encoder.progress import Progress

# Raise it when graph or quantisation change the vectors: models are then converted again.
CONVERTER_VERSION = 1

GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
_MANIFEST = "encoder.json"


@dataclass(frozen=True)
class ReadyModel:
    """What the encoder needs to know besides the graph and the tokenizer."""

    model_id: str
    dimensions: int
    max_length: int
    lower_case: bool
    query_prompt: str
    document_prompt: str
    converter: int
    source_fingerprint: str
    graph_sha256: str
    tokenizer_sha256: str
    # "torch": sentence-transformers itself runs it, there is no graph.
    runtime: str = "onnx"
    # The sentence-transformers folder; empty: the one called "source" beside this one.
    source: str = ""


def read_ready(folder: Path) -> ReadyModel:
    """The page of a converted model; raises ModelMissing when there is none."""
    path = folder / _MANIFEST
    if not path.is_file():
        raise ModelMissing(folder)
    try:
        return ReadyModel(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as broken:
        raise ModelMissing(folder, f"{_MANIFEST} is damaged") from broken


def is_intact(folder: Path) -> bool:
    """Whether this version of the converter wrote all of it and nothing was torn since."""
    try:
        ready = read_ready(folder)
    except ModelMissing:
        return False
    if ready.runtime == "torch":
        return source_of(folder, ready).is_dir()
    written = {GRAPH: ready.graph_sha256, TOKENIZER: ready.tokenizer_sha256}
    return ready.converter == CONVERTER_VERSION and all(
        (folder / name).is_file() and file_sha256(folder / name) == sha256
        for name, sha256 in written.items()
    )


def convert_model(source: Path, folder: Path, name: str, progress: Progress) -> ReadyModel:
    """Write the model of a sentence-transformers folder as an int8 graph, in seconds."""
    progress("Converting the model", 0.0)
    model = describe_model(source)
    try:
        weights = load_file(source / "model.safetensors")
    except (SafetensorError, OSError) as broken:
        raise ModelUnsupported(source, f"its weights are unreadable ({broken})") from broken
    progress("Converting the model", 0.3)
    # onnx is needed only here: every process that reads a ready model would wait for its import.
    from search.encoder.graph import build_graph
    from search.encoder.quantise import Int8Precision

    graph = build_graph(model, weights, Int8Precision()).SerializeToString()
    progress("Converting the model", 0.8)
    ready = _ready_model(model, name, hashlib.sha256(graph).hexdigest(), _place(source, folder))
    _write_ready(ready, folder, {GRAPH: graph, TOKENIZER: (source / TOKENIZER).read_bytes()})
    progress("Converting the model", 1.0)
    return ready


def note_model(source: Path, folder: Path, name: str, dimensions: int) -> ReadyModel:
    """Say that sentence-transformers runs this model; nothing is converted."""
    fingerprint = whole_fingerprint(source)
    ready = ReadyModel(
        model_id=f"{name}@{fingerprint[:12]}",
        dimensions=dimensions,
        max_length=0,
        lower_case=False,
        query_prompt="",
        document_prompt="",
        converter=CONVERTER_VERSION,
        source_fingerprint=fingerprint,
        graph_sha256="",
        tokenizer_sha256="",
        runtime="torch",
        source=_place(source, folder),
    )
    _write_ready(ready, folder, {})
    return ready


def source_of(folder: Path, ready: ReadyModel) -> Path:
    """The sentence-transformers folder that was made ready in `folder`."""
    return Path(ready.source) if ready.source else folder.with_name("source")


def _place(source: Path, folder: Path) -> str:
    """Left out where it lies beside: the data folder may be moved."""
    return "" if source == folder.with_name("source") else str(source)


def _write_ready(ready: ReadyModel, folder: Path, files: dict[str, bytes]) -> None:
    aside = folder.with_name(f"{folder.name}.new-{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name, content in files.items():
        (aside / name).write_bytes(content)
    (aside / _MANIFEST).write_text(json.dumps(asdict(ready), indent=1), encoding="utf-8")
    put_in_place(aside, folder)


def put_in_place(aside: Path, folder: Path) -> None:
    """Rename a finished folder over an older one; a rename alone refuses a full folder."""
    shutil.rmtree(folder, ignore_errors=True)
    aside.replace(folder)


def source_fingerprint(source: Path) -> str:
    """Tells a changed model folder from the one that was converted."""
    digest = hashlib.sha256()
    for name in ("config.json", TOKENIZER, "model.safetensors"):
        path = source / name
        digest.update(file_sha256(path).encode() if path.is_file() else b"-")
    return digest.hexdigest()


def whole_fingerprint(source: Path) -> str:
    """The same over every file that sentence-transformers may read."""
    digest = hashlib.sha256()
    for path in sorted(source.rglob("*")):
        if path.suffix in (".json", ".safetensors", ".model", ".txt"):
            digest.update(f"{path.relative_to(source)} {file_sha256(path)}".encode())
    return digest.hexdigest()


def file_sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _ready_model(model: ModelDescription, name: str, graph_sha256: str, place: str) -> ReadyModel:
    source = source_fingerprint(model.folder)
    usage = {key: value for key, value in asdict(model).items() if key != "folder"}
    everything = json.dumps([usage, source, CONVERTER_VERSION], sort_keys=True)
    fingerprint = hashlib.sha256(everything.encode()).hexdigest()[:12]
    return ReadyModel(
        model_id=f"{name}@{fingerprint}",
        dimensions=model.dimensions,
        max_length=model.max_length,
        lower_case=model.lower_case,
        query_prompt=model.query_prompt,
        document_prompt=model.document_prompt,
        converter=CONVERTER_VERSION,
        source_fingerprint=source,
        graph_sha256=graph_sha256,
        tokenizer_sha256=file_sha256(model.folder / TOKENIZER),
        source=place,
    )
