"""Where the files of an index lie, which generation counts, and who may write.

    <root>/products.current          one line of JSON: the generation that counts
    <root>/products.lock             held while writing
    <root>/products.build-lock       held while rebuilding (writes go on meanwhile)
    <root>/products.<generation>/    journal files, settings.json and text/ (tantivy)

The pointer file is only ever replaced by an atomic rename: a reader sees the old
generation or the new one, never half of each.
"""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from search.contract import Field, IndexSettings
from search.errors import BadQuery, IndexDamaged, IndexMissing, SearchUnavailable, WriterBusy

FORMAT = 2  # raise it when files of an older program can no longer be read
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")

Signature = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Pointer:
    generation: str
    shape: str  # what must be equal for the stored files to fit the settings


def shape_of(settings: IndexSettings) -> str:
    """Everything of the settings that the stored files depend on (synonyms do not count)."""
    fields = [asdict(each) for each in settings.fields]
    return json.dumps([FORMAT, settings.version, settings.vector_dimensions, fields])


def signature(path: Path) -> Signature | None:
    """Changes whenever the file is replaced; cheap enough to ask at every search."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def write_atomically(path: Path, text: str) -> None:
    """Replace a small file so that a crash leaves the old one or the new one."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    with aside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names of new and renamed files survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Place:
    """One index on disk."""

    def __init__(self, root: Path, index: str) -> None:
        if not index or not set(index) <= _NAME_CHARACTERS:
            raise BadQuery("index", index, "Use lower-case letters, digits, '-' and '_'.")
        self.root = root
        self.index = index
        self.pointer_path = root / f"{index}.current"

    def pointer(self) -> Pointer:
        try:
            text = self.pointer_path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise IndexMissing(self.index) from None
        except OSError as trouble:
            raise SearchUnavailable(f"The search index cannot be read: {trouble}") from trouble
        except ValueError as trouble:
            raise IndexDamaged(self.index, "its pointer file is unreadable") from trouble
        try:
            found = json.loads(text)
            return Pointer(str(found["generation"]), str(found["shape"]))
        except (ValueError, KeyError, TypeError) as trouble:
            raise IndexDamaged(self.index, "its pointer file is unreadable") from trouble

    def folder(self, generation: str) -> Path:
        return self.root / f"{self.index}.{generation}"

    def new_generation(self) -> str:
        return f"{time.strftime('%Y%m%d%H%M%S')}-{secrets.token_hex(4)}"

    def point_at(self, generation: str, settings: IndexSettings) -> None:
        """Make this generation the one that counts, in one step."""
        pointer = {"generation": generation, "shape": shape_of(settings)}
        write_atomically(self.pointer_path, json.dumps(pointer) + "\n")

    def other_folders(self, generation: str) -> list[Path]:
        """Folders of this index that no longer (or never did) count."""
        keep = self.folder(generation)
        return [
            each for each in self.root.glob(f"{self.index}.*-*") if each.is_dir() and each != keep
        ]

    def writing(self, wait: float) -> "Lock":
        return Lock(self.root / f"{self.index}.lock", self.index, wait)

    def building(self, wait: float) -> "Lock":
        return Lock(self.root / f"{self.index}.build-lock", self.index, wait)


def save_settings(folder: Path, settings: IndexSettings) -> None:
    """Keep the settings beside the files, for readers in other processes."""
    write_atomically(folder / "settings.json", json.dumps(asdict(settings), ensure_ascii=False))


def load_settings(folder: Path, index: str) -> IndexSettings:
    try:
        found = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        return IndexSettings(
            name=found["name"],
            fields=tuple(Field(**each) for each in found["fields"]),
            synonyms=tuple(tuple(each) for each in found["synonyms"]),
            vector_dimensions=found["vector_dimensions"],
            version=found["version"],
        )
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise IndexDamaged(index, "its settings are unreadable") from trouble


class Lock:
    """An exclusive lock between processes and threads; the kernel frees it on any death."""

    def __init__(self, path: Path, index: str, wait: float) -> None:
        self._path, self._index, self._wait = path, index, wait
        self._handle = -1

    def __enter__(self) -> "Lock":
        # Who deleted the whole folder must not keep us from laying it anew
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        started = time.monotonic()
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() - started >= self._wait:
                    os.close(handle)
                    raise WriterBusy(self._index, self._wait) from None
                time.sleep(0.01)
            else:
                self._handle = handle
                return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)


@contextmanager
def honest_disk(index: str) -> Iterator[None]:
    """Translate a full or failing disk into our own error."""
    try:
        yield
    except OSError as trouble:
        raise SearchUnavailable(
            f"The search index '{index}' could not be written: {trouble}. "
            "Nothing that was indexed before is lost."
        ) from trouble
