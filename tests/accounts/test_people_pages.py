"""Inviting people, their links, and acting for a client, as a browser meets them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.access import ACTING_FOR
from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.entries import Invitation, SignInLink
from matchmaker.accounts.models import AuditEntry, Mandate, Membership, Organisation, User
from matchmaker.accounts.standing import suspend_organisation
from matchmaker.database import get_db
from matchmaker.notices.models import Letter
from tests.accounts.visits import GOOD, link_in_last_letter
from tests.factories import Cast, make_cast
from tests.signed_in import sign_in

pytestmark = pytest.mark.usefixtures("in_haste")


def test_an_agent_hands_a_link_to_a_firm_member_with_only_a_phone(
    app: Flask, app_cast: Cast, read: Any
) -> None:
    agent, phone = sign_in(app.test_client(), app_cast.agent), app.test_client()
    page = agent.post(
        "/account/members/invite", data={"name": "Kunju", "phone": "98765 43210", "role": "editor"}
    ).text
    assert "<svg" in page
    invitation = re.search(r"http://127\.0\.0\.1:8000(/invitation/[\w-]+)", page)
    assert invitation
    assert phone.post(invitation[1], data={"name": "Kunju", "notice": "y"}).status_code == 302
    assert app_cast.firm.public_id and "Kunju" in phone.get("/account").text
    assert phone.get(invitation[1]).status_code == 404  # spent

    person = read(lambda db: db.scalar(select(User.public_id).where(User.name == "Kunju")))
    page = agent.post(f"/account/people/{person}/link").text
    link = re.search(r"http://127\.0\.0\.1:8000(/enter/[\w-]+)", page)
    assert link
    new_phone = app.test_client()
    for _ in range(3):  # a messenger draws a preview
        assert new_phone.get(link[1]).status_code == 200
    assert new_phone.get("/account").status_code == 401
    assert new_phone.post(link[1]).headers["Location"] == "/begin"
    assert "Kunju" in new_phone.get("/account").text
    assert app.test_client().post(link[1]).status_code == 404
    made = read(
        lambda db: db.scalars(
            select(AuditEntry).where(AuditEntry.action == "sign_in_link.made")
        ).one()
    )
    assert app_cast.agent.user and app_cast.agent.organisation
    assert (made.actor, made.organisation, made.on_behalf_of) == (
        app_cast.agent.user.public_id,
        app_cast.agent.organisation.public_id,
        app_cast.firm.public_id,
    )
    assert read(lambda db: db.scalars(select(SignInLink.used_at)).one()) is not None


def test_an_invitation_by_mail_is_shown_to_nobody_but_its_address(
    app: Flask, app_cast: Cast
) -> None:
    owner, guest = sign_in(app.test_client(), app_cast.owner), app.test_client()
    answer = owner.post(
        "/account/members/invite",
        data={"name": "Mini", "email": "mini@example.com", "role": "viewer"},
        follow_redirects=True,
    )
    link = link_in_last_letter(app)
    assert link not in answer.text
    data = {"name": "Mini", "password": GOOD, "notice": "y"}
    assert guest.post(link, data=data).status_code == 302
    assert "Viewer" in guest.get("/account").text


def test_the_words_of_a_mail_are_no_markup(app: Flask, app_cast: Cast) -> None:
    owner = sign_in(app.test_client(), app_cast.owner)
    with app.app_context():
        get_db().get_one(Organisation, app_cast.firm.organisation_id).name = "O'Brien & Sons"
        get_db().commit()
    guest = {"name": "Mini", "email": "mini@example.com", "role": "viewer"}
    owner.post("/account/members/invite", data=guest)
    with app.app_context():
        text = get_db().scalars(select(Letter.text).order_by(Letter.id.desc()).limit(1)).one()
    assert "invites you to join O'Brien & Sons at Matchmaker." in text


def test_a_rival_finds_none_of_the_people_of_others(app: Flask, app_cast: Cast, read: Any) -> None:
    def their_things(db: Session) -> tuple[str, str]:
        member = db.scalars(
            select(Membership).where(Membership.organisation_id == app_cast.firm.organisation_id)
        ).first()
        assert member is not None
        return member.user.public_id, member.organisation.public_id

    person, organisation = read(their_things)
    owner = sign_in(app.test_client(), app_cast.owner)
    owner.post(
        "/account/members/invite", data={"name": "A", "phone": "9876543210", "role": "viewer"}
    )

    invitation = read(lambda db: db.scalars(select(Invitation.public_id)).one())
    mandate = read(lambda db: db.scalars(select(Mandate.public_id)).one())
    for name in ("rival", "stranger", "operator"):
        client = sign_in(app.test_client(), getattr(app_cast, name))
        got = [
            client.get(f"/account/members?of={organisation}"),
            client.get(f"/account/mandates?of={organisation}"),
            client.post(f"/account/members/{person}/role", data={"role": "viewer"}),
            client.post(
                f"/account/members/{person}/role", data={"role": "viewer", "of": organisation}
            ),
            client.post(f"/account/members/{person}/remove"),
            client.post(f"/account/people/{person}/link"),
            client.post(f"/account/people/{person}/link/revoke"),
            client.post(f"/account/invitations/{invitation}/withdraw"),
            client.post(f"/account/mandates/{mandate}/end"),
            client.post("/account/mandates", data={"of": organisation}),
            client.post("/account/as", data={"organisation": organisation}),
        ]
        assert [each.status_code for each in got] == [404] * len(got), name


def test_acting_for_a_client_shows_on_every_page_and_stops(app: Flask, app_cast: Cast) -> None:
    client = sign_in(app.test_client(), app_cast.agent)
    page = client.get("/account").text
    assert "Both names are recorded." in page
    assert app_cast.agent.organisation is not None
    own = app_cast.agent.organisation.public_id
    client.post("/account/as", data={"organisation": own})
    assert "Both names are recorded." not in client.get("/account").text
    client.post("/account/as", data={"organisation": own, "client": app_cast.firm.public_id})
    assert "Both names are recorded." in client.get("/account").text
    refused = {"organisation": own, "client": app_cast.rival_firm.public_id}
    assert client.post("/account/as", data=refused).status_code == 404


def test_who_acts_for_a_suspended_client_gets_back_to_their_own(
    app: Flask, app_cast: Cast, read: Any
) -> None:
    client = sign_in(app.test_client(), app_cast.agent)
    with app.app_context():
        firm = get_db().get_one(Organisation, app_cast.firm.organisation_id)
        suspend_organisation(get_db(), SYSTEM, firm, reason="Its certificates were not its own.")
        get_db().commit()
    assert client.get("/account/members").status_code == 403
    assert app_cast.agent.organisation is not None
    home = {"organisation": app_cast.agent.organisation.public_id}
    assert client.post("/account/as", data=home).status_code == 302
    assert client.get("/account/members").status_code == 200


def test_a_cluster_body_is_led_to_pages_of_firms_while_it_acts_for_one(app: Flask) -> None:
    with app.app_context():
        agent = sign_in(app.test_client(), make_cast(get_db()).agent)
        get_db().commit()
    acting = agent.get("/account").text
    with agent.session_transaction() as session:
        del session[ACTING_FOR]
    page = agent.get("/account").text
    for address in ("/firm", "/firm/products", "/firm/import"):
        assert f'href="{address}"' in acting
        assert f'href="{address}"' not in page
    assert 'href="/firm/evidence"' in page
    assert agent.get("/firm/evidence").status_code == 200


def test_who_is_a_member_already_is_said_beside_the_field_and_the_rest_stays(
    app: Flask, app_cast: Cast
) -> None:
    owner = sign_in(app.test_client(), app_cast.owner)
    assert app_cast.colleague.user
    given = {"name": "Asha", "email": app_cast.colleague.user.email, "role": "viewer"}
    page = owner.post("/account/members/invite", data=given).text
    assert "This person is a member already." in page
    assert 'value="Asha"' in page
