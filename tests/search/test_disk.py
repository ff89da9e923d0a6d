"""What is said of a disk without room, and how much of it is left to others."""

from __future__ import annotations

import errno
import os
from collections import namedtuple
from pathlib import Path

import pytest

from search.embedded import disk
from search.embedded.disk import honest_disk, leave_spare
from search.errors import DiskFull, IndexDamaged, SearchUnavailable

MEGABYTE = 1_000_000
Usage = namedtuple("Usage", "total used free")


def room(monkeypatch: pytest.MonkeyPatch, total: int, free: int) -> None:
    usage = Usage(total * MEGABYTE, (total - free) * MEGABYTE, free * MEGABYTE)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: usage)


@pytest.mark.parametrize(
    ("total", "free", "wanted", "fits"),
    [
        (100, 3, 1, True),  # 2 % are spare
        (100, 3, 2, False),
        (1_000_000, 60, 10, True),  # at most 50 MB are spare
        (1_000_000, 60, 11, False),
    ],
)
def test_the_last_of_a_disk_is_left_to_others(
    monkeypatch: pytest.MonkeyPatch, total: int, free: int, wanted: int, fits: bool
) -> None:
    room(monkeypatch, total, free)
    if fits:
        leave_spare("goods", Path("/srv"), wanted * MEGABYTE)
        return
    with pytest.raises(DiskFull, match=f"found {free}.0 MB free in /srv. Make room there") as full:
        leave_spare("goods", Path("/srv"), wanted * MEGABYTE)
    assert full.value.needed > full.value.free


def a_damage_by(trouble: Exception) -> IndexDamaged:
    damage = IndexDamaged("goods", "text")
    damage.__cause__ = trouble
    return damage


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (OSError(errno.EFBIG, "File too large"), r"limits of this process refuse it \(File too"),
        (OSError(errno.EDQUOT, "Quota exceeded"), "Raise the quota"),
        (ValueError("An IO error: { code: 28, kind: StorageFull }"), "The disk is full"),
        (ValueError("An IO error occurred: 'File too large (os error 27)'"), "Raise the quota"),
        (a_damage_by(ValueError("(os error 28) at path")), "The disk is full"),
        (ValueError("An index writer was killed.."), "The disk is full"),
    ],
)
def test_every_lack_of_room_is_told_as_one(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception, said: str
) -> None:
    room(monkeypatch, 100, 0)
    with (
        pytest.raises(DiskFull, match=said) as full,
        honest_disk("goods", Path("/srv"), lambda: 7 * MEGABYTE),
    ):
        raise trouble
    assert full.value.needed == 7 * MEGABYTE
    assert full.value.__cause__ is trouble


def test_other_failures_of_a_disk_say_where_to_look(tmp_path: Path) -> None:
    refused = OSError(errno.EROFS, os.strerror(errno.EROFS))
    with (
        pytest.raises(SearchUnavailable, match="permissions of") as told,
        honest_disk("goods", tmp_path),
    ):
        raise refused
    assert not isinstance(told.value, DiskFull)


@pytest.mark.parametrize("trouble", [KeyboardInterrupt(), IndexDamaged("goods", "torn")])
def test_what_is_no_matter_of_the_disk_passes_unchanged(
    tmp_path: Path, trouble: BaseException
) -> None:
    with pytest.raises(type(trouble)) as seen, honest_disk("goods", tmp_path):
        raise trouble
    assert seen.value is trouble
