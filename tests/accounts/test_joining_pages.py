"""Joining as a buyer and as a firm, and confirming the address, as a browser meets them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.invitations import invite
from matchmaker.accounts.mandates import give_mandate
from matchmaker.accounts.models import ChangeEntry, Organisation, User
from matchmaker.accounts.notice import NOTICE_VERSION
from matchmaker.catalogue.models import Firm
from matchmaker.clusters.models import Cluster
from matchmaker.database import get_db
from tests.accounts.visits import (
    GOOD,
    JOIN,
    join_as_buyer,
    letters,
    link_in_last_letter,
    make_account,
    try_password,
)
from tests.factories import Cast, make_organisation

pytestmark = pytest.mark.usefixtures("in_haste")


def test_a_buyer_joins_confirms_and_signs_in(app: Flask, client: FlaskClient, read: Any) -> None:
    answer = join_as_buyer(client)
    assert answer.headers["Location"] == "/join/sent"
    assert "leela@example.com" in client.get("/join/sent").text
    assert try_password(client, JOIN["email"], GOOD) == 200  # not confirmed: the form again
    assert letters(app) == [("leela@example.com", "account.confirmation_instructions")]
    link = link_in_last_letter(app)
    # Programs that check mail look at links: that must not confirm.
    assert "Yes, this is my address" in client.get(link).text
    assert read(lambda db: db.scalar(select(User.confirmed_at))) is None
    for weak in ({}, {"password": "password12"}):
        assert client.post(link, data=weak).status_code == 200
    assert read(lambda db: db.scalar(select(User.confirmed_at))) is None
    # The mail was read and the password just chosen: nothing is asked a second time.
    assert client.post(link, data={"password": GOOD}).headers["Location"] == "/begin"
    assert try_password(app.test_client(), "LEELA@example.com", GOOD) == 302
    page = client.get("/account").text
    assert "Leela Mats" in page
    assert "You can contact 3 more firms now." in page
    person = read(lambda db: db.scalars(select(User)).one())
    assert person.notice_version == NOTICE_VERSION


def test_who_joined_with_the_address_of_somebody_else_knows_no_password_of_theirs(
    app: Flask, client: FlaskClient
) -> None:
    join_as_buyer(client)
    own = "four small rubber trees"
    client.post(link_in_last_letter(app), data={"password": own})
    elsewhere = app.test_client()
    assert try_password(elsewhere, JOIN["email"], GOOD) == 200  # the form again
    assert try_password(elsewhere, JOIN["email"], own) == 302


def test_a_firm_joins_with_its_cluster(app: Flask, client: FlaskClient, read: Any) -> None:
    slug = read(lambda db: db.scalar(select(Cluster.slug).limit(1)))
    assert client.post("/join/firm", data=JOIN | {"cluster": slug}).status_code == 200  # no town
    answer = client.post("/join/firm", data=JOIN | {"cluster": slug, "town": "Pala"})
    assert answer.headers["Location"] == "/join/sent"
    with app.app_context():
        firm = get_db().scalars(select(Firm)).one()
        assert (firm.name, firm.cluster.slug) == ("Leela Mats", slug)
        assert [site.town for site in firm.sites] == ["Pala"]
        assert [(m.role, m.user.name) for m in firm.organisation.memberships] == [
            ("owner", "Leela Nair")
        ]


def test_a_firm_that_joined_is_shown_once_its_address_is_confirmed(
    app: Flask, client: FlaskClient, read: Any
) -> None:
    slug = read(lambda db: db.scalar(select(Cluster.slug).limit(1)))
    client.post("/join/firm", data=JOIN | {"cluster": slug, "town": "Pala"})
    page = "/firms/" + read(lambda db: db.scalars(select(Organisation.slug)).one())
    assert client.get(page).status_code == 404
    read(lambda db: (db.execute(delete(ChangeEntry)), db.commit()))
    link = link_in_last_letter(app)
    assert client.get(link).status_code == 200
    assert client.get(page).status_code == 404  # looking at the link confirms nothing
    assert client.post(link, data={"password": GOOD}).status_code == 302
    assert client.get(page).status_code == 200
    noted = read(lambda db: db.scalars(select(ChangeEntry.subject_kind)).all())
    assert noted == ["firm", "cluster"]


def test_a_firm_nobody_confirmed_is_shown_once_a_desk_let_somebody_in(
    app: Flask, client: FlaskClient, app_cast: Cast, read: Any
) -> None:
    with app.app_context():
        for firm in (app_cast.firm, app_cast.rival_firm):
            get_db().get_one(Firm, firm.id).is_confirmed = False
        firm, rival = (
            get_db().get_one(Firm, each.id) for each in (app_cast.firm, app_cast.rival_firm)
        )
        pages = [f"/firms/{each.slug}" for each in (firm, rival)]
        _asked, secret = invite(
            get_db(), SYSTEM, firm.organisation, name="Mini", role="editor", phone="9876543210"
        )
        body = make_organisation(get_db(), name="Another Body", kind="institution")
        how = "By telephone."
        give_mandate(get_db(), SYSTEM, agent=body, client=rival.organisation, how=how)
        get_db().commit()
    assert [client.get(page).status_code for page in pages] == [404, 200]
    client.post(f"/invitation/{secret}", data={"name": "Mini", "notice": "y"})
    assert app.test_client().get(pages[0]).status_code == 200


def test_nobody_joins_as_a_desk(client: FlaskClient) -> None:
    assert client.get("/join/desk").status_code == 404
    assert client.post("/join/desk", data=JOIN).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "leela"),
        ("password", "short"),
        ("password", "1234567890"),
        ("password", "leelanair1"),
        ("name", " "),
        ("notice", ""),
        ("organisation", ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: FlaskClient, read: Any, field: str, value: str
) -> None:
    answer = join_as_buyer(client, **{field: value})
    assert answer.status_code == 200
    assert answer.text.count('class="error"') == 1
    kept = {"name": "Leela Nair", "organisation": "Leela Mats", "email": "leela@example.com"}
    assert [
        v for key, v in kept.items() if key != field and f'value="{v}"' not in answer.text
    ] == []
    assert read(lambda db: db.scalar(select(func.count()).select_from(User))) == 0


def test_joining_tells_nobody_which_addresses_exist(
    app: Flask, client: FlaskClient, read: Any
) -> None:
    make_account(app)
    answers = [
        join_as_buyer(app.test_client(), email=e) for e in ("asha@example.com", "b@example.com")
    ]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert answers[0].text == answers[1].text
    assert letters(app) == [
        ("asha@example.com", "account.welcome_existing"),
        ("b@example.com", "account.confirmation_instructions"),
    ]
    assert read(lambda db: db.scalar(select(func.count()).select_from(Organisation))) == 1
