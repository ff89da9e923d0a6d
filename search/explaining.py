"""Say why a hit was found: its words and where they stand, its nearness, the filters it passed.

Pure and the same for every engine: a hit brings its stored values and the words that the
engine found or missed in it; the analysis of the index tells where they stand. Worth doing
for the hits of one page only.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.analysis import words
from search.contract import (
    And,
    AnyOf,
    Between,
    Equals,
    Exists,
    Filter,
    Hit,
    IndexSettings,
    Or,
    Scalar,
    Value,
)
from search.spelling import typos_allowed
from search.understanding import Phrase, SynonymTable, synonym_table

# as typed | another form, such as a plural | begins so | misspelt | means the same
How = Literal["exact", "form", "prefix", "spelling", "synonym"]
_REPEATED = 200  # characters; shorter texts (families, clusters, tariff headings) come again
_CODE_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Found:
    """One asked word: what stands for it in the document, how they are related, and where.

    `fields` come in the order of the settings, the weightiest first there.
    """

    asked: str
    word: str
    how: How
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """A filter on `field`, and those of the document's values that pass it."""

    field: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one document is among the hits. `similarity` is a cosine, None without a vector."""

    found: tuple[Found, ...] = ()
    lacking: tuple[str, ...] = ()
    similarity: float | None = None
    passed: tuple[Passed, ...] = ()


class Explainer:
    """Explains hits of one index."""

    def __init__(self, settings: IndexSettings) -> None:
        self._texts = [each.name for each in settings.fields if each.weight]
        self._synonyms: SynonymTable = synonym_table(settings.synonyms)

    def explain(self, hit: Hit, filters: Iterable[Filter] = ()) -> Explanation:
        """`filters`: what the query was narrowed by, its refinements too."""
        texts = {name: _text(hit.values.get(name)) for name in self._texts}
        held = {name: _words_of(text) for name, text in texts.items() if text}
        found = (self._found(asked, held, texts) for asked in hit.matched_words)
        return Explanation(
            tuple(each for each in found if each is not None),
            hit.dropped_words,
            hit.similarity,
            tuple(each for asked in filters for each in _passed(asked, hit.values)),
        )

    def _found(
        self, asked: str, held: Mapping[str, frozenset[str]], texts: Mapping[str, str]
    ) -> Found | None:
        phrase = tuple(words(asked))
        if not phrase:
            return None
        fields = _holding(phrase, held)
        if fields:
            return Found(asked, asked, _form(asked, fields, texts), fields)
        for other in sorted(self._synonyms.get(phrase, ())):
            if fields := _holding(other, held):
                return Found(asked, " ".join(other), "synonym", fields)
        return _nearly(asked, phrase, held) or self._misspelt_synonym(asked, phrase, held)

    def _misspelt_synonym(
        self, asked: str, phrase: Phrase, held: Mapping[str, frozenset[str]]
    ) -> Found | None:
        """'elachi' is near to 'elaichi', which means cardamom."""
        if len(phrase) > 1 or not typos_allowed(phrase[0]):
            return None
        known = [key[0] for key in self._synonyms if len(key) == 1]
        near = process.extractOne(
            phrase[0], known, scorer=OSA.distance, score_cutoff=typos_allowed(phrase[0])
        )
        for other in sorted(self._synonyms.get((near[0],), ())) if near else ():
            if fields := _holding(other, held):
                return Found(asked, " ".join(other), "synonym", fields)
        return None


def _holding(phrase: Phrase, held: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The fields with all these words; else those with some, if together they have all."""
    wanted = frozenset(phrase)
    every = tuple(name for name, found in held.items() if wanted <= found)
    if every or len(phrase) == 1:
        return every
    some = {name: wanted & found for name, found in held.items() if wanted & found}
    return tuple(some) if wanted <= frozenset().union(*some.values()) else ()


def _form(asked: str, fields: tuple[str, ...], texts: Mapping[str, str]) -> How:
    """Whether it stands there as it was typed."""
    typed = re.compile(rf"(?<!\w){re.escape(asked)}(?!\w)", re.IGNORECASE)
    return "exact" if any(typed.search(texts[name]) for name in fields) else "form"


def _nearly(asked: str, phrase: Phrase, held: Mapping[str, frozenset[str]]) -> Found | None:
    """A word that begins so, that is one with its neighbour, or that the typist missed."""
    one = "".join(phrase)
    every = frozenset[str]().union(*held.values())
    start = one[:_CODE_LENGTH] if one.isdigit() else one
    begun = min((word for word in every if word.startswith(start)), key=len, default="")
    if begun:
        how: How = "spelling" if begun == one else "prefix"
        return Found(asked, begun, how, _holding((begun,), held))
    for at in range(3, len(one) - 2):
        if one[:at] in every and one[at:] in every:
            parts = (one[:at], one[at:])
            return Found(asked, " ".join(parts), "spelling", _holding(parts, held))
    allowed = max(1, typos_allowed(one)) if one.isalpha() else 0
    near = process.extractOne(one, every, scorer=OSA.distance, score_cutoff=allowed)
    if near and allowed:
        return Found(asked, near[0], "spelling", _holding((near[0],), held))
    joined = min((word for word in every if one in word), key=len, default="")
    if joined and len(one) > 2:
        return Found(asked, joined, "spelling", _holding((joined,), held))
    return None


def _text(value: Value) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return " ".join(map(str, value)) if not isinstance(value, int | float) else str(value)


def _words_of(text: str) -> frozenset[str]:
    return _remembered(text) if len(text) <= _REPEATED else frozenset(words(text))


@lru_cache(maxsize=2_000)
def _remembered(text: str) -> frozenset[str]:
    return frozenset(words(text))


def _passed(asked: Filter, values: Mapping[str, Value]) -> Iterator[Passed]:
    """The leaves of a filter that this document passes; what it lacks explains nothing."""
    match asked:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _passed(part, values)
        case Equals(name, wanted):
            yield from _of_those(name, [v for v in _several(values.get(name)) if v == wanted])
        case AnyOf(name, several):
            yield from _of_those(name, [v for v in _several(values.get(name)) if v in several])
        case Between(name, low, high):
            numbers = [v for v in _several(values.get(name)) if isinstance(v, int | float)]
            yield from _of_those(name, [v for v in numbers if _lies(v, low, high)])
        case Exists(name):
            yield from _of_those(name, _several(values.get(name)))


def _of_those(name: str, passing: list[Scalar]) -> Iterator[Passed]:
    if passing:
        yield Passed(name, tuple(passing))


def _lies(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _several(value: Value) -> list[Scalar]:
    if value is None:
        return []
    return [value] if isinstance(value, str | int | float) else list(value)
