"""Embeddings are remembered: across restarts, processes and forks."""

import multiprocessing
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.encoder.cache import EmbeddingCache, EncodedTexts, text_hash
from search.encoder.errors import CacheDamaged


class CountingEncoder:
    """Gives every text a direction of its own and remembers what it was asked."""

    dimensions = 16

    def __init__(self, model_id: str = "counting@1") -> None:
        self.model_id = model_id
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Any:
        self.asked += texts
        return np.array([self.encode_query(text) for text in texts], dtype=np.float32)

    def encode_query(self, text: str) -> Any:
        seed = int.from_bytes(text_hash(text)[:4], "big")
        vector = np.random.default_rng(seed).normal(size=16).astype(np.float32)
        return vector / np.linalg.norm(vector)


def test_nothing_is_encoded_twice(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    texts = EncodedTexts(encoder, EmbeddingCache(tmp_path / "embeddings.db"))
    first = texts.encode(["cow mat", "coir", "cow mat"])
    assert encoder.asked == ["cow mat", "coir"]
    again = EncodedTexts(encoder, EmbeddingCache(tmp_path / "embeddings.db"))
    np.testing.assert_array_equal(again.encode(["cow mat", "coir", "cow mat"]), first)
    assert encoder.asked == ["cow mat", "coir"]


def test_half_precision_keeps_direction_and_length(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    vectors = EncodedTexts(encoder, EmbeddingCache(tmp_path / "e.db")).encode(["cow mat"])
    assert vectors.dtype == np.float32
    assert vectors[0] @ encoder.encode_query("cow mat") > 0.99999
    np.testing.assert_allclose(np.linalg.norm(vectors[0]), 1, atol=1e-6)


def test_another_model_encodes_anew_and_the_old_one_can_be_forgotten(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "e.db")
    EncodedTexts(CountingEncoder("old@1"), cache).encode(["cow mat", "coir"])
    new = CountingEncoder("new@1")
    EncodedTexts(new, cache).encode(["cow mat"])
    assert new.asked == ["cow mat"]
    assert cache.keep_only("new@1") == 2
    assert (cache.count("old@1"), cache.count("new@1")) == (0, 1)


def test_many_texts_are_committed_in_steps_with_progress(tmp_path: Path) -> None:
    seen: list[float] = []
    cache = EmbeddingCache(tmp_path / "e.db")
    names = [f"mat {number}" for number in range(1200)]
    result = EncodedTexts(CountingEncoder(), cache).encode(
        names, lambda step, done: seen.append(done)
    )
    assert result.shape == (1200, 16)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert cache.count("counting@1") == 1200


def test_a_killed_run_keeps_what_it_committed(tmp_path: Path) -> None:
    class Killed(CountingEncoder):
        def encode(self, texts: Sequence[str]) -> Any:
            if self.asked:
                raise KeyboardInterrupt
            return super().encode(texts)

    cache = EmbeddingCache(tmp_path / "e.db")
    names = [f"mat {number}" for number in range(600)]
    with pytest.raises(KeyboardInterrupt):
        EncodedTexts(Killed(), cache).encode(names)
    resumed = CountingEncoder()
    EncodedTexts(resumed, cache).encode(names)
    assert len(resumed.asked) == 600 - 512


def test_no_texts_and_strange_texts(tmp_path: Path) -> None:
    texts = EncodedTexts(CountingEncoder(), EmbeddingCache(tmp_path / "e.db"))
    assert texts.encode([]).shape == (0, 16)
    assert texts.encode(["", "\ud800", "\x00", "കയർ"]).shape == (4, 16)


def test_two_processes_write_one_file_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("fork")
    path = tmp_path / "e.db"
    cache = EmbeddingCache(path)  # opened before the fork, as a preloaded server does
    cache.count("counting@1")
    workers = [
        spawn.Process(target=_encode_range, args=(cache, start, start + 300)) for start in (0, 200)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert cache.count("counting@1") == 500


def _encode_range(cache: EmbeddingCache, start: int, end: int) -> None:
    texts = EncodedTexts(CountingEncoder(), cache)
    for number in range(start, end, 50):
        texts.encode([f"mat {text}" for text in range(number, number + 50)])


def test_threads_share_a_cache(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "e.db")
    threads = [threading.Thread(target=_encode_range, args=(cache, 0, 200)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.count("counting@1") == 200


def test_a_foreign_file_is_set_aside_and_the_cache_starts_empty(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "e.db"
    path.write_bytes(b"this is no database, but somebody's letter " * 200)
    cache = EmbeddingCache(path)
    assert EncodedTexts(CountingEncoder(), cache).encode(["cow mat"]).shape == (1, 16)
    assert (tmp_path / "e.db.damaged").read_bytes().startswith(b"this is no database")
    assert "set aside" in caplog.text


def test_a_file_torn_while_running_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "e.db"
    cache = EmbeddingCache(path)
    EncodedTexts(CountingEncoder(), cache).encode([f"mat {n}" for n in range(2000)])
    cache.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(CacheDamaged, match="delete the file"):
        EncodedTexts(CountingEncoder(), cache).encode(["mat 1"])
