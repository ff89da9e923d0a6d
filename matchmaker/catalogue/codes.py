"""The finder of HS codes: what a maker calls the thing, in words, leads to its code.

The labels of the nomenclature are asked together with the families and the trade's other words
for them ('cow mat' is in no customs tariff).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.catalogue.guessing import Families, FamilyWords, in_english
from matchmaker.catalogue.models import HsCode, ProductFamily
from search.analysis import words

_LIKE_ENOUGH = 82  # of 100: 'leather' and 'lether', not 'leather' and 'feather'
_FEWEST_LETTERS = 3
_READINGS = 6  # of a word that was not typed to its end


@dataclass(frozen=True)
class Code:
    """A code of the nomenclature. `unit`: usually traded in (Rec 20); `families`: their names."""

    code: str
    label: str
    unit: str | None
    families: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class Nomenclature:
    """The codes with all words that lead to them. Pure, ready to be asked many times."""

    def __init__(self, codes: Iterable[Code]) -> None:
        self.codes = {each.code: each for each in codes}

    def find(self, text: str, most: int = 8) -> list[Code]:
        """The codes meant by words or by the beginning of a code, the likeliest first.

        The last word may be unfinished, and a word may be misspelt.
        """
        digits = "".join(each for each in text if not each.isspace() and each != ".")
        if digits.isascii() and digits.isdigit():
            return [each for code, each in self.codes.items() if code.startswith(digits)][:most]
        asked = " ".join(self._known(in_english(text).split()))
        return [self.codes[each.key] for each in self._families.rank(asked, most=most)]

    def _known(self, typed: Sequence[str]) -> list[str]:
        """Each word, or what it may have been meant to be."""
        found: list[str] = []
        for word in typed:
            if word in self._vocabulary or len(word) < _FEWEST_LETTERS:
                found.append(word)
                continue
            begun = [each for each in self._vocabulary if each.startswith(word)][:_READINGS]
            like = process.extractOne(
                word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=_LIKE_ENOUGH
            )
            found += begun or ([like[0]] if like else [word])
        return found

    @cached_property
    def _families(self) -> Families:
        return Families(
            FamilyWords(each.code, each.label, (*each.families, *each.aliases))
            for each in self.codes.values()
        )

    @cached_property
    def _vocabulary(self) -> list[str]:
        texts = (
            word
            for each in self.codes.values()
            for text in (each.label, *each.families, *each.aliases)
            for word in words(text)
        )
        return list(dict.fromkeys(texts))


def read_nomenclature(db: Session) -> Nomenclature:
    """All codes under which a product can stand: two queries."""
    families: defaultdict[str, list[ProductFamily]] = defaultdict(list)
    for family in db.scalars(select(ProductFamily)):
        families[family.hs_code].append(family)
    # A chapter is no code for goods; a heading is one where nothing finer is on record.
    rows = db.scalars(select(HsCode).where(HsCode.level > 2).order_by(HsCode.code))
    return Nomenclature(
        Code(
            row.code,
            row.label,
            row.unit,
            tuple(each.name for each in families[row.code]),
            tuple(alias for each in families[row.code] for alias in each.aliases),
        )
        for row in rows
    )
