"""What a buyer has ended can be opened again, and what a buyer posts is shown in words."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.certification.models import Scheme
from matchmaker.errors import Conflict
from matchmaker.orm import utc_now
from matchmaker.reader import COOKIE
from matchmaker.sourcing.models import Enquiry, Requirement
from matchmaker.sourcing.requirements import end_requirement, reopen_requirement
from matchmaker.sourcing.services import Question, mark_spam, reopen_enquiry, send_enquiry
from tests.factories import make_requirement
from tests.house import House


@pytest.fixture
def house(app: Flask) -> House:
    app.config["WTF_CSRF_ENABLED"] = False
    return House(app)


@pytest.fixture
def thread(house: House) -> str:
    """The address of an enquiry that waits for the firm."""
    with house.inside() as now:
        asked = send_enquiry(
            now.db, now.actors["stranger"], now.firm, None, Question("Do you ship to Hamburg?")
        )
        now.db.commit()
        return f"/enquiries/{asked.public_id}"


def posted(**changes: str) -> dict[str, str]:
    """A form that says all that is needed."""
    day = utc_now().date()
    facts = {
        "title": "Mats for stables",
        "quantity": "5000",
        "unit": "H87",
        "ship_from": (day + dt.timedelta(days=10)).isoformat(),
        "ship_by": (day + dt.timedelta(days=60)).isoformat(),
        "currency": "EUR",
    }
    return facts | changes


def test_an_enquiry_closed_too_soon_is_opened_again_by_its_buyer(house: House, thread: str) -> None:
    client = house.comes("stranger")
    closed = client.post(f"{thread}/close", follow_redirects=True)
    assert f'action="{thread}/reopen"' in closed.text
    opened = client.post(f"{thread}/reopen", follow_redirects=True)
    assert ("is open again" in opened.text, 'name="text"' in opened.text) == (True, True)
    with house.inside() as now:
        assert now.db.scalars(select(Enquiry.state)).one() == "new"
    assert client.post(f"{thread}/reopen").status_code == 409  # nothing is closed
    assert house.comes("rival").post(f"{thread}/reopen").status_code in (403, 404)


def test_what_the_firm_calls_spam_stays_closed_for_the_buyer(house: House, thread: str) -> None:
    with house.inside() as now:
        asked = now.db.scalars(select(Enquiry)).one()
        mark_spam(now.db, now.actors["owner"], asked)
        with pytest.raises(Conflict):
            reopen_enquiry(now.db, now.actors["stranger"], asked)
        now.db.commit()
    assert "reopen" not in house.comes("stranger").get(thread).text


def test_a_requirement_ended_too_soon_is_opened_again(house: House) -> None:
    with house.inside() as now:
        buyer = now.actors["stranger"].organisation
        assert buyer is not None
        soon = utc_now().date() + dt.timedelta(days=40)
        page = f"/requirements/{make_requirement(now.db, buyer, ship_by=soon).public_id}"
        now.db.commit()
    client = house.comes("stranger")
    for state in ("closed", "withdrawn"):
        ended = client.post(f"{page}/end", data={"state": state}, follow_redirects=True)
        assert f'action="{page}/reopen"' in ended.text
        client.post(f"{page}/reopen")
        with house.inside() as now:
            assert now.db.scalars(select(Requirement.state)).one() == "open"
    assert house.comes("officer").post(f"{page}/reopen").status_code == 403


def test_a_requirement_whose_last_day_is_past_is_posted_anew(house: House) -> None:
    with house.inside() as now:
        stranger = now.actors["stranger"]
        assert stranger.organisation is not None
        past = utc_now().date() - dt.timedelta(days=1)
        over = make_requirement(now.db, stranger.organisation, ship_by=past)
        end_requirement(now.db, stranger, over, "closed")
        with pytest.raises(Conflict, match="Post it anew"):
            reopen_requirement(now.db, stranger, over)
        now.db.commit()
        page = f"/requirements/{over.public_id}"
    assert "reopen" not in house.comes("stranger").get(page).text


def test_the_price_stands_in_the_currency_one_reads_in(house: House) -> None:
    client = house.comes("stranger")
    client.set_cookie(COOKIE, "EUR-")
    assert '<option selected value="EUR">' in client.get("/requirements/new").text
    client.set_cookie(COOKIE, "USD-")
    assert '<option selected value="USD">' in client.get("/requirements/new").text
    # What was chosen in the form counts, whatever the cookie says.
    wrong = client.post("/requirements/new", data=posted(title=""))
    assert (wrong.status_code, '<option selected value="EUR">' in wrong.text) == (422, True)


def test_price_and_certificates_are_shown_in_words(house: House) -> None:
    with house.inside() as now:
        scheme = now.db.scalars(select(Scheme).where(Scheme.code == "TGA_ARTG")).one()
        name = scheme.name
    data = posted(price_limit="4.5", evidence="TGA_ARTG")
    page = house.comes("stranger").post("/requirements/new", data=data, follow_redirects=True).text
    assert ("€4.50" in page, name in page) == (True, True)
    assert ("4.5 EUR" in page, "TGA_ARTG" in page) == (False, False)


@pytest.mark.parametrize("typed", ["5.000", "1.000,5", "2.5"])
def test_a_quantity_of_pieces_that_reads_two_ways_is_asked_back(house: House, typed: str) -> None:
    answer = house.comes("stranger").post("/requirements/new", data=posted(quantity=typed))
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    with house.inside() as now:
        assert now.db.scalars(select(Requirement)).all() == []
