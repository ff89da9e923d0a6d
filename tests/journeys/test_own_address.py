"""Somebody with only a phone gets an e-mail address, then another one; at a desk and on a phone."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.links import hand_over_link
from matchmaker.accounts.services import add_member
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.notices.models import Letter
from tests.factories import make_firm, make_user
from tests.journeys.conftest import Silent, led_on, watched
from tests.journeys.test_firm import PHONE, assert_fits

DESK = {"width": 1280, "height": 900}
NAME, PASSWORD = "Ammini", "three tall coconut palms"
# An address that breaks nowhere by itself is the widest that can come.
FIRST, SECOND = f"{'k' * 60}@{'f' * 60}.example", "ammini@example.com"
Open = Callable[..., BrowserContext]


@pytest.fixture
def engine(config: Config) -> Iterator[Engine]:
    made = make_engine(config.database_url)
    yield made
    made.dispose()


@pytest.fixture
def link(engine: Engine) -> str:
    """Handed over to a member with nothing but a phone."""
    with Session(engine) as db:
        member = make_user(db, name=NAME, email=None)
        add_member(db, SYSTEM, user=member, organisation=make_firm(db).organisation, role="editor")
        _link, secret = hand_over_link(db, SYSTEM, member)
        db.commit()
        return f"/enter/{secret}"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Browsers of this file are opened here, not on the little world."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)


@pytest.mark.parametrize(
    ("language", "size"), [("", DESK), ("/ml", PHONE)], ids=["at-a-desk", "on-a-phone"]
)
def test_an_address_is_added_then_changed_and_every_page_fits(
    open_context: Open, engine: Engine, link: str, language: str, size: dict[str, int]
) -> None:
    page = watched(open_context(viewport=size, reduced_motion="reduce").new_page())
    page.goto(language + link)
    led_on(page, page.locator("main form button"))
    page.goto(f"{language}/account")
    assert_fits(page)
    types_address(page, "ammini")
    expect(page.locator("#email")).to_have_value("ammini")
    assert_fits(page)
    for number, typed in enumerate((FIRST, SECOND)):
        types_address(page, typed)
        expect(page.locator("main .lead")).to_contain_text(typed)
        assert_fits(page)
        page.goto(f"{language}/account")
        assert_fits(page)
        confirms(page, path_in_last_letter(engine), is_first=not number)
        expect(page.locator(".flash")).to_contain_text(typed)
        assert_fits(page)
        page.goto(f"{language}/account/email")
    expect(page.locator("main strong")).to_have_text(SECOND)
    assert not page.problems  # type: ignore[attr-defined]


def test_without_scripts_all_of_it_works_and_the_link_says_where_to_open_it(
    open_context: Open, engine: Engine, link: str
) -> None:
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(link)
    led_on(page, page.locator("main form button"))
    page.goto("/account")
    types_address(page, SECOND)
    mailed = path_in_last_letter(engine)
    elsewhere = open_context(viewport=PHONE).new_page()
    elsewhere.goto(mailed)
    expect(elsewhere.locator("svg.qr")).to_be_visible()
    assert_fits(elsewhere)
    confirms(page, mailed, is_first=True)
    elsewhere.goto("/sign-in")
    elsewhere.fill("#email", SECOND)
    elsewhere.fill("#password", PASSWORD)
    led_on(elsewhere, elsewhere.locator("main form button"))
    elsewhere.goto("/account")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text(NAME)


def types_address(page: Page, address: str) -> None:
    page.fill("#email", address)
    led_on(page, page.locator("form:has(#email) button"))


def confirms(page: Page, mailed: str, *, is_first: bool) -> None:
    """Whoever has no password chooses one with the first address."""
    page.goto(mailed)
    if is_first:
        page.fill("#password", PASSWORD)
    led_on(page, page.locator("form[action*='/confirm/'] button"))


def path_in_last_letter(engine: Engine) -> str:
    with Session(engine) as db:
        text = db.scalars(select(Letter.text).order_by(Letter.id.desc()).limit(1)).one()
    found = re.search(r"http://[^/]+(/\S+/confirm/\S+)", text)
    assert found, text
    return found[1]
