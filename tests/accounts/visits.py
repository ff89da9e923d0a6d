"""What visitors of the pages of accounts do again and again, and the mail they get."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy import select

from matchmaker.database import get_db
from matchmaker.notices.models import Letter
from tests.factories import make_user

GOOD = "three tall coconut palms"
JOIN = {
    "name": "Leela Nair",
    "email": "leela@example.com",
    "password": GOOD,
    "organisation": "Leela Mats",
    "notice": "y",
}


def letters(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        rows = get_db().scalars(select(Letter).order_by(Letter.id))
        return [(each.address, each.kind) for each in rows]


def link_in_last_letter(app: Flask) -> str:
    """The path of the link that was mailed last, on our own host."""
    with app.app_context():
        text = get_db().scalars(select(Letter.text).order_by(Letter.id.desc()).limit(1)).one()
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", text)
    assert found, text
    return found[1]


def join_as_buyer(client: FlaskClient, **changes: str) -> Any:
    return client.post("/join/buyer", data=JOIN | {"country": "DE"} | changes)


def make_account(app: Flask, email: str = "asha@example.com", password: str = GOOD) -> None:
    with app.app_context():
        user = make_user(get_db(), email=email)
        user.password = hash_password(password)
        get_db().commit()


def try_password(client: FlaskClient, email: str, password: str, network: str = "10.0.0.1") -> int:
    answer = client.post(
        "/sign-in",
        data={"email": email, "password": password},
        environ_overrides={"REMOTE_ADDR": network},
    )
    return int(answer.status_code)
