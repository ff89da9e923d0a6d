"""Every page keeps to our own rules: nothing from elsewhere, nothing inline, light enough."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.kinds import NAMES, SEARCHES
from tests.journeys.running import Answer

Fetch = Callable[..., Answer]

LANGUAGES = ("", "/ml", "/hi", "/de", "/es", "/fr", "/ar")
TABS = 5
LIMIT = 60_000  # bytes on the wire of page, styles and scripts together, without images
EXPECTED = {"search-too-far": 404, "not-found": 404, "no-such-product": 404, "refused": 400}


@pytest.fixture(scope="module")
def fetch_file(fetch: Fetch) -> Fetch:
    """`fetch` for styles and scripts: each is asked for once, as their addresses name a version."""
    return cache(fetch)


class Served(HTMLParser):
    """What a page holds that a strict policy forbids, and the files it asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.files: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self._kept_apart = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        here = f"line {self.getpos()[0]}: <{tag} {' '.join(given)}>"
        if tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.forbidden.append(here)
        if tag == "script":
            # A data block is no script: browsers never run it.
            if "src" not in given and given.get("type") != "application/ld+json":
                self.forbidden.append(here)
            self.files += [given["src"]] if "src" in given else []
        if tag == "link" and given.get("rel") == "stylesheet":
            self.files.append(given["href"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if any(value.strip().lower().startswith("javascript:") for value in given.values()):
            self.forbidden.append(here)
        if "id" in given:
            self.ids.append(given["id"])


def read(text: str) -> Served:
    page = Served()
    page.feed(text)
    return page


@pytest.mark.parametrize("kind", NAMES)
def test_nothing_inline_in_any_language(fetch: Fetch, paths: dict[str, str], kind: str) -> None:
    for language in LANGUAGES:
        answer = fetch(language + paths[kind])
        assert answer.status == EXPECTED.get(kind, 200)
        page = read(answer.text)
        assert not page.forbidden, f"{language}{paths[kind]}"
        assert "'unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert re.search(r"<title>\s*\S", answer.text)
        assert answer.text.count("<h1") == 1
        doubled = {each for each in page.ids if page.ids.count(each) > 1}
        assert not doubled, f"an id that stands twice in {language}{paths[kind]}"


@pytest.mark.parametrize("language", ["", "/ar"], ids=["english", "arabic"])
def test_no_console_error_and_no_request_to_anybody_else(
    browser: Browser, address: str, paths: dict[str, str], language: str
) -> None:
    """On one page after the other, as a visitor would; violations of the policy are such errors."""
    context = browser.new_context(base_url=address)
    problems: list[str] = []
    asked: list[str] = []
    tabs = [context.new_page() for _tab in range(TABS)]
    for tab in tabs:
        _listen(tab, problems, asked)
    for number, kind in enumerate(NAMES):
        tab = tabs[number % TABS]
        tab.wait_for_load_state("networkidle")  # half a second, spent on the other tabs
        tab.goto(language + paths[kind])
    for tab in tabs:
        tab.wait_for_load_state("networkidle")
    context.close()
    assert not problems, "\n" + "\n".join(problems)
    assert {url for url in asked if url.startswith(address)}
    assert not {url for url in asked if not url.startswith((address, "data:"))}


def _listen(page: Page, problems: list[str], asked: list[str]) -> None:
    """Note every address the page asks for, and every error it meets."""
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda said: (
            problems.append(f"{page.url}: {said.text} {said.location}")
            if said.type in ("error", "warning") and not _own_status(said.text)
            else None
        ),
    )
    page.on("request", lambda each: asked.append(each.url))
    page.on(
        "requestfailed",
        lambda lost: (
            problems.append(f"{page.url}: lost {lost.url} ({lost.failure})")
            if lost.failure != "net::ERR_ABORTED"  # we went on to the next page
            else None
        ),
    )
    page.on(
        "response",
        lambda answer: (
            problems.append(f"{page.url}: {answer.status} {answer.url}")
            if answer.status >= 400 and not answer.request.is_navigation_request()
            else None
        ),
    )


def _own_status(text: str) -> bool:
    """The browser reports the page's own 404 as an error; it is meant."""
    return "Failed to load resource" in text and ("404" in text or "400" in text)


@pytest.mark.parametrize("encoding", ["gzip", "br"])
@pytest.mark.parametrize("kind", [f"search-{name}" for name in SEARCHES])
def test_the_search_page_is_light(
    fetch: Fetch, fetch_file: Fetch, paths: dict[str, str], kind: str, encoding: str
) -> None:
    for language in LANGUAGES:
        sizes = weigh(fetch, fetch_file, language + paths[kind], encoding)
        assert sum(sizes.values()) <= LIMIT, sizes


@pytest.mark.parametrize("kind", NAMES)
def test_no_page_is_heavy(
    fetch: Fetch, fetch_file: Fetch, paths: dict[str, str], kind: str
) -> None:
    sizes = weigh(fetch, fetch_file, paths[kind], "gzip")
    assert sum(sizes.values()) <= LIMIT, sizes


def weigh(fetch: Fetch, fetch_file: Fetch, path: str, encoding: str) -> dict[str, int]:
    """Bytes on the wire of a page and of every style and script it asks for."""
    page = fetch(path, Accept_Encoding=encoding)
    sizes = {path: len(page.body)}
    for file in modules(fetch_file, read(fetch(path).text).files):
        sizes[file] = len(fetch_file(file, Accept_Encoding=encoding).body)
    return sizes


def modules(fetch_file: Fetch, files: list[str]) -> list[str]:
    """These files, and what the scripts among them import."""
    found = list(dict.fromkeys(files))
    for file in found:
        if urlsplit(file).path.endswith(".js"):
            text = fetch_file(file).text
            inner = re.findall(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""", text)
            found += [urljoin(file, each) for each in inner if urljoin(file, each) not in found]
    return found


def test_styles_and_scripts_are_compressed_and_kept(fetch: Fetch, paths: dict[str, str]) -> None:
    for file in read(fetch(paths["product"]).text).files:
        answer = fetch(file, Accept_Encoding="gzip, deflate")  # as browsers ask without https
        assert answer.status == 200
        if len(fetch(file).body) > 1000:
            assert answer.headers.get("content-encoding") in ("gzip", "deflate"), file
        assert "max-age=31536000" in answer.headers["cache-control"]
        assert "?v=" in file


@pytest.mark.parametrize("language", ["", "/ar"], ids=["english", "arabic"])
def test_every_link_on_every_kind_of_page_leads_somewhere(
    fetch: Fetch, paths: dict[str, str], language: str
) -> None:
    """No link to what is not built; each address is tried once, a few of every long list."""
    links: dict[str, str] = {}
    for kind in NAMES:
        start = language + paths[kind]
        ours = [each for each in read(fetch(start).text).links if not _leaves(each)]
        for link in [*ours[:25], *ours[-12:]]:
            links.setdefault(urljoin(start, link).split("#")[0], start)
    dead = []
    for link, start in links.items():
        if link.partition("?")[0] in ("", start):
            continue
        status = fetch(link).status
        if status >= 400 and EXPECTED.get(_kind_of(paths, language, link)) != status:
            dead.append(f"{status} {link} (on {start})")
    assert not dead, "\n" + "\n".join(dead)


def _leaves(link: str) -> bool:
    return bool(urlsplit(link).netloc) or link.startswith(("#", "mailto:"))


def _kind_of(paths: dict[str, str], language: str, link: str) -> str:
    """Other languages of a page that is an error are errors too."""
    bare = re.sub(r"^/(ml|hi|de|es|fr|ar)(?=/)", "", link)
    return next((kind for kind, path in paths.items() if path == bare), "")
