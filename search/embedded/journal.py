"""The append-only files beside the text index: documents, columns, vectors.

What was committed is named by a `State` that travels inside tantivy's own commit, so
text and journal always change together. Bytes beyond it are a crash's leftovers: no
reader looks at them and the next writer cuts them off. Bytes missing mean damage.

Committed bytes are never cut or written again, so no reader loses what it has mapped. If
somebody else cuts a mapped file short, touching the lost pages kills the process (SIGBUS).
Hence only columns and vectors are mapped, which are scanned whole, and only after a look at
their size; documents and small files are read, where a missing byte is an error.
"""

import json
import mmap
import os
import weakref
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np

from search.contract import Document, Field, IndexSettings, Value
from search.embedded.columns import (
    MANY_DTYPE,
    Columns,
    Dictionary,
    record_dtype,
    stored_fields,
)
from search.embedded.vectors import VectorRows, quantised
from search.errors import IndexDamaged
from search.values import Floats, as_keyword, as_number, several

FILES = ("documents", "rows", "many", "values", "dead", "vectors", "factors")
_MAPPED = ("rows", "many", "vectors", "factors")


@dataclass(frozen=True, slots=True)
class State:
    """How many bytes of each file count, and their running checksums."""

    sizes: Mapping[str, int]
    sums: Mapping[str, int]

    @classmethod
    def empty(cls) -> "State":
        return cls(dict.fromkeys(FILES, 0), dict.fromkeys(FILES, 0))

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str, index: str) -> "State":
        try:
            found = json.loads(text)
            return cls(
                {name: int(found["sizes"][name]) for name in FILES},
                {name: int(found["sums"][name]) for name in FILES},
            )
        except (ValueError, KeyError, TypeError) as trouble:
            raise IndexDamaged(index, "its commit names no state") from trouble


def check_files(folder: Path, state: State, index: str) -> None:
    """Read every committed byte once and compare checksums."""
    for name in FILES:
        left, total = state.sizes[name], 0
        try:
            with (folder / name).open("rb") as file:
                while left:
                    chunk = file.read(min(left, 1 << 20))
                    if not chunk:
                        raise IndexDamaged(index, f"{name} is cut short")
                    total = zlib.crc32(chunk, total)
                    left -= len(chunk)
        except OSError as trouble:
            raise IndexDamaged(index, f"{name}: {trouble.strerror}") from trouble
        if total != state.sums[name]:
            raise IndexDamaged(index, f"{name} holds foreign bytes")


def check_sizes(folder: Path, state: State, index: str) -> None:
    """Look only whether every committed byte is there."""
    for name in FILES:
        try:
            size = (folder / name).stat().st_size
        except OSError as trouble:
            raise IndexDamaged(index, f"{name}: {trouble.strerror}") from trouble
        if size < state.sizes[name]:
            raise IndexDamaged(index, f"{name} is cut short")


def _opened(folder: Path, name: str, state: State, index: str) -> FileIO:
    """The file, which holds at least what was committed."""
    try:
        file = FileIO(folder / name)
        if os.fstat(file.fileno()).st_size >= state.sizes[name]:
            return file
        file.close()
    except OSError as trouble:
        raise IndexDamaged(index, f"{name}: {trouble.strerror}") from trouble
    raise IndexDamaged(index, f"{name} is cut short")


def _mapped(folder: Path, name: str, state: State, index: str) -> mmap.mmap | bytes:
    size = state.sizes[name]
    if not size:
        return b""
    with _opened(folder, name, state, index) as file:
        try:
            return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as trouble:  # ValueError: cut between the look and this
            raise IndexDamaged(index, f"{name}: {trouble}") from trouble


def _read(folder: Path, name: str, state: State, index: str, start: int = 0) -> bytes:
    """The committed bytes from `start` on, as a copy."""
    length = state.sizes[name] - start
    if not length:
        return b""
    with _opened(folder, name, state, index) as file:
        file.seek(start)
        found = file.read(length)
    if len(found) < length:
        raise IndexDamaged(index, f"{name} is cut short")
    return found


class Journal:
    """A fixed state of the files, memory-mapped for reading."""

    def __init__(
        self,
        folder: Path,
        settings: IndexSettings,
        state: State,
        previous: "Journal | None" = None,
    ) -> None:
        index = settings.name
        maps = {name: _mapped(folder, name, state, index) for name in _MAPPED}
        self.settings, self.state = settings, state
        self._documents = -1  # an empty state needs no files: they may not be laid yet
        if state.sizes["documents"]:
            with _opened(folder, "documents", state, index) as documents:
                self._documents = os.dup(documents.fileno())
            weakref.finalize(self, os.close, self._documents)
        self._dictionary_bytes = state.sizes["values"]
        self.dictionary: Dictionary = self._read_dictionary(folder, previous)
        dead = _read(folder, "dead", state, index)
        self.columns: Columns = Columns(
            settings,
            np.frombuffer(maps["rows"], dtype=record_dtype(settings)),
            np.frombuffer(maps["many"], dtype=MANY_DTYPE),
            np.frombuffer(dead, dtype=np.uint32),
            self.dictionary,
            previous.columns if previous else None,
        )
        self.vectors: VectorRows | None = None
        if settings.vector_dimensions:
            matrix = np.frombuffer(maps["vectors"], dtype=np.int8)
            self.vectors = VectorRows(
                matrix.reshape(-1, settings.vector_dimensions),
                np.frombuffer(maps["factors"], dtype=np.float32),
            )

    def _read_dictionary(self, folder: Path, previous: "Journal | None") -> Dictionary:
        dictionary = Dictionary.empty(self.settings)
        if previous is not None:
            dictionary = previous.dictionary
        start = previous._dictionary_bytes if previous else 0
        if start < self._dictionary_bytes:
            # A copy: threads may be reading the old one, and a failed read must not spoil it
            dictionary = Dictionary(
                [list(each) for each in dictionary.values],
                [dict(each) for each in dictionary.codes],
            )
            stored = _read(folder, "values", self.state, self.settings.name, start)
            for line in stored.splitlines():
                at, value = json.loads(line)
                dictionary.add(at, value)
        return dictionary

    @property
    def count(self) -> int:
        return self.columns.count

    def document(self, row: int) -> tuple[str, dict[str, Value]]:
        """Id and values as they were written."""
        record = self.columns.records[row]
        start = int(record["_offset"])
        length = int(record["_length"])
        try:
            stored = os.pread(self._documents, length, start)
            found = json.loads(stored)
        except (OSError, ValueError) as trouble:
            raise IndexDamaged(self.settings.name, "documents is cut short") from trouble
        return found["id"], found["values"]

    def full_document(self, row: int) -> Document:
        id, values = self.document(row)
        vector = self.vectors.row(row) if self.vectors else None
        return Document(id, values, vector)

    def live_rows(self, start: int = 0) -> Iterator[int]:
        """Rows that count, in order of writing, from `start` on."""
        for row in np.flatnonzero(self.columns.live[start:]):
            yield int(row) + start


def _as_text(spec: Field, value: object) -> str:
    """One of several values as the dictionary keeps it."""
    if spec.kind == "number":
        return repr(as_number(spec.name, value))
    return as_keyword(spec, value)


class JournalWriter:
    """Appends documents; nothing counts before `flush` returned and its State is committed."""

    def __init__(self, folder: Path, settings: IndexSettings, journal: Journal) -> None:
        self._settings = settings
        self._fields = stored_fields(settings)
        self._dtype = record_dtype(settings)
        self._dimensions = settings.vector_dimensions or 0
        self._before = dict(journal.state.sizes)
        self._sizes = dict(self._before)
        self._sums = dict(journal.state.sums)
        source = journal.dictionary
        self._dictionary = Dictionary(
            [list(each) for each in source.values], [dict(each) for each in source.codes]
        )
        self.count = journal.count
        self._pending: dict[str, list[bytes]] = {name: [] for name in FILES}
        self._pending_bytes = 0
        self._files: dict[str, FileIO] = {}
        for name in FILES:
            file = FileIO(folder / name, "ab")
            self._files[name] = file
            size = os.fstat(file.fileno()).st_size
            if size < self._sizes[name]:
                self.close()
                raise IndexDamaged(settings.name, f"{name} is cut short")
            # What a crash left behind the committed end; no reader maps it
            file.truncate(self._sizes[name])

    def _append(self, name: str, data: bytes) -> None:
        self._pending[name].append(data)
        self._sizes[name] += len(data)
        self._sums[name] = zlib.crc32(data, self._sums[name])
        self._pending_bytes += len(data)

    def add(self, document: Document) -> int:
        """Append one (checked) document and return its row."""
        row = self.count
        self.count += 1
        text = json.dumps({"id": document.id, "values": document.values}, ensure_ascii=False)
        stored = text.encode("utf-8")
        record: list[Any] = [self._sizes["documents"], len(stored)]
        self._append("documents", stored + b"\n")
        for at, spec in enumerate(self._fields):
            value = document.values.get(spec.name)
            if spec.many:
                self._append_many(row, at, spec, value)
            elif spec.kind == "number":
                record.append(np.nan if value is None else as_number(spec.name, value))
            else:
                record.append(0 if value is None else self._code(at, as_keyword(spec, value)))
        self._append("rows", np.array([tuple(record)], dtype=self._dtype).tobytes())
        if self._dimensions:
            self._append_vector(document.vector)
        if self._pending_bytes > 8_000_000:
            self._write_out()
        return row

    def _code(self, at: int, value: str) -> int:
        code = self._dictionary.codes[at].get(value)
        if code is None:
            code = self._dictionary.add(at, value)
            self._append("values", json.dumps([at, value]).encode() + b"\n")
        return code

    def _append_many(self, row: int, at: int, spec: Field, value: Value) -> None:
        codes = {self._code(at, _as_text(spec, each)) for each in several(value)}
        if codes:
            pairs = np.array([(row, at, code) for code in sorted(codes)], dtype=MANY_DTYPE)
            self._append("many", pairs.tobytes())

    def _append_vector(self, vector: Floats | None) -> None:
        if vector is None:
            small, factor = np.zeros(self._dimensions, dtype=np.int8), 0.0
        else:
            small, factor = quantised(vector)
        self._append("vectors", small.tobytes())
        self._append("factors", np.float32(factor).tobytes())

    def bury(self, rows: Sequence[int]) -> None:
        """These rows no longer count."""
        if rows:
            self._append("dead", np.array(rows, dtype=np.uint32).tobytes())

    def _write_out(self) -> None:
        for name, parts in self._pending.items():
            if parts:
                rest = memoryview(b"".join(parts))
                while rest:  # a disk that is filling up takes a part
                    rest = rest[self._files[name].write(rest) :]
                parts.clear()
        self._pending_bytes = 0

    def flush(self) -> State:
        """Bring everything to the disk; the returned state is to be committed."""
        self._write_out()
        for file in self._files.values():
            os.fsync(file.fileno())
        return State(dict(self._sizes), dict(self._sums))

    def bytes_added(self) -> int:
        """How much this writer has appended so far, in memory or in the files."""
        return sum(self._sizes.values()) - sum(self._before.values())

    def give_back(self) -> None:
        """Cut off what was appended. Only while it is sure that no commit names it."""
        for name, size in self._before.items():
            self._files[name].truncate(size)

    def close(self) -> None:
        for file in self._files.values():
            file.close()
