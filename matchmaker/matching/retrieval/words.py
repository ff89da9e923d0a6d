"""Keyword scores of every offer for a requirement, not of the best few alone. Pure.

BM25 over one field of all words of an offer, its title counted several times (the way of the
search engine: `search/indexes.py`). A bound needs the score of each offer; an engine tells those
of the best. The words are the engine's: cut and folded by `search.analysis`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.analysis import STOPWORDS, words

# The usual constants of BM25 (Robertson and Zaragoza 2009, section 3.6), as tantivy has them.
K1, B = 1.2, 0.75
TITLE_WEIGHT, TEXT_WEIGHT = 3, 1
# A longer word is as good as its first letters; columns have one width.
LONGEST = 40
# Of all that the words of a question could score the best offer must have so much, to count as 1.
# Of 300 drawn requirements none found less (.08) among 4,700 or 100,000 offers; it is for few.
LEAST_SHARE = 0.07
# Nothing tells more than a word that one of 10,000 offers holds; and for what the words of a
# question could score, none counts for more than one that one of 100 holds: in a short list most
# words are unknown, and say little of how rare they are in the trade.
RAREST, RAREST_ASKED = 1e-4, 1e-2

Scores = NDArray[np.float32]
Column = NDArray[Any]


def rarity(count: int, held_by: Any, rarest: float = RAREST) -> Any:
    """What a word tells that so many of `count` offers hold; for columns too.

    The idf of BM25 for rare words. It depends on the share of offers alone, so that copies of
    offers change nothing; and a word that all hold still tells something, else a list of like
    goods would be told apart by chance words only.
    """
    return np.log1p(1.0 / (np.asarray(held_by) / max(count, 1) + rarest))


class KeywordBuilder:
    """Takes the texts of offers, row by row, and makes the columns of `Keywords`."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._held: list[NDArray[np.uint32]] = []  # per row: pairs of word and how often
        self._sizes: list[int] = []

    def add(self, title: str, text: str) -> None:
        """The next offer. Firm names do not belong in here."""
        counted: Counter[str] = Counter()
        for part, weight in ((title, TITLE_WEIGHT), (text, TEXT_WEIGHT)):
            for word in words(part):
                counted[word[:LONGEST]] += weight
        codes = self._codes
        pairs = [(codes.setdefault(word, len(codes)), n) for word, n in counted.items()]
        self._held.append(np.array(pairs, np.uint32).reshape(-1, 2))
        self._sizes.append(sum(counted.values()))

    def columns(self) -> dict[str, Column]:
        """Postings in the order of words, with what each adds to a score."""
        pairs = np.concatenate([*self._held, np.empty((0, 2), np.uint32)])
        rows = np.repeat(np.arange(len(self._held), dtype=np.uint32), [len(p) for p in self._held])
        spelt = np.array([word.encode() for word in self._codes], dtype=np.bytes_)
        order = np.argsort(spelt)
        rank = np.empty(len(spelt), np.uint32)
        rank[order] = np.arange(len(spelt), dtype=np.uint32)
        terms = rank[pairs[:, 0]]
        by_term = np.argsort(terms, kind="stable")
        sizes = np.bincount(terms, minlength=len(spelt))
        return {
            "word": spelt[order] if len(spelt) else np.empty(0, "S1"),
            "word_start": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            "posting_row": rows[by_term],
            "posting_score": self._scores(terms, rows, pairs[:, 1], sizes)[by_term],
        }

    def _scores(self, terms: Column, rows: Column, often: Column, held_by: Column) -> Scores:
        count = len(self._sizes)
        lengths = np.array(self._sizes, np.float64)
        usual = lengths.mean() if count else 1.0
        slack = K1 * (1 - B + B * lengths / max(usual, 1.0))
        parts = rarity(count, held_by)[terms] * often * (K1 + 1) / (often + slack[rows])
        found: Scores = parts.astype(np.float32)
        return found


class Keywords:
    """The keyword columns of a table, opened."""

    def __init__(self, column: Callable[[str], Column]) -> None:
        self._words = column("word")
        self._starts = column("word_start")
        self._rows = column("posting_row")
        self._scores = column("posting_score")

    def shares(self, text: str, count: int) -> Scores | None:
        """For every row its score as a share of the best; None when no word is known here.

        The best of a poor choice is no match: what holds next to nothing of what the words
        could score does not count as 1.
        """
        total, ideal = np.zeros(count, np.float32), 0.0
        for word in dict.fromkeys(words(text)):
            if word not in STOPWORDS:
                held_by = self._add(word[:LONGEST].encode(), total)
                ideal += float(rarity(count, held_by, RAREST_ASKED)) * (K1 + 1)
        best = float(total.max(initial=0.0))
        return total / np.float32(max(best, LEAST_SHARE * ideal)) if best > 0 else None

    def _add(self, word: bytes, total: Scores) -> int:
        """Add what the word scores; how many offers hold it."""
        at = int(np.searchsorted(self._words, word))
        if at == len(self._words) or self._words[at] != word:
            return 0
        some = slice(int(self._starts[at]), int(self._starts[at + 1]))
        total[self._rows[some]] += self._scores[some]
        return some.stop - some.start


def told(attributes: Mapping[str, object], standards: tuple[str, ...]) -> str:
    """Attributes and standards as words to be found by."""
    values = (" ".join(map(str, each)) if isinstance(each, tuple) else str(each)
              for each in attributes.values())  # fmt: skip
    return " ".join((*values, *standards))
