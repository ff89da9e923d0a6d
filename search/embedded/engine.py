"""The embedded engine: files in a folder, no server.

Any number of processes read; one at a time writes, under a lock that the kernel frees
on any death. See `layout.py` for the files and `journal.py` for what a crash leaves.
"""

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

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
from search.embedded.asking import Asking
from search.embedded.completing import facet_values, similar, suggest
from search.embedded.disk import folder_bytes
from search.embedded.layout import Place, load_settings, save_settings, shape_of
from search.embedded.snapshot import Snapshot, Watcher
from search.embedded.writer import create_generation, rebuild, write_documents
from search.errors import IndexDamaged, IndexMissing, SearchUnavailable


class EmbeddedEngine:
    """An `Engine` (see `search/contract.py`) on local files."""

    def __init__(self, root: Path, *, writer_wait: float = 10.0) -> None:
        self._root = root
        self._wait = writer_wait
        self._watchers: dict[str, Watcher] = {}
        self._lock, self._process = threading.Lock(), os.getpid()
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as trouble:
            raise SearchUnavailable(f"The search folder cannot be made: {trouble}") from trouble

    def _watcher(self, index: str) -> Watcher:
        if self._process != os.getpid():
            # Forked in the middle of somebody's lock: begin with fresh ones
            self._lock, self._process = threading.Lock(), os.getpid()
            for watcher in self._watchers.values():
                watcher.after_fork()
        with self._lock:
            if index not in self._watchers:
                self._watchers[index] = Watcher(Place(self._root, index))
            return self._watchers[index]

    def _snapshot(self, index: str) -> Snapshot:
        return self._watcher(index).current()

    # -- reading ---------------------------------------------------------------------

    def search(self, index: str, query: Query) -> Page:
        """Hits, exact totals and facets for one query; see `asking.py` for the ranking."""
        snapshot = self._snapshot(index)
        return Asking(snapshot, query.for_index(snapshot.settings)).page()

    def similar(self, index: str, id: str, limit: int = 10, filter: Filter | None = None) -> Page:
        """The documents nearest to this one, without itself."""
        return similar(self._snapshot(index), id, limit, filter)

    def suggest(self, index: str, prefix: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Complete what is being typed with names that occur in the index."""
        return suggest(self._snapshot(index), prefix, limit)

    def facet_values(
        self, index: str, field: str, prefix: str = "", filter: Filter | None = None
    ) -> tuple[FacetCount, ...]:
        """Values of a facet with a word that starts so, most frequent first."""
        return facet_values(self._snapshot(index), field, prefix, filter)

    def vector_model(self, index: str) -> str:
        """Whose vectors the index holds; empty when nobody told."""
        return self._snapshot(index).settings.vector_model

    def get(self, index: str, id: str) -> Document | None:
        """One document as it was written (its vector as far as int8 keeps it)."""
        snapshot = self._snapshot(index)
        row = snapshot.text.row_of(id)
        return None if row is None else snapshot.journal.full_document(row)

    def status(self) -> Mapping[str, IndexStatus]:
        """How every index in this folder is; never raises for a sick one."""
        names = sorted(each.name.removesuffix(".current") for each in self._root.glob("*.current"))
        return {name: self._status(name) for name in names}

    def _status(self, name: str) -> IndexStatus:
        try:
            found = self._snapshot(name)
        except SearchUnavailable as trouble:
            return IndexStatus(name, 0, 0, 0, "", False, str(trouble))
        columns, vectors = found.journal.columns, found.journal.vectors
        folder = Place(self._root, name).folder(found.generation)
        with_vector = 0 if vectors is None else int(((vectors.factors > 0) & columns.live).sum())
        return IndexStatus(
            name, int(columns.live.sum()), with_vector, folder_bytes(folder), found.generation, True
        )

    def is_current(self, settings: IndexSettings) -> bool:
        """Whether the index is there, whole and of these settings; changes nothing."""
        place = Place(self._root, settings.name)
        if not self._fits(place, settings):
            return False
        try:
            self._watcher(settings.name).verify()
        except (IndexMissing, IndexDamaged):
            return False
        return True

    # -- writing ---------------------------------------------------------------------

    def ensure(self, settings: IndexSettings) -> bool:
        """Make the index usable under these settings; True when it is new and empty."""
        place = Place(self._root, settings.name)
        if self._fits(place, settings):
            return False
        with place.writing(self._wait):
            if self._fits(place, settings):
                return False
            try:
                pointer = place.pointer()
                if pointer.shape == shape_of(settings):  # only the synonyms differ
                    self._snapshot(settings.name)
                    save_settings(place.folder(pointer.generation), settings)
                    place.point_at(pointer.generation, settings)
                    return False
            except (IndexMissing, IndexDamaged):
                pass  # laid anew below
            generation = place.new_generation()
            create_generation(place, generation, settings)
            place.point_at(generation, settings)
            place.sweep()
        return True

    def _fits(self, place: Place, settings: IndexSettings) -> bool:
        try:
            pointer = place.pointer()
            if pointer.shape != shape_of(settings):
                return False
            self._snapshot(settings.name)
            return load_settings(place.folder(pointer.generation), place.index) == settings
        except (IndexMissing, IndexDamaged):
            return False

    def write(self, index: str, upserts: Iterable[Document], deletes: Sequence[str] = ()) -> None:
        """Replace and remove; on return it is on the disk and every reader's next search sees it.

        All or nothing: one bad document (BadQuery) leaves the index as it was.
        """
        place = Place(self._root, index)
        watcher = self._watcher(index)
        with place.writing(self._wait):
            place.sweep()
            write_documents(place, watcher.reread(), upserts, deletes)

    def rebuild(
        self,
        settings: IndexSettings,
        documents: Iterable[Document],
        progress: Progress | None = None,
    ) -> int:
        """Fill a new generation and swap it in; see `writer.rebuild`."""
        place = Place(self._root, settings.name)
        watcher = self._watcher(settings.name)
        with place.building(self._wait):
            return rebuild(place, watcher, settings, documents, progress, self._wait)

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            self._watchers.clear()
