"""Uploaded files: kept by their hash, never half, honest when the disk is full."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from matchmaker.config import Config
from matchmaker.errors import NotFound, Unavailable
from matchmaker.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(Config.from_env({}, data_dir=tmp_path))


def test_what_was_kept_comes_back_by_its_hash(store: Store) -> None:
    digest = store.put(b"a certificate")
    assert digest == hashlib.sha256(b"a certificate").hexdigest()
    assert store.put(b"a certificate") == digest
    assert store.get(digest) == b"a certificate"


def test_what_was_removed_is_gone(store: Store) -> None:
    digest = store.put(b"x")
    store.remove(digest)
    store.remove(digest)
    with pytest.raises(NotFound):
        store.get(digest)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 63, "g" * 64])
def test_only_hashes_name_files(store: Store, name: str) -> None:
    with pytest.raises(NotFound):
        store.get(name)


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where the folder should be")
    store = open_store(Config.from_env({}, data_dir=tmp_path))
    with pytest.raises(Unavailable, match="Nothing else is lost"):
        store.put(b"x")
