"""People and organisations change what is kept of them, as a browser meets it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.details import website_of
from matchmaker.accounts.models import AuditEntry, ChangeEntry, Organisation, User
from matchmaker.database import get_db
from matchmaker.errors import BadInput
from tests.accounts.visits import GOOD, make_account, try_password
from tests.factories import Cast
from tests.signed_in import sign_in

pytestmark = pytest.mark.usefixtures("in_haste")
NEW = {"name": " Erika Muster ", "zone": "Europe/Berlin", "language": "de", "currency": "EUR"}
FIRM = {"name": "Elsewhere Mats", "country": "DE", "website": "www.elsewhere.example"}


def kept(client: FlaskClient, model: Any, number: int, *names: str) -> list[Any]:
    """As it is in the database now, read apart: a session that goes on reading would lock it."""
    with client.application.app_context():
        columns = [getattr(model, name) for name in names]
        return list(get_db().execute(select(*columns).where(model.id == number)).one())


def test_people_change_their_name_clock_language_and_currency(
    client: FlaskClient, app_db: Session, app_cast: Cast
) -> None:
    user = app_cast.stranger.user
    assert user is not None
    page = sign_in(client, app_cast.stranger).get("/account/settings").text
    assert 'selected value="Asia/Kolkata"' in page and f'value="{user.name}"' in page
    answer = client.post("/account/settings", data=NEW)
    assert answer.headers["Location"] == "/account"
    names = ("name", "zone", "language")
    assert kept(client, User, user.id, *names) == ["Erika Muster", "Europe/Berlin", "de"]
    assert "English · EUR" in client.get("/search").text
    (entry,) = app_db.scalars(select(AuditEntry).where(AuditEntry.action == "user.renamed"))
    assert (entry.before, entry.after) == (None, None)  # the trail names nobody
    assert "Europe/Berlin" in client.get("/account/settings").text


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"zone": "Middle/Earth"}, {"language": "tlh"}, {"currency": "XXX"},
     {"name": "x" * 121}],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_beside_its_field(
    client: FlaskClient, app_db: Session, app_cast: Cast, wrong: dict[str, str]
) -> None:
    user = app_cast.stranger.user
    assert user is not None
    before = kept(client, User, user.id, "name", "zone", "language")
    answer = sign_in(client, app_cast.stranger).post("/account/settings", data=NEW | wrong)
    assert (answer.status_code, answer.text.count('class="error"')) == (200, 1)
    assert kept(client, User, user.id, "name", "zone", "language") == before


def test_an_owner_corrects_the_details_until_a_desk_has_verified_them(
    client: FlaskClient, app_db: Session, app_cast: Cast
) -> None:
    buyer = app_cast.stranger.organisation
    assert buyer is not None
    sign_in(client, app_cast.stranger)
    assert "/account/organisation" in client.get("/account").text
    assert client.post("/account/organisation", data=FIRM).headers["Location"] == "/account"
    names = ("name", "country", "website")
    now = ["Elsewhere Mats", "DE", "https://www.elsewhere.example"]
    assert kept(client, Organisation, buyer.id, *names) == now
    app_db.execute(update(Organisation).values(standing="verified"))
    app_db.commit()
    page = client.get("/account/organisation").text
    assert "A desk has verified these details." in page and "<input id=" not in page
    client.post("/account/organisation", data=FIRM | {"name": "Somebody Else"})
    assert kept(client, Organisation, buyer.id, *names) == now
    (entry,) = app_db.scalars(select(AuditEntry).where(AuditEntry.action == "organisation.changed"))
    assert entry.after == {"country": "DE", "name": now[0], "website": now[2]}


def test_a_firm_is_listed_anew_under_its_new_name(
    client: FlaskClient, app_db: Session, app_cast: Cast
) -> None:
    sign_in(client, app_cast.owner)
    assert 'name="country"' not in client.get("/account/organisation").text
    with client.application.app_context():
        seen = set(get_db().scalars(select(ChangeEntry.id)))
    assert client.post("/account/organisation", data=FIRM).status_code == 302
    assert "Elsewhere Mats" in client.get("/account").text
    assert kept(client, Organisation, app_cast.firm.organisation_id, "name", "country") == [
        "Elsewhere Mats",
        "IN",
    ]
    changes = app_db.scalars(select(ChangeEntry).where(ChangeEntry.id.not_in(seen)))
    assert {(each.subject_kind, each.subject_id) for each in changes} == {
        ("firm", app_cast.firm.id)
    }


@pytest.mark.parametrize("who", ["colleague", "viewer", "agent", "operator"])
def test_only_owners_change_the_details(client: FlaskClient, app_cast: Cast, who: str) -> None:
    sign_in(client, getattr(app_cast, who))
    assert "/account/organisation" not in client.get("/account").text
    page = client.get("/account/organisation")
    assert (page.status_code, "<input id=" in page.text) == (200, False)
    assert client.post("/account/organisation", data=FIRM).status_code == 403


@pytest.mark.parametrize(
    "typed",
    ["javascript:alert(1)", "https://", "elsewhere", "ftp://a.example", "https://me:pw@a.example",
     "https://a.example/\u202e", "http://[::1", "a b.example", "https://" + "a" * 200 + ".example"],
)  # fmt: skip
def test_a_website_is_a_link_one_can_follow(typed: str) -> None:
    with pytest.raises(BadInput):
        website_of(typed)


def test_a_website_may_be_left_out_or_typed_short() -> None:
    assert [website_of(each) for each in ("", " ", "a.example", "http://a.example/b")] == [
        None,
        None,
        "https://a.example",
        "http://a.example/b",
    ]


def test_a_wrong_website_is_said_beside_its_field(client: FlaskClient, app_cast: Cast) -> None:
    wrong = FIRM | {"website": "javascript:alert(1)"}
    answer = sign_in(client, app_cast.stranger).post("/account/organisation", data=wrong)
    assert (answer.status_code, answer.text.count('class="error"')) == (400, 1)
    assert 'value="Elsewhere Mats"' in answer.text


def test_the_second_step_is_a_link_for_who_has_a_password(
    app: Flask, client: FlaskClient, app_cast: Cast
) -> None:
    without = sign_in(client, app_cast.stranger).get("/account").text
    assert "It needs a password first." in without
    assert "/account/second-factor" not in without
    make_account(app)
    asha = app.test_client()
    assert try_password(asha, "asha@example.com", GOOD) == 302
    page = asha.get("/account").text
    assert '<a href="/account/second-factor">off</a>' in page


@pytest.mark.parametrize(
    ("who", "offered"),
    [("owner", True), ("agent", False), ("stranger", False), ("officer", False)],
)
def test_keys_are_offered_to_those_for_whom_they_open_something(
    client: FlaskClient, app_cast: Cast, who: str, offered: bool
) -> None:
    """The agent is an editor: of an owner it would be offered, for the firm acted for."""
    sign_in(client, getattr(app_cast, who))
    assert ("/account/keys" in client.get("/account").text) is offered
