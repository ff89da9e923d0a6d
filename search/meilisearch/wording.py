"""What was typed, as a query text of the server: folded words, phrases, exclusions. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.spelling import Vocabulary
from search.understanding import SynonymTable, Understood, understand
from search.values import clean

MOST_WORDS = 10  # the server reads no more, and says nothing
_UNKNOWN = Vocabulary(())


@dataclass(frozen=True, slots=True)
class Asked:
    """One word or phrase that a document must hold."""

    raw: str
    words: tuple[str, ...]

    @property
    def code(self) -> bool:
        """A tariff code: chapter and heading stand for all below them."""
        return len(self.words) == 1 and self.words[0].isdigit() and len(self.words[0]) >= 4

    def text(self) -> str:
        if len(self.words) > 1:
            return f'"{" ".join(self.words)}"'
        return self.words[0][:6] if self.code else self.words[0]


@dataclass(frozen=True, slots=True)
class Wording:
    asked: tuple[Asked, ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many words the server counts."""
        return sum(len(each.words) for each in self.asked)

    def text(self, asked: Sequence[Asked] | None = None) -> str:
        """The query text; a subset of the asked words, if one is given.

        Only the last word is taken as unfinished: a code goes there, exclusions to the front.
        """
        chosen = self.asked if asked is None else asked
        ordered = sorted(chosen, key=lambda each: each.code)
        unwanted = [
            f'-"{" ".join(each)}"' if len(each) > 1 else f"-{each[0]}" for each in self.excluded
        ]
        return " ".join([*unwanted, *(each.text() for each in ordered)])


def wording(text: str) -> Wording:
    """Read a typed text; what the server would not read any more is named as ignored."""
    if not text.strip():
        return Wording()
    understood = understand(clean(text), {}, _UNKNOWN)
    kept: list[Asked] = []
    ignored = list(understood.ignored)
    room = MOST_WORDS
    for slot in understood.slots:
        each = Asked(slot.asked, slot.alternatives[0].words)
        if len(each.words) > room:
            ignored.append(slot.asked)
            continue
        room -= len(each.words)
        kept.append(each)
    return Wording(tuple(kept), understood.excluded, tuple(ignored))


def explained(text: str, synonyms: SynonymTable, matched: Iterable[str]) -> Understood:
    """The typed text read again, knowing which words the server matched for it."""
    return understand(clean(text), synonyms, Vocabulary((word, 1) for word in set(matched)))
