"""Vectors as int8 rows, compared exactly.

A graph index loses recall under selective filters; scanning 100,000 rows takes 2 ms
and loses nothing. numkong does it with the processor's int8 instructions; where it is
missing or refuses, numpy gives the same numbers slower.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.values import Floats

numkong: Any
try:
    import numkong
except ImportError:  # no wheel for this processor
    numkong = None

Int8s = NDArray[np.int8]
Rows = NDArray[np.int64]

_CHUNK = 4_096
_PICKED = 1_024  # rows; the copy of more would be fresh memory, which costs as much as filling it


def quantised(vector: Floats) -> tuple[Int8s, float]:
    """The vector in int8 and the factor that makes its length one.

    Each vector has its own scale: a unit vector of 384 numbers would use a few
    percent of the int8 range otherwise.
    """
    small = np.round(vector * np.float32(127.0 / np.abs(vector).max())).astype(np.int8)
    return small, float(1.0 / np.linalg.norm(small.astype(np.float32)))


def dots_numpy(matrix: Int8s, query: Int8s) -> Floats:
    """Dot products, in chunks that stay in the cache."""
    wide = query.astype(np.float32)
    out = np.empty(len(matrix), dtype=np.float32)
    for at in range(0, len(matrix), _CHUNK):
        out[at : at + _CHUNK] = matrix[at : at + _CHUNK].astype(np.float32) @ wide
    return out


def dots(matrix: Int8s, query: Int8s) -> Floats:
    """Dot products by the fastest way this machine has."""
    if numkong is None or not len(matrix):
        return dots_numpy(matrix, query)
    found = np.asarray(numkong.cdist(query.reshape(1, -1), matrix, "dot"))
    return found.reshape(-1).astype(np.float32)


class VectorRows:
    """All vectors of an index, one row per document version."""

    def __init__(self, matrix: Int8s, factors: Floats) -> None:
        self._matrix = matrix
        self.factors = factors  # 0 where a document has no vector

    def row(self, at: int) -> Floats | None:
        """The vector of one row, of length one; None when it has none."""
        if self.factors[at] == 0:
            return None
        scaled: Floats = self._matrix[at].astype(np.float32) * self.factors[at]
        return scaled

    def cosines(self, query: Floats, rows: Rows) -> Floats:
        """How near each of these (ascending) rows is; 0 for those without a vector."""
        small, factor = quantised(query)
        # Picking a row costs some six times as much as scanning past it
        if 6 * len(rows) > len(self._matrix):
            found = dots(self._matrix, small) * self.factors
            picked: Floats = found[rows] * np.float32(factor)
            return picked
        near = np.empty(len(rows), dtype=np.float32)
        for at in range(0, len(rows), _PICKED):
            some = rows[at : at + _PICKED]
            near[at : at + _PICKED] = dots(self._matrix.take(some, axis=0), small)
        near *= self.factors[rows] * np.float32(factor)
        return near
