"""A firm comes out of nowhere: it joins, lists, imports, proves; a desk checks, a buyer finds it.

Everything is the real thing: `matchmaker run` with its worker, a mail server, a browser each.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

import openpyxl
import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import BrowserContext, Page, expect

from matchmaker.config import Config
from matchmaker.orm import utc_now
from tests.certification.papers import pdf
from tests.journeys.conftest import led_on, watched
from tests.journeys.running import COMMAND, RunningSite, copy_of, running_on, until
from tests.journeys.test_firm import PHONE, a_photo, answer_five, asks, assert_fits, kept_ready
from tests.notices.conftest import Sink
from tests.ports import free_port

DESK = {"width": 1280, "height": 900}
FIRM, EMAIL, PASSWORD = "Karimpuzha Mats", "ammini@karimpuzha.example", "seven quiet kingfishers"
MAT = "കരിമ്പുഴ റബ്ബർ മാറ്റ്"
APPROVED = "Compared with the original."
TODAY, A_YEAR = utc_now().date(), dt.timedelta(days=365)
# Seconds for a busy machine; how soon it is: python -m tests.benchmarks.approval
SEEN = 60
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ("Sl No", "Item code", "Item", "Rate", "MOQ", "Delivery (days)")
ROWS = 200
FIRST = 3  # row of the sheet where the products begin
# What is wrong in which row: column, what stands there, what it should have been.
FAULTS = {
    19: ("Rate", "cheap", "Rs 120/pc"),
    57: ("MOQ", "a few", "20"),
    101: ("Rate", "Rs -5/pc", "Rs 105/pc"),
    160: ("Delivery (days)", "soon", "21"),
    188: ("Item", None, "Karimpuzha mat of the mended row"),
}
Open = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[Sink, str]]:
    """A mail server and its address."""
    sink = Sink()
    server = Controller(sink, hostname="127.0.0.1", port=free_port())
    server.start()
    yield sink, f"smtp://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture(scope="module")
def live(
    site_config: Config, mailbox: tuple[Sink, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningSite]:
    folder = tmp_path_factory.mktemp("joins")
    data = copy_of(site_config.data_dir, folder / "data")
    with running_on(data, folder / "log", mail_url=mailbox[1]) as site:
        yield site


@pytest.fixture(scope="module")
def address(live: RunningSite) -> str:
    """Browsers of this file are opened here, not on the little world."""
    return live.config.public_url


@pytest.fixture
def sees(open_context: Open) -> Callable[[dict[str, int]], Page]:
    """A browser of somebody else: `sees(PHONE)`."""

    def make(size: dict[str, int]) -> Page:
        return watched(open_context(viewport=size, reduced_motion="reduce").new_page())

    return make


def test_a_firm_joins_and_a_buyer_finds_what_the_desk_approved(
    live: RunningSite, mailbox: tuple[Sink, str], sees: Callable[[dict[str, int]], Page]
) -> None:
    firm = sees(PHONE)
    joins(firm)
    confirms(firm, mailbox[0])
    product = adds_by_five_answers(firm)
    imports_a_price_list(firm, live)
    uploads_a_certificate(firm)
    by_facet = f"/search?q={quote(MAT)}&evidence=ISO9001"

    def is_seen() -> bool:
        return product in live.get(by_facet).text and APPROVED in live.get(product).text

    assert not is_seen()
    took = approves(sees(DESK), desk_link(live), is_seen)
    print(f"from the approval to the product page and the facet: {took:.2f} s")
    assert took < SEEN
    finds(sees(DESK), product)
    assert not firm.problems  # type: ignore[attr-defined]


def joins(firm: Page) -> None:
    firm.goto("/ml/join/firm")
    assert_fits(firm)
    firm.fill("#organisation", FIRM)
    firm.select_option("#cluster", index=1)
    firm.fill("#town", "Karimpuzha")
    firm.fill("#name", "Ammini")
    firm.fill("#email", EMAIL)
    firm.fill("#password", PASSWORD)
    firm.check("#notice")
    firm.locator("main form button").click()
    expect(firm.locator("main")).to_contain_text(EMAIL)


def confirms(firm: Page, sink: Sink) -> None:
    """The link is read from what the mail server was given."""
    mail = until(lambda: next((each for each in sink.received if each["To"] == EMAIL), None), 60)
    link = re.search(r"http\S+/confirm/\S+", mail.get_body(("plain",)).get_content())
    assert link
    firm.goto(link[0])
    assert_fits(firm)
    firm.fill("#password", PASSWORD)
    led_on(firm, firm.locator("main form button"))
    expect(firm).to_have_url(re.compile("/ml/firm$"))  # signed in, at their work


def adds_by_five_answers(firm: Page) -> str:
    """The address of the product as buyers see it."""
    firm.goto("/ml/firm")
    led_on(firm, firm.locator("main .next a.button"))
    kept_ready(firm)
    assert_fits(firm)
    firm.set_input_files("input[type=file]", a_photo(1200, 900))
    answer_five(firm, MAT)
    firm.get_by_role("button", name="പ്രസിദ്ധീകരിക്കുക").click()
    asks(firm, "ഏതുതരം ഉൽപ്പന്നമാണ്?")
    firm.locator("main form button").first.click()
    expect(firm.get_by_role("heading", level=1)).not_to_have_text("ഏതുതരം ഉൽപ്പന്നമാണ്?")
    firm.goto("/firm")
    led_on(firm, firm.get_by_role("link", name="Your page as buyers see it"))
    return str(firm.get_by_role("link", name=MAT).first.get_attribute("href"))


def price_list(mended: bool = False) -> bytes:
    """200 rows as a firm keeps them: a title above, numbers as text, a total below."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([f"{FIRM}: price list", *[None] * (len(HEADINGS) - 1)])
    sheet.append(list(HEADINGS))
    for number in range(1, ROWS + 1):
        row = [number, f"KM-{number:03}", f"Karimpuzha rubber mat {number}", "Rs 120/pc", 20, 21]
        sheet.append(row)
    for number, (heading, wrong, right) in FAULTS.items():
        sheet.cell(number, HEADINGS.index(heading) + 1).value = right if mended else wrong
    sheet.append([None, None, "Total", None, None, ROWS])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def imports_a_price_list(firm: Page, live: RunningSite) -> None:
    """What is wrong is named row by row; the others are written; the mended ones follow."""
    sends(firm, price_list())
    assert_fits(firm)
    assert counts(firm) == [ROWS - len(FAULTS), 0, 0, len(FAULTS)]
    told = {}
    for each in firm.locator(".import-rows li").all():
        row, fault = each.locator("h3").inner_text(), each.locator(".trouble-cell").inner_text()
        told[int(row.split()[1])] = fault
    assert sorted(told) == sorted(FAULTS)
    for number, (heading, wrong, _right) in FAULTS.items():
        assert heading in told[number]
        assert str(wrong or "") in told[number]
    agrees(firm)
    until(lambda: found(live) == ROWS - len(FAULTS) + 1, 60)
    sends(firm, price_list(mended=True))
    assert counts(firm) == [len(FAULTS), 0, ROWS - len(FAULTS), 0]
    agrees(firm)
    until(lambda: found(live) == ROWS + 1, 60)


def found(live: RunningSite) -> int:
    """How many products of the firm buyers find by its name."""
    said = re.search(r"(\d+) products? for", live.get("/search?q=karimpuzha").text)
    return int(said[1]) if said else 0


def sends(firm: Page, content: bytes) -> None:
    firm.goto("/firm/import")
    assert_fits(firm)
    paper = {"name": "price list.xlsx", "mimeType": XLSX, "buffer": content}
    firm.set_input_files("#file", paper)  # type: ignore[arg-type]
    firm.get_by_role("button", name="Send it").click()
    expect(firm.locator(".import-counts")).to_be_visible()
    firm.wait_for_load_state()  # it was read while we looked: every row stands there by now


def counts(firm: Page) -> list[int]:
    """New, changed, unchanged, to correct."""
    return [int(each) for each in firm.locator(".import-counts dd").all_inner_texts()]


def agrees(firm: Page) -> None:
    firm.get_by_role("button", name=re.compile(r"Write \d+ rows")).click()
    # Its place, not its word alone: 'being written.' stands on the page that reloads itself.
    expect(firm.locator(".notice.ok")).to_contain_text("Written.")


def uploads_a_certificate(firm: Page) -> None:
    firm.goto("/firm/evidence/find?q=iso+9001")
    led_on(firm, firm.get_by_role("link", name=re.compile("We have it")))
    firm.fill("#number", "Q-2026-17")
    firm.fill("#issuer", "Certifier (example)")
    firm.fill("#issued_on", str(TODAY - A_YEAR))
    firm.fill("#expires_on", str(TODAY + A_YEAR))
    paper = {"name": "iso.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    firm.set_input_files("#document", paper)  # type: ignore[arg-type]
    assert_fits(firm)
    firm.get_by_role("button", name="Save").click()
    expect(firm.get_by_text("It waits for the desk.").first).to_be_visible()


def desk_link(live: RunningSite) -> str:
    """As who runs the site gets it for the head of a new desk."""
    environment = os.environ | {
        "MATCHMAKER_DATA": str(live.config.data_dir),
        "MATCHMAKER_PORT": str(live.config.port),
    }
    asked = [COMMAND, "account", "desk", "rani@desk.example"]
    said = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
    link = re.search(r"http\S+/enter/\S+", said.stdout)
    assert link, said.stdout + said.stderr
    return link[0]


def approves(officer: Page, link: str, shows: Callable[[], bool]) -> float:
    """Seconds from the approval, which the server answers, until buyers find it."""
    officer.goto(link)
    led_on(officer, officer.locator("main form button"))
    officer.goto("/desk/queues/evidence")
    officer.get_by_role("row").filter(has_text=FIRM).get_by_role("link").first.click()
    expect(officer.locator("object.paper")).to_be_visible()
    officer.wait_for_load_state("domcontentloaded")  # by then the page listens to keys
    officer.keyboard.press("a")
    officer.get_by_label("seen by desk").check()
    officer.get_by_label("How? Buyers read it.").fill(APPROVED)
    with officer.expect_response(lambda answer: answer.request.method == "POST"):
        officer.get_by_role("button", name="Approve").click()
    began = time.monotonic()
    until(shows, SEEN)
    took = time.monotonic() - began
    expect(officer.get_by_text("Approved: ISO 9001")).to_be_visible()
    return took


def finds(buyer: Page, product: str) -> None:
    """By words, then by the facet; the page says who saw the certificate, and keeps the paper."""
    buyer.goto("/search?q=rubber+mat")
    evidence = buyer.locator("[data-facet=evidence]")
    if evidence.get_attribute("open") is None:
        evidence.locator("summary").click()
    evidence.locator("input[value=ISO9001]").check()
    expect(buyer).to_have_url(re.compile("evidence=ISO9001"))
    expect(buyer.locator(".rows").get_by_text("Karimpuzha rubber mat").first).to_be_visible()
    buyer.goto(product)
    expect(buyer.get_by_text(APPROVED)).to_be_visible()
    expect(buyer.get_by_text("Q-2026-17")).to_be_visible()
    assert "iso.pdf" not in buyer.content()
    assert not buyer.problems  # type: ignore[attr-defined]
