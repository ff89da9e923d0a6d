"""A requirement made ready for judging: what is the same for all offers, worked out once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Protocol

from matchmaker.certification.readiness import Book
from matchmaker.matching.problem import Nearby, Requirement
from matchmaker.matching.scoring.fit import FitModel, fit_model
from matchmaker.matching.scoring.law import Law, law_for
from matchmaker.matching.scoring.weighing import Weights
from matchmaker.matching.scoring.window import Window, periods_of
from matchmaker.money import Rate, UnknownCurrency

ALONE = Nearby()


class Rates(Protocol):
    """Exchange rates; `matchmaker.money.ExchangeRates` has it. Raises UnknownCurrency."""

    def rate(self, source: str, target: str, on: dt.date | None = None) -> Rate: ...


@dataclass(frozen=True)
class FixedRates:
    """Rates as plain data: how many of a currency one euro buys, fixed on a day."""

    per_euro: Mapping[str, Decimal]
    fixed_on: dt.date

    def rate(self, source: str, target: str, on: dt.date | None = None) -> Rate:
        """The rate, whatever the day. Raises UnknownCurrency."""
        for code in (source, target):
            if code != "EUR" and code not in self.per_euro:
                known = ", ".join(sorted({"EUR", *self.per_euro}))
                raise UnknownCurrency(f"no exchange rate for {code!r}; there are {known}")
        one = Decimal(1)
        value = self.per_euro.get(target, one) / self.per_euro.get(source, one)
        return Rate(source, target, value, self.fixed_on)


@dataclass(frozen=True)
class Question:
    """What judging needs of a requirement. Make it with `prepare`; it may serve many offers.

    `nearby`: what each cluster has, by the cluster's key, as far as anybody said.
    """

    requirement: Requirement
    today: dt.date
    weights: Weights
    law: Law
    rates: Rates
    fit: FitModel
    nearby: Mapping[str, Nearby] = field(default_factory=dict)
    _rates: dict[tuple[str, str], Rate | None] = field(default_factory=dict, compare=False)

    @cached_property
    def asked(self) -> float:
        """The quantity in its own unit: of the shipment, or of a month."""
        return float(self.requirement.quantity.amount)

    @cached_property
    def periods(self) -> tuple[Window, ...]:
        """In each of which the quantity is to be made."""
        return periods_of(self.requirement, self.today)

    @property
    def days_left(self) -> int:
        """Until the first goods must leave; negative when the day is past."""
        return self.law.days_left

    def near(self, cluster: str) -> Nearby:
        return self.nearby.get(cluster, ALONE)

    def rate(self, source: str, target: str) -> Rate | None:
        """The rate of today, looked up once; None when there is none."""
        key = (source, target)
        if key not in self._rates:
            try:
                self._rates[key] = self.rates.rate(source, target, self.today)
            except UnknownCurrency:
                self._rates[key] = None
        return self._rates[key]


def prepare(
    requirement: Requirement,
    *,
    today: dt.date,
    weights: Weights,
    book: Book,
    rates: Rates,
    nearby: Mapping[str, Nearby] | None = None,
    fit: FitModel | None = None,
) -> Question:
    """Make a requirement ready for judging. Raises BadInput for a must that nobody knows."""
    law = law_for(
        requirement,
        today=today,
        book=book,
        closing=weights.closing,
        hardness=weights.hardness,
    )
    return Question(
        requirement, today, weights, law, rates, fit or fit_model(), nearby or {}
    )  # fmt: skip
