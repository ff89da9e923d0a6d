"""Who is let in: keys with the right scope, and nobody by a cookie."""

from __future__ import annotations

import datetime as dt

from flask import Flask
from sqlalchemy import select

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.attempts import REFUSED_KEYS
from matchmaker.accounts.keys import living_key, revoke_key
from matchmaker.accounts.models import Organisation
from matchmaker.api.forgetting import forget
from matchmaker.api.models import ApiDone
from matchmaker.database import get_db
from matchmaker.orm import utc_now
from tests.api.conftest import World, mat
from tests.factories import make_cast
from tests.signed_in import sign_in


def test_without_a_key_or_with_nonsense_nobody_gets_in(world: World) -> None:
    for header in ({}, {"Authorization": "Bearer mmk_wrong"}, {"Authorization": "Basic YTpi"}):
        answer = world.program.client.get("/api/v1/products", headers=header)
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_keys_cannot_be_guessed_without_end_and_who_has_one_is_not_shut_out(world: World) -> None:
    wrong = {"Authorization": "Bearer mmk_wrong"}
    most = REFUSED_KEYS.amount
    answers = [world.program.client.get("/api/v1/products", headers=wrong) for _ in range(most + 1)]
    assert [each.status_code for each in answers] == [401] * most + [429]
    assert answers[-1].mimetype == "application/problem+json"
    assert world.program.ask("GET", "/products").status_code == 200


def test_what_was_sent_once_is_remembered_for_a_month(app: Flask) -> None:
    now = utc_now()
    with app.app_context():
        db = get_db()
        for days in (0, 29, 31, 400):
            at = now - dt.timedelta(days=days)
            db.add(ApiDone(key_id="k", key=str(days), made="m", at=at))
        assert forget(db, now) == 2
        assert set(db.scalars(select(ApiDone.key))) == {"0", "29"}


def test_a_cookie_opens_nothing(app: Flask) -> None:
    with app.app_context():
        cast = make_cast(get_db())
        get_db().commit()
        client = sign_in(app.test_client(), cast.owner)
    assert client.get("/api/v1/products").status_code == 401
    assert client.put("/api/v1/products/A", json=mat("x")).status_code == 401


def test_a_key_does_only_what_its_scopes_say(world: World) -> None:
    assert world.reader.ask("GET", "/products").status_code == 200
    refused = world.reader.ask("PUT", "/products/A", json=mat(world.family))
    assert (refused.status_code, "catalogue:write" in refused.text) == (403, True)
    assert world.reader.ask("GET", "/evidence").status_code == 403


def test_revoked_keys_and_suspended_organisations_are_refused(app: Flask, world: World) -> None:
    with app.app_context():
        db = get_db()
        key = living_key(db, world.reader.key)
        assert key is not None
        revoke_key(db, SYSTEM, key.organisation, key.public_id)
        rival = db.query(Organisation).filter_by(public_id=world.rival_firm).one()
        rival.standing = "suspended"
        db.commit()
    assert world.reader.ask("GET", "/products").status_code == 401
    assert world.rival.ask("GET", "/products").status_code == 403
    assert world.program.ask("GET", "/products").status_code == 200
