"""Say why a hit was found: its words and where they stand, its nearness, the filters it passed.

Pure and the same for every engine: a hit brings its stored values and the words that the
engine found or missed in it; the analysis of the index tells where they stand. Worth doing
for the hits of one page only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.analysis import Seeker, words
from search.contract import (
    And,
    AnyOf,
    Between,
    Equals,
    Exists,
    Field,
    Filter,
    Hit,
    IndexSettings,
    Not,
    Or,
    Scalar,
    Value,
)
from search.spelling import typos_allowed
from search.understanding import Phrase, SynonymTable, synonym_table
from search.values import as_text, normal, several

# as typed | another form, such as a plural | begins so | misspelt | means the same
How = Literal["exact", "form", "prefix", "spelling", "synonym"]
_CODE_LENGTH = 6
Texts = Mapping[str, str]  # by field
Leaf = Equals | AnyOf | Between | Exists
Words = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Found:
    """One asked word: what stands for it in the document, how they are related, and where.

    `fields`: the first that holds it, the weightiest before others; or all of them.
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
        # The weightiest first; where weights are equal, names before long texts
        searched = sorted((each for each in settings.fields if each.weight), key=_telling)
        self._fields = [each.name for each in searched]
        self._synonyms: SynonymTable = synonym_table(settings.synonyms)

    def explain(
        self, hits: Sequence[Hit], filters: Iterable[Filter] = (), *, everywhere: bool = False
    ) -> list[Explanation]:
        """One explanation a hit of one answer.

        `filters`: what the query was narrowed by, its refinements too. Each word is told with
        the first field that holds it, or with every one, which takes three times as long.
        """
        matched = {word for hit in hits for word in hit.matched_words}
        asked = {word: phrase for word in matched if (phrase := tuple(words(word)))}
        answer = _Answer(self._synonyms, asked, everywhere)
        narrowed = tuple(filters)
        return [self._explain(hit, narrowed, answer) for hit in hits]

    def _explain(self, hit: Hit, filters: Sequence[Filter], answer: "_Answer") -> Explanation:
        texts = {name: as_text(hit.values[name]) for name in self._fields if hit.values.get(name)}
        found = (answer.found(word, texts) for word in hit.matched_words)
        return Explanation(
            tuple(each for each in found if each is not None),
            hit.dropped_words,
            hit.similarity,
            tuple(each for asked in filters for each in _passed(asked, hit.values)),
        )


def _telling(field: Field) -> tuple[int, bool]:
    return -field.weight, field.highlight and field.weight == 1


class _Answer:
    """The words of one answer, sought in its hits one after the other."""

    def __init__(
        self, synonyms: SynonymTable, asked: Mapping[str, Phrase], everywhere: bool
    ) -> None:
        self._synonyms, self._asked, self._everywhere = synonyms, asked, everywhere
        others = (other for each in asked.values() for other in synonyms.get(each, ()))
        self._seeker = Seeker(frozenset(w for each in (*asked.values(), *others) for w in each))
        self._guesses: dict[str, tuple[Found, Phrase, Seeker]] = {}

    def found(self, asked: str, texts: Texts) -> Found | None:
        phrase = self._asked.get(asked)
        if phrase is None:
            return None
        if fields := self._holding(phrase, texts, self._seeker):
            return Found(asked, asked, self._form(asked, phrase, fields, texts), fields)
        for other in sorted(self._synonyms.get(phrase, ())):
            if fields := self._holding(other, texts, self._seeker):
                return Found(asked, " ".join(other), "synonym", fields)
        return self._guessed(asked, phrase, texts)

    def _holding(self, phrase: Phrase, texts: Texts, seeker: Seeker) -> tuple[str, ...]:
        """The fields with all these words; else those with some, if together they have all."""
        wanted = frozenset(phrase)
        every = []
        parts: dict[str, frozenset[str]] = {}
        for name, text in texts.items():
            held = wanted.intersection([each.text for each in seeker.find(text)])
            if held == wanted:
                every.append(name)
                if not self._everywhere:
                    break
            elif held:
                parts[name] = held
        if every or not wanted <= frozenset().union(*parts.values()):
            return tuple(every)
        return tuple(parts)

    def _form(self, asked: str, phrase: Phrase, fields: Sequence[str], texts: Texts) -> How:
        """Whether it stands there as it was typed."""
        typed = asked.lower()
        if len(phrase) > 1:
            return "exact" if any(typed in texts[name].lower() for name in fields) else "form"
        written = (
            texts[name][each.start : each.end].lower()
            for name in fields
            for each in self._seeker.find(texts[name])
            if each.text == phrase[0]
        )
        return "exact" if typed in written else "form"

    def _guessed(self, asked: str, phrase: Phrase, texts: Texts) -> Found | None:
        """What was meant in an earlier hit is tried before every word is compared."""
        if asked in self._guesses:
            found, meant, seeker = self._guesses[asked]
            if fields := self._holding(meant, texts, seeker):
                return Found(asked, found.word, found.how, fields)
        held = {name: frozenset(words(text)) for name, text in texts.items()}
        guess = _nearly(asked, phrase, held) or self._misspelt_synonym(asked, phrase, held)
        if guess is not None:
            meant = tuple(guess.word.split())
            self._guesses[asked] = guess, meant, Seeker(frozenset(meant))
        return guess

    def _misspelt_synonym(self, asked: str, phrase: Phrase, held: Words) -> Found | None:
        """'elachi' is near to 'elaichi', which means cardamom."""
        if len(phrase) > 1 or not typos_allowed(phrase[0]):
            return None
        known = [key[0] for key in self._synonyms if len(key) == 1]
        allowed = typos_allowed(phrase[0])
        near = process.extractOne(phrase[0], known, scorer=OSA.distance, score_cutoff=allowed)
        for other in sorted(self._synonyms.get((near[0],), ())) if near else ():
            if fields := _fields_with(other, held):
                return Found(asked, " ".join(other), "synonym", fields)
        return None


def _fields_with(phrase: Phrase, held: Words) -> tuple[str, ...]:
    return tuple([name for name, found in held.items() if found.issuperset(phrase)])


def _nearly(asked: str, phrase: Phrase, held: Words) -> Found | None:
    """A word that begins so, that is one with its neighbour, or that the typist missed."""
    one = "".join(phrase)
    every = frozenset[str]().union(*held.values())
    start = one[:_CODE_LENGTH] if one.isdigit() else one
    begun = min((word for word in every if word.startswith(start)), key=len, default="")
    if begun:
        how: How = "spelling" if begun == one else "prefix"
        return Found(asked, begun, how, _fields_with((begun,), held))
    for at in range(3, len(one) - 2):
        if one[:at] in every and one[at:] in every:
            parts = (one[:at], one[at:])
            return Found(asked, " ".join(parts), "spelling", _fields_with(parts, held))
    allowed = max(1, typos_allowed(one)) if one.isalpha() else 0
    near = process.extractOne(one, every, scorer=OSA.distance, score_cutoff=allowed)
    if near and allowed:
        return Found(asked, near[0], "spelling", _fields_with((near[0],), held))
    joined = min((word for word in every if one in word), key=len, default="")
    if joined and len(one) > 2:
        return Found(asked, joined, "spelling", _fields_with((joined,), held))
    return None


def _passed(asked: Filter, values: Mapping[str, Value]) -> Iterator[Passed]:
    """The leaves by which a document passes a filter; what it lacks explains nothing."""
    match asked:
        case And(parts) | Or(parts):
            if _holds(asked, values):
                for part in parts:
                    yield from _passed(part, values)
        case Not():
            return
        case _:
            passing = _passing(asked, values)
            if passing:
                yield Passed(asked.field, tuple(passing))


def _holds(asked: Filter, values: Mapping[str, Value]) -> bool:
    match asked:
        case And(parts):
            return all(_holds(part, values) for part in parts)
        case Or(parts):
            return any(_holds(part, values) for part in parts)
        case Not(part):
            return not _holds(part, values)
    return bool(_passing(asked, values))


def _passing(asked: Leaf, values: Mapping[str, Value]) -> list[Scalar]:
    """The document's own values that pass this leaf."""
    held = several(values.get(asked.field))
    match asked:
        case Equals(_, wanted):
            return [each for each in held if _same(each, wanted)]
        case AnyOf(_, choices):
            return [each for each in held if any(_same(each, one) for one in choices)]
        case Between(_, low, high):
            numbers = [each for each in held if isinstance(each, int | float)]
            return [each for each in numbers if _lies(each, low, high)]
    return held


def _lies(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _same(held: Scalar, wanted: Scalar) -> bool:
    """As filters compare: numbers by their size, keywords and flags however they are written."""
    if isinstance(held, str | bool):
        return normal(str(held)) == normal(str(wanted))
    return held == wanted
