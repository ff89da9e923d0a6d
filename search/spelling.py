"""The words of an index, and which of them a mistyped word may have meant.

Pure: a vocabulary is a list of (word, documents that hold it).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

ONE_TYPO_FROM = 5
TWO_TYPOS_FROM = 9
# A rare word is taken for a typo of a common one only when that is so much commoner.
MUCH_COMMONER = 20
_REMEMBERED = 10_000


def typos_allowed(word: str) -> int:
    """How many slips of the finger are forgiven; numbers and codes forgive none."""
    if any(each.isdigit() for each in word) or len(word) < ONE_TYPO_FROM:
        return 0
    return 1 if len(word) < TWO_TYPOS_FROM else 2


class Vocabulary:
    """Knows every word of one index and how common it is."""

    def __init__(self, terms: Iterable[tuple[str, int]]) -> None:
        self._count: dict[str, int] = {}
        # First letter and length narrow 50,000 words to some hundreds
        self._shelves: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        for term, count in terms:
            if not term[:1].isalnum() or not count:
                continue
            self._count[term] = count
            if not term[0].isdigit():
                self._shelves[term[0], len(term)].append(term)
        self._by_length: defaultdict[int, list[str]] = defaultdict(list)
        for (_, length), shelf in self._shelves.items():
            self._by_length[length].extend(shelf)
        self._sorted = sorted(self._count)
        self._repairs: dict[str, list[tuple[str, int]]] = {}

    def __len__(self) -> int:
        return len(self._count)

    def count(self, word: str) -> int:
        """How many documents hold this word (when the vocabulary was read)."""
        return self._count.get(word, 0)

    def completions(self, prefix: str, limit: int) -> list[str]:
        """Words that begin so, the commonest first."""
        at = bisect_left(self._sorted, prefix)
        found = []
        for word in self._sorted[at : at + 2_000]:
            if not word.startswith(prefix):
                break
            if word != prefix:
                found.append(word)
        found.sort(key=lambda word: (-self._count[word], word))
        return found[:limit]

    def repairs(self, word: str, limit: int = 4) -> list[tuple[str, int]]:
        """What the typist may have meant, with the number of slips; nearest, then commonest.

        The first letter is trusted, unless no word is near otherwise.
        """
        found = self._repairs.get(word)
        if found is None:
            if len(self._repairs) >= _REMEMBERED:
                self._repairs.clear()
            found = self._repairs[word] = self._found_repairs(word)
        return found[:limit]

    def _found_repairs(self, word: str) -> list[tuple[str, int]]:
        allowed = typos_allowed(word)
        if not allowed:
            return []
        lengths = range(len(word) - allowed, len(word) + allowed + 1)
        found = _near(word, (self._shelves.get((word[0], each)) for each in lengths), allowed)
        if not found and not self.count(word):
            lengths = range(len(word) - 1, len(word) + 2)
            found = _near(word, (self._by_length.get(each) for each in lengths), 1)
        floor = MUCH_COMMONER * self.count(word)
        found = [(each, slips) for each, slips in found if self._count[each] > floor]
        found.sort(key=lambda pair: (pair[1], -self._count[pair[0]], pair[0]))
        if found:
            # two slips are a guess; next to a one-slip word they are noise
            found = [pair for pair in found if pair[1] == found[0][1]]
        return found

    def split(self, word: str) -> tuple[str, str] | None:
        """'stablemat' read as 'stable mat', when both are words here."""
        if len(word) < 6 or self.count(word) or not word.isalpha():
            return None
        cuts = [(word[:at], word[at:]) for at in range(3, len(word) - 2)]
        known = [cut for cut in cuts if self.count(cut[0]) and self.count(cut[1])]
        if not known:
            return None
        return max(known, key=lambda cut: min(self.count(cut[0]), self.count(cut[1])))


def _near(
    word: str, shelves: Iterable[Sequence[str] | None], allowed: int
) -> list[tuple[str, int]]:
    """Other words on these shelves at most so many slips away."""
    found: list[tuple[str, int]] = []
    for shelf in shelves:
        if shelf:
            near = process.extract(
                word, shelf, scorer=OSA.distance, score_cutoff=allowed, limit=None
            )
            found.extend((each, int(slips)) for each, slips, _ in near if each != word)
    return found
