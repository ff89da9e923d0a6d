"""Which family a product belongs to, guessed from what its maker calls it. Pure.

Two witnesses are heard: the words of the name (those that few families share weigh most), and,
where a model is at hand, how near the name is in meaning. What a firm's cluster makes is the
tie-breaker. A guess is only ever a proposal; the firm is asked to settle it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from matchmaker.catalogue.trade_words import MALAYALAM
from search.analysis import STOPWORDS, fold, tokens

# Measured on the titles of the seeded catalogue and on names as makers write them (see tests).
_SECTOR = 0.2
_MEANING = 1.2
_SURE, _CLEARLY_AHEAD = 0.55, 0.12
_STEMS = tuple(
    sorted(((fold(stem), words) for stem, words in MALAYALAM.items()), key=lambda s: -len(s[0]))
)


@dataclass(frozen=True)
class FamilyWords:
    """What a family is known by; `sector` as the table of sectors names it."""

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    sector: str = ""


@dataclass(frozen=True)
class Guess:
    """A family with what speaks for it; `is_sure`: well ahead of all others."""

    key: str
    worth: float
    is_sure: bool = False


class Families:
    """The families with the weight of their words, ready to be asked many times."""

    def __init__(self, families: Iterable[FamilyWords]) -> None:
        self.families = tuple(families)
        self._phrases = {
            each.key: [_words(phrase) for phrase in (each.name, *each.aliases)]
            for each in self.families
        }

    def rank(
        self,
        name: str,
        *,
        sectors: Collection[str] = (),
        meanings: Mapping[str, float] | None = None,
        most: int = 5,
    ) -> list[Guess]:
        """The likeliest families, best first; empty when nothing speaks for any.

        `sectors`: what the firm's cluster makes. `meanings`: cosine of name and family, by key.
        """
        asked = frozenset(_in_english(name))
        found = []
        for family in self.families:
            by_words = self._by_words(asked, family.key)
            by_meaning = max(0.0, (meanings or {}).get(family.key, 0.0) - 0.25) * _MEANING
            worth = by_words + by_meaning
            if worth > 0:
                found.append((worth + _SECTOR * (family.sector in sectors), family.key))
        found.sort(key=lambda pair: (-pair[0], pair[1]))
        return _told(found[:most])

    def _by_words(self, asked: frozenset[str], key: str) -> float:
        """0 to 1: how much of the name the family knows, and how well one of its phrases fits."""
        known = self._vocabulary[key]
        whole = sum(self._weights.get(word, self._rare) for word in asked)
        covered = sum(self._weights[word] for word in asked if word in known)
        if not covered:
            return 0.0
        best = max(
            sum(self._weights[word] for word in phrase & asked)
            / sum(self._weights[word] for word in phrase)
            for phrase in self._phrases[key]
            if phrase
        )
        return 0.6 * covered / whole + 0.4 * best

    @cached_property
    def _vocabulary(self) -> dict[str, frozenset[str]]:
        return {key: frozenset().union(*phrases) for key, phrases in self._phrases.items()}

    @cached_property
    def _weights(self) -> dict[str, float]:
        """A word weighs the more, the fewer families know it."""
        spread = Counter(word for known in self._vocabulary.values() for word in known)
        return {word: math.log(1 + len(self.families) / n) for word, n in spread.items()}

    @cached_property
    def _rare(self) -> float:
        """What a word that no family knows takes away: as much as the commonest would."""
        return min(self._weights.values(), default=1.0)


def _told(found: Sequence[tuple[float, str]]) -> list[Guess]:
    second = found[1][0] if len(found) > 1 else 0.0
    return [
        Guess(
            key, round(worth, 3), place == 0 and worth >= _SURE and worth - second >= _CLEARLY_AHEAD
        )
        for place, (worth, key) in enumerate(found)
    ]


def in_english(name: str) -> str:
    """The name with Malayalam words of the trade turned into the English of the families."""
    return " ".join(_in_english(name))


def _in_english(name: str) -> list[str]:
    found: list[str] = []
    for token in tokens(name):
        if token.text.isascii():
            if token.text not in STOPWORDS and not token.text[0].isdigit():
                found.append(token.text)
            continue
        english = next((words for stem, words in _STEMS if token.text.startswith(stem)), token.text)
        found.extend(each.text for each in tokens(english))
    return found


def _words(phrase: str) -> frozenset[str]:
    return frozenset(each.text for each in tokens(phrase) if each.text not in STOPWORDS)
