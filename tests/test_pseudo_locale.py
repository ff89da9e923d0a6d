"""Every text of every public page goes through the translators, or is data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.config import Config
from matchmaker.database import get_db
from matchmaker.searching import searching
from tests.pages import addresses
from tests.pseudo_locale import (
    Data,
    Pseudo,
    codes,
    forgotten,
    speak_pseudo,
    strings_of,
    texts_of,
    written_by_hand,
)


@pytest.fixture(scope="module")
def data(site: Flask) -> Data:
    with site.app_context():
        model = searching().encoder.model_id
        return Data([*strings_of(get_db()), *codes(), model])


@pytest.fixture
def pseudo(site: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    speak_pseudo(site, monkeypatch)
    yield


@pytest.mark.usefixtures("pseudo")
def test_no_page_shows_a_text_that_no_translator_saw(
    visitor: FlaskClient, site_config: Config, data: Data
) -> None:
    wrong = []
    for address in addresses(site_config.database_url):
        typed = words_of(address)
        html = visitor.get(address).get_data(as_text=True)
        found = forgotten(html, lambda text, typed=typed: data.left_over(text, typed))
        wrong += [f"{address} {each}" for each in found]
    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("pseudo")
def test_numbers_follow_the_readers_locale(
    visitor: FlaskClient, site_config: Config, data: Data
) -> None:
    wrong = [
        f"{address} {found}"
        for address in addresses(site_config.database_url)
        for found in written_by_hand(visitor.get(address).get_data(as_text=True), data)
    ]
    assert not wrong, "\n".join(wrong)


def words_of(address: str) -> list[str]:
    """What somebody typed, which a page may repeat."""
    typed = [value for _name, value in parse_qsl(urlsplit(address).query)]
    return [word.casefold() for value in (*typed, address) for word in re.split(r"[\s/-]+", value)]


def test_what_was_forgotten_is_noticed(data: Data) -> None:
    html = "<h1>⟦Search⟧</h1><p title='Help us'>⟦Port⟧: Kochi</p><img alt='A mat'><p>Enter here</p>"
    is_data = Data(["Kochi"]).left_over
    assert forgotten(html, is_data) == [
        "<p title> 'Help us': help us",
        "<img alt> 'A mat': a mat",
        "<p> 'Enter here': enter here",
    ]


def test_a_value_put_into_a_text_is_not_translated_by_that() -> None:
    text = Pseudo().ugettext("%(what)s, from") % {"what": "Thickness"}
    assert text == "Thickness⟦, from⟧"
    assert forgotten(f"<p>{text}</p>", Data([]).left_over) == ["<p> 'Thickness⟦, from⟧': thickness"]


def test_found_words_do_not_tear_a_text(data: Data) -> None:
    assert texts_of("<p>soft <mark>rubber</mark> mats</p>") == [("<p>", "soft rubber mats")]
