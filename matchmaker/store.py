"""Uploaded files, kept by the hash of their content: never public, never overwritten.

Any place fsspec knows (a folder, S3 and its kin). Who may read a file is decided by the room
whose row names it; nothing here has an address of its own.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import fsspec
import structlog
from flask import Flask, current_app
from fsspec.implementations.local import LocalFileSystem

from matchmaker.config import Config
from matchmaker.errors import NotFound, Unavailable
from matchmaker.wording import gettext as _

log = structlog.get_logger("matchmaker.store")

PROBE = 4096  # bytes
LEAST_ROOM = 20 * 1024 * 1024  # bytes: two of the largest documents
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
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

    def put_as(self, digest: str, suffix: str, content: bytes) -> bool:
        """Keep what was made of a file under that file's own hash, e.g. a smaller picture.

        Returns whether it is new here.
        """
        path = self._path(digest, suffix)
        with _honest("kept"):
            if self.files.exists(path):
                return False
            self._write(path, content)
        return True

    def put_all(self, digest: str, made: Mapping[str, bytes]) -> None:
        """Keep all that was made of a file, by suffix, or nothing of it."""
        new = []
        try:
            for suffix, content in made.items():
                if self.put_as(digest, suffix, content):
                    new.append(suffix)
        except Unavailable:
            for suffix in new:
                self.remove(digest, suffix)
            raise

    def check(self) -> None:
        """Try whether files can be kept. Raises Unavailable where they cannot.

        A remote store is only asked for, not written to: pages that everybody may open ask this.
        """
        with _honest("kept"):
            if not self.is_local:
                self.files.exists(self.root)
                return
            self._write(f"{self.root}/probe", b"\0" * PROBE)
            self.files.rm_file(f"{self.root}/probe")
            if shutil.disk_usage(self.root).free < LEAST_ROOM:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @property
    def is_local(self) -> bool:
        """A folder of this machine."""
        return isinstance(self.files, LocalFileSystem)

    def _write(self, path: str, content: bytes) -> None:
        # A name of its own: two who send the same file at once must not write into one.
        aside = f"{path}.{secrets.token_hex(4)}.part"
        self.files.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        try:
            with self.files.open(aside, "wb") as file:
                file.write(content)
            self.files.mv(aside, path)
        except BaseException:
            with suppress(OSError):
                self.files.rm_file(aside)
            raise

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
        log.error("uploaded files", not_possible=verb, reason=str(broken))
        raise Unavailable(_said(verb, broken)) from broken


def _said(verb: str, broken: OSError) -> str:
    """For the reader; what the machine says, with its paths, is in the log."""
    if verb != "kept":
        return _("The file cannot be read right now. Nothing is lost; try again soon.")
    if broken.errno in NO_ROOM:
        return _(
            "The file could not be kept: there is no room for it right now. Who runs this site "
            "can see that. Nothing else is lost; send it again later."
        )
    return _("The file could not be kept right now. Nothing else is lost; try again soon.")


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
