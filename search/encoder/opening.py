"""Open a model that was made ready, whatever runs it, and find it again by its id."""

from pathlib import Path

from search.encoder.encoder import Encoder, OnnxEncoder
from search.encoder.errors import ModelMissing
from search.encoder.ready import ReadyModel, read_ready, source_of
from search.encoder.torch_encoder import TorchEncoder, has_gpu


def open_encoder(folder: Path, threads: int = 1) -> Encoder:
    """The model that `fetch_model` left in `folder`.

    Raises ModelMissing, or ModelUnsupported when the library that runs it is gone.
    """
    ready = read_ready(folder)
    if ready.runtime == "onnx":
        return OnnxEncoder.open(folder, threads)
    return TorchEncoder.open(source_of(folder, ready), ready.model_id, threads)


def open_bulk_encoder(folder: Path, threads: int = 1) -> Encoder:
    """The same for very many texts: on a GPU, where there is one and the extra `models`.

    The model id is the same, because the vectors are of the same space: int8 is held within a
    cosine of .98 of what a GPU answers.
    """
    if not has_gpu():
        return open_encoder(folder, threads)
    ready = read_ready(folder)
    return TorchEncoder.open(source_of(folder, ready), ready.model_id, threads)


def find_ready(models: Path, model_id: str) -> Path:
    """The ready folder of the model of this id among all fetched ones; raises ModelMissing."""
    for folder in sorted(models.glob("*/ready")):
        if _id_of(folder) == model_id:
            return folder
    raise ModelMissing(models, f"{model_id} is not among its models")


def _id_of(folder: Path) -> str:
    try:
        found: ReadyModel = read_ready(folder)
    except ModelMissing:
        return ""
    return found.model_id
