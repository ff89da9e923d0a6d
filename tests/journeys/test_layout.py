"""Nothing runs out of the screen, prints its menus, or hides where the keyboard is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.kinds import NAMES

WIDTHS = (1280, 390, 320)
# Elements that reach over the edge, for the failure message.
BEYOND = """() => {
  const wide = document.documentElement.clientWidth;
  const named = (one) => one.tagName.toLowerCase() + (one.id ? '#' + one.id : '')
    + [...one.classList].map((name) => '.' + name).join('');
  return [...document.querySelectorAll('body *')]
    .filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width > 1 && (box.right > wide + 1 || box.left < -1)
        && !one.closest('.visually-hidden, .skip, svg');
    })
    .slice(0, 6).map((one) => named(one) + ' ' + one.textContent.trim().slice(0, 40));
}"""
SCROLLS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def looking(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["", "/ml", "/ar"], ids=["english", "malayalam", "arabic"])
@pytest.mark.parametrize("kind", NAMES)
def test_no_page_scrolls_sideways(
    looking: Page, paths: dict[str, str], kind: str, language: str
) -> None:
    looking.set_viewport_size({"width": WIDTHS[0], "height": 900})
    looking.goto(language + paths[kind])
    looking.evaluate("document.querySelectorAll('main details').forEach((one) => one.open = true)")
    found = []
    for width in WIDTHS:
        looking.set_viewport_size({"width": width, "height": 900})
        over = looking.evaluate(SCROLLS)
        if over > 0:
            found.append(f"{width} px: {over} px too wide: {looking.evaluate(BEYOND)}")
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_open_menu_stays_on_the_screen(looking: Page, width: int) -> None:
    for language in ("", "/ml", "/ar"):
        looking.set_viewport_size({"width": width, "height": 900})
        looking.goto(f"{language}/")
        looking.locator("details.menu > summary").click()
        box = looking.locator("details.menu .panel").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


@pytest.mark.parametrize("kind", ["product", "cluster", "firm"])
def test_paper_carries_facts_not_menus(looking: Page, paths: dict[str, str], kind: str) -> None:
    looking.set_viewport_size({"width": 794, "height": 1123})
    looking.goto(paths[kind])
    looking.emulate_media(media="print", color_scheme="dark")
    try:
        for hidden in ("nav[aria-label='Main']", "details.menu", ".skip", "main form", "nav.pages"):
            for each in looking.locator(hidden).all():
                assert not each.is_visible(), f"{hidden} is printed"
        assert looking.locator("h1").is_visible()
        assert looking.evaluate(SCROLLS) <= 0
        # Dark colours would cost the reader their ink.
        assert lightness(looking, "body", "backgroundColor") > 0.9
        assert lightness(looking, "h1", "color") < 0.4
    finally:
        looking.emulate_media(media="screen", color_scheme="light")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("kind", ["home", "search-chosen", "product", "cluster"])
def test_the_keyboard_shows_where_it_is(
    looking: Page, paths: dict[str, str], kind: str, colours: str
) -> None:
    """Every stop of the first sixty has an outline, a shadow or another background or border."""
    looking.set_viewport_size({"width": 1280, "height": 900})
    looking.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
    looking.goto(paths[kind])
    blind = set()
    for _stop in range(60):
        looking.keyboard.press("Tab")
        blind |= set(looking.evaluate(UNMARKED))
    assert not blind


# Compared with the same element without focus; the focus is put back afterwards.
UNMARKED = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return [];
  const lookOf = (one) => { const s = getComputedStyle(one);
    return [s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 ? s.outlineColor : '',
      s.boxShadow, s.backgroundColor, s.borderColor].join(); };
  // A field may show it by the frame of its form.
  const look = () => [here, here.closest('form') || here].map(lookOf).join();
  const focused = look();
  const box = here.getBoundingClientRect();
  const seen = box.width > 0 && box.height > 0;
  here.blur();
  const plain = look();
  here.focus({ preventScroll: true, focusVisible: true });
  return focused !== plain && seen ? [] : [here.outerHTML.slice(0, 120)];
}"""


def lightness(page: Page, selector: str, style: str) -> float:
    """0 black to 1 white; what is transparent counts as the paper."""
    channels = page.locator(selector).first.evaluate(
        """(one, style) => {
          const canvas = document.createElement('canvas').getContext('2d');
          canvas.fillStyle = '#fff'; canvas.fillRect(0, 0, 1, 1);
          canvas.fillStyle = getComputedStyle(one)[style]; canvas.fillRect(0, 0, 1, 1);
          return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
        }""",
        style,
    )
    return float(sum(channels)) / 3 / 255
