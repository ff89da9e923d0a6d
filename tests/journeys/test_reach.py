"""Everything a firm may press is in sight, and what it pressed leads to where it wants to be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import led_on, watched
from tests.journeys.test_products import House, address, house

__all__ = ["address", "house"]  # what the tests ask for by name

WIDTHS = (1440, 1280, 390)
# Links that lie outside of the screen, or of a box that cuts them off.
CUT_OFF = """(links) => links.filter((one) => {
  const box = one.getBoundingClientRect();
  const within = (edge) => box.left >= edge.left - 1 && box.right <= edge.right + 1;
  const list = one.closest('nav').getBoundingClientRect();
  return !within(list) || !within({ left: 0, right: document.documentElement.clientWidth });
}).map((one) => one.textContent.trim())"""


@pytest.fixture
def page(open_context: Callable[..., BrowserContext], house: House) -> Page:
    """The owner's screen; errors of scripts make the test fail."""
    context = open_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "session", "value": house.cookie, "url": house.address}])
    return watched(context.new_page())


@pytest.mark.parametrize("language", ["", "/ml", "/ar"], ids=["english", "malayalam", "arabic"])
def test_every_entry_of_the_menus_is_in_sight(page: Page, language: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{language}/firm")
        for menu, least in ((".house-nav li a", 9), (".bar nav a", 2)):
            links = page.locator(menu)
            assert links.count() >= least
            assert links.evaluate_all(CUT_OFF) == [], (width, menu)


def test_who_made_mistakes_is_led_to_each(page: Page, house: House) -> None:
    page.goto(f"/firm/products/{house.product}/edit")
    page.get_by_label("Name", exact=True).fill(" ")
    page.get_by_label("Minimum order").fill("1.500")
    page.get_by_label("Lead time").fill("-1")
    led_on(page, page.get_by_role("button", name="Save").last)
    told = page.locator(".mistakes")
    expect(told).to_be_focused()
    expect(told.get_by_role("listitem")).to_have_count(3)
    told.get_by_role("link", name="Lead time").click()
    expect(page.get_by_label("Lead time")).to_be_focused()
    expect(page.get_by_label("Lead time")).to_be_in_viewport()


def test_who_looks_for_a_code_stays_where_the_codes_are(page: Page, house: House) -> None:
    page.goto(f"/firm/products/{house.product}/edit")
    page.locator("#hs_words").fill("coir mat")
    led_on(page, page.get_by_role("button", name="Find", exact=True))
    expect(page.locator(".codes-found button").first).to_be_in_viewport()


def test_there_is_room_for_an_answer_in_own_words(page: Page, house: House) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/firm/products/{house.product}/next?question=attribute.surface")
        box = page.locator("#other").bounding_box()
        assert box
        assert box["width"] >= 200
        assert box["height"] >= 36
