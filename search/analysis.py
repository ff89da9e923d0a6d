"""Cut text into words and fold each to the form in which words are compared.

Documents, queries and highlights all go through `tokens`, so that what is typed and
what is stored can only ever differ where their spelling does. Standard library only.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

# Python's \w leaves combining marks out, which tears Malayalam and Hindi words apart.
# The joiners belong to a word too: they only choose a glyph.
_MARKS = "".join(
    chr(point)
    for block in (range(0x300, 0x2000), range(0x20D0, 0x2100), range(0x2CEF, 0x3100),
                  range(0xA660, 0xAC00), range(0xFE00, 0xFE30), range(0x11000, 0x11A00))
    for point in block
    if unicodedata.category(chr(point)).startswith("M")
)  # fmt: skip
_JOINERS = "\u200c\u200d\u00ad\u2060\ufeff"
_WORD = re.compile(rf"\d+\.\d+(?:\.\d+)*|[\w{_MARKS}{_JOINERS}]+")
_ASCII_WORD = re.compile(r"\d+\.\d+(?:\.\d+)*|[A-Za-z0-9]+")
# "18mm" is "18 mm" and "ISO9001" is "ISO 9001"; "m2" stays one word.
_SEAM = re.compile(r"\d+(?:\.\d+)*|(?<![^\W_])[^\W\d_]\d+|[^\d_]+")
_CHUNK = re.compile(r"\S+")
_HS_DOTTED = re.compile(r"\d{4}(?:\.\d{2}){1,3}")

_LONGEST_WORD = 80  # nothing longer is a word; it would only swell the index

_SINGLE = {
    # Turkish dotted and dotless I, in every writing, are the i that others type
    "İ": "i", "ı": "i",
    "ß": "ss", "ẞ": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d",
    "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe",
    # Arabic spellings that writers interchange; the stretching line carries no meaning
    "ى": "ي", "ة": "ه", "ٱ": "ا", "ک": "ك", "ی": "ي", "ـ": "",
    # Malayalam chillu letters = consonant + virama (older texts spell them so)
    "ൺ": "ണ്", "ൻ": "ന്", "ർ": "ര്", "ൽ": "ല്", "ൾ": "ള്", "ൿ": "ക്",
}  # fmt: skip
_REMOVED = {ord(each): None for each in _JOINERS} | {
    # accents, Hebrew points, Arabic vowel signs, nukta: readers leave them out
    point: None
    for block in ((0x300, 0x370), (0x591, 0x5C8), (0x610, 0x61B), (0x64B, 0x660), (0x670, 0x671),
                  (0x6D6, 0x6DD), (0x93C, 0x93D), (0x9BC, 0x9BD), (0xA3C, 0xA3D), (0xFE00, 0xFE10))
    for point in range(*block)
}  # fmt: skip
_SINGLE_TABLE = {ord(key): value for key, value in _SINGLE.items()}

_STOPWORDS = """
a an and are as at be by for from in into is it of on or our that the their this to was we which
with your
"""
# Asked for only when nothing else is asked
STOPWORDS = frozenset(_STOPWORDS.split())


@dataclass(frozen=True, slots=True)
class Token:
    """One folded word and where it stood in the text."""

    text: str
    start: int
    end: int


def _singular(word: str) -> str:
    """Take a plain English plural off: 'mats' finds 'mat', 'accessories' 'accessory'."""
    if len(word) < 4 or not word.endswith("s") or word[-2] in "su" or word.endswith("is"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("shes", "ches", "xes", "sses", "zes")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """The one spelling under which all writings of this word meet; may be empty."""
    if not word.isascii():
        word = word.translate(_SINGLE_TABLE).casefold()
        word = unicodedata.normalize("NFKD", word).translate(_REMOVED).translate(_SINGLE_TABLE)
        word = unicodedata.normalize("NFC", word)
        # digits of every script count as digits; what NFKD spilled (spaces, slashes) goes
        word = "".join(
            str(unicodedata.decimal(each)) if each.isdecimal() else each
            for each in word
            if each == "." or unicodedata.category(each)[0] in "LMN"
        )
    word = word.lower()
    if _HS_DOTTED.fullmatch(word):
        return word.replace(".", "")
    if word.isascii() and word.isalpha():
        return _singular(word)
    return word[:_LONGEST_WORD]


def _pieces(raw: str, start: int) -> list[Token]:
    found = []
    if raw.isalpha() or (raw[0].isdigit() and raw.replace(".", "").isdigit()):
        parts = [(raw, start)]
    else:
        parts = [(each.group(), start + each.start()) for each in _SEAM.finditer(raw)]
    for part, at in parts:
        folded = fold(part[: 4 * _LONGEST_WORD])[:_LONGEST_WORD]
        if folded:
            found.append(Token(folded, at, at + len(part)))
    return found


def tokens(text: str) -> list[Token]:
    """Every word of a text, folded, with its place."""
    found: list[Token] = []
    for match in _runs(text).finditer(text):
        found.extend(_pieces(match.group(), match.start()))
    return found


def _runs(text: str) -> re.Pattern[str]:
    """What to cut this text with; the plain pattern is several times faster."""
    return _ASCII_WORD if text.isascii() else _WORD


class Seeker:
    """Finds some words again in many texts, as a page of hits asks for.

    Only what stands between two spaces and might hold such a word is cut into words, and what
    came of it is remembered, as is every text: the texts of one catalogue repeat themselves.
    """

    def __init__(self, accepted: frozenset[str], starts: tuple[str, ...] = ()) -> None:
        self._accepted, self._starts = accepted, starts
        self._spot = _spot_of((*accepted, *starts))
        self._of_chunk: dict[str, tuple[Token, ...]] = {}
        self._of_text: dict[str, list[Token]] = {}

    def find(self, text: str) -> list[Token]:
        """The tokens that are among the accepted words or start so."""
        if text not in self._of_text:
            self._of_text[text] = [
                Token(each.text, at + each.start, at + each.end)
                for at, chunk in self._chunks(text)
                for each in self._in_chunk(chunk)
            ]
        return self._of_text[text]

    def _chunks(self, text: str) -> Iterator[tuple[int, str]]:
        """What stands between spaces and may hold a wanted word, each with its place."""
        if not text.isascii():
            yield from ((each.start(), each.group()) for each in _CHUNK.finditer(text))
            return
        lowered = text.lower()
        end = 0
        while spot := self._spot.search(lowered, end):
            start = text.rfind(" ", end, spot.start()) + 1 or end
            end = text.find(" ", spot.start())
            end = len(text) if end < 0 else end
            yield start, text[start:end]

    def _in_chunk(self, chunk: str) -> tuple[Token, ...]:
        if chunk not in self._of_chunk:
            worth_it = not chunk.isascii() or self._spot.search(chunk.lower())
            found = tokens(chunk) if worth_it else ()
            self._of_chunk[chunk] = tuple(each for each in found if self._wants(each.text))
        return self._of_chunk[chunk]

    def _wants(self, word: str) -> bool:
        return word in self._accepted or bool(self._starts and word.startswith(self._starts))


def _spot_of(wanted: Iterable[str]) -> re.Pattern[str]:
    """Where a plain text in small letters may hold one of these: never misses, may mistake."""
    plain = [each for each in wanted if each.isascii()]
    # 'accessory' was found as 'accessories'; figures are written in too many ways to compare
    stems = {each.removesuffix("y") for each in plain if each.isalpha()}
    choices = sorted(re.escape(each) for each in stems)
    if any(not each.isalpha() for each in plain):
        choices.append("[0-9]")
    return re.compile(rf"(?:{'|'.join(choices)})" if choices else r"(?!)")


@lru_cache(maxsize=100_000)
def _words_of_run(raw: str) -> tuple[str, ...]:
    return tuple(each.text for each in _pieces(raw, 0))


def words(text: str) -> list[str]:
    """Every word of a text, folded: what `tokens` finds, without places and faster."""
    found: list[str] = []
    for run in _runs(text).findall(text):
        found.extend(_words_of_run(run))
    return found
