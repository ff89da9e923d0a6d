"""The letters by which somebody adds and then changes an address, as a mail server gets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import sessionmaker

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.links import hand_over_link
from matchmaker.database import database, get_db
from matchmaker.notices.sending import send_due
from matchmaker.notices.transport import Smtp
from tests.factories import make_user
from tests.notices.conftest import Sink

PASSWORD = "three tall coconut palms"
FIRST, SECOND = "kunju@example.com", "kunju@example.org"


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    """Somebody with only a phone, who came in by a link handed over."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.extensions["security"].pwd_context.update(argon2__rounds=1, argon2__memory_cost=64)
    with app.app_context():
        user = make_user(get_db(), name="Kunju", email=None)
        _link, secret = hand_over_link(get_db(), SYSTEM, user)
        get_db().commit()
    client = app.test_client()
    client.post(f"/enter/{secret}")
    return client


@pytest.fixture
def arrived(app: Flask, server: Smtp, sink: Sink) -> Callable[[], list[tuple[str, str]]]:
    """Send all that is due: to whom the server was given what, since it was last asked."""

    def send() -> list[tuple[str, str]]:
        before = len(sink.received)
        with app.app_context():
            sessions = sessionmaker(database.engine)
        send_due(sessions, server, app.extensions["config"])
        return [(str(mail["To"]), str(mail["Subject"])) for mail in sink.received[before:]]

    return send


def link_in(mail: EmailMessage) -> str:
    text = mail.get_body(("plain",))
    assert text is not None
    found = re.search(r"http://127\.0\.0\.1:8000(/account/email/confirm/\S+)", text.get_content())
    assert found
    return found[1]


def test_each_address_is_written_to_as_it_comes_and_goes(
    phone: FlaskClient, arrived: Callable[[], list[tuple[str, str]]], sink: Sink
) -> None:
    phone.post("/account/email", data={"email": FIRST})
    assert arrived() == [(FIRST, "Confirm your e-mail address")]
    phone.post(link_in(sink.received[-1]), data={"password": PASSWORD})
    assert arrived() == [(FIRST, f"Your e-mail address is now {FIRST}")]
    phone.post("/account/email", data={"email": SECOND})
    assert arrived() == [(SECOND, "Confirm your e-mail address")]
    phone.post(link_in(sink.received[-1]))
    assert arrived() == [
        (SECOND, f"Your e-mail address is now {SECOND}"),
        (FIRST, "The e-mail address of your account was changed"),
    ]
    # None of them can be switched off, and the address that was left is told not which it is now.
    assert [mail["List-Unsubscribe"] for mail in sink.received] == [None] * 5
    assert SECOND not in sink.received[-1].as_string()
