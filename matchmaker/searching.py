"""The search engine, encoder and index settings of the application, opened once a process."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path

import structlog
from flask import Flask, current_app

from matchmaker.config import Config
from matchmaker.errors import Unavailable
from matchmaker.model_choice import chosen_folder
from search.contract import Engine, IndexSettings, Query, Vector
from search.encoder.encoder import Encoder
from search.encoder.errors import EncoderError
from search.encoder.opening import find_ready, open_encoder
from search.encoder.ready import read_ready
from search.engines import open_engine
from search.errors import SearchError
from search.indexes import marketplace_indexes

log = structlog.get_logger("matchmaker.search")


class Searching:
    """What pages and jobs search with; opened on first use, so forked workers share nothing."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._encoders: dict[str, Encoder] = {}

    @cached_property
    def engine(self) -> Engine:
        config = self.config
        place: str | Path = config.search_engine
        return open_engine(
            config.search_dir if place == "embedded" else place,
            search_key=config.search_key or None,
            indexing_key=config.indexing_key or None,
        )

    @property
    def encoder(self) -> Encoder:
        """The chosen model. Raises ModelMissing when it was not fetched."""
        return self.encoder_of(read_ready(chosen_folder(self.config)).model_id)

    def encoder_of(self, model_id: str) -> Encoder:
        """The model of this id, opened once. Raises ModelMissing when it was not fetched."""
        found = self._encoders.get(model_id)
        if found is None:
            found = open_encoder(find_ready(self.config.model_dir, model_id))
            # While one model takes the place of another both are asked; never a third.
            kept = list(self._encoders.items())[-1:]
            self._encoders = {**dict(kept), model_id: found}
        return found

    def settings(self) -> dict[str, IndexSettings]:
        """The indexes as they should be: filled with vectors of the chosen model.

        While it is missing, indexes that hold another model's vectors keep them.
        """
        try:
            ready = read_ready(chosen_folder(self.config))
        except EncoderError:
            return {name: self._as_held(each) for name, each in marketplace_indexes().items()}
        return {
            name: replace(each, vector_dimensions=ready.dimensions, vector_model=ready.model_id)
            for name, each in marketplace_indexes().items()
        }

    def _as_held(self, settings: IndexSettings) -> IndexSettings:
        try:
            model_id = self.engine.vector_model(settings.name)
            dimensions = self.encoder_of(model_id).dimensions if model_id else None
        except (SearchError, EncoderError):
            return settings
        if dimensions is None:
            return settings
        return replace(settings, vector_dimensions=dimensions, vector_model=model_id)

    def with_meaning(self, index: str, query: Query) -> Query:
        """The query with the meaning of its words, by the model whose vectors the index holds.

        As it was when that model is missing: words still find. Raises SearchUnavailable.
        """
        if not query.text.strip():
            return query
        model_id = self.engine.vector_model(index)
        if not model_id:
            return query
        try:
            vector = self.encoder_of(model_id).encode_query(query.text)
        except EncoderError as missing:
            log.warning("searching by words only", reason=str(missing))
            return query
        return replace(query, vector=vector, vector_model=model_id)

    def encode_query(self, text: str, index: str = "products") -> Vector | None:
        """The meaning of a query, or None when the index's model is missing."""
        return self.with_meaning(index, Query(text)).vector


def searching() -> Searching:
    """The application's search. Raises Unavailable when there is none."""
    found = current_app.extensions.get("searching")
    if not isinstance(found, Searching):
        raise Unavailable("The search is not set up.")
    return found


def set_up(app: Flask, config: Config) -> None:
    app.extensions["searching"] = Searching(config)
