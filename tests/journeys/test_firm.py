"""A maker with a phone: five answers in Malayalam, a broken connection, a link that lets in."""

from __future__ import annotations

import datetime as dt
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from matchmaker.access import ACTING_IN
from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.links import hand_over_link
from matchmaker.accounts.services import add_member
from matchmaker.catalogue.importing.jobs import _read, _write
from matchmaker.catalogue.models import Product
from matchmaker.config import Config
from matchmaker.database import make_engine
from matchmaker.orm import utc_now
from tests.factories import make_cast, make_product, make_user
from tests.journeys.conftest import Silent, led_on, watched
from tests.journeys.running import until

PHONE = {"width": 390, "height": 844}
LONG_AGO = dt.date(2026, 1, 2)
AXE = Axe()
# Whether a draft with this word and a photo lies in the browser's own store (js/keep.js).
IS_KEPT = """async (word) => {
  const answered = (asked) =>
    new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const store = await answered(indexedDB.open('matchmaker-kept'));
  const drafts = await answered(store.transaction('drafts').objectStore('drafts').getAll());
  store.close();
  return drafts.some(({ fields }) => fields.some(([, value]) => value === word)
    && fields.some(([, value]) => value instanceof Blob));
}"""
WHICH_KIND = "ഏതുതരം ഉൽപ്പന്നമാണ്?"
Open = Callable[..., BrowserContext]


@dataclass
class FirmSite:
    """The application on a small database, served; `cookie` signs the firm's owner in."""

    address: str
    cookie: str
    engine: Engine
    link: str  # of a member with nothing but a phone, from the cluster's agent

    def products(self) -> list[Product]:
        with Session(self.engine, expire_on_commit=False) as db:
            found = list(db.scalars(select(Product).order_by(Product.id)))
            _ = [(each.tiers, each.family) for each in found]
            return found


@pytest.fixture
def firm_site(app: Flask, config: Config) -> Iterator[FirmSite]:
    engine = make_engine(config.database_url)
    with Session(engine, expire_on_commit=False) as db:
        cast = make_cast(db)
        stale = {"price_confirmed_on": LONG_AGO, "lead_confirmed_on": utc_now().date()}
        price = ((Decimal(100), Decimal(900)),)
        make_product(db, firm=cast.firm, title="Ring mat", tiers=price, **stale)
        member = make_user(db, name="Ammini", email=None)
        organisation = cast.firm.organisation
        add_member(db, SYSTEM, user=member, organisation=organisation, role="editor")
        _link, secret = hand_over_link(db, cast.agent, member)
        db.commit()
        assert cast.owner.user is not None
        kept: dict[str, Any] = {"_user_id": cast.owner.user.fs_uniquifier, "_fresh": True}
        kept |= {ACTING_IN: organisation.public_id, "fs_cc": "set"}
    cookie = app.session_interface.get_signing_serializer(app).dumps(kept)  # type: ignore[attr-defined]
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield FirmSite(f"http://127.0.0.1:{server.server_port}", cookie, engine, f"/ml/enter/{secret}")
    server.shutdown()
    thread.join(timeout=10)
    engine.dispose()


@pytest.fixture
def address(firm_site: FirmSite) -> str:
    """Browsers of this file are opened here, not on the little world."""
    return firm_site.address


@pytest.fixture
def phone(open_context: Open, firm_site: FirmSite) -> Page:
    """The owner's phone."""
    context = open_context(viewport=PHONE, reduced_motion="reduce")
    context.add_cookies([{"name": "session", "value": firm_site.cookie, "url": firm_site.address}])
    return watched(context.new_page())


def a_photo(width: int = 3000, height: int = 2250) -> dict[str, Any]:
    """As a phone takes it: large."""
    noise = Image.effect_noise((width // 4, height // 4), 80).resize((width, height))
    file = io.BytesIO()
    noise.convert("RGB").save(file, "JPEG", quality=92)
    return {"name": "IMG_2041.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def answer_five(page: Page, name: str) -> None:
    page.get_by_label("എന്താണ് ഉൽപ്പന്നം?").fill(name)
    page.get_by_label("നിങ്ങളുടെ പടിക്കലെ വില").fill("1,250")
    page.get_by_label("ഒരു മാസം എത്ര ഉണ്ടാക്കാനാകും?").fill("500")
    page.get_by_label("ഏറ്റവും കുറഞ്ഞ എണ്ണം").fill("50")


def kept_ready(page: Page) -> None:
    expect(page.locator("html[data-kept=ready]")).to_be_attached()


def asks(page: Page, words: str) -> None:
    """The next question is this one, and its page is whole."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    page.wait_for_load_state()


def assert_fits(page: Page) -> None:
    """Nothing sticks out to the side, nobody is shut out."""
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(over) <= 0
    page.evaluate(AXE.axe_script)
    found = page.evaluate("() => axe.run({resultTypes: ['violations']})")["violations"]
    grave = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
    assert not grave, [(e["id"], [n["html"][:120] for n in e["nodes"]]) for e in found]


def test_five_answers_in_malayalam(phone: Page, firm_site: FirmSite) -> None:
    phone.goto("/ml/firm")
    assert_fits(phone)
    led_on(phone, phone.get_by_role("link", name="ഉൽപ്പന്നം ചേർക്കുക").last)
    kept_ready(phone)
    assert_fits(phone)
    phone.set_input_files("input[type=file]", a_photo())
    answer_five(phone, "പശുത്തൊഴുത്തിനുള്ള റബ്ബർ മാറ്റ്")
    phone.get_by_role("button", name="പ്രസിദ്ധീകരിക്കുക").click()
    asks(phone, WHICH_KIND)
    assert_fits(phone)
    expect(phone.locator("input[type=radio]:checked")).to_have_value("stable-mat")
    phone.get_by_role("button", name="അതെ, ഇതുതന്നെ").click()
    asks(phone, "എത്ര ദിവസത്തിനകം നൽകാനാകും?")
    assert_fits(phone)
    made = firm_site.products()[-1]
    assert (made.title, made.family.key) == ("പശുത്തൊഴുത്തിനുള്ള റബ്ബർ മാറ്റ്", "stable-mat")
    assert (made.state, made.has_photo, made.family_is_guess) == ("published", True, False)
    assert not phone.problems  # type: ignore[attr-defined]


def test_a_connection_that_breaks_while_sending_loses_nothing(
    phone: Page, firm_site: FirmSite
) -> None:
    phone.goto("/ml/firm/add")
    kept_ready(phone)
    phone.set_input_files("input[type=file]", a_photo())
    answer_five(phone, "മറൈൻ പ്ലൈവുഡ്")
    phone.context.set_offline(True)
    phone.get_by_role("button", name="പ്രസിദ്ധീകരിക്കുക").click()
    expect(phone.locator(".kept")).to_contain_text("കണക്ഷനില്ല")
    assert len(firm_site.products()) == 1
    phone.context.set_offline(False)
    until(lambda: len(firm_site.products()) == 2, 60)
    expect(phone.locator(".kept")).to_contain_text("അയച്ചു: മറൈൻ പ്ലൈവുഡ്")
    phone.locator(".kept a").click()
    expect(phone.locator(".house > p").first).to_have_text("മറൈൻ പ്ലൈവുഡ്")
    made = firm_site.products()[-1]
    assert (made.family.key, made.has_photo) == ("marine-plywood", True)


def test_an_answer_that_got_lost_on_its_way_makes_no_second_listing(
    phone: Page, firm_site: FirmSite
) -> None:
    """The server has stored it, the phone does not know: it sends again, it is kept once."""
    lost = []

    def lose_the_answer(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            route.fetch()
            lost.append(True)
            route.abort("connectionreset")
        else:
            route.continue_()

    phone.route("**/firm/add", lose_the_answer)
    phone.goto("/ml/firm/add")
    kept_ready(phone)
    answer_five(phone, "കയർ ചവിട്ടി")
    phone.get_by_role("button", name="പ്രസിദ്ധീകരിക്കുക").click()
    expect(phone.locator(".kept")).to_contain_text("കണക്ഷനില്ല")
    assert len(firm_site.products()) == 2
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.locator(".kept")).to_contain_text("അയച്ചു: കയർ ചവിട്ടി")
    assert len(firm_site.products()) == 2


def test_what_was_typed_is_there_again_after_the_page_was_closed(
    phone: Page, firm_site: FirmSite
) -> None:
    phone.goto("/ml/firm/add")
    kept_ready(phone)
    phone.set_input_files("input[type=file]", a_photo(600, 400))
    phone.get_by_label("എന്താണ് ഉൽപ്പന്നം?").fill("കുരുമുളക്")
    until(lambda: phone.evaluate(IS_KEPT, "കുരുമുളക്"), 60)  # when the typing pauses
    phone.close()
    again = phone.context.new_page()
    again.goto("/ml/firm/add")
    expect(again.locator(".kept")).to_contain_text("ഇവിടെത്തന്നെയുണ്ട്")
    expect(again.get_by_label("എന്താണ് ഉൽപ്പന്നം?")).to_have_value("കുരുമുളക്")
    assert again.evaluate("document.querySelector('#photo').files.length") == 1


def test_a_wrong_number_is_said_beside_the_field_and_the_photo_stays(
    phone: Page, firm_site: FirmSite
) -> None:
    phone.goto("/ml/firm/add")
    kept_ready(phone)
    phone.set_input_files("input[type=file]", a_photo(600, 400))
    answer_five(phone, "കുരുമുളക്")
    phone.get_by_label("നിങ്ങളുടെ പടിക്കലെ വില").fill("കുറവ്")
    phone.get_by_role("button", name="പ്രസിദ്ധീകരിക്കുക").click()
    expect(phone.locator(".field.wrong")).to_have_count(1)
    assert_fits(phone)
    expect(phone.locator(".field.wrong input")).to_be_focused()
    assert phone.evaluate("document.querySelector('#photo').files.length") == 1
    phone.locator(".field.wrong input").fill("640")
    # Until the form that came back is kept again, Enter would send it as a plain form.
    until(lambda: phone.evaluate("document.querySelector('form[data-keep]').draft"), 60)
    phone.context.set_offline(True)
    phone.keyboard.press("Enter")
    expect(phone.locator(".kept")).to_contain_text("കണക്ഷനില്ല")
    # The form is ready for the next product, without the faults of this one.
    expect(phone.locator(".wrong")).to_have_count(0)
    expect(phone.locator("#price")).to_have_value("")
    phone.context.set_offline(False)
    expect(phone.locator(".kept")).to_contain_text("അയച്ചു: കുരുമുളക്")
    assert firm_site.products()[-1].has_photo


def test_without_scripts_the_form_is_a_plain_form(open_context: Open, firm_site: FirmSite) -> None:
    context = open_context(viewport=PHONE, java_script_enabled=False)
    context.add_cookies([{"name": "session", "value": firm_site.cookie, "url": firm_site.address}])
    page = context.new_page()
    page.goto("/ml/firm/add")
    answer_five(page, "കുരുമുളക്")
    page.get_by_role("button", name="കരടായി സൂക്ഷിക്കുക").click()
    asks(page, WHICH_KIND)
    assert firm_site.products()[-1].state == "draft"


def test_who_has_only_a_phone_enters_by_the_agents_link_and_confirms_a_price(
    open_context: Open, firm_site: FirmSite
) -> None:
    page = watched(open_context(viewport=PHONE).new_page())
    page.goto(firm_site.link)
    led_on(page, page.locator("main form button"))
    page.goto("/ml/firm")
    led_on(page, page.get_by_role("link", name="സ്ഥിരീകരിക്കുക", exact=True))
    assert_fits(page)
    page.get_by_role("button", name="ഇപ്പോഴും ശരി").first.click()
    expect(page.locator(".flash")).to_contain_text("സ്ഥിരീകരിച്ചു")
    assert firm_site.products()[0].price_confirmed_on == utc_now().date()
    assert not page.problems  # type: ignore[attr-defined]


def test_all_of_it_can_be_done_with_the_keyboard_alone(phone: Page, firm_site: FirmSite) -> None:
    phone.goto("/ml/firm/add")
    kept_ready(phone)
    phone.locator("#name").focus()
    for typed in ("കുരുമുളക്", "640"):
        phone.keyboard.type(typed)
        phone.keyboard.press("Tab")
    phone.keyboard.press("Tab")  # past the unit
    for typed in ("900", "25"):
        phone.keyboard.type(typed)
        phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    asks(phone, WHICH_KIND)
    made = firm_site.products()[-1]
    assert (made.title, made.moq, made.tiers[0].price) == ("കുരുമുളക്", 25, 640)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field or button is reached: what cannot be reached fails here."""
    for _ in range(60):
        page.keyboard.press("Tab")
        here = "document.activeElement"
        if page.evaluate(f"[{here}.id, {here}.name, {here}.className].includes({name!r})"):
            return
    raise AssertionError(f"{name} is not reached by the keyboard")


def test_five_answers_by_keyboard_alone(phone: Page, firm_site: FirmSite) -> None:
    phone.goto("/ml/firm/add")
    kept_ready(phone)
    answers = {"name": "റബ്ബർ മാറ്റ്", "price": "1,250", "monthly": "500", "minimum": "50"}
    tab_to(phone, "photo")
    for field, typed in answers.items():
        tab_to(phone, field)
        phone.keyboard.type(typed)
        if field == "price":
            tab_to(phone, "unit")
            phone.keyboard.type("kg")
    tab_to(phone, "button primary")
    phone.keyboard.press("Enter")
    asks(phone, WHICH_KIND)
    tab_to(phone, "family-1")
    phone.keyboard.press("ArrowDown")
    tab_to(phone, "button primary")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1)).not_to_have_text(WHICH_KIND)
    made = firm_site.products()[-1]
    assert (made.title, made.family_is_guess) == ("റബ്ബർ മാറ്റ്", False)
    assert [tier.price for tier in made.tiers] == [1250]


def test_no_page_of_an_import_shuts_anybody_out(
    phone: Page, firm_site: FirmSite, app: Flask
) -> None:
    """Sent, being read, mapped, looked at by kind, written: on a phone and on a desk."""

    def looks_well() -> None:
        for width in (PHONE["width"], 1280):
            phone.set_viewport_size({"width": width, "height": 900})
            assert_fits(phone)

    phone.goto("/ml/firm/import")
    looks_well()
    rows = "Item,Rate,MOQ,Ware\nRing mat,Rs 120/pc,5,x\nCoir mat,9,4,y\nRubber mat,cheap,5,z\n"
    sheet = {"name": "list.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    phone.set_input_files("#file", sheet)  # type: ignore[arg-type]
    led_on(phone, phone.locator("main form button.primary"))
    phone.locator("progress").wait_for()
    looks_well()
    address = phone.url
    public_id = address.rpartition("/")[2]
    with app.app_context():
        assert _read(Run(), public_id) == "staged"  # type: ignore[arg-type]
    # The page turns by itself; leaving while it does so would be refused.
    expect(phone.locator(".import-counts")).to_be_visible()
    phone.wait_for_load_state()
    for kind in ("error", "created"):
        phone.goto(f"{address}?kind={kind}")
        phone.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        phone.locator(".import-rows li").first.wait_for()
        looks_well()
    phone.goto(f"{address}/columns")
    looks_well()
    phone.goto(address)
    tab_to(phone, "button primary")
    phone.keyboard.press("Enter")
    phone.locator("progress").wait_for()
    with app.app_context():
        assert _write(Run(), public_id) == "applied"  # type: ignore[arg-type]
    phone.locator(".notice.ok").wait_for()
    phone.wait_for_load_state()
    looks_well()
    phone.goto("/ml/firm/import")
    looks_well()
    assert not phone.problems  # type: ignore[attr-defined]


class Run:
    """A job's view of its run, without a job store."""

    def progress(self, *_: Any) -> None:
        pass
