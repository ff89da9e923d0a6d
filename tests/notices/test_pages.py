"""The bell, the wishes, and the link that stops a kind of mail without a sign-in."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text

from matchmaker.database import database
from matchmaker.notices.message import message_of
from matchmaker.notices.models import Letter, Wish
from matchmaker.notices.services import tell
from tests.house import House


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


@pytest.fixture
def without_tokens(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


def told(house: House, who: str, subject: str = "Your mat was approved") -> str:
    """Tell one of the cast something; the notice's public id."""
    kind = "standing.changed" if who == "suspended" else "evidence.decided"
    with house.inside() as now:
        notice = tell(
            now.db, now.user(who), kind=kind, subject=subject, text="Look.", address="/account"
        )
        now.db.commit()
        return notice.public_id


def wishes(house: House) -> dict[str, str]:
    with house.inside() as now:
        return {wish.kind: wish.pace for wish in now.db.scalars(select(Wish))}


def stop_path(house: House) -> str:
    """The path of the one-click link in the only letter there is."""
    config = house.app.extensions["config"]
    with house.inside() as now:
        letter = now.db.scalars(select(Letter)).one()
        address = str(message_of(letter, config)["List-Unsubscribe"]).strip("<>")
    assert address.startswith(config.public_url)
    return address.removeprefix(config.public_url)


def test_the_bell_holds_what_was_told_and_to_nobody_else(house: House) -> None:
    public_id = told(house, "owner")
    assert "<strong><bdi>Your mat was approved" in house.comes("owner").get("/notices").text
    assert "Your mat was approved" not in house.comes("rival").get("/notices").text
    assert house.comes("rival").get(f"/notices/{public_id}").status_code == 404
    opened = house.comes("owner").get(f"/ml/notices/{public_id}")
    assert (opened.status_code, opened.location) == (302, "/ml/account")
    assert "<strong><bdi>Your mat" not in house.comes("owner").get("/notices").text


def test_the_suspended_may_read_why(house: House) -> None:
    told(house, "suspended", "You are suspended")
    assert "You are suspended" in house.comes("suspended").get("/notices").text


def test_all_are_read_at_once(house: House, without_tokens: None) -> None:
    told(house, "owner"), told(house, "owner")
    client = house.comes("owner")
    assert client.get("/notices").text.count("<strong><bdi>") == 2
    assert client.post("/notices/read").location == "/notices"
    assert client.get("/notices").text.count("<strong><bdi>") == 0


def test_wishes_are_kept_and_offered_by_organisation(house: House, without_tokens: None) -> None:
    client = house.comes("owner")
    page = client.get("/notices/wishes").text
    assert 'name="enquiry.received"' in page
    assert 'name="task.assigned"' not in page  # of desks
    assert 'name="account"' not in page  # always mailed
    client.post(
        "/notices/wishes",
        data={"enquiry.received": "digest", "evidence.asked": "loudly", "account": "off"},
    )
    assert wishes(house) == {"enquiry.received": "digest"}


def test_who_has_no_address_is_told_so_before_choosing_and_led_to_adding_one(house: House) -> None:
    said = "counts from the day on which you add one"
    assert said not in house.comes("owner").get("/notices/wishes").text
    with house.inside() as now:
        now.user("owner").email = None
        now.db.commit()
    client = house.comes("owner")
    page = client.get("/notices/wishes").text
    assert page.index(said) < page.index('href="/account/email"') < page.index('type="radio"')
    assert client.get("/account/email").status_code == 200


def test_one_click_stops_a_kind_without_token_or_sign_in(house: House) -> None:
    told(house, "owner")
    path, program = stop_path(house), house.comes("visitor")
    assert program.get(path).status_code == 200  # as programs do that check links
    assert wishes(house) == {}
    clicked = program.post(path, data={"List-Unsubscribe": "One-Click"})
    assert clicked.status_code == 200
    assert "Stopped" in clicked.text
    assert wishes(house) == {"evidence.decided": "off"}
    program.post(path, data={"again": "yes"})
    assert wishes(house) == {"evidence.decided": "at once"}


def test_a_changed_link_stops_nothing(house: House) -> None:
    told(house, "owner")
    path, program = stop_path(house), house.comes("visitor")
    for changed in (path[:-1], path.replace("unsubscribe/", "unsubscribe/x"), "/unsubscribe/x"):
        assert program.post(changed).status_code == 404
    assert wishes(house) == {}


def test_pages_say_where_mail_does_not_reach(house: House) -> None:
    assert "nothing is sent" in house.comes("owner").get("/notices").text
    with house.inside() as now:
        now.user("colleague").email = None
        now.db.commit()
    page = house.comes("colleague").get("/notices/wishes").text
    assert "You have given no e-mail address" in page


def test_the_health_page_says_how_mail_stands(house: House) -> None:
    told(house, "owner")
    page = house.comes("visitor").get("/health").text
    assert "waiting: 1, failed: 0; written to a folder, nothing is sent" in page


def test_reading_the_bell_waits_for_no_writer(house: House) -> None:
    with house.app.app_context(), database.engine.connect() as writer:
        writer.execute(text("UPDATE notice SET read_at = NULL"))  # holds SQLite's only lock
        # A wait for the lock would end, after fifteen seconds, in a page that says so.
        assert house.comes("owner").get("/notices").status_code == 200
        writer.rollback()
