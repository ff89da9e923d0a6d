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
import shutil
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from search.contract import IndexSettings
from search.embedded.disk import honest_disk, sync_folder
from search.errors import BadQuery, IndexDamaged, IndexMissing, SearchUnavailable, WriterBusy

FORMAT = 2  # raise it when files of an older program can no longer be read
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")

Signature = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Pointer:
    generation: str
    shape: str  # what must be equal for the stored files to fit the settings


def shape_of(settings: IndexSettings) -> str:
    """Everything that the stored files depend on."""
    return json.dumps([FORMAT, *settings.shape()])


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
    try:
        with aside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


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
        with honest_disk(self.index, self.root):
            write_atomically(self.pointer_path, json.dumps(pointer) + "\n")

    def sweep(self) -> None:
        """Remove what killed writers left. The caller holds the write lock.

        Another rebuild's folder is in nobody's pointer yet: while one is under way, none is
        touched. Readers that still map an old generation keep its bytes until they move on.
        """
        for torn in (*self.root.glob(f"{self.index}.current.*.new"), *self._torn_inside()):
            with suppress(OSError):
                torn.unlink()
        if self._other_folders():
            with suppress(WriterBusy), self.building(0):
                self.sweep_generations()

    def sweep_generations(self) -> None:
        """Remove all generations but the one that counts. The caller holds both locks."""
        for folder in self._other_folders():
            shutil.rmtree(folder, ignore_errors=True)

    def _other_folders(self) -> list[Path]:
        keep = self.folder(self.pointer().generation)
        return [
            each for each in self.root.glob(f"{self.index}.*-*") if each.is_dir() and each != keep
        ]

    def _torn_inside(self) -> list[Path]:
        """Half-written small files of the generation that counts; nobody will ever name them."""
        folder = self.folder(self.pointer().generation)
        return [*folder.glob("settings.json.*.new"), *folder.glob("text/.tmp*")]

    def writing(self, wait: float) -> "Lock":
        return Lock(self.root / f"{self.index}.lock", self.index, wait)

    def building(self, wait: float) -> "Lock":
        return Lock(self.root / f"{self.index}.build-lock", self.index, wait)


def save_settings(folder: Path, settings: IndexSettings) -> None:
    """Keep the settings beside the files, for readers in other processes."""
    with honest_disk(settings.name, folder):
        write_atomically(folder / "settings.json", json.dumps(asdict(settings), ensure_ascii=False))


def load_settings(folder: Path, index: str) -> IndexSettings:
    try:
        return IndexSettings.restored(
            json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        )
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise IndexDamaged(index, "its settings are unreadable") from trouble


class Lock:
    """An exclusive lock between processes and threads; the kernel frees it on any death.

    The file names the process that holds it, for the message to who waits in vain.
    """

    def __init__(self, path: Path, index: str, wait: float) -> None:
        self._path, self._index, self._wait = path, index, wait
        self._handle = -1

    def __enter__(self) -> "Lock":
        give_up = time.monotonic() + self._wait
        while not self._take():
            if time.monotonic() >= give_up:
                raise WriterBusy(self._index, self._wait, self._holder())
            time.sleep(0.01)
        with suppress(OSError):  # a full disk: the lock holds without a name
            os.truncate(self._handle, 0)
            os.pwrite(self._handle, f"process {os.getpid()}\n".encode(), 0)
        return self

    def _take(self) -> bool:
        with honest_disk(self._index, self._path.parent):
            # Who deleted the whole folder must not keep us from laying it anew
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A lock on a deleted file would keep nobody out
            if os.fstat(handle).st_ino == self._path.stat().st_ino:
                self._handle = handle
                return True
        except (BlockingIOError, FileNotFoundError):
            pass
        finally:
            if self._handle != handle:
                os.close(handle)
        return False

    def _holder(self) -> str:
        try:
            return self._path.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return ""

    def __exit__(self, *_: object) -> None:
        # Closing alone would not free it while a forked child holds a copy of the handle
        fcntl.flock(self._handle, fcntl.LOCK_UN)
        os.close(self._handle)
        self._handle = -1
