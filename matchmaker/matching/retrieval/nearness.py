"""How near the text of every offer is to a requirement's: by meaning, by words, or both. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.problem import Closeness, Spoken
from matchmaker.matching.retrieval.columns import NO_ROWS, OfferTable, Rows
from matchmaker.matching.retrieval.families import spoken_among
from matchmaker.matching.retrieval.terms import about_goods
from matchmaker.matching.retrieval.words import full_score
from search.values import Floats


@dataclass(frozen=True)
class Nearness:
    """One figure for every row; None when nothing of the kind was measured.

    `cosines`: NaN for offers without a vector. `words`: the share of the best keyword score.
    `spoken`: the family that the text speaks of, None when it speaks of none in particular.
    """

    cosines: NDArray[np.float64] | None
    words: NDArray[np.float64] | None
    spoken: Spoken | None = None

    def of(self, row: int) -> Closeness:
        """The closeness of one offer, as judging takes it."""
        cosine = None if self.cosines is None else float(self.cosines[row])
        return Closeness(
            cosine=None if cosine is None or np.isnan(cosine) else cosine,
            words=None if self.words is None else float(self.words[row]),
            spoken=self.spoken,
        )


def nearness(table: OfferTable, text: str, vector: Floats | None = None) -> Nearness:
    """Compare the text with every offer; `vector` is its meaning by the table's model.

    Without a vector words alone must do.
    """
    return nearness_among((table,), text, vector)[0]


def nearness_among(
    tables: Sequence[OfferTable],
    text: str,
    vector: Floats | None = None,
    gone: Rows = NO_ROWS,
) -> tuple[Nearness, ...]:
    """The same over several tables; the others were built `like` the first, which rules on words.

    `gone`: rows of the first that no longer hold; the best of the others counts as 1.
    """
    shares = _shares(tables, text, gone)
    goods = about_goods(text)
    voting = shares if goods == text else _shares(tables, goods, gone)
    spoken = spoken_among(tables, voting, gone)
    return tuple(
        Nearness(None if vector is None else _cosines(table, vector), words, spoken)
        for table, words in zip(tables, shares, strict=True)
    )


def _shares(
    tables: Sequence[OfferTable], text: str, gone: Rows
) -> list[NDArray[np.float64] | None]:
    """Of every row of each table the share of the best keyword score; None: no word is known."""
    scores = [each.keywords.scores(text).astype(np.float64) for each in tables]
    scores[0][gone] = 0.0
    best = max(float(each.max(initial=0.0)) for each in scores)
    whole = full_score(best, tables[0].keywords.ideal(text))
    return [each / whole if best > 0 else None for each in scores]


def _cosines(table: OfferTable, vector: Floats) -> NDArray[np.float64] | None:
    vectors = table.vectors
    if vectors is None:
        return None
    found = vectors.cosines(vector, np.arange(table.count)).astype(np.float64)
    found[np.asarray(vectors.factors) == 0] = np.nan
    return found
