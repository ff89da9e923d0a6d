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
LONGEST_WORD = 40
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
    """Takes the texts of offers, row by row, and makes the columns of `Keywords`.

    `like`: how rare words are, and how long texts, is taken from there, so that scores of a few
    offers compare with those of many.
    """

    def __init__(self, like: Keywords | None = None) -> None:
        self._like = like
        self._codes: dict[str, int] = {}
        self._held: list[NDArray[np.uint32]] = []  # per row: pairs of word and how often
        self._sizes: list[int] = []

    def add(self, title: str, text: str) -> None:
        """The next offer. Firm names do not belong in here."""
        counted: Counter[str] = Counter()
        for part, weight in ((title, TITLE_WEIGHT), (text, TEXT_WEIGHT)):
            for word in words(part):
                counted[word[:LONGEST_WORD]] += weight
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
        words_in_order = spelt[order] if len(spelt) else np.empty(0, "S1")
        told_by = self._rarities(words_in_order, sizes)
        usual = self._usual_length
        return {
            "word": words_in_order,
            "word_start": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            "posting_row": rows[by_term],
            "posting_score": self._scores(told_by[terms], rows, pairs[:, 1], usual)[by_term],
            "usual_length": np.array([usual]),
        }

    @property
    def _usual_length(self) -> float:
        if self._like is not None:
            return self._like.usual_length
        return max(float(np.mean(self._sizes)), 1.0) if self._sizes else 1.0

    def _rarities(self, spelt: Column, held_by: Column) -> Column:
        if self._like is None:
            found: Column = rarity(len(self._sizes), held_by)
            return found
        like = self._like
        return np.array([rarity(like.count, like.held_by(word)) for word in spelt.tolist()])

    def _scores(self, told_by: Column, rows: Column, often: Column, usual: float) -> Scores:
        slack = K1 * (1 - B + B * np.array(self._sizes, np.float64) / usual)
        parts = told_by * often * (K1 + 1) / (often + slack[rows])
        found: Scores = parts.astype(np.float32)
        return found


class Keywords:
    """The keyword columns of a table of `count` offers, opened."""

    def __init__(self, column: Callable[[str], Column], count: int) -> None:
        self.count = count
        self._words = column("word")
        self._starts = column("word_start")
        self._rows = column("posting_row")
        self._scores = column("posting_score")
        self.usual_length = float(column("usual_length")[0])

    def scores(self, text: str) -> Scores:
        """What every row scores for these words."""
        total = np.zeros(self.count, np.float32)
        for word in _asked(text):
            some = self._postings(word)
            total[self._rows[some]] += self._scores[some]
        return total

    def ideal(self, text: str) -> float:
        """What an offer could score that holds every one of these words."""
        held = [self.held_by(word) for word in _asked(text)]
        return (K1 + 1) * sum(float(rarity(self.count, each, RAREST_ASKED)) for each in held)

    def held_by(self, word: bytes) -> int:
        """How many offers hold the word."""
        some = self._postings(word)
        return int(some.stop) - int(some.start)

    def _postings(self, word: bytes) -> slice:
        at = int(np.searchsorted(self._words, word))
        if at == len(self._words) or self._words[at] != word:
            return slice(0, 0)
        return slice(int(self._starts[at]), int(self._starts[at + 1]))


def full_score(best: float, ideal: float) -> float:
    """The score that counts as 1: that of the best offer.

    The best of a poor choice is no match: what holds next to nothing of what the words could
    score does not count as 1.
    """
    return max(best, LEAST_SHARE * ideal)


def _asked(text: str) -> list[bytes]:
    asked = dict.fromkeys(words(text))
    return [word[:LONGEST_WORD].encode() for word in asked if word not in STOPWORDS]


def told(attributes: Mapping[str, object], standards: tuple[str, ...]) -> str:
    """Attributes and standards as words to be found by."""
    values = (" ".join(map(str, each)) if isinstance(each, tuple) else str(each)
              for each in attributes.values())  # fmt: skip
    return " ".join((*values, *standards))
