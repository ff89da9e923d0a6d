"""Put documents on the disk so that a kill at any moment loses nothing acknowledged.

Order of every write: journal bytes appended and synced, then one tantivy commit that
holds the words and names the journal's new end. Before that commit nothing happened;
after it everything did.
"""

import shutil
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress

from search.contract import Document, IndexSettings, Progress
from search.embedded.disk import folder_bytes, honest_disk, leave_spare, sync_folder
from search.embedded.journal import Journal, JournalWriter, State
from search.embedded.layout import Place, save_settings
from search.embedded.snapshot import Snapshot, Watcher
from search.embedded.texts import TextIndex, TextWriter
from search.embedded.words import guarded
from search.errors import DiskFull, IndexDamaged, IndexMissing, SearchError
from search.values import checked_document

_BULK = 500  # from so many documents on a larger buffer pays
_PROGRESS_STEP = 200
# The words take about as much as the documents, and as much again while they are merged
_TIMES_THE_JOURNAL = 4
_LOOK_EVERY = 1_000_000  # bytes of journal between two looks at the room on the disk


class Generation:
    """A generation being written to. Use within the write lock (or before it is pointed at).

    `bytes_needed` is what the whole work is thought to take, for who must make room.
    """

    def __init__(
        self,
        place: Place,
        generation: str,
        settings: IndexSettings,
        journal: Journal,
        bulk: bool,
        bytes_needed: int = 0,
    ) -> None:
        self._place, self._settings = place, settings
        self._bytes_needed = bytes_needed
        self._look_at = _LOOK_EVERY
        self._committing = False
        folder = place.folder(generation)
        with self._honest():
            self._journal = JournalWriter(folder, settings, journal)
            try:
                self._text = TextWriter(TextIndex(folder / "text", settings), bulk)
            except BaseException:
                self._journal.close()
                raise

    def _honest(self) -> AbstractContextManager[None]:
        return honest_disk(self._settings.name, self._place.root, self._needed)

    def _needed(self) -> int:
        return max(self._bytes_needed, _TIMES_THE_JOURNAL * self._journal.bytes_added())

    def put(self, document: Document, old_row: int | None) -> int:
        """Append one checked document in place of its older version."""
        added = self._journal.bytes_added()
        if added >= self._look_at:
            self._look_at = added + _LOOK_EVERY
            leave_spare(self._settings.name, self._place.root, _LOOK_EVERY)
        with self._honest():
            if old_row is not None:
                self._text.remove(document.id)
                self._journal.bury([old_row])
            row = self._journal.add(document)
            self._text.add(document, row)
        return row

    def remove(self, id: str, row: int) -> None:
        with self._honest():
            self._text.remove(id)
            self._journal.bury([row])

    def commit(self) -> None:
        """From here on it counts."""
        with self._honest():
            state = self._journal.flush()
            self._committing = True
            self._text.commit(state)

    def close(self) -> None:
        """Let go. It is committed: merges that failed are made up for by a later write."""
        self._journal.close()
        with suppress(IndexDamaged), guarded(self._settings.name):
            self._text.close()

    def abandon(self) -> None:
        """Let go and give back the room that was taken, as far as that is sure to be right."""
        with suppress(IndexDamaged), guarded(self._settings.name):
            self._text.abandon()
        if not self._committing:
            with suppress(OSError):
                self._journal.give_back()
        self._journal.close()


def create_generation(place: Place, generation: str, settings: IndexSettings) -> None:
    """Lay an empty generation aside; where that fails, nothing of it stays."""
    folder = place.folder(generation)
    try:
        with honest_disk(settings.name, place.root):
            TextIndex.create(folder / "text", settings)
            empty = Journal(folder, settings, State.empty())
            JournalWriter(folder, settings, empty).close()
            save_settings(folder, settings)
            sync_folder(folder)
            sync_folder(place.root)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def write_documents(
    place: Place, now: Snapshot, upserts: Iterable[Document], deletes: Sequence[str]
) -> None:
    """One write in the current generation; the caller holds the lock."""
    # The last version of an id wins; checking comes first, so that a refusal changes nothing
    fresh = {each.id: checked_document(each, now.settings) for each in upserts}
    gone = [id for id in dict.fromkeys(deletes) if id not in fresh]
    old = {id: now.text.row_of(id) for id in (*fresh, *gone)}
    if not fresh and not any(old[id] is not None for id in gone):
        return
    least = sum(_letters(each) for each in fresh.values())
    _find_room(place, now, 2 * least)
    bulk, needed = len(fresh) >= _BULK, _TIMES_THE_JOURNAL * least
    target = Generation(place, now.generation, now.settings, now.journal, bulk, needed)
    try:
        for id, document in fresh.items():
            target.put(document, old[id])
        for id in gone:
            row = old[id]
            if row is not None:
                target.remove(id, row)
        target.commit()
    except BaseException:
        target.abandon()
        raise
    target.close()


def _find_room(place: Place, now: Snapshot, wanted: int) -> None:
    """Leave the spare room to others, or DiskFull; the remains of a failed merge go first."""
    try:
        leave_spare(place.index, place.root, wanted)
    except DiskFull:
        with honest_disk(place.index, place.root):
            folder = place.folder(now.generation) / "text"
            TextWriter(TextIndex(folder, now.settings), bulk=False).abandon()
        leave_spare(place.index, place.root, wanted)


def _letters(document: Document) -> int:
    """About how many bytes a document takes at the least."""
    texts = [each for each in document.values.values() if isinstance(each, str)]
    return sum(map(len, texts)) + (0 if document.vector is None else len(document.vector))


def rebuild(
    place: Place,
    watcher: Watcher,
    settings: IndexSettings,
    documents: Iterable[Document],
    progress: Progress | None,
    wait: float,
) -> int:
    """Fill a new generation and swap it in; returns how many documents it holds.

    The caller holds the build lock.

    Writes to the old generation go on meanwhile: what they changed since the start is
    carried over, under the write lock, before the swap.
    """
    before = _current(watcher)
    generation = place.new_generation()
    needed = 0 if before is None else 3 * folder_bytes(place.folder(before.generation)) // 2
    try:
        create_generation(place, generation, settings)
        empty = Journal(place.folder(generation), settings, State.empty())
        target = Generation(place, generation, settings, empty, True, needed)
        try:
            rows = _fill(target, settings, documents, progress)
            with place.writing(wait):
                _carry_over(target, rows, settings, before, _current(watcher))
                target.commit()
                target.close()
                place.point_at(generation, settings)
                place.sweep_generations()
        except BaseException:
            target.abandon()
            raise
    except BaseException:
        # Once pointed at it counts, even if what follows fails
        if _pointed(place) != generation:
            shutil.rmtree(place.folder(generation), ignore_errors=True)
        raise
    return len(rows)


def _current(watcher: Watcher) -> Snapshot | None:
    try:
        return watcher.reread()
    except (IndexMissing, IndexDamaged):
        return None


def _pointed(place: Place) -> str | None:
    try:
        return place.pointer().generation
    except SearchError:
        return None


def _fill(
    target: Generation,
    settings: IndexSettings,
    documents: Iterable[Document],
    progress: Progress | None,
) -> dict[str, int]:
    rows: dict[str, int] = {}
    for document in documents:
        good = checked_document(document, settings)
        rows[good.id] = target.put(good, rows.get(good.id))
        if progress is not None and len(rows) % _PROGRESS_STEP == 0:
            progress(len(rows))
    if progress is not None:
        progress(len(rows))
    return rows


def _carry_over(
    target: Generation,
    rows: dict[str, int],
    settings: IndexSettings,
    before: Snapshot | None,
    now: Snapshot | None,
) -> None:
    """Repeat on the new generation what was written to the old one meanwhile."""
    if before is None or now is None or before.generation != now.generation:
        return
    if before.settings.fields != settings.fields:
        return  # the old documents have another shape; the change log will bring them again
    start, buried = before.journal.count, len(before.journal.columns.dead)
    fresh = {}
    same_space = before.settings.same_vectors(settings)
    for row in now.journal.live_rows(start):
        document = now.journal.full_document(row)
        if not same_space:
            document = Document(document.id, document.values)
        fresh[document.id] = document
    for row in now.journal.columns.dead[buried:].tolist():
        id, _ = now.journal.document(row)
        if id not in fresh and id in rows:
            target.remove(id, rows.pop(id))
    for id, document in fresh.items():
        rows[id] = target.put(document, rows.get(id))
