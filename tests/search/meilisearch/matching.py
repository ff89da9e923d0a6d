"""Which documents hold the words of a query: the server's rules, without its fine ranking.

Words, prefix of the last one, typos, synonyms, phrases, exclusions and the dropping of
words from the end; a score that orders by words held and typos only.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz.distance import OSA

MOST_WORDS = 10
_PARTS = re.compile(r'(-?)"([^"]*)"?|(?<!\S)-(\S+)|([^\s"]+)')


def tokens(text: str) -> list[str]:
    """Words in lower case without accents; letters of every script."""
    plain = unicodedata.normalize("NFKD", text.replace("ı", "i")).lower()
    plain = "".join(c for c in plain if not 0x300 <= ord(c) < 0x370)
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in plain)
    return kept.split()


@dataclass
class Held:
    """The words of one document, field by field."""

    fields: dict[str, list[str]]

    @classmethod
    def of(cls, document: Mapping[str, Any], searchable: Iterable[str]) -> "Held":
        found = {}
        for name in document if "*" in searchable else searchable:
            value = document.get(name)
            if value is not None and not isinstance(value, Mapping):
                parts = value if isinstance(value, list) else [value]
                found[name] = tokens(" ".join(map(str, parts)))
        return cls(found)

    def phrase(self, words: list[str]) -> bool:
        size = len(words)
        return bool(words) and any(
            held[start : start + size] == words
            for held in self.fields.values()
            for start in range(len(held) - size + 1)
        )


@dataclass
class Asked:
    """A query text, read."""

    terms: list[list[str]] = field(default_factory=list)  # a phrase has several words
    excluded: list[list[str]] = field(default_factory=list)
    last_open: bool = False

    @classmethod
    def of(cls, text: str) -> "Asked":
        found = cls()
        for minus, phrase, unwanted, word in _PARTS.findall(text):
            if unwanted:
                found.excluded.append(tokens(unwanted))
            elif phrase and minus:
                found.excluded.append(tokens(phrase))
            elif phrase:
                found.terms.append(tokens(phrase))
                found.last_open = False
            else:
                several = tokens(word)
                found.terms += [[each] for each in several]
                found.last_open = bool(several)
        found.terms = [each for each in found.terms if each][:MOST_WORDS]
        return found

    @property
    def size(self) -> int:
        return sum(map(len, self.terms))


def slips(asked: str, held: str) -> int | None:
    """How many typos lie between, or None when too many."""
    if asked == held:
        return 0
    if len(asked) < 5 or any(c.isdigit() for c in asked):
        return None
    allowed = 1 if len(asked) < 9 else 2
    found = int(OSA.distance(asked, held, score_cutoff=allowed))
    if asked[0] != held[0]:
        found += 1
    return found if found <= allowed else None


class Matcher:
    """One query against many documents."""

    def __init__(self, text: str, synonyms: Mapping[str, list[str]]) -> None:
        self.asked = Asked.of(text)
        self.synonyms = {
            tuple(tokens(key)): [tokens(each) for each in others]
            for key, others in synonyms.items()
        }

    def matched(self, term: list[str], held: Held, *, last: bool) -> tuple[int, set[str]] | None:
        """Typos and the words that were found, or None."""
        if held.phrase(term):
            return 0, set(term)
        for other in self.synonyms.get(tuple(term), []):
            if held.phrase(other):
                return 0, set(other)
        if len(term) > 1:
            return None
        best: tuple[int, set[str]] | None = None
        for word in {each for words in held.fields.values() for each in words}:
            found = 0 if last and word.startswith(term[0]) else slips(term[0], word)
            if found is not None and (best is None or found < best[0]):
                best = (found, {word})
        return best

    def score(self, held: Held, strategy: str) -> tuple[float, set[str]] | None:
        """How well, and by which words; None when not at all."""
        if any(held.phrase(each) for each in self.asked.excluded):
            return None
        terms = self.asked.terms
        if not terms:
            return 1.0, set()
        size, typos, marked = 0, 0, set[str]()
        for place, term in enumerate(terms):
            last = self.asked.last_open and place == len(terms) - 1
            found = self.matched(term, held, last=last)
            if found is None:
                break
            size, typos, marked = size + len(term), typos + found[0], marked | found[1]
        else:
            return (self.asked.size - 0.01 - 0.1 * min(typos, 8)) / self.asked.size, marked
        if not size or strategy == "all":
            return None
        return (size - 0.01 - 0.1 * min(typos, 8)) / self.asked.size, marked


def marked_text(text: str, words: set[str], before: str, after: str) -> str:
    """The text with the found words between the tags."""
    return re.sub(
        r"[^\W_][\w\u0300-\u036f\u0900-\u0dff'’]*",
        lambda m: f"{before}{m[0]}{after}" if words.intersection(tokens(m[0])) else m[0],
        text,
    )
