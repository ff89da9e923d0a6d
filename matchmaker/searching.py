"""The search engine, encoder and index settings of the application, opened once a process."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import structlog
from flask import Flask, current_app

from matchmaker.config import Config
from matchmaker.errors import Unavailable
from search.contract import Engine, Vector
from search.encoder.encoder import Encoder, OnnxEncoder
from search.encoder.errors import EncoderError
from search.encoder.model import ready_folder
from search.engines import open_engine

log = structlog.get_logger("matchmaker.search")


class Searching:
    """What pages and jobs search with; opened on first use, so forked workers share nothing."""

    def __init__(self, config: Config) -> None:
        self.config = config

    @cached_property
    def engine(self) -> Engine:
        config = self.config
        place: str | Path = config.search_engine
        return open_engine(
            config.search_dir if place == "embedded" else place,
            search_key=config.search_key or None,
            indexing_key=config.indexing_key or None,
        )

    @cached_property
    def encoder(self) -> Encoder:
        """The model. Raises ModelMissing when it was not fetched."""
        return OnnxEncoder.open(ready_folder(self.config.model_dir, self.config.model))

    def encode_query(self, text: str) -> Vector | None:
        """The meaning of a query, or None when the model is missing: words still find."""
        if not text.strip():
            return None
        try:
            return self.encoder.encode_query(text)
        except EncoderError as missing:
            log.warning("searching by words only", reason=str(missing))
            return None


def searching() -> Searching:
    """The application's search. Raises Unavailable when there is none."""
    found = current_app.extensions.get("searching")
    if not isinstance(found, Searching):
        raise Unavailable("The search is not set up.")
    return found


def set_up(app: Flask, config: Config) -> None:
    app.extensions["searching"] = Searching(config)
