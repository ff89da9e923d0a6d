"""One consistent state of an index, and the watcher that notices a newer one.

Asking costs two `stat` calls per search: the pointer file (a rebuild was swapped in, or
synonyms changed) and tantivy's meta.json (somebody committed). No thread, no polling,
so a forked web worker sees commits of other processes at its next search.

Files that are gone or cut short under us are noticed within a second of searching, and
foreign bytes whenever somebody asks to `verify`.
"""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from search.contract import IndexSettings
from search.embedded.footers import check_text_ends, check_text_files
from search.embedded.journal import Journal, check_files, check_sizes
from search.embedded.layout import Place, Pointer, Signature, load_settings, signature
from search.embedded.texts import TextIndex
from search.embedded.words import TextView
from search.errors import IndexDamaged, IndexMissing
from search.spelling import Vocabulary
from search.understanding import SynonymTable, synonym_table

# Reading all words of a large index takes some 50 ms; new words need no repairs at once.
_SMALL = 5_000
_VOCABULARY_AGE = 30.0
_LOOK_AFTER = 1.0  # seconds; looking at the size of every file takes less than a millisecond
_READ_AFTER = 60.0  # seconds; reading every byte takes some 0.1 s for 100 MB


Signatures = tuple[Signature | None, Signature | None]


@dataclass
class _Spelling:
    """The vocabulary of one generation, read again when it has aged."""

    vocabulary: Vocabulary
    read_at: float
    rows: int


@dataclass
class Snapshot:
    """Everything a search reads, of one and the same commit."""

    index: str
    generation: str
    settings: IndexSettings
    synonyms: SynonymTable
    text: TextView
    journal: Journal
    spelling: list[_Spelling] = field(default_factory=list)  # shared by a generation's snapshots

    @property
    def vocabulary(self) -> Vocabulary:
        held = self.spelling[0] if self.spelling else None
        rows = self.journal.count
        if held is not None and held.rows == rows:
            return held.vocabulary
        aged = held is None or time.monotonic() - held.read_at > _VOCABULARY_AGE
        if held is None or aged or rows < _SMALL:
            held = _Spelling(self.text.vocabulary(), time.monotonic(), rows)
            self.spelling[:] = [held]
        return held.vocabulary


class Watcher:
    """Hands out the newest snapshot of one index."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._lock = threading.Lock()
        # One tuple, replaced whole: a thread that read a snapshot and its signatures apart
        # could take an old snapshot for the newest
        self._held: tuple[Snapshot, Signatures] | None = None
        self._text: TextIndex | None = None
        self._checked: str = ""
        self._looked_at = self._read_at = float("-inf")

    def after_fork(self) -> None:
        """A lock that another thread held at the fork would never be freed here."""
        self._lock = threading.Lock()

    def current(self) -> Snapshot:
        """The newest commit; raises IndexMissing or IndexDamaged."""
        found = self._unchanged()
        if found is None:
            with self._lock:
                found = self._unchanged() or self._looked_at_again() or self._reopen()
        return found

    def reread(self) -> Snapshot:
        """The newest commit read afresh: what a writer builds on leaves nothing to a clock."""
        with self._lock:
            return self._reopen()

    def verify(self) -> Snapshot:
        """The newest commit, its files looked at now and read anew if that was long ago."""
        with self._lock:
            if time.monotonic() - self._read_at > _READ_AFTER:
                self._checked = ""
            self._looked_at = float("-inf")
            return self._reopen()

    def _unchanged(self) -> Snapshot | None:
        held = self._held
        if held is None or self._signatures(held[0].generation) != held[1]:
            return None
        return None if self._look_is_due() else held[0]

    def _looked_at_again(self) -> Snapshot | None:
        """The held snapshot, if no commit followed it and its files are all there still.

        Opening all files anew for nothing would cost a search some 20 ms every second.
        """
        held = self._held
        if held is None or self._signatures(held[0].generation) != held[1]:
            return None
        folder = self._place.folder(held[0].generation)
        try:
            check_text_ends(folder / "text", self._place.index)
            check_sizes(folder, held[0].journal.state, self._place.index)
        except IndexDamaged:
            return None  # told, or found repaired, by opening it anew
        self._looked_at = time.monotonic()
        return held[0]

    def _look_is_due(self) -> bool:
        return time.monotonic() - self._looked_at > _LOOK_AFTER

    def _signatures(self, generation: str) -> Signatures:
        meta = self._place.folder(generation) / "text" / "meta.json"
        return signature(self._place.pointer_path), signature(meta)

    def _reopen(self) -> Snapshot:
        for attempt in (1, 2, 3):
            pointer = self._place.pointer()
            seen = self._signatures(pointer.generation)
            try:
                found = self._open(pointer)
            except IndexDamaged:
                # What is damaged is read whole again before it may count as repaired
                self._held, self._text, self._checked = None, None, ""
                # A rebuild may have removed this generation between the two reads
                if attempt == 3 or self._place.pointer() == pointer:
                    raise
            else:
                self._held = found, seen
                return found
        raise IndexMissing(self._place.index)

    def _open(self, pointer: Pointer) -> Snapshot:
        folder = self._place.folder(pointer.generation)
        if not folder.is_dir():
            raise IndexDamaged(self._place.index, "its folder is gone")
        settings = load_settings(folder, self._place.index)
        held = self._held[0] if self._held else None
        same = held is not None and held.generation == pointer.generation
        if self._look_is_due() or not self._checked:
            check_text_ends(folder / "text", settings.name)
        if not same or self._text is None:
            self._text = TextIndex(folder / "text", settings)
        view = self._text.view()
        state = view.state()
        check_sizes(folder, state, settings.name)
        self._looked_at = time.monotonic()
        self._check_once(folder, pointer.generation, view, settings.name)
        earlier = held if held is not None and same else None
        return Snapshot(
            index=self._place.index,
            generation=pointer.generation,
            settings=settings,
            synonyms=synonym_table(settings.synonyms),
            text=view,
            journal=Journal(folder, settings, state, earlier.journal if earlier else None),
            spelling=earlier.spelling if earlier else [],
        )

    def _check_once(self, folder: Path, generation: str, view: TextView, index: str) -> None:
        """The first time a process opens a generation it reads every byte; see also `verify`."""
        if self._checked == generation:
            return
        check_text_files(folder / "text", index)
        check_files(folder, view.state(), index)
        self._checked, self._read_at = generation, time.monotonic()
