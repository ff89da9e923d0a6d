"""The page of keys: an owner makes one and sees it once."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.database import get_db
from tests.factories import Cast, make_actor, make_cast
from tests.signed_in import sign_in


def test_an_owner_makes_a_key_sees_it_once_and_revokes_it(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        cast = make_cast(get_db())
        get_db().commit()
        owner = sign_in(app.test_client(), cast.owner)
        viewer = sign_in(app.test_client(), cast.viewer)
    made = owner.post("/account/keys", data={"name": "Shop", "scopes": ["catalogue:read"]})
    (text,) = re.findall(r"mmk_[\w-]+", made.text)
    assert made.headers["Cache-Control"] == "no-store"
    program = app.test_client()
    headers = {"Authorization": f"Bearer {text}"}
    assert program.get("/api/v1/products", headers=headers).status_code == 200
    page = owner.get("/account/keys").text
    assert "Shop" in page and text not in page
    address = re.search(r"/account/keys/\w+/revoke", page)
    assert address is not None
    assert viewer.post(address[0]).status_code == 403
    assert owner.post(address[0]).status_code == 302
    assert program.get("/api/v1/products", headers=headers).status_code == 401


def test_a_key_without_scope_keeps_what_was_typed(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        cast = make_cast(get_db())
        get_db().commit()
        owner = sign_in(app.test_client(), cast.owner)
    answer = owner.post("/account/keys", data={"name": "Shop system"})
    assert answer.status_code == 400
    assert 'value="Shop system"' in answer.text


def test_the_page_for_programs_lists_every_operation(app: Flask) -> None:
    client = app.test_client()
    document = client.get("/api/v1/openapi.json").get_json()
    page = client.get("/api").text
    for path, operations in document["paths"].items():
        for verb in operations:
            if verb != "parameters":
                assert f"{verb.upper()} {path}" in page


def test_who_has_no_firm_makes_no_key_that_opens_nothing(
    app: Flask, client: FlaskClient, app_cast: Cast
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    buyer = sign_in(client, app_cast.stranger)
    page = buyer.get("/account/keys").text
    assert "Keys are for firms" in page and "Make the key" not in page
    wanted = {"name": "Shop", "scopes": ["catalogue:read"]}
    assert buyer.post("/account/keys", data=wanted).status_code == 403


def test_who_acts_for_a_firm_is_told_how_a_key_says_so(
    client: FlaskClient, app_db: Session, app_cast: Cast
) -> None:
    body = app_cast.agent.organisation
    assert body is not None
    owner = make_actor(app_db, body, "owner")
    app_db.commit()
    page = sign_in(client, owner).get("/account/keys").text
    assert "X-On-Behalf-Of" in page and "Make the key" in page
