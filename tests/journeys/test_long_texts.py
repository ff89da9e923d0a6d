"""Texts two fifths longer than English, as German is: nothing breaks on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext

from matchmaker.config import Config
from tests.pages import addresses
from tests.pseudo_locale import speak_pseudo

PHONE = {"width": 390, "height": 844}
BEYOND = """() => {
  const wide = document.documentElement.clientWidth;
  return [...document.querySelectorAll('body *')]
    .filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width > 1 && box.right > wide + 1
        && !one.closest('.visually-hidden, .skip, svg');
    })
    .map((one) => one.tagName.toLowerCase() + '.' + one.className + ' '
      + one.textContent.trim().slice(0, 50))
    .slice(-3);
}"""
# A text that is cut off at the edge of its box, where nobody asked for that.
CUT = """() => [...document.querySelectorAll('button, summary, tbody th, dt, .chip, a')]
  .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 2
    && !one.closest('.visually-hidden'))
  .map((one) => one.tagName.toLowerCase() + ' ' + one.textContent.trim().slice(0, 50))"""
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_longer_texts_fit_a_phone(
    site: Flask,
    site_config: Config,
    open_context: Callable[..., BrowserContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    speak_pseudo(site, monkeypatch, longer=True)  # the site runs in this process, in a thread
    page = open_context(viewport=PHONE, reduced_motion="reduce").new_page()
    wrong = []
    for address in addresses(site_config.database_url):
        page.goto(address)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => one.open = true)")
        if page.evaluate(OVER) > 0:
            wrong.append(f"{address} is too wide: {page.evaluate(BEYOND)}")
        if cut := page.evaluate(CUT):
            wrong.append(f"{address} cuts: {cut[:3]}")
    assert "⟦" in page.content()
    assert not wrong, "\n".join(wrong)
