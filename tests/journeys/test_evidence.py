"""A firm sends its certificate, a desk checks it by keys, a buyer finds the firm by it."""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from matchmaker.access import ACTING_IN
from matchmaker.accounts.actor import Actor
from matchmaker.catalogue.models import ProductFamily
from matchmaker.catching_up import keep_index
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.orm import utc_now
from tests.certification.papers import picture
from tests.factories import make_cast, make_product
from tests.journeys.conftest import Silent, led_on, watched
from tests.journeys.running import Answer, ask, until
from tests.journeys.test_axe import grave

AXE = Axe()
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
TITLE = "Hevea mat for journeys"
TODAY, A_YEAR = utc_now().date(), dt.timedelta(days=365)
# Seconds for a busy machine; how soon it is: python -m tests.benchmarks.approval
SEEN = 60
Open = Callable[..., BrowserContext]


@dataclass
class Scene:
    """The application with its index kept, and who can sign in by cookie."""

    address: str
    owner: str
    officer: str
    product: str  # its address

    def search(self, query: str) -> Answer:
        return ask(int(self.address.rpartition(":")[2]), query)


@pytest.fixture
def scene(app: Flask, config: Config) -> Iterator[Scene]:
    engine = make_engine(config.database_url)
    with Session(engine, expire_on_commit=False) as db:
        cast = make_cast(db)
        family = db.scalars(
            select(ProductFamily).where(ProductFamily.hs_code.like("4016%"))
        ).first()
        product = make_product(db, firm=cast.firm, family=family, title=TITLE)
        db.commit()
        cookies = [_cookie(app, actor) for actor in (cast.owner, cast.officer)]
        slug = product.slug
    engine.dispose()
    stop = threading.Event()
    keeper = threading.Thread(target=keep_index, args=(config, stop), daemon=True)
    keeper.start()
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    served = threading.Thread(target=server.serve_forever, daemon=True)
    served.start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield Scene(address, cookies[0], cookies[1], f"/products/{slug}")
    server.shutdown()
    stop.set()
    for thread in (served, keeper):
        thread.join(timeout=20)


@pytest.fixture
def address(scene: Scene) -> str:
    """Browsers of this file are opened here, not on the little world."""
    return scene.address


def _cookie(app: Flask, actor: Actor) -> str:
    assert actor.user is not None
    assert actor.organisation is not None
    kept: dict[str, Any] = {"_user_id": actor.user.fs_uniquifier, "_fresh": True}
    kept |= {ACTING_IN: actor.organisation.public_id, "fs_cc": "set"}
    return str(app.session_interface.get_signing_serializer(app).dumps(kept))  # type: ignore[attr-defined]


def signed_in(open_context: Open, scene: Scene, cookie: str, size: dict[str, int]) -> Page:
    context = open_context(viewport=size, reduced_motion="reduce")
    context.add_cookies([{"name": "session", "value": cookie, "url": scene.address}])
    return watched(context.new_page())


def assert_for_all(page: Page, name: str) -> None:
    """No grave fault of accessibility, nothing wider than the screen, no script error."""
    AXE.run(page)
    assert grave(page, whole=True) == [], name
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, f"{name} is {width} px too wide"
    assert page.problems == []  # type: ignore[attr-defined]


def test_from_the_firms_upload_to_the_buyers_facet(scene: Scene, open_context: Open) -> None:
    until(lambda: scene.product in scene.search("/search?q=hevea+journeys").text, 60)
    assert scene.product not in scene.search("/search?evidence=ISO9001").text

    firm = signed_in(open_context, scene, scene.owner, PHONE)
    firm.goto("/firm/evidence/find?q=iso+9001")
    assert_for_all(firm, "find")
    led_on(firm, firm.get_by_role("link", name=re.compile("We have it")))
    firm.get_by_label("Certificate number").fill("Q-2026-17")
    firm.get_by_label("Certification body").fill("Certifier (example)")
    firm.get_by_label("Issued on").fill(str(TODAY - A_YEAR))
    firm.get_by_label("Valid until").fill(str(TODAY + A_YEAR))
    paper = {"name": "iso.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(800, 1100))}
    firm.locator("#document").set_input_files(paper)
    assert_for_all(firm, "form")
    led_on(firm, firm.get_by_role("button", name="Save"))
    expect(firm.get_by_text("It waits for the desk.").first).to_be_visible()
    assert_for_all(firm, "piece")
    assert scene.product not in scene.search("/search?evidence=ISO9001").text

    desk = signed_in(open_context, scene, scene.officer, DESK)
    desk.goto("/desk/evidence")
    led_on(desk, desk.get_by_role("link", name=re.compile("ISO 9001")).first)
    frame = desk.frame_locator("iframe.paper")
    expect(frame.locator("img")).to_be_visible()
    desk.keyboard.press("a")
    expect(desk.get_by_label("seen by desk")).to_be_focused()
    desk.keyboard.press("Space")
    desk.get_by_label("How? Buyers read it.").fill("Compared with the original.")
    assert_for_all(desk, "desk")
    desk.get_by_role("button", name="Approve").click()
    expect(desk.get_by_text("Approved: ISO 9001")).to_be_visible()

    began = time.monotonic()
    until(lambda: scene.product in scene.search("/search?evidence=ISO9001").text, SEEN)
    print(f"from the approval to the facet: {time.monotonic() - began:.2f} s")
    buyer = watched(open_context(viewport=DESK).new_page())
    buyer.goto(scene.product)
    expect(buyer.get_by_text("Compared with the original.")).to_be_visible()
    expect(buyer.get_by_text("Q-2026-17")).to_be_visible()
    assert "iso.jpg" not in buyer.content()
    firm.goto("/firm/evidence")
    assert_for_all(firm, "list")
