"""Which of a certificate and its renewals stands for all of them on a day. Pure.

A renewal takes over once it is in force and a desk trusts it as far as the earlier one, or the
earlier one has ended: until then buyers go on seeing what was checked. One line, never two.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, Protocol, TypeVar

from matchmaker.certification.validity import Graded, is_valid

# From weakest to strongest; a test holds it to `models.GRADES`.
_HEIGHT = {"self-declared": 0, "seen": 1, "confirmed": 2, "witnessed": 3}
Turn = Literal["stands", "replaced", "waits"]


class Renewable(Graded, Protocol):
    """What is asked of a piece: who it is, and which one it renews."""

    @property
    def public_id(self) -> str: ...
    @property
    def renews(self) -> str | None: ...


Piece = TypeVar("Piece", bound=Renewable)


def turns_of(pieces: Sequence[Renewable], today: dt.date) -> dict[str, Turn]:
    """By public id: whether it stands for its line of renewals, was replaced or waits its turn."""
    turns: dict[str, Turn] = {}
    for line in _lines(pieces):
        standing, *renewals = line
        turns[standing.public_id] = "stands"
        for each in renewals:
            if not _takes_over(each, standing, today):
                turns[each.public_id] = "waits"
                continue
            turns[standing.public_id], turns[each.public_id] = "replaced", "stands"
            standing = each
    return turns


def standing_ones(pieces: Iterable[Piece], today: dt.date) -> list[Piece]:
    """Those that a buyer is to see, in their order."""
    given = list(pieces)
    if not any(each.renews for each in given):
        return given
    turns = turns_of(given, today)
    return [each for each in given if turns[each.public_id] == "stands"]


def _takes_over(later: Graded, earlier: Graded, today: dt.date) -> bool:
    if not is_valid(later, today):
        return False
    return not is_valid(earlier, today) or _HEIGHT[later.grade] >= _HEIGHT[earlier.grade]


def _lines(pieces: Sequence[Renewable]) -> list[list[Renewable]]:
    """Pieces that renew one another, earliest first."""
    known = {each.public_id: each for each in pieces}
    lines: dict[str, list[Renewable]] = defaultdict(list)
    for each in pieces:
        first, seen = each, {each.public_id}
        while first.renews in known and first.renews not in seen:
            first = known[first.renews]
            seen.add(first.public_id)
        lines[first.public_id].append(each)
    return [sorted(line, key=lambda each: each.issued_on) for line in lines.values()]
