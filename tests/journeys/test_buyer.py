"""A buyer looks for rubber mats: with a mouse, without scripts, with the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.journeys.conftest import led_on

ROWS = "#results .row"
NAMES = "#results .row h3"
Open = Callable[..., BrowserContext]


def facet(page: Page, name: str) -> Locator:
    """A group of filters, unfolded."""
    group = page.locator(f"details[data-facet='{name}']")
    if group.get_attribute("open") is None:
        group.locator("summary").click()
    return group


def tick(page: Page, name: str, number: int) -> str:
    """Tick the n-th value of a group and wait for the new list; the value."""
    box = facet(page, name).locator("input[type=checkbox]:not(:checked)").nth(number)
    value = box.get_attribute("value") or ""
    box.check()
    pair = re.escape(urlencode({name: value}))
    expect(page).to_have_url(re.compile(rf"[?&]{pair}(&|$)"))
    settled(page)
    return value


def settled(page: Page) -> None:
    """The list is the one that was asked for last."""
    expect(page.locator("body")).not_to_have_attribute("aria-busy", "true")


def count_of(page: Page, name: str, value: str) -> int:
    label = page.locator(f"details[data-facet='{name}'] label").filter(
        has=page.locator(f"input[value='{value}']")
    )
    text = label.locator("span").last.text_content() or ""
    return int(re.sub(r"\D", "", text))


def options(page: Page, name: str) -> set[str]:
    boxes = page.locator(f"details[data-facet='{name}'] input").all()
    return {each.get_attribute("value") or "" for each in boxes}


def total(page: Page) -> int:
    return int(re.sub(r"\D", "", (page.locator("h1").text_content() or "").split("for")[0]))


def names(page: Page) -> list[str]:
    return [each.strip() for each in page.locator(NAMES).all_text_contents()]


def assert_in_peace(page: Page) -> None:
    assert not page.problems  # type: ignore[attr-defined]


def test_a_slip_of_the_keyboard_still_finds(page: Page) -> None:
    page.goto("/")
    page.locator("#q").fill("ruber mats")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(ROWS).first).to_be_visible()
    assert any("mat" in each.lower() for each in names(page)[:5])
    assert_in_peace(page)


def test_filters_keep_their_counts_and_come_off_again(page: Page) -> None:
    page.goto("/search?q=ruber")
    everything, states = total(page), options(page, "state")
    first = tick(page, "state", 0)
    one = total(page)
    assert 0 < one <= everything
    second = tick(page, "state", 0)
    two = total(page)
    # Two values of one group are an "or": more than one alone, and each count stays true.
    assert one < two <= everything
    assert count_of(page, "state", first) + count_of(page, "state", second) == two
    assert count_of(page, "state", first) == one

    narrowed = tick(page, "sector", 0)
    assert count_of(page, "sector", narrowed) == total(page) <= two
    # Choosing a sector takes away only states that have nothing of it.
    assert {first, second} <= options(page, "state") <= states

    page.locator("#results .chips .chip", has_text=first).click()
    expect(page).not_to_have_url(re.compile(re.escape(urlencode({"state": first}))))
    assert parse_qs(urlsplit(page.url).query)["state"] == [second]
    assert_in_peace(page)


def test_what_goes_without_saying_stays_out_of_the_address(page: Page) -> None:
    page.goto("/search?unit=piece")
    value = tick(page, "state", 0)
    assert parse_qs(urlsplit(page.url).query) == {"unit": ["piece"], "state": [value]}

    page.locator("#sort").select_option("price")
    expect(page).to_have_url(re.compile("sort=price"))
    settled(page)
    page.locator("#sort").select_option("fit")
    expect(page).not_to_have_url(re.compile("sort="))
    assert_in_peace(page)


def test_prices_rise_and_pages_turn(page: Page) -> None:
    page.goto("/search?unit=piece")
    page.locator("#sort").select_option("price")
    expect(page).to_have_url(re.compile("sort=price"))
    settled(page)
    first_page, prices = names(page), []
    prices += shown_prices(page)
    led_on(page, page.get_by_role("link", name="Next"))
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.locator(ROWS).first).to_be_visible()
    prices += shown_prices(page)
    assert not set(first_page) & set(names(page)) or names(page) != first_page
    assert len(prices) > 10
    assert prices == sorted(prices)

    page.go_back()
    expect(page.locator(NAMES).first).to_have_text(first_page[0])
    page.locator(f"{NAMES} a").first.click()
    expect(page.locator("h1")).to_have_text(first_page[0])
    page.go_back()
    expect(page.locator(NAMES).first).to_have_text(first_page[0])
    assert_in_peace(page)


def shown_prices(page: Page) -> list[float]:
    """The price in each row, in dollars for one piece."""
    rows = page.locator(ROWS).all_text_contents()
    found = [re.search(r"\$\s?([\d,]+(?:\.\d+)?)\s*/\s*(\w+)", row) for row in rows]
    return [
        float(each[1].replace(",", "")) / (1000 if each[2] == "thousand" else 1)
        for each in found
        if each
    ]


def product_with_prices(page: Page) -> str:
    page.goto("/search?unit=piece&sort=price")
    return page.locator(f"{NAMES} a").first.get_attribute("href") or ""


def test_another_currency_shows_another_price_and_its_date(page: Page) -> None:
    address = product_with_prices(page)
    page.goto(address)
    dollars = page.locator(".tiers tbody td b").all_text_contents()
    assert dollars
    assert all("$" in each for each in dollars)
    page.locator("details.menu > summary").click()
    page.locator("#currency").select_option("EUR")
    led_on(page, page.get_by_role("button", name="Change"))
    expect(page).to_have_url(re.compile(re.escape(address) + "$"))  # back where we were
    euros = page.locator(".tiers tbody td b").all_text_contents()
    assert all("€" in each for each in euros)
    assert [re.sub(r"[^\d.]", "", each) for each in euros] != [
        re.sub(r"[^\d.]", "", each) for each in dollars
    ]
    said = page.locator("section[aria-labelledby=price]").text_content() or ""
    assert re.search(r"reference rate of \w+ \d+, 20\d\d", said), said
    assert "₹" in said  # as the firm gave it
    # It is kept for the next page.
    page.goto("/search?unit=piece&sort=price")
    assert "€" in (page.locator(ROWS).first.text_content() or "")
    assert_in_peace(page)


def test_a_port_gives_the_way_by_sea(page: Page, paths: dict[str, str]) -> None:
    page.goto(paths["cluster"])
    expect(page.get_by_text("choose your port below")).to_be_visible()
    page.locator("#port").select_option("DEHAM")
    led_on(page, page.get_by_role("button", name="Show the way"))
    expect(page).to_have_url(re.compile(re.escape(paths["cluster"])))
    # India's west coast to Hamburg: some 11,800 km by Suez, 20,000 round the Cape.
    assert 10_000 < way_by_sea(page) < 24_000
    assert page.locator("#port").input_value() == "DEHAM"
    assert_in_peace(page)


def way_by_sea(page: Page) -> int:
    """The kilometres to Hamburg that a cluster's page names."""
    said = " ".join((page.locator("main").text_content() or "").split())
    distance = re.search(r"By sea to Hamburg ?([\d,]+) km", said)
    assert distance is not None
    return int(distance[1].replace(",", ""))


def test_an_address_shows_the_same_list_to_somebody_else(page: Page, open_context: Open) -> None:
    page.goto("/search?q=ruber")
    tick(page, "state", 0)
    tick(page, "evidence", 0)
    page.locator("#sort").select_option("lead")
    expect(page).to_have_url(re.compile("sort=lead"))
    settled(page)
    other = open_context().new_page()
    other.goto(page.url)
    assert names(other) == names(page) != []
    assert total(other) == total(page)
    chips = "#results .chips .chip"
    assert other.locator(chips).all_text_contents() == page.locator(chips).all_text_contents()
    assert other.locator("#sort").input_value() == "lead"


def test_nothing_found_helps(page: Page) -> None:
    page.goto("/search?q=zzxqvwj+qqqzxv")
    empty = page.locator(".empty")
    expect(empty).to_be_visible()
    assert empty.locator("li").count() >= 2
    assert page.locator("#filters input[type=checkbox]:checked").count() == 0
    assert_in_peace(page)

    # Filters that leave nothing: the way out stands there, and it leads to something.
    page.goto("/search?q=rubber&state=Kerala&price_from=900000000")
    way_out = page.locator(".empty a").first
    expect(way_out).to_be_visible()
    way_out.click()
    expect(page.locator(ROWS).first).to_be_visible()
    assert_in_peace(page)


def test_did_you_mean_leads_to_what_was_meant(page: Page) -> None:
    page.goto("/search?q=plywod+board")
    meant = page.locator("#results a", has_text="plywood").first
    expect(meant).to_be_visible()
    meant.click()
    expect(page.locator(ROWS).first).to_contain_text(re.compile("plywood", re.IGNORECASE))
    assert_in_peace(page)


def test_everything_works_without_scripts(open_context: Open, paths: dict[str, str]) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto("/")
    page.locator("#q").fill("ruber mat")
    led_on(page, page.locator("form.ask button"))
    assert page.locator(ROWS).count()
    page.goto("/search?unit=piece")
    for _value in range(2):
        facet(page, "state").locator("input:not(:checked)").first.check()
    led_on(page, page.get_by_role("button", name="Apply filters"))
    chosen = parse_qs(urlsplit(page.url).query)
    assert len(chosen["state"]) == 2
    assert page.locator("#results .chips .chip").count() == 3
    assert page.locator(ROWS).count()
    page.locator("#sort").select_option("price")
    led_on(page, page.get_by_role("button", name="Apply filters"))
    prices = shown_prices(page)
    assert prices == sorted(prices) != []
    led_on(page, page.locator("#results .chips .chip", has_text=chosen["state"][0]).first)
    assert parse_qs(urlsplit(page.url).query)["state"] == chosen["state"][1:]
    led_on(page, page.get_by_role("link", name="Next"))
    assert "page=2" in page.url
    led_on(page, page.locator(f"{NAMES} a").first)
    assert page.url.count("/products/")
    page.locator("details.menu > summary").click()
    page.locator("#currency").select_option("GBP")
    led_on(page, page.get_by_role("button", name="Change"))
    assert "£" in (page.locator("main").text_content() or "")
    page.goto(paths["cluster"])
    page.locator("#port").select_option("DEHAM")
    led_on(page, page.get_by_role("button", name="Show the way"))
    assert way_by_sea(page) > 10_000


def test_the_first_stop_of_the_keyboard_skips_the_menu(page: Page) -> None:
    page.goto("/search?q=mat")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_suggestions_are_chosen_with_arrows_and_enter(page: Page) -> None:
    page.goto("/")
    box = page.locator("#q")
    box.focus()
    page.keyboard.insert_text("rubb")  # at once: no answer to "rub" comes in between
    options = page.locator("#q-list:not([hidden]) [role=option]")
    expect(options.first).to_be_visible()
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    marked = page.locator("[role=option][aria-selected=true]")
    assert marked.count() == 1
    assert box.get_attribute("aria-activedescendant") == marked.get_attribute("id")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    assert box.input_value() == "rubb"  # the first Escape only closes the list
    page.keyboard.type("e")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path != "/")
    expect(page.locator("h1")).to_be_visible()
    assert_in_peace(page)


def test_filters_are_ticked_with_the_space_bar(page: Page) -> None:
    page.goto("/search?q=rubber")
    page.locator("#q").focus()
    for _stop in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "checkbox":
            break
    value = page.evaluate("document.activeElement.value")
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(r"[?&]\w+="))
    expect(page.locator("#results .chips .chip").first).to_be_visible()
    settled(page)
    # The keyboard is where it was, and what changed is read out.
    assert page.evaluate("document.activeElement.value") == value
    assert page.locator("#live-status").text_content()
    page.keyboard.press("Space")
    expect(page.locator("#results .chips .chip")).to_have_count(0)
    assert_in_peace(page)


@pytest.mark.parametrize("width", [390])
def test_filters_on_a_phone_open_and_close(open_context: Open, width: int) -> None:
    page = open_context(viewport={"width": width, "height": 844}, has_touch=True).new_page()
    page.goto("/search?q=rubber")
    expect(page.locator("#filters")).not_to_be_visible()
    page.locator(".open-facets").tap()
    expect(page.locator("#filters")).to_be_visible()
    facet(page, "state").locator("label").first.tap()
    expect(page).to_have_url(re.compile("state="))
    settled(page)
    page.locator(".close-facets a").tap()
    expect(page.locator("#filters")).not_to_be_visible()
    expect(page.locator("#results .chips .chip")).to_have_count(1)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent")).strip()
