"""The languages readers are offered: those that are translated, on every page and to robots."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.config import LANGUAGES
from matchmaker.money import Money
from matchmaker.storefront import context
from matchmaker.storefront.filters import money, quantity
from matchmaker.storefront.words import ngettext


@pytest.fixture
def only_german(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if Malayalam had fallen behind."""
    monkeypatch.setattr(
        context, "offered_languages", lambda: {"en": "English", "de": LANGUAGES["de"]}
    )


def test_every_language_is_translated_far_enough_to_be_offered(visitor: FlaskClient) -> None:
    page = visitor.get("/clusters").get_data(as_text=True)
    codes = re.findall(r'rel="alternate" hreflang="([\w-]+)"', page)
    assert codes == [*LANGUAGES, "x-default"]


@pytest.mark.usefixtures("only_german")
def test_an_unfinished_language_is_not_offered(visitor: FlaskClient) -> None:
    page = visitor.get("/clusters").get_data(as_text=True)
    assert re.findall(r'rel="alternate" hreflang="([\w-]+)"', page) == ["en", "de", "x-default"]
    assert LANGUAGES["ml"] not in page


@pytest.mark.usefixtures("only_german")
def test_an_unfinished_language_still_answers_but_not_to_robots(visitor: FlaskClient) -> None:
    unfinished = visitor.get("/ml/clusters")
    assert unfinished.status_code == 200
    assert unfinished.headers["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in visitor.get("/de/clusters").headers


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_page_speaks_the_language_of_its_address(visitor: FlaskClient, language: str) -> None:
    page = visitor.get("/" if language == "en" else f"/{language}/").get_data(as_text=True)
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page
    clusters = {"en": "Clusters", "ml": "ക്ലസ്റ്ററുകൾ", "hi": "क्लस्टर", "de": "Cluster",
                "es": "Clústeres", "fr": "Clusters", "ar": "التجمّعات الصناعية"}  # fmt: skip
    assert clusters[language] in page


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "يوم واحد"), (2, "يومان"), (3, "3 أيام"), (11, "11 يومًا"), (99, "99 يومًا"),
     (100, "100 يوم"), (103, "103 أيام")],
)  # fmt: skip
def test_arabic_counts_in_its_six_forms(site: Flask, count: int, words: str) -> None:
    with site.test_request_context(environ_overrides={"matchmaker.language": "ar"}):
        assert ngettext("%(num)d day", "%(num)d days", count) == words


def test_units_agree_with_their_number(site: Flask) -> None:
    with site.test_request_context(environ_overrides={"matchmaker.language": "ar"}):
        assert [quantity(n, "H87") for n in (1, 5, 350)] == ["1 قطعة", "5 قطع", "350 قطعة"]
    with site.test_request_context():
        assert [quantity(n, "H87") for n in (0.5, 1, 2)] == ["0.5 pieces", "1 piece", "2 pieces"]


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("4980", "JPY", "¥4,980"),
        ("4980.4", "JPY", "¥4,980"),
        ("1.5", "JPY", "¥1.50"),
        ("1250", "EUR", "€1,250.00"),
        ("0.1234", "USD", "$0.1234"),
    ],
)
def test_money_has_the_decimals_of_its_currency(
    site: Flask, amount: str, currency: str, words: str
) -> None:
    with site.test_request_context("/clusters"):
        assert money(Money(Decimal(amount), currency)) == words
