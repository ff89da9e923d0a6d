"""int8 rows give the cosines of the floats, with numkong and without."""

import numpy as np
import pytest

from search.embedded import vectors
from search.embedded.vectors import VectorRows, dots, dots_numpy, quantised


@pytest.fixture
def floats() -> np.ndarray:
    found = np.random.default_rng(3).normal(size=(5_000, 384)).astype(np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found


def make_rows(floats: np.ndarray) -> VectorRows:
    pairs = [quantised(each) for each in floats]
    return VectorRows(
        np.array([small for small, _ in pairs]), np.array([f for _, f in pairs], np.float32)
    )


@pytest.mark.parametrize("native", [True, False])
def test_the_exact_neighbours_are_kept(
    floats: np.ndarray, native: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not native:
        monkeypatch.setattr(vectors, "numkong", None)
    rows, query = make_rows(floats), floats[7] + 0.5 * floats[8]
    exact = floats @ (query / np.linalg.norm(query))
    for picked in (np.arange(5_000), np.arange(0, 5_000, 10), np.array([7, 8]), np.arange(0)):
        found = rows.cosines(query, picked)
        assert np.abs(found - exact[picked]).max(initial=0) < 0.01
    best = set(np.argsort(-exact)[:50])
    assert len(best & set(np.argsort(-rows.cosines(query, np.arange(5_000)))[:50])) >= 48


def test_both_ways_to_multiply_agree_to_the_last_digit() -> None:
    random = np.random.default_rng(5)
    matrix = random.integers(-127, 128, (9_000, 384), dtype=np.int8)
    query = random.integers(-127, 128, 384, dtype=np.int8)
    assert np.array_equal(dots(matrix, query), dots_numpy(matrix, query))
    assert np.array_equal(dots(matrix, query), matrix.astype(np.int64) @ query.astype(np.int64))


def test_a_row_without_a_vector_is_near_to_nothing() -> None:
    rows = VectorRows(np.zeros((2, 4), np.int8), np.zeros(2, np.float32))
    assert rows.cosines(np.ones(4, np.float32), np.array([0, 1])).tolist() == [0, 0]
    assert rows.row(0) is None
