"""Figures in a query on the page: chips that can be taken away, and never an empty page."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matchmaker.catalogue.models import Product, ProductFamily
from matchmaker.database import database


@pytest.fixture
def mat(site: Flask) -> Product:
    """A product with a thickness."""
    with site.app_context():
        products = database.session.scalars(
            select(Product).join(ProductFamily).where(ProductFamily.key == "stable-mat")
        )
        return next(each for each in products if "thickness_mm" in each.attributes)


def asked(visitor: FlaskClient, query: str, **more: str) -> str:
    return html.unescape(visitor.get("/search", query_string={"q": query, **more}).text)


def chips(page: str) -> dict[str, str]:
    """Each active filter with the address that takes it away."""
    found = re.findall(
        r'<a class="chip on" href="([^"]+)">\s*<span[^>]*>Remove </span>([^<]+)', page
    )
    return {label.strip(): address for address, label in found}


def titles(page: str) -> list[str]:
    return [re.sub("<.*?>", "", each) for each in re.findall(r"<h3>.*?</h3>", page)]


def test_a_measure_becomes_a_chip_and_only_what_states_it_is_shown(
    visitor: FlaskClient, mat: Product
) -> None:
    thickness = mat.attributes["thickness_mm"]

    page = asked(visitor, f"stable mat {thickness} mm thick")

    assert chips(page) == {f"Thickness: {thickness} mm": "/search?q=stable+mat"}
    assert len(titles(page)) >= 1
    assert re.findall(r'name="thickness_from" value="([^"]*)"', page) == [f"{thickness}"]
    assert f'value="stable mat {thickness} mm thick"' in page  # the box keeps what was typed


def test_the_chip_leads_to_the_words_alone_and_those_find_more(
    visitor: FlaskClient, mat: Product
) -> None:
    thickness = mat.attributes["thickness_mm"]
    page = asked(visitor, f"stable mat {thickness} mm thick")
    (address,) = chips(page).values()

    freed = visitor.get(address).text

    assert chips(freed) == {}
    assert count(freed) >= count(page) >= 1


def count(page: str) -> int:
    found = re.search(r'id="heading"[^>]*>\s*([\d,]+)', page)
    assert found
    return int(found[1].replace(",", ""))


def test_a_figure_that_nothing_states_is_searched_as_words_and_can_be_dropped(
    visitor: FlaskClient,
) -> None:
    page = asked(visitor, "stable mat 777 mm")

    assert chips(page) == {}
    assert "No product that fits states “777 mm”" in page
    assert len(titles(page)) >= 1
    (address,) = re.findall(r'<a href="([^"]+)">without “777 mm”', page)
    assert address == "/search?q=stable+mat"


def test_terms_of_an_order_become_the_filters_that_the_panel_has(visitor: FlaskClient) -> None:
    page = asked(visitor, "rubber MOQ under 9,000 pieces within 90 days")

    assert chips(page) == {
        "Lead time: up to 90 days": "/search?q=rubber&moq_piece_to=9000",
        "Minimum order: up to 9,000 pieces": "/search?q=rubber&lead_to=90",
    }


def test_a_price_in_another_currency_is_understood(visitor: FlaskClient) -> None:
    page = asked(visitor, "spice below €400 per kg")

    assert set(chips(page)) == {"by weight", "Price: up to 400 EUR"}


def test_chips_speak_the_language_of_the_reader(visitor: FlaskClient, mat: Product) -> None:
    thickness = mat.attributes["thickness_mm"]
    page = html.unescape(
        visitor.get("/de/search", query_string={"q": f"mat {thickness} mm dick"}).text
    )

    found = re.findall(r'class="chip on"[^>]*>\s*<span[^>]*>[^<]*</span>([^<]+)', page)
    assert [each.strip() for each in found] == [f"Dicke: {thickness} mm"]


def test_firms_are_found_by_the_other_words(visitor: FlaskClient) -> None:
    with_figure = asked(visitor, "rubber 18 mm", tab="firms")

    assert count(with_figure) == count(asked(visitor, "rubber", tab="firms"))
    assert "Figures with units were left aside here" in with_figure


def test_a_settled_search_offers_the_measures_of_its_kind(visitor: FlaskClient) -> None:
    page = asked(visitor, "", family="stable-mat")

    assert 'name="thickness_from"' in page
    assert 'name="thickness_from"' not in asked(visitor, "rubber")


def test_every_result_says_why_it_is_there(visitor: FlaskClient, mat: Product) -> None:
    thickness = mat.attributes["thickness_mm"]
    page = asked(visitor, f"stable mat {thickness} mm")
    stating, _, others = page.partition("From here on")

    whys = [whys_of(part) for part in (stating, others)]
    assert [len(each) for each in whys] == [len(titles(part)) for part in (stating, others)]
    assert len(whys[0]) >= 1
    assert all("“mat”" in why or "“stable”" in why for why in whys[0])
    assert all(f"{thickness} mm" in why for why in whys[0])


def test_a_page_of_few_is_filled_up_with_what_the_words_find(
    visitor: FlaskClient, mat: Product
) -> None:
    thickness = mat.attributes["thickness_mm"]
    page = asked(visitor, f"stable mat {thickness} mm thick")
    stating, line, others = page.partition("From here on what does not state all of your figures:")

    assert len(titles(stating)) == count(page) < 20
    assert line and len(titles(others)) >= 1
    assert f"without “{thickness} mm thick”" in others
    assert len(titles(page)) == len(set(re.findall(r'<h3><a href="([^"]+)', page))) <= 20


def whys_of(page: str) -> list[str]:
    return re.findall(r'<p class="why soft">.*?</svg>(.*?)</p>', page, re.S)
