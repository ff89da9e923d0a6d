"""Uploaded files, kept by the hash of their content: never public, never overwritten.

Any place fsspec knows (a folder, S3 and its kin). Who may read a file is decided by the room
whose row names it; nothing here has an address of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import fsspec
from flask import Flask, current_app

from matchmaker.config import Config
from matchmaker.errors import NotFound, Unavailable

DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Store:
    """Files by SHA-256, in `root` of one file system."""

    files: fsspec.AbstractFileSystem
    root: str

    def put(self, content: bytes, suffix: str = "") -> str:
        """Keep the bytes; returns their SHA-256 in hex. Written aside, then moved: never half.

        Raises Unavailable where the store is full or does not answer; nothing is kept then.
        """
        digest = hashlib.sha256(content).hexdigest()
        self.put_as(digest, suffix, content)
        return digest

    def put_as(self, digest: str, suffix: str, content: bytes) -> None:
        """Keep what was made of a file under that file's own hash, e.g. a smaller picture."""
        path = self._path(digest, suffix)
        with _honest("kept"):
            if not self.files.exists(path):
                self.files.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
                with self.files.open(f"{path}.part", "wb") as aside:
                    aside.write(content)
                self.files.mv(f"{path}.part", path)

    def get(self, digest: str, suffix: str = "") -> bytes:
        """The bytes. Raises NotFound, or Unavailable where the store does not answer."""
        path = self._path(digest, suffix)
        with _honest("read"):
            try:
                content: bytes = self.files.cat_file(path)
            except FileNotFoundError as gone:
                raise NotFound("This file is no longer there.") from gone
        return content

    def remove(self, digest: str, suffix: str = "") -> None:
        """Forget the bytes; nothing if they are gone."""
        with _honest("removed"):
            if self.files.exists(self._path(digest, suffix)):
                self.files.rm_file(self._path(digest, suffix))

    def _path(self, digest: str, suffix: str) -> str:
        if not DIGEST.fullmatch(digest) or not re.fullmatch(r"[a-z0-9.-]{0,20}", suffix):
            raise NotFound("This file is no longer there.")
        return f"{self.root}/{digest[:2]}/{digest}{suffix}"


@contextmanager
def _honest(verb: str) -> Iterator[None]:
    try:
        yield
    except OSError as broken:
        raise Unavailable(
            f"The file could not be {verb} right now: {broken.strerror or broken}. "
            "Nothing else is lost; try again soon."
        ) from broken


def open_store(config: Config) -> Store:
    """The store the settings name."""
    url = config.store_url or f"file://{config.data_dir}/store"
    files, root = fsspec.core.url_to_fs(url)
    return Store(files, root.rstrip("/"))


def set_up(app: Flask, config: Config) -> None:
    """Give the application its store; nothing is opened yet."""
    app.extensions["store"] = open_store(config)


def get_store() -> Store:
    """The store of this application."""
    return current_app.extensions["store"]  # type: ignore[no-any-return]
