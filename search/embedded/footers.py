"""Recognise torn tantivy files before they are searched.

tantivy reads its own checksums only on demand and panics, or answers nonsense, on torn
bytes. Every file ends in a small JSON footer with the checksum of what stands before.
"""

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from search.errors import IndexDamaged

_FOOTER_MAGIC = 1337
# What tantivy writes for every segment, deletions apart
_PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term")


def check_text_files(folder: Path, index: str) -> None:
    """Compare every file of the current commit with the checksum in its own footer."""
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        segments = {each["segment_id"].replace("-", ""): each for each in meta["segments"]}
        for path in folder.iterdir():
            segment = segments.get(path.name.split(".")[0])
            if segment and _counts(path.name, segment) and not _footer_holds(path):
                raise IndexDamaged(index, f"text/{path.name} holds foreign bytes")
    except FileNotFoundError:
        # a merge of the writer just removed a file: opening will tell whether it matters
        return
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise IndexDamaged(index, "the text index has no readable meta.json") from trouble


def check_text_ends(folder: Path, index: str) -> None:
    """Look only whether every file of the current commit is there and ends in a footer.

    This finds what is gone or cut short at the price of a few bytes per file.
    """
    meta = folder / "meta.json"
    try:
        seen = meta.read_bytes()
        for name in _names(json.loads(seen)):
            if not _has_end(folder / name) and meta.read_bytes() == seen:
                raise IndexDamaged(index, f"text/{name} is gone or cut short")
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise IndexDamaged(index, "the text index has no readable meta.json") from trouble


def _names(meta: Mapping[str, Any]) -> Iterator[str]:
    for segment in meta["segments"]:
        start = segment["segment_id"].replace("-", "")
        yield from (f"{start}.{part}" for part in _PARTS)
        if segment.get("deletes"):
            yield f"{start}.{segment['deletes']['opstamp']}.del"


def _has_end(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(-4, os.SEEK_END)
            return int.from_bytes(file.read(4), "little") == _FOOTER_MAGIC
    except OSError:  # gone, or shorter than that
        return False


def _counts(name: str, segment: Mapping[str, Any]) -> bool:
    """Whether the commit means this file: a killed writer leaves half a list of deletions."""
    if not name.endswith(".del"):
        return True
    deletes = segment.get("deletes") or {}
    return name.split(".")[1] == str(deletes.get("opstamp"))


def _footer_holds(path: Path) -> bool:
    data = path.read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    if int.from_bytes(data[-4:], "little") != _FOOTER_MAGIC or not 0 < length <= len(data) - 8:
        return False
    try:
        footer = json.loads(data[-8 - length : -8])
        return bool(zlib.crc32(memoryview(data)[: -8 - length]) == footer["crc"])
    except (ValueError, KeyError, TypeError):
        return False
