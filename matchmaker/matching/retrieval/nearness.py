"""How near the text of every offer is to a requirement's: by meaning, by words, or both. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.problem import Closeness
from matchmaker.matching.retrieval.columns import OfferTable
from search.values import Floats


@dataclass(frozen=True)
class Nearness:
    """One figure for every row; None when nothing of the kind was measured.

    `cosines`: NaN for offers without a vector. `words`: the share of the best keyword score.
    """

    cosines: NDArray[np.float64] | None
    words: NDArray[np.float64] | None

    def of(self, row: int) -> Closeness:
        """The closeness of one offer, as judging takes it."""
        cosine = None if self.cosines is None else float(self.cosines[row])
        return Closeness(
            cosine=None if cosine is None or np.isnan(cosine) else cosine,
            words=None if self.words is None else float(self.words[row]),
        )


def nearness(table: OfferTable, text: str, vector: Floats | None = None) -> Nearness:
    """Compare the text with every offer; `vector` is its meaning by the table's model.

    Without a vector words alone must do.
    """
    words = table.keywords.shares(text, table.count)
    return Nearness(
        cosines=None if vector is None else _cosines(table, vector),
        words=None if words is None else words.astype(np.float64),
    )


def _cosines(table: OfferTable, vector: Floats) -> NDArray[np.float64] | None:
    vectors = table.vectors
    if vectors is None:
        return None
    found = vectors.cosines(vector, np.arange(table.count)).astype(np.float64)
    found[np.asarray(vectors.factors) == 0] = np.nan
    return found
