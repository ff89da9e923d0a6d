"""What the suspended may still do, erasing, and contacts, as a browser meets them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.accounts.entries import Contact
from matchmaker.accounts.models import User
from matchmaker.database import get_db
from tests.accounts.visits import link_in_last_letter
from tests.factories import Cast, make_organisation
from tests.signed_in import sign_in

pytestmark = pytest.mark.usefixtures("in_haste")


def test_the_suspended_read_why_take_their_data_and_nothing_else(
    app: Flask, app_cast: Cast
) -> None:
    client = sign_in(app.test_client(), app_cast.suspended)
    page = client.get("/account")
    assert "Its certificates were not its own." in page.text
    assert client.get("/account/export.json").status_code == 200
    for address in ("/account/members", "/account/erase", "/account/password"):
        assert client.get(address).status_code == 403
    assert app_cast.suspended.organisation is not None
    own = {"organisation": app_cast.suspended.organisation.public_id}
    assert client.post("/account/as", data=own).status_code == 403
    linked = set(re.findall(r'href="(/account[^"?]*)', page.text))
    for address in linked:
        assert client.get(address).status_code < 400, address
    linked = {each for each in linked if not each.startswith("/account/language/")}
    assert linked == {"/account", "/account/export.json"}


def test_erasing_asks_once_more_then_forgets_and_signs_out(
    app: Flask, app_cast: Cast, read: Any
) -> None:
    client = sign_in(app.test_client(), app_cast.viewer)
    assert client.post("/account/erase").status_code == 200
    assert client.get("/account").status_code == 200
    assert client.post("/account/erase", data={"sure": "y"}).status_code == 302
    assert client.get("/account").status_code == 401
    assert app_cast.viewer.user is not None
    user_id = app_cast.viewer.user.id
    assert read(lambda db: db.get(User, user_id).email) is None


def test_a_contact_sees_and_erases_by_a_mailed_link(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        desk = make_organisation(get_db(), kind="desk", name="Desk")
        get_db().add(
            Contact(owner_id=desk.id, name="Ruth", email="ruth@example.com", source="fair of 2025")
        )
        get_db().commit()
    client.post("/privacy/request", data={"email": "Ruth@example.com"})
    link = link_in_last_letter(app)
    assert "fair of 2025" in client.get(link).text
    assert client.get(f"{link}/export.json").json["contacts"][0]["name"] == "Ruth"  # type: ignore[index]
    client.post(f"{link}/erase")
    assert "Nothing." in client.get(link).text
    assert client.get(f"{link}x").status_code == 404


def test_every_form_is_refused_without_its_token(app: Flask, app_cast: Cast) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = sign_in(app.test_client(), app_cast.owner)
    for address in ("/account/as", "/account/erase", "/account/members/invite", "/join/buyer"):
        assert client.post(address, data={"sure": "y"}).status_code == 400
