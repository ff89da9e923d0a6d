"""A firm keeps its products in a real browser: by keyboard alone, on a phone, by dropped photos."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from matchmaker.access import ACTING_IN
from matchmaker.accounts.actor import SYSTEM
from matchmaker.catalogue.models import Product, ProductFamily
from matchmaker.catalogue.services import change_product, facts_of, list_product
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.orm import only_reading
from tests.factories import make_cast, product_facts
from tests.journeys.conftest import Silent, led_on, watched
from tests.journeys.running import until
from tests.journeys.test_axe import AXE, grave

PHONE = {"width": 390, "height": 844}
MOST_TABS = 60
Open = Callable[..., BrowserContext]


@dataclass
class House:
    address: str
    cookie: str
    engine: Engine
    product: str  # public id

    def read(self) -> Product:
        with only_reading(), Session(self.engine) as db:
            found = db.scalars(select(Product).where(Product.public_id == self.product)).one()
            _ = found.tiers
            return found


@pytest.fixture
def house(app: Flask, config: Config) -> Iterator[House]:
    engine = make_engine(config.database_url)
    with Session(engine, expire_on_commit=False) as db:
        cast = make_cast(db)
        family = db.scalars(select(ProductFamily).where(ProductFamily.key == "stable-mat")).one()
        facts = product_facts(title="Cow mat", hs_code=family.hs_code, state="draft")
        product = list_product(db, SYSTEM, cast.firm, family, facts)
        db.commit()
        assert cast.owner.user is not None
        kept: dict[str, Any] = {"_user_id": cast.owner.user.fs_uniquifier, "_fresh": True}
        kept |= {ACTING_IN: cast.firm.organisation.public_id, "fs_cc": "set"}
        public_id = product.public_id
    cookie = app.session_interface.get_signing_serializer(app).dumps(kept)  # type: ignore[attr-defined]
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield House(f"http://127.0.0.1:{server.server_port}", cookie, engine, public_id)
    server.shutdown()
    thread.join(timeout=10)
    engine.dispose()


@pytest.fixture
def address(house: House) -> str:
    """Browsers of this file are opened here, not on the little world."""
    return house.address


@pytest.fixture
def enter(open_context: Open, house: House) -> Callable[..., Page]:
    def make(**options: object) -> Page:
        context = open_context(reduced_motion="reduce", **options)
        cookie = {"name": "session", "value": house.cookie, "url": house.address}
        context.add_cookies([cookie])  # type: ignore[list-item]
        return watched(context.new_page())

    return make


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field or button is reached: what cannot be reached fails here."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id || document.activeElement.name") == name:
            return
    raise AssertionError(f"{name} is not reached by the keyboard")


def retype(page: Page, text: str) -> None:
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_a_product_is_kept_by_keyboard_alone(enter: Callable[..., Page], house: House) -> None:
    page = enter(viewport={"width": 1280, "height": 900})
    page.goto(f"/firm/products/{house.product}/edit")
    tab_to(page, "title")
    retype(page, "Ribbed cow mat of rubber")
    tab_to(page, "hs_words")
    page.keyboard.insert_text("door mat of coir")  # at once: one answer comes, not one a pause
    page.locator("#hs_words-list [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#hs_code")).to_have_value("570220")
    tab_to(page, "moq")
    retype(page, "1,200")
    tab_to(page, "more")
    page.keyboard.press("Enter")
    expect(page.locator("#tiers-3-from_quantity")).to_be_focused()
    page.keyboard.type("5000")
    page.keyboard.press("Tab")
    page.keyboard.type("800,5")
    page.keyboard.press("Enter")  # saves
    expect(page.locator(".flash.success")).to_be_visible()
    kept = house.read()
    assert (kept.title, kept.hs_code, kept.moq) == ("Ribbed cow mat of rubber", "570220", 1200)
    tiers = [(tier.from_quantity, tier.price) for tier in kept.tiers]
    assert tiers == [(100, 900), (500, 850), (5000, Decimal("800.5"))]
    assert page.problems == []  # type: ignore[attr-defined]


def test_two_editors_meet_and_nothing_is_lost(enter: Callable[..., Page], house: House) -> None:
    page = enter(viewport=PHONE)
    page.goto(f"/ml/firm/products/{house.product}/edit")
    page.fill("#title", "Mine")
    with Session(house.engine) as db:
        product = db.scalars(select(Product).where(Product.public_id == house.product)).one()
        change_product(db, SYSTEM, product, replace(facts_of(product), title="Theirs", lead_days=9))
        db.commit()
    led_on(page, page.locator(".keep-bar .button"))
    expect(page.locator(".versus")).to_have_count(2)
    page.evaluate(AXE.axe_script)
    assert not grave(page, whole=True)
    page.check("[name=keep-title][value=mine]")
    page.click(".actions .button")
    expect(page.locator(".flash.success")).to_be_visible()
    kept = house.read()
    assert (kept.title, kept.lead_days) == ("Mine", 9)


def test_a_photo_dropped_on_the_page_is_taken(enter: Callable[..., Page], house: House) -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 300), "#3a6").save(out, "JPEG")
    page = enter(viewport={"width": 1280, "height": 900})
    page.goto(f"/firm/products/{house.product}/photos")
    page.evaluate(
        """packed => {
            const bytes = Uint8Array.from(atob(packed), each => each.charCodeAt(0));
            const carried = new DataTransfer();
            carried.items.add(new File([bytes], "mat.jpg", {type: "image/jpeg"}));
            document.querySelector("[data-drop]").dispatchEvent(
                new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
        }""",
        base64.b64encode(out.getvalue()).decode(),
    )
    photo = page.locator(".photos img")
    expect(photo).to_have_count(1)
    until(lambda: photo.evaluate("img => img.complete && img.naturalWidth > 0"), 60)
    assert house.read().has_photo
    assert page.problems == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_page_shuts_anybody_out_or_runs_off_a_phone(
    enter: Callable[..., Page], house: House, colours: str
) -> None:
    page = enter(viewport=PHONE, color_scheme=colours)
    base = f"/ml/firm/products/{house.product}"
    one = [f"{base}/{each}" for each in ("edit", "photos", "capacity", "history")]
    found = []
    for each in ["/firm/products", "/firm/products/new?q=cow+mat", *one]:
        page.goto(each)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], each
        page.evaluate(AXE.axe_script)
        found += [f"{each}: {told}" for told in grave(page, whole=True)]
    assert not found, "\n".join(found)
