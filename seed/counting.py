"""What the made-up world can do, by plain counting: no score, no search, only sums. Pure.

Requirements are marked as unfillable by these sums alone, so that matching is not judged by
itself. Weights are kilograms, prices rupees per kilogram.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seed.products import ProductPlan
from seed.world import EvidencePlan, FirmPlan, LinePlan


@dataclass(frozen=True)
class Made:
    """A product with the firm that makes it and its place among the firm's products."""

    firm: FirmPlan
    product: ProductPlan
    place: int

    @property
    def line(self) -> LinePlan | None:
        """The line it is made on; None when the firm told nothing of its capacity."""
        family = self.product.family
        return next((line for line in self.firm.lines if line.family == family), None)

    def evidence(self) -> Iterator[EvidencePlan]:
        """What covers this product: of the whole firm, or limited to it."""
        return (each for each in self.firm.evidence if each.product in (None, self.place))

    def holds(self, scheme: str, day: dt.date) -> bool:
        """Whether evidence of the scheme covers it on a day."""
        return any(
            each.scheme == scheme and (each.expires_on is None or each.expires_on >= day)
            for each in self.evidence()
        )


def free_kg(line: LinePlan | None, first: dt.date, last: dt.date) -> float:
    """What a line can still make in the months from `first` to `last`, both counted whole."""
    if line is None:
        return 0.0
    start = first.replace(day=1)
    return line.unit_kg * sum(
        capacity - committed
        for month, (capacity, committed) in line.months.items()
        if start <= month <= last
    )


class Stock:
    """Everything made in a world, by family."""

    def __init__(self, firms: Iterable[FirmPlan]) -> None:
        self.made: dict[str, list[Made]] = defaultdict(list)
        for firm in firms:
            for place, product in enumerate(firm.products):
                self.made[product.family].append(Made(firm, product, place))

    def largest_cluster_kg(self, family: str, first: dt.date, last: dt.date) -> float:
        """What the strongest cluster of a family can still make in the months of a window."""
        return max(self._by_cluster(family, first, last).values(), default=0.0)

    def largest_firm_kg(self, family: str, first: dt.date, last: dt.date) -> float:
        """What the strongest firm can."""
        return max((free_kg(made.line, first, last) for made in self.made[family]), default=0.0)

    def _by_cluster(self, family: str, first: dt.date, last: dt.date) -> dict[str, float]:
        totals: dict[str, float] = defaultdict(float)
        # A line stands behind several products and counts once.
        lines = {(made.firm.public_id, family): made for made in self.made[family]}
        for made in lines.values():
            totals[made.firm.cluster] += free_kg(made.line, first, last)
        return totals

    def cheapest_kg(self, family: str) -> float:
        """The lowest price of a kilogram that anybody of a family names, at any quantity."""
        prices = (
            float(price / made.product.net_kg)
            for made in self.made[family]
            for _, price in made.product.tiers
        )
        return min(prices, default=float("inf"))

    def holders(self, family: str, scheme: str, day: dt.date) -> int:
        """How many products of a family are covered by a scheme on a day."""
        return sum(made.holds(scheme, day) for made in self.made[family])

    def values(self, family: str, attribute: str) -> set[object]:
        """Every value of an attribute that is made."""
        return {made.product.attributes.get(attribute) for made in self.made[family]}

    def naming(self, words: Iterable[str]) -> int:
        """How many products of all families hold every one of the words in title or text."""
        wanted = [word.casefold() for word in words]
        return sum(
            all(word in f"{product.title} {product.description}".casefold() for word in wanted)
            for of_family in self.made.values()
            for product in (made.product for made in of_family)
        )
