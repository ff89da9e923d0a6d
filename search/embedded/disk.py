"""The room an index finds on its disk, and what to say when there is too little.

The index is a cache of a database that often lies on the same disk, so it stops before the
disk is full: the last 2 % (at most 50 MB) are left to others. Where writing fails all the
same, the error names how much room is needed, and what was begun is given back.
"""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from search.errors import DiskFull, IndexDamaged, SearchUnavailable

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DIED_UNSAID = "writer was killed"  # tantivy hides what its writing thread died of
_LARGEST_SPARE = 50_000_000


def free_bytes(folder: Path) -> int:
    """What an ordinary user may still write on the disk of this folder; 0 when it is gone."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def folder_bytes(folder: Path) -> int:
    """How much the files of a folder hold together."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue  # a merge removed it meanwhile
    return total


def leave_spare(index: str, root: Path, wanted: int) -> None:
    """Refuse (DiskFull) to write so many bytes when too little would be left for others."""
    try:
        found = shutil.disk_usage(root)
    except OSError:
        return  # writing itself will tell what is wrong
    spare = min(_LARGEST_SPARE, found.total // 50)
    if found.free - wanted < spare:
        needed = max(wanted + spare, found.free + (1 << 20))
        raise DiskFull(index, root, needed, found.free)


@contextmanager
def honest_disk(index: str, root: Path, needed: Callable[[], int] = lambda: 0) -> Iterator[None]:
    """Translate a full or failing disk into DiskFull or SearchUnavailable.

    `needed` (asked only then) estimates the bytes that the whole work takes. Only our own
    steps belong in here: what a caller's documents raise is the caller's.
    """
    try:
        yield
    except BaseException as trouble:
        free = free_bytes(root)
        number = _no_room(trouble, free)
        if number == errno.ENOSPC:
            # What there was did not do, whatever the estimate says
            raise DiskFull(index, root, max(needed(), free + (1 << 20)), free) from trouble
        if number:
            raise DiskFull(index, root, needed(), free, os.strerror(number)) from trouble
        if not _is_of_writing(trouble):
            raise
        raise SearchUnavailable(
            f"The search index '{index}' could not be written: {trouble}. Look at the disk and "
            f"the permissions of {root}. Nothing that was indexed before is lost."
        ) from trouble


def _no_room(trouble: BaseException, free: int) -> int | None:
    """The number of the system's error where this, or its cause, is a lack of room."""
    if isinstance(trouble, IndexDamaged) and trouble.__cause__ is not None:
        trouble = trouble.__cause__
    if isinstance(trouble, OSError):
        return trouble.errno if trouble.errno in _NO_ROOM else None
    if not _is_of_writing(trouble):
        return None
    said = str(trouble)
    if "StorageFull" in said or (_DIED_UNSAID in said and free < 1 << 20):
        return errno.ENOSPC
    found = (each for each in _NO_ROOM if f"os error {each})" in said or f"code: {each}," in said)
    return next(found, None)


def _is_of_writing(trouble: BaseException) -> bool:
    """tantivy raises ValueError for whatever befalls its files, and panics now and then."""
    return isinstance(trouble, OSError | ValueError) or type(trouble).__name__ == "PanicException"


def sync_folder(folder: Path) -> None:
    """Make names of new and renamed files survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
