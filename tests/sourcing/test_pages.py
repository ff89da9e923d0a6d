"""The pages of enquiries and requirements, as buyer, firm and stranger see them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import brotli
import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.accounts.drafts import new_draft_key
from matchmaker.config import ROOT
from matchmaker.database import database
from matchmaker.orm import utc_now
from matchmaker.sourcing.models import Enquiry, Requirement
from matchmaker.sourcing.services import Question, send_enquiry, write_message
from tests.house import House

MOST_BYTES = 30_000
Row = TypeVar("Row", Enquiry, Requirement)


@pytest.fixture
def house(app: Flask) -> House:
    app.config["WTF_CSRF_ENABLED"] = False
    return House(app)


@pytest.fixture
def page(house: House) -> str:
    """The product's page."""
    return f"/products/{house.product}"


@pytest.fixture
def public_id(house: House) -> str:
    """Of an enquiry that waits for the firm."""
    with house.inside() as now:
        question = Question("Do you ship to Hamburg?")
        enquiry = send_enquiry(now.db, now.actors["stranger"], now.firm, None, question)
        now.db.commit()
        return enquiry.public_id


@pytest.fixture
def addresses(house: House) -> dict[str, str]:
    """The mail addresses of the cast."""
    with house.inside() as now:
        return {name: str(now.user(name).email) for name in now.actors}


def the_one(house: House, kind: type[Row]) -> str:
    """The public id of the only row there is."""
    with house.inside() as now:
        return now.db.scalars(select(kind)).one().public_id


def test_a_visitor_is_asked_to_sign_in_and_comes_back(house: House, page: str) -> None:
    visitor = house.comes("visitor")
    assert f'href="{page}/enquire"' in visitor.get(page).text
    answer = visitor.get(f"{page}/enquire")
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")
    assert "enquire" in answer.location


def test_a_buyer_asks_and_finds_the_thread(
    house: House, page: str, addresses: dict[str, str]
) -> None:
    client = house.comes("stranger")
    form = client.get(f"{page}/enquire").text
    assert 'value="100"' in form  # the minimum order
    assert "3 more firms" in form
    sent = client.post(
        f"{page}/enquire",
        data={"text": "How soon?", "quantity": "1,200", "unit": "H87", "draft_key": "a" * 20},
    )
    assert sent.status_code == 303
    assert sent.location == f"/enquiries/{the_one(house, Enquiry)}"
    thread = client.get(sent.location).text
    assert "How soon?" in thread
    assert "1,200 pieces" in thread
    assert addresses["owner"] not in thread


def test_the_script_that_sends_kept_forms_is_told_the_address(house: House, page: str) -> None:
    client = house.comes("stranger")
    data = {"text": "How soon?", "unit": "H87", "draft_key": new_draft_key()}
    answers = [
        client.post(f"{page}/enquire", data=data, headers={"X-Kept-Form": "1"}) for _ in range(2)
    ]
    stored = {"address": f"/enquiries/{the_one(house, Enquiry)}"}
    assert [(each.status_code, each.json) for each in answers] == [(201, stored)] * 2


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(house: House, page: str) -> None:
    back = house.comes("stranger").post(
        f"{page}/enquire", data={"text": "Half typed", "quantity": "many", "unit": "KGM"}
    )
    assert back.status_code == 422
    assert "Half typed" in back.text
    assert 'value="many"' in back.text
    assert 'value="KGM" selected' in back.text


@pytest.mark.parametrize("who", ["owner", "officer"])
def test_who_buys_nothing_is_told_so(house: House, page: str, who: str) -> None:
    client = house.comes(who)
    assert "sent and requirements posted by buyers" in client.get(f"{page}/enquire").text
    refused = client.post(f"{page}/enquire", data={"text": "Hello", "unit": "H87"})
    assert refused.status_code == 422
    with house.inside() as now:
        assert now.db.scalars(select(Enquiry)).all() == []


def test_the_firm_reads_and_answers_in_malayalam_within_thirty_kilobytes(
    house: House, public_id: str
) -> None:
    client = house.comes("owner")
    for address in ("/ml/firm/enquiries", f"/ml/firm/enquiries/{public_id}"):
        page = client.get(address)
        assert page.status_code == 200
        assert on_the_wire(page.text) < MOST_BYTES
    answer = client.post(f"/ml/firm/enquiries/{public_id}", data={"text": "അതെ"})
    assert answer.location == f"/ml/firm/enquiries/{public_id}"
    assert "അതെ" in client.get(answer.location).text


def on_the_wire(html: str) -> int:
    """Bytes of the page with its sheets and scripts, compressed as they are sent."""
    files = re.findall(r'(?:href|src)="/static/([^"?]+\.(?:css|js))', html)
    parts = [html.encode(), *((ROOT / "static" / each).read_bytes() for each in set(files))]
    return sum(len(brotli.compress(part, quality=4)) for part in parts)


def test_a_rival_and_a_buyer_find_nothing_of_it(house: House, public_id: str) -> None:
    folder = f"/firm/enquiries/{public_id}"
    rival, buyer = house.comes("rival"), house.comes("stranger")
    assert public_id not in rival.get("/firm/enquiries").text
    assert rival.get(folder).status_code == 404
    assert rival.post(folder, data={"text": "x"}).status_code == 404
    assert rival.post(f"{folder}/state", data={"deed": "spam"}).status_code == 404
    assert rival.get(f"/enquiries/{public_id}").status_code == 404
    assert rival.post(f"/enquiries/{public_id}", data={"text": "x"}).status_code == 404
    assert buyer.get(folder).status_code == 403
    # From the buyer's address the firm would seem to write as the buyer.
    assert house.comes("owner").get(f"/enquiries/{public_id}").status_code == 404


def test_contacts_stand_on_no_page_before_the_answer(
    house: House, public_id: str, addresses: dict[str, str]
) -> None:
    pages = {
        "owner": f"/firm/enquiries/{public_id}",
        "stranger": f"/enquiries/{public_id}",
        "officer": f"/enquiries/{public_id}",
    }

    def seen() -> dict[str, set[str]]:
        texts = {who: house.comes(who).get(page).text for who, page in pages.items()}
        return {who: {n for n in pages if addresses[n] in text} for who, text in texts.items()}

    assert seen() == {"owner": set(), "stranger": set(), "officer": set()}
    with house.inside() as now:
        write_message(now.db, now.actors["owner"], now.db.scalars(select(Enquiry)).one(), "Yes.")
        now.db.commit()
    assert seen() == {"owner": {"stranger"}, "stranger": {"owner"}, "officer": set()}


def test_a_member_who_only_looks_is_offered_no_form(house: House, public_id: str) -> None:
    viewer = house.comes("viewer")
    assert "<textarea" not in viewer.get(f"/firm/enquiries/{public_id}").text
    refused = viewer.post(f"/firm/enquiries/{public_id}", data={"text": "x"})
    assert refused.status_code == 403


def test_what_ends_a_talk_stands_apart_and_asks_first(house: House, public_id: str) -> None:
    page = house.comes("owner").get(f"/firm/enquiries/{public_id}").text
    answering, ending = page.split('<details class="ending">')
    assert "<textarea" in answering
    assert 'name="deed"' not in answering
    assert "<textarea" not in ending
    for words in ("Is everything settled?", "Yes, close it", "Is it spam?", "Yes, it is spam"):
        assert words in ending


def test_a_member_who_only_looks_can_open_nothing_again(house: House, public_id: str) -> None:
    house.comes("owner").post(f"/firm/enquiries/{public_id}/state", data={"deed": "close"})
    assert "Open it again" in house.comes("owner").get(f"/firm/enquiries/{public_id}").text
    assert "Open it again" not in house.comes("viewer").get(f"/firm/enquiries/{public_id}").text


def test_spam_is_marked_and_taken_back(house: House, public_id: str) -> None:
    owner, buyer = house.comes("owner"), house.comes("stranger")
    state = f"/firm/enquiries/{public_id}/state"
    owner.post(state, data={"deed": "spam"})
    assert "Spam" in owner.get("/firm/enquiries?shown=spam").text
    thread = buyer.get(f"/enquiries/{public_id}").text
    assert "spam" not in thread
    assert "closed" in thread
    owner.post(state, data={"deed": "reopen"})
    assert "<textarea" in buyer.get(f"/enquiries/{public_id}").text
    assert owner.post(state, data={"deed": "burn"}).status_code == 400


def test_the_button_costs_visitors_no_query(
    house: House, page: str, counted: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    with house.app.app_context():
        engine = database.engine
    with counted(engine) as statements:
        assert house.comes("visitor").get(page).status_code == 200
    assert statements
    assert [each for each in statements if "enquiry" in each or "user_account" in each] == []


def test_a_requirement_is_posted_listed_and_ended(house: House) -> None:
    client, today = house.comes("stranger"), utc_now().date()
    data = {
        "title": "Door mats",
        "quantity": "2,000",
        "unit": "H87",
        "ship_from": str(today + dt.timedelta(days=10)),
        "ship_by": str(today + dt.timedelta(days=40)),
        "market": "DE",
        "currency": "EUR",
    }
    wrong = client.post("/requirements/new", data=data | {"ship_by": str(today)})
    assert wrong.status_code == 422
    assert "Choose a day after the earliest one." in wrong.text
    assert 'value="Door mats"' in wrong.text
    posted = client.post("/requirements/new", data=data)
    assert posted.location == f"/requirements/{the_one(house, Requirement)}"
    assert "Door mats" in client.get("/requirements").text
    assert "Germany" in client.get(posted.location).text
    assert house.comes("officer").get(posted.location).status_code == 200
    assert house.comes("rival").get(posted.location).status_code == 404
    client.post(f"{posted.location}/end", data={"state": "closed"})
    assert "closed" in client.get("/requirements").text
