"""A real browser on the real site: a server thread over the little world, and Chromium."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from matchmaker.config import Config
from tests.journeys import kinds
from tests.journeys.running import Answer, ask

# The shell without windows first: a page takes it a third of the time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), None)
# Until something counts as never happening: machines that test are slow and busy.
PATIENCE = 60_000  # milliseconds
expect.set_options(timeout=PATIENCE)
# Nothing of the browser's own may call out: tests run on machines without a network.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Silent(WSGIRequestHandler):
    """The application logs its requests itself; a second line for each hides what failed."""

    def log(self, *_: object, **__: object) -> None:
        """Said once, by the application."""


@pytest.fixture(scope="session")
def address(site: Flask) -> Iterator[str]:
    """Where the little world is served."""
    server = make_server("127.0.0.1", 0, site, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)


@pytest.fixture(scope="session")
def paths(site_config: Config) -> dict[str, str]:
    """One address of every kind of public page; see kinds.NAMES."""
    return kinds.paths(site_config.database_url)


@pytest.fixture(scope="session")
def fetch(address: str) -> Callable[..., Answer]:
    """Ask the site over the wire: `fetch("/search", Accept_Encoding="gzip")`.

    Where a browser is open, Flask's own test client cannot be used: Playwright keeps an event
    loop running in this thread.
    """
    return partial(ask, int(address.rpartition(":")[2]))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Open as long as one module needs it: its event loop would stop other tests' clients."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium-headless-shell)")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture
def open_context(browser: Browser, address: str) -> Iterator[Callable[..., BrowserContext]]:
    """New browser contexts on the site, e.g. `open_context(java_script_enabled=False)`."""
    opened: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(base_url=address, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    """A page that fails the test for any script error or breach of the content policy."""
    return watched(open_context().new_page())


def led_on(page: Page, link: Locator) -> None:
    """Click, and have the page it leads to whole: a click returns when the first byte is there."""
    with page.expect_navigation():
        link.click()


def watched(page: Page) -> Page:
    """Script errors and console errors make the next assertion on `problems` fail."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.problems = problems  # type: ignore[attr-defined]
    return page
