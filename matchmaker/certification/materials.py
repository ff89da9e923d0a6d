"""Demands that bind only goods of a material: natural rubber and deforestation, say. Pure.

What nobody said stays open: such a demand is then 'to be checked', never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from matchmaker.certification.rules import Goods

Bearing = Literal["binds", "free", "unknown"]


@dataclass(frozen=True)
class Condition:
    """That a scheme is asked for only of goods of some rule families that hold a material.

    `holds`, `lacks`: words for the material, and for others that are used in its place.
    """

    code: str
    families: frozenset[str]
    holds: tuple[str, ...]
    lacks: tuple[str, ...]
    why: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """What is said of the make: `stated` in fields for the material, `told` in free words."""

    stated: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def bearing_of(condition: Condition, goods: Goods, made: Made) -> Bearing:
    """Whether the demand binds these goods, as far as their maker said what they are made of.

    One mention of the material anywhere binds. Only a field for the material can free from
    it: a description may name what the goods are better than.
    """
    if not condition.families & goods.families:
        return "binds"
    if _names(condition.holds, (*made.stated, *made.told)):
        return "binds"
    return "free" if _names(condition.lacks, made.stated) else "unknown"


def _names(words: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether a text has one of the words; short forms in capitals only as written."""
    return any(_has(word, text) for text in texts for word in words)


def _has(word: str, text: str) -> bool:
    flags = 0 if word.isupper() else re.IGNORECASE
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, flags) is not None
