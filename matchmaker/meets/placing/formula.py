"""Clauses under construction: variables are numbers from 1, a negative number says 'not'. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from pysat.card import CardEnc, EncType

# Up to so many literals, 'at most one' by pairs is smaller than with auxiliary variables.
FEW = 6


class Formula:
    """A list of clauses, and what helps to write them."""

    def __init__(self) -> None:
        self.clauses: list[list[int]] = []
        self.top = 0

    def new(self) -> int:
        """A variable that stands nowhere yet."""
        self.top += 1
        return self.top

    def add(self, *clause: int) -> None:
        self.clauses.append(list(clause))

    def either(self, literals: Sequence[int]) -> int:
        """A literal that is true when one of these is, and only then."""
        if len(literals) == 1:
            return literals[0]
        some = self.new()
        for each in literals:
            self.add(-each, some)
        self.add(-some, *literals)
        return some

    def both(self, one: int, other: int) -> int:
        """A literal that is true when both are, and only then."""
        return -self.either((-one, -other))

    def at_most_one(self, literals: Sequence[int]) -> None:
        if len(literals) <= FEW:
            self.clauses += [[-one, -other] for one, other in combinations(literals, 2)]
        else:
            self._card(CardEnc.atmost(list(literals), 1, self.top, encoding=EncType.seqcounter))

    def exactly_one(self, literals: Sequence[int]) -> None:
        self.add(*literals)
        self.at_most_one(literals)

    def at_most(self, literals: Sequence[int], bound: int) -> None:
        """The k-Cardinality modulo totalizer (Morgado, Ignatiev, Marques-Silva 2014).

        It proved the published instances several times as fast as the sequential counter.
        """
        if bound == 0:
            self.clauses += [[-each] for each in literals]
        elif bound < len(literals):
            self._card(
                CardEnc.atmost(list(literals), bound, self.top, encoding=EncType.kmtotalizer)
            )

    def exactly(self, literals: Sequence[int], count: int) -> None:
        if count == len(literals):
            self.clauses += [[each] for each in literals]
        elif count == 1:
            self.exactly_one(literals)
        else:
            self._card(
                CardEnc.equals(list(literals), count, self.top, encoding=EncType.kmtotalizer)
            )

    def counted(self, literals: Sequence[int], most: int) -> list[int]:
        """For each number from 1 to `most` a literal: whether so many of them, or more, are true.

        Fewer where there are fewer.
        """
        sums: list[int] = []
        for each in literals if most else ():
            carried = [each, *(self.both(each, below) for below in sums[: most - 1])]
            more = carried[len(sums) :]
            sums = [self.either(pair) for pair in zip(sums, carried, strict=False)] + more
        return sums[:most]

    def _card(self, encoded: CardEnc) -> None:
        self.clauses += encoded.clauses
        self.top = max(self.top, encoded.nv)
