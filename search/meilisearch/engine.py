"""The engine on a Meilisearch server: the same promises, kept by somebody else's process.

Searching and indexing use two keys, so that a web process cannot change what it reads:

- search key: `search`, `documents.get`, `stats.get`;
- indexing key: `documents.*`, `indexes.*`, `settings.*`, `tasks.*`, `stats.get`.

Both for the indexes `products*`, `firms*`, `clusters*` and `index_settings`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from search.contract import (
    Document,
    FacetCount,
    Filter,
    IndexSettings,
    IndexStatus,
    Page,
    Progress,
    Query,
    Suggestion,
)
from search.errors import BadQuery, SearchUnavailable
from search.meilisearch import completing
from search.meilisearch.asking import Asking
from search.meilisearch.documents import from_server
from search.meilisearch.registry import Entry, Registry
from search.meilisearch.server import Server
from search.meilisearch.settings import check_names
from search.meilisearch.writing import Writing

Answer = TypeVar("Answer")


class MeilisearchEngine:
    """An `Engine` (see `search/contract.py`) on a Meilisearch server.

    `timeout` bounds one answer to a reader, `patience` all tries for one; the indexing
    side waits longer. `prefix` keeps several installations apart on one server.
    """

    def __init__(
        self,
        address: str,
        *,
        search_key: str | None = None,
        indexing_key: str | None = None,
        prefix: str = "",
        timeout: float = 5.0,
        patience: float = 2.0,
        indexing_timeout: float = 60.0,
        indexing_patience: float = 60.0,
        task_deadline: float = 120.0,
        payload_bytes: int = 10_000_000,
    ) -> None:
        self._reading = Server(address, search_key, timeout=timeout, patience=patience)
        self._writing_server = Server(
            address,
            indexing_key or search_key,
            timeout=indexing_timeout,
            patience=indexing_patience,
            task_deadline=task_deadline,
        )
        self._prefix = prefix
        self._registry = Registry(self._reading, self._writing_server, prefix)
        self._writing = Writing(self._writing_server, self._registry, prefix, payload_bytes)

    # -- reading ---------------------------------------------------------------------

    def search(self, index: str, query: Query) -> Page:
        """Hits, totals and facets for one query; see `asking.py` for the ranking."""
        return self._asked(
            index,
            lambda entry: Asking(self._reading, entry, query.for_index(entry.settings)).page(),
        )

    def similar(self, index: str, id: str, limit: int = 10, filter: Filter | None = None) -> Page:
        """The documents nearest to this one, without itself."""
        return self._asked(
            index, lambda entry: completing.similar(self._reading, entry, id, limit, filter)
        )

    def suggest(self, index: str, prefix: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Complete what is being typed with names that occur in the index."""
        return completing.suggest(self._reading, self._registry.entry(index), prefix, limit)

    def facet_values(
        self, index: str, field: str, prefix: str = "", filter: Filter | None = None
    ) -> tuple[FacetCount, ...]:
        """Values of a facet with a word that starts so, most frequent first."""
        return self._asked(
            index,
            lambda entry: completing.facet_values(self._reading, entry, field, prefix, filter),
        )

    def _asked(self, index: str, ask: Callable[[Entry], Answer]) -> Answer:
        """Ask; once more if the index turns out to have become another one meanwhile."""
        entry = self._registry.entry(index)
        try:
            return ask(entry)
        except BadQuery:
            now = self._registry.reread(index)
            if now.settings == entry.settings:
                raise
        return ask(now)

    def vector_model(self, index: str) -> str:
        """Whose vectors the index holds; empty when nobody told."""
        return self._registry.entry(index).settings.vector_model

    def get(self, index: str, id: str) -> Document | None:
        """One document as it was written."""
        entry = self._registry.entry(index)
        stored = completing.stored_document(self._reading, entry, id)
        return None if stored is None else from_server(stored, entry.settings)

    def status(self) -> Mapping[str, IndexStatus]:
        """How every index is; raises only when the server does not answer at all."""
        entries = self._registry.all()
        return {name: self._status(name, each.generation) for name, each in entries.items()}

    def _status(self, name: str, generation: str) -> IndexStatus:
        try:
            found = self._reading.get(f"indexes/{self._prefix}{name}/stats")
        except SearchUnavailable as trouble:
            return IndexStatus(name, 0, 0, 0, generation, False, str(trouble))
        return IndexStatus(
            name=name,
            documents=int(found["numberOfDocuments"]),
            vectors=int(found.get("numberOfEmbeddedDocuments") or 0),
            bytes=int(found.get("rawDocumentDbSize") or 0),
            generation=generation,
            healthy=True,
        )

    def is_current(self, settings: IndexSettings) -> bool:
        """Whether the index is there and of these settings; changes nothing."""
        return self._writing.is_current(settings)

    # -- writing ---------------------------------------------------------------------

    def ensure(self, settings: IndexSettings) -> bool:
        """Make the index usable under these settings; True when it is new and empty."""
        check_names(settings)
        return self._writing.ensure(settings)

    def write(self, index: str, upserts: Iterable[Document], deletes: Sequence[str] = ()) -> None:
        """Replace and remove; on return the server has indexed it and every search sees it.

        Checked as a whole before anything is sent; a server that dies between two payloads
        leaves the first one written.
        """
        self._writing.write(index, upserts, deletes)

    def rebuild(
        self,
        settings: IndexSettings,
        documents: Iterable[Document],
        progress: Progress | None = None,
    ) -> int:
        """Fill a successor and swap it in; see `writing.py`."""
        check_names(settings)
        return self._writing.rebuild(settings, documents, progress)

    def close(self) -> None:
        """Close this thread's connections."""
        self._reading.close()
        self._writing_server.close()
