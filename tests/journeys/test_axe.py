"""axe-core finds nothing serious on any kind of page, in both widths, colours and directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.kinds import NAMES

AXE = Axe()
DESK, PHONE = (1280, 1000), (390, 844)  # pixels
OTHER_LOOKS = ((DESK, "dark"), (PHONE, "light"), (PHONE, "dark"))
GRAVE = ("serious", "critical")
# The other colours and the phone show the same elements: there only what depends on looks
# can differ.
BY_LOOKS = ("color-contrast", "link-in-text-block", "scrollable-region-focusable")
# Contrasts of twenty rows that are made alike take a second, once for every look.
FEWER_ROWS = "document.querySelectorAll('.rows > :nth-child(n+4)').forEach((one) => one.remove())"


@pytest.fixture(scope="module")
def looking(browser: Browser, address: str) -> Iterator[Page]:
    """A page without movement: half-faded colours would be measured as they are."""
    context = browser.new_context(base_url=address, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["", "/ar"], ids=["english", "arabic"])
@pytest.mark.parametrize("kind", NAMES)
def test_nobody_is_shut_out(looking: Page, paths: dict[str, str], kind: str, language: str) -> None:
    looking.emulate_media(color_scheme="light")
    looking.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    looking.goto(language + paths[kind])
    looking.evaluate(AXE.axe_script)
    found = grave(looking, whole=True)
    looking.evaluate(FEWER_ROWS)
    # Colours do not depend on the direction of writing: one other look will do.
    for (width, height), colours in OTHER_LOOKS[2:] if language else OTHER_LOOKS:
        looking.set_viewport_size({"width": width, "height": height})
        looking.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
        seen = grave(looking, whole=False)
        found += [f"{width} px, {colours}: {each}" for each in seen]
    assert not found, "\n" + "\n".join(found)


def grave(page: Page, whole: bool) -> list[str]:
    """Violations that shut somebody out, each with the elements it concerns."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if not whole:
        options["runOnly"] = {"type": "rule", "values": list(BY_LOOKS)}
    answer = page.evaluate("options => axe.run(options)", options)
    return [told(each) for each in answer["violations"] if each["impact"] in GRAVE]


def told(violation: dict[str, Any]) -> str:
    nodes = violation["nodes"]
    places = "".join(
        f"\n    {node['target']} {node['html'][:160]}"
        f"\n      {node['failureSummary'].splitlines()[-1].strip()[:200]}"
        for node in nodes[:4]
    )
    return f"{violation['id']} ({violation['impact']}), {len(nodes)} times:{places}"


def test_the_open_menu_and_suggestions_too(open_context: Callable[..., BrowserContext]) -> None:
    """What appears only when it is asked for."""
    page = open_context(reduced_motion="reduce").new_page()
    page.goto("/")
    page.locator("details.menu > summary").click()
    page.locator("#q").press_sequentially("rub")
    page.locator("#q-list [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.evaluate(AXE.axe_script)
    assert not grave(page, whole=True)


def test_the_sheet_of_filters_on_a_phone_too(
    open_context: Callable[..., BrowserContext], paths: dict[str, str]
) -> None:
    context = open_context(reduced_motion="reduce", viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(paths["search-chosen"])
    page.locator(".open-facets").click()
    page.locator("#filters").wait_for()
    page.evaluate(AXE.axe_script)
    assert not grave(page, whole=True)
