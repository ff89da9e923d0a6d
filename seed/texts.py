"""Product texts that do not repeat each other.

A text is refused while it shares more than `MOST_SHARED` of its word trigrams, numbers taken
out, with any earlier text of its family; then another is drawn.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from random import Random

from seed.families import Family
from seed.grammar import expand

MOST_SHARED = 0.48  # the tests ask for half; the title counts there too
TRIES = 60
_WORDS = re.compile(r"[^\W\d_]+")
Trigram = tuple[str, str, str]


def trigrams(text: str) -> set[Trigram]:
    """The word trigrams of a text without its numbers."""
    words = _WORDS.findall(text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


class Texts:
    """Writes the texts of one family and remembers what it wrote."""

    def __init__(self, family: Family, *, insist: bool = True) -> None:
        self.family = family
        self.insist = insist
        self._with: dict[Trigram, list[int]] = defaultdict(list)
        self._sizes: list[int] = []
        self.given_up = 0

    def write(self, values: Mapping[str, object], random: Random) -> tuple[str, str]:
        """A title and a description about a product with these attributes."""
        best = ("", "")
        best_share = 2.0
        for _ in range(TRIES if self.insist else 1):
            title, description = self._draw(values, random)
            if not self.insist:
                return title, description
            share = self._most_shared(trigrams(f"{title} {description}"))
            if share < best_share:
                best, best_share = (title, description), share
            if share <= MOST_SHARED:
                break
        else:
            self.given_up += 1
        self._remember(trigrams(" ".join(best)))
        return best

    def _draw(self, values: Mapping[str, object], random: Random) -> tuple[str, str]:
        title = expand(random.choice(self.family.titles), values, random)
        middle = ["make", "use", "spec"]
        random.shuffle(middle)
        groups = [
            "opening",
            *middle,
            *random.sample(["packing", "trade"], random.choice((1, 2, 2))),
        ]
        sentences = [
            expand(random.choice(self.family.text[group]), values, random) for group in groups
        ]
        return title, " ".join(sentences)

    def _most_shared(self, found: set[Trigram]) -> float:
        """The largest share, of the smaller text, that any earlier text has in common."""
        common: Counter[int] = Counter()
        for trigram in found:
            common.update(self._with.get(trigram, ()))
        shares = (n / max(min(len(found), self._sizes[i]), 1) for i, n in common.most_common(12))
        return max(shares, default=0.0)

    def _remember(self, found: set[Trigram]) -> None:
        for trigram in found:
            self._with[trigram].append(len(self._sizes))
        self._sizes.append(len(found))
