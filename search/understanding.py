"""Read a typed query: words, phrases in quotes, -exclusions, synonyms, repairs.

Pure: text, synonyms and a vocabulary in, an `Understood` out. Each word becomes a slot
with alternatives; an engine asks for documents that fill every slot, or most of them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from search.analysis import STOPWORDS, Token, tokens, words
from search.spelling import Vocabulary

MOST_WORDS = 24  # of a longer text the rest would cost time and say nothing new
LONGEST_SYNONYM = 5
# '18 mm' in a row is what '18mm' asks for; both somewhere is worth less. Anything from a third
# to two thirds ranks alike.
_TORN_APART = 0.5
_COMPLETIONS = 12
# What is quoted or stands after a minus: (minus, quoted text, word after a minus)
QUOTED = re.compile(r'(?<!\w)(-?)["“”„«»]([^"“”„«»]*)["“”«»]|(?<!\S)-(?=\w)(\S+)')

# "HS 5703.20", "hsn code: 080132", "0801.31.00": people write tariff codes in many ways.
_CODE_WORD = re.compile(
    r"\b(?:itc[- ]?)?(?:hsn?|hts|taric|cn)\b[\s:.]*(?:codes?|no|numbers?)?[\s:.]*"
    r"(\d{4}(?:[. ]?\d{2}){0,3})(?!\d)",
    re.IGNORECASE,
)
_DOTTED_CODE = re.compile(r"(?<![\d.])(\d{4}\.\d{2}\.\d{2}(?:\.?\d{2})?)(?![\d.])")
_CODE_LENGTH = 6  # what countries share; the digits after that are each country's own

Phrase = tuple[str, ...]
SynonymTable = Mapping[Phrase, frozenset[Phrase]]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to fill a slot: these words in this order, worth `boost` of the typed word."""

    words: Phrase
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Slot:
    """One asked word (or group that has a synonym) and everything accepted for it.

    `apart` allows the typed words of a group to stand anywhere, not only in a row, worth
    `apart_boost`; `prefix` accepts every word that begins so.
    """

    asked: str
    alternatives: tuple[Alternative, ...]
    apart: Phrase = ()
    prefix: str = ""
    apart_boost: float = 1.0

    def is_filled_by(self, held: set[str]) -> bool:
        """Whether these folded words satisfy what was asked, in whatever order they stand."""
        if self.prefix and any(word.startswith(self.prefix) for word in held):
            return True
        return any(held.issuperset(each.words) for each in self.alternatives)


@dataclass(frozen=True, slots=True)
class Understood:
    slots: tuple[Slot, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    ignored: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()

    @property
    def accepted(self) -> frozenset[str]:
        """Every word that a highlighter should mark."""
        found = {word for slot in self.slots for each in slot.alternatives for word in each.words}
        return frozenset(found | {word for slot in self.slots for word in slot.apart})

    @property
    def prefixes(self) -> tuple[str, ...]:
        return tuple(slot.prefix for slot in self.slots if slot.prefix)


@dataclass(frozen=True, slots=True)
class _Typed:
    """What stands in the text before anything is known about its words."""

    loose: tuple[tuple[str, str], ...]  # (folded, as typed)
    runs: tuple[str, ...]  # for each loose word all that was typed in one with it
    phrases: tuple[Phrase, ...]
    excluded: tuple[Phrase, ...]
    open_end: bool  # the last word may still be unfinished


def synonym_table(groups: Iterable[Sequence[str]]) -> SynonymTable:
    """From groups of equivalents to: these words may be replaced by those."""
    table: dict[Phrase, set[Phrase]] = {}
    for group in groups:
        phrases = {tuple(words(each)) for each in group}
        phrases = {each for each in phrases if 0 < len(each) <= LONGEST_SYNONYM}
        for each in phrases:
            table.setdefault(each, set()).update(phrases - {each})
    return {key: frozenset(value) for key, value in table.items() if value}


def _read(text: str) -> _Typed:
    phrases: list[Phrase] = []
    excluded: list[Phrase] = []

    def take(match: re.Match[str]) -> str:
        minus, quoted, minus_word = match.groups()
        phrase = tuple(words(minus_word if quoted is None else quoted))[:MOST_WORDS]
        if phrase:
            (excluded if minus or quoted is None else phrases).append(phrase)
        return " "

    rest = QUOTED.sub(take, _with_plain_codes(text))
    found = tokens(rest)
    loose = tuple((each.text, rest[each.start : each.end]) for each in found)
    open_end = bool(found) and found[-1].end == len(rest)
    return _Typed(loose, _runs(found, rest), tuple(phrases), tuple(excluded), open_end)


def _runs(found: Sequence[Token], text: str) -> tuple[str, ...]:
    """For each word what it was typed in one with: 'ps4', 'tn-2110', but not 'hand-knotted'."""
    runs: list[list[Token]] = []
    for each in found:
        if runs and _typed_in_one(runs[-1][-1], each, text):
            runs[-1].append(each)
        else:
            runs.append([each])
    return tuple(text[run[0].start : run[-1].end] for run in runs for _ in run)


def _typed_in_one(left: Token, right: Token, text: str) -> bool:
    if left.end == right.start:
        return True
    number = left.text.isdigit() or right.text.isdigit()
    return number and text[left.end : right.start] in ("-", "/")


def _with_plain_codes(text: str) -> str:
    """Tariff codes as the index holds them: digits alone, six at most, without 'HS' before."""

    def plain(match: re.Match[str]) -> str:
        return re.sub(r"\D", "", match[1])[:_CODE_LENGTH]

    return _DOTTED_CODE.sub(plain, _CODE_WORD.sub(plain, text))


def understand(text: str, synonyms: SynonymTable, vocabulary: Vocabulary) -> Understood:
    """What this text asks for, in the words of this index."""
    typed = _read(text[:10_000])
    loose, runs = _worth_asking(typed)
    kept = loose[:MOST_WORDS]
    ignored = tuple(raw for _, raw in loose[MOST_WORDS:])
    slots = [Slot(" ".join(each), (Alternative(each),)) for each in typed.phrases[:MOST_WORDS]]
    open_end = typed.open_end and len(kept) == len(loose)
    at = 0
    while at < len(kept):
        slot, used = _grouped(kept, at, synonyms)
        if slot is None:
            slot, used = _unbroken(kept, runs, at, synonyms, vocabulary)
        if slot is None:
            is_last = open_end and at == len(kept) - 1
            slot, used = _single(kept[at], is_last, synonyms, vocabulary), 1
        slots.append(slot)
        at += used
    slots = _joined(slots, kept, vocabulary)
    return Understood(
        tuple(slots), typed.excluded[:MOST_WORDS], ignored, _corrections(typed.loose, vocabulary)
    )


def _worth_asking(typed: _Typed) -> tuple[list[tuple[str, str]], list[str]]:
    """The loose words without articles and the like, unless nothing else is asked; their runs."""
    found = list(zip(typed.loose, typed.runs, strict=True))
    telling = [each for each in found if each[0][0] not in STOPWORDS]
    if telling or typed.phrases:
        found = telling
    return [pair for pair, _ in found], [run for _, run in found]


def _grouped(
    kept: Sequence[tuple[str, str]], at: int, synonyms: SynonymTable
) -> tuple[Slot | None, int]:
    """The longest group of two or more typed words that has synonyms."""
    for size in range(min(LONGEST_SYNONYM, len(kept) - at), 1, -1):
        phrase = tuple(word for word, _ in kept[at : at + size])
        others = synonyms.get(phrase)
        if others:
            alternatives = tuple(Alternative(each, 0.8) for each in sorted(others))
            asked = " ".join(raw for _, raw in kept[at : at + size])
            return Slot(asked, (Alternative(phrase), *alternatives), apart=phrase), size
    return None, 0


def _unbroken(
    kept: Sequence[tuple[str, str]],
    runs: Sequence[str],
    at: int,
    synonyms: SynonymTable,
    vocabulary: Vocabulary,
) -> tuple[Slot | None, int]:
    """Words typed in one, as they stand: 'ps4' is not a 4-port switch for PS/2."""
    phrase = tuple(words(runs[at]))
    size = len(phrase)
    if size < 2 or phrase != tuple(word for word, _ in kept[at : at + size]):
        return None, 0
    known = all(vocabulary.count(word) and (word,) not in synonyms for word in phrase)
    if not known:
        return None, 0
    slot = Slot(runs[at], (Alternative(phrase),), apart=phrase, apart_boost=_TORN_APART)
    return slot, size


def _single(
    pair: tuple[str, str], is_last: bool, synonyms: SynonymTable, vocabulary: Vocabulary
) -> Slot:
    word, raw = pair
    known = vocabulary.count(word)
    alternatives = [Alternative((word,))]
    alternatives += [Alternative(each, 0.8) for each in sorted(synonyms.get((word,), ()))]
    prefix = ""
    if word.isdigit() and len(word) >= 4:
        prefix = word  # a tariff code: chapter and heading stand for all below them
        if len(word) > _CODE_LENGTH:
            alternatives.append(Alternative((word[:_CODE_LENGTH],), 0.6))
        prefix = _known_beginning(word, vocabulary)
    elif is_last and not known and len(word) >= 2:
        prefix = word
    if prefix:
        found = vocabulary.completions(prefix, _COMPLETIONS)
        alternatives += [Alternative((each,), 0.7) for each in found]
    if len(alternatives) == 1 or known:
        repairs = vocabulary.repairs(word)
        alternatives += [Alternative((each,), 0.6 / slips) for each, slips in repairs]
        for each, slips in repairs[:2]:
            further = synonyms.get((each,), ())
            alternatives += [Alternative(other, 0.4 / slips) for other in sorted(further)]
        split = vocabulary.split(word)
        if split and not repairs:
            alternatives.append(Alternative(split, 0.8))
    return Slot(raw, tuple(alternatives), prefix=prefix)


def _known_beginning(code: str, vocabulary: Vocabulary) -> str:
    """The longest beginning of a tariff code that something has: subheading, else heading."""
    for length in (len(code), _CODE_LENGTH, 4):
        start = code[:length]
        if length <= len(code) and (vocabulary.count(start) or vocabulary.completions(start, 1)):
            return start
    return code


def _joined(
    slots: list[Slot], kept: Sequence[tuple[str, str]], vocabulary: Vocabulary
) -> list[Slot]:
    """Let 'horse shoe' also be found as 'horseshoe', where that is a word."""
    joined = {
        (left[1], right[1]): left[0] + right[0]
        for left, right in pairwise(kept)
        if vocabulary.count(left[0] + right[0])
    }
    for at in range(len(slots) - 1):
        pair = (slots[at].asked, slots[at + 1].asked)
        if pair in joined:
            extra = Alternative((joined[pair],), 0.9)
            for place in (at, at + 1):
                slots[place] = replace(
                    slots[place], alternatives=(*slots[place].alternatives, extra)
                )
    return slots


def _corrections(loose: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> tuple[str, ...]:
    """The whole query with unknown words respelt, when that changes anything."""
    respelt, changed = [], False
    for word, raw in loose[:MOST_WORDS]:
        repairs = [] if word in STOPWORDS or vocabulary.count(word) else vocabulary.repairs(word)
        changed |= bool(repairs)
        respelt.append(repairs[0][0] if repairs else raw)
    return (" ".join(respelt),) if changed else ()
