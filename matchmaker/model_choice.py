"""Which embedding model the site searches with: what was chosen, where it lies, what is next.

The choice is a small file in the data folder, where the model's files are as well: machines
with data folders of their own choose each for itself. See `model_change.py` for the change.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from matchmaker.config import Config
from search.encoder.cache import EmbeddingCache
from search.encoder.errors import ModelMissing
from search.encoder.model import ready_folder
from search.encoder.opening import find_ready
from search.encoder.ready import read_ready


@dataclass(frozen=True)
class ModelChoice:
    """The model in use by what it was asked for, and the one that is being prepared, if any.

    `model_id` stands in for `source` when that was a folder which is gone by now.
    """

    source: str
    model_id: str = ""
    next_source: str = ""
    job_id: str = ""


def chosen(config: Config) -> ModelChoice:
    """What `matchmaker model use` left, else the setting MATCHMAKER_MODEL."""
    try:
        return ModelChoice(**json.loads(_file(config).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ModelChoice(config.model)


def chosen_at(config: Config) -> int:
    """Another number whenever the choice was changed; cheap enough for a busy loop."""
    try:
        return _file(config).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def chosen_folder(config: Config) -> Path:
    """Where the chosen model lies ready; raises ModelMissing when it does not."""
    choice = chosen(config)
    folder = ready_folder(config.model_dir, choice.source)
    try:
        read_ready(folder)
    except ModelMissing:
        if not choice.model_id:
            raise
        return find_ready(config.model_dir, choice.model_id)
    return folder


def choose(config: Config, choice: ModelChoice) -> None:
    """In one step: readers in other processes find the old choice or the new one."""
    file = _file(config)
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(f".{secrets.token_hex(4)}.new")
    aside.write_text(json.dumps(asdict(choice), indent=1), encoding="utf-8")
    aside.replace(file)


def remembered(config: Config) -> EmbeddingCache:
    """All embeddings of this data folder, of whatever model."""
    return EmbeddingCache(config.data_dir / "embeddings.sqlite")


def _file(config: Config) -> Path:
    return config.data_dir / "model.json"
