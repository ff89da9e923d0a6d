"""The pages of accounts as people walk through them: join, confirm, sign in, recover, hand over."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from passlib.totp import TOTP
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from matchmaker.access import ACTING_FOR
from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.attempts import DEVICE_COOKIE
from matchmaker.accounts.entries import Contact, Invitation, SignInLink
from matchmaker.accounts.invitations import invite
from matchmaker.accounts.mandates import give_mandate
from matchmaker.accounts.models import (
    AuditEntry,
    ChangeEntry,
    Mandate,
    Membership,
    Organisation,
    User,
)
from matchmaker.accounts.notice import NOTICE_VERSION
from matchmaker.accounts.standing import suspend_organisation
from matchmaker.catalogue.models import Firm
from matchmaker.clusters.models import Cluster
from matchmaker.database import get_db
from matchmaker.notices.models import Letter
from tests.factories import Cast, make_cast, make_organisation, make_user
from tests.signed_in import sign_in

GOOD = "three tall coconut palms"
JOIN = {
    "name": "Leela Nair",
    "email": "leela@example.com",
    "password": GOOD,
    "organisation": "Leela Mats",
    "notice": "y",
}


@pytest.fixture(autouse=True)
def _in_haste(app: Flask) -> None:
    """The walk of the routes sends tokens, these stories go without; passwords hash quickly."""
    app.config["WTF_CSRF_ENABLED"] = False
    hashes = app.extensions["security"].pwd_context
    hashes.update(argon2__rounds=1, argon2__memory_cost=64, argon2__parallelism=1)


@pytest.fixture
def cast(app: Flask) -> Cast:
    with app.app_context():
        db, made = get_db(), make_cast(get_db())
        db.commit()
        for each in list(db):  # to be read after the session is gone
            db.refresh(each)
        assert made.firm.organisation and made.rival_firm.organisation
        db.expunge_all()
        return made


@pytest.fixture
def read(app: Flask) -> Callable[[Callable[[Session], Any]], Any]:
    def ask(question: Callable[[Session], Any]) -> Any:
        with app.app_context():
            return question(get_db())

    return ask


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
    assert client.post(link, data={"password": GOOD}).headers["Location"] == "/sign-in"
    assert try_password(client, "LEELA@example.com", GOOD) == 302
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
    assert try_password(client, JOIN["email"], GOOD) == 200  # the form again
    assert try_password(client, JOIN["email"], own) == 302


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
    app: Flask, client: FlaskClient, cast: Cast, read: Any
) -> None:
    with app.app_context():
        for firm in (cast.firm, cast.rival_firm):
            get_db().get_one(Firm, firm.id).is_confirmed = False
        firm, rival = (get_db().get_one(Firm, each.id) for each in (cast.firm, cast.rival_firm))
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


@pytest.mark.parametrize("address", ["/recover", "/confirm"])
def test_asking_for_mail_tells_nobody_either(app: Flask, address: str) -> None:
    make_account(app)
    pages = []
    for email in ("asha@example.com", "nobody@example.com"):
        text = app.test_client().post(address, data={"email": email}).text
        pages.append(re.sub(r'name="csrf_token" value="[^"]+"', "", text.replace(email, "…")))
    assert pages[0] == pages[1]


def test_a_recovered_password_works_and_the_link_only_once(app: Flask, client: FlaskClient) -> None:
    make_account(app)
    # A wrong Host must not get into the mail: the link would lead to whoever named it.
    client.post("/recover", data={"email": "asha@example.com"}, headers={"Host": "evil.example"})
    link = link_in_last_letter(app)
    new = {"password": "four small rubber trees", "password_confirm": "four small rubber trees"}
    weak = client.post(link, data={"password": "password12", "password_confirm": "password12"})
    assert "first passwords that strangers try" in weak.text
    assert client.post(link, data=new).headers["Location"] == "/sign-in"
    assert try_password(client, "asha@example.com", GOOD) == 200
    assert try_password(client, "asha@example.com", new["password"]) == 302
    assert client.get(link).headers["Location"] == "/recover"
    assert letters(app)[-1] == ("asha@example.com", "account.reset_notice")


def test_a_guesser_shuts_out_only_himself(app: Flask) -> None:
    make_account(app)
    at_home, thief = app.test_client(), app.test_client()
    statuses = [try_password(thief, "asha@example.com", "guess", "203.0.113.9") for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    # The right password does not help him any more …
    assert try_password(thief, "asha@example.com", GOOD, "203.0.113.9") == 429
    # … the owner, elsewhere, did not notice.
    assert try_password(at_home, "asha@example.com", GOOD, "198.51.100.7") == 302


def test_a_browser_that_was_in_before_is_not_shut_out_by_its_neighbour(app: Flask) -> None:
    make_account(app)
    asha, neighbour, shared = app.test_client(), app.test_client(), "203.0.113.9"
    assert try_password(asha, "asha@example.com", GOOD, shared) == 302
    asha.delete_cookie("session")
    for _ in range(12):
        try_password(neighbour, "asha@example.com", "guess", shared)
    assert try_password(neighbour, "asha@example.com", GOOD, shared) == 429
    assert try_password(asha, "asha@example.com", GOOD, shared) == 302
    # A cookie of one's own making counts for nothing.
    neighbour.set_cookie(DEVICE_COOKIE, "WyJhIiwgImIiXQ.forged")
    assert try_password(neighbour, "asha@example.com", GOOD, shared) == 429


def test_a_right_password_forgets_the_wrong_ones(app: Flask) -> None:
    make_account(app)
    for _ in range(3):
        client = app.test_client()
        wrong = [try_password(client, "asha@example.com", "guess") for _ in range(6)]
        assert wrong == [200] * 6
        assert try_password(client, "asha@example.com", GOOD) == 302


def test_signing_in_once_more_does_not_clear_the_count_of_guesses(app: Flask) -> None:
    make_account(app)
    thief = app.test_client()  # with a browser somebody left signed in, not the password
    assert try_password(thief, "asha@example.com", GOOD) == 302
    statuses = []
    for _ in range(12):
        statuses.append(thief.post("/sign-in/again", data={"password": "guess"}).status_code)
        assert try_password(thief, "asha@example.com", "whatever") == 302
    assert statuses == [200] * 10 + [429] * 2


def test_mails_anybody_can_ask_for_end_after_some(app: Flask, client: FlaskClient) -> None:
    make_account(app)
    answers = [client.post("/recover", data={"email": "asha@example.com"}) for _ in range(8)]
    assert {each.status_code for each in answers} == {200}
    assert len(letters(app)) == 5
    more = [client.post("/recover", data={"email": f"{n}@example.com"}) for n in range(14)]
    assert [each.status_code for each in more] == [200] * 12 + [429] * 2


def test_the_second_step_by_code_and_by_recovery_code(app: Flask) -> None:
    make_account(app)
    client = app.test_client()
    try_password(client, "asha@example.com", GOOD)
    page = client.post("/account/second-factor", data={"setup": "authenticator"}).text
    key = re.search(r'key-text">\s*([A-Z2-7-]+)', page)
    action = re.search(r'action="(/account/second-factor/[^"]+)"', page)
    assert key and action and 'src="data:image/svg+xml;base64,' in page
    app_on_phone = TOTP(key=key[1].replace("-", ""))
    client.post(action[1], data={"code": app_on_phone.generate().token})
    codes = client.post("/account/recovery-codes", data={"generate_new_codes": "1"}).text
    code = re.findall(r"<code>([^<]+)</code>", codes)[0]
    client.delete_cookie("session")

    assert try_password(client, "asha@example.com", GOOD) == 302
    assert client.get("/account").status_code == 401  # halfway is not in
    refused = client.post("/sign-in/second-factor", data={"code": "000000"})
    assert "This code is wrong or too old" in refused.text
    wrong = [
        client.post("/sign-in/recovery-code", data={"code": "x"}).status_code for _ in range(9)
    ]
    assert wrong == [200] * 9
    # Codes are counted as passwords are: six figures must not be guessed through.
    assert client.post("/sign-in/recovery-code", data={"code": "x"}).status_code == 429

    other = app.test_client()
    overrides = {"REMOTE_ADDR": "198.51.100.7"}
    assert try_password(other, "asha@example.com", GOOD, "198.51.100.7") == 302
    answer = other.post("/sign-in/recovery-code", data={"code": code}, environ_overrides=overrides)
    assert answer.status_code == 302
    assert other.get("/account").status_code == 200


def test_an_agent_hands_a_link_to_a_firm_member_with_only_a_phone(
    app: Flask, cast: Cast, read: Any
) -> None:
    agent, phone = sign_in(app.test_client(), cast.agent), app.test_client()
    page = agent.post(
        "/account/members/invite", data={"name": "Kunju", "phone": "98765 43210", "role": "editor"}
    ).text
    assert "<svg" in page
    invitation = re.search(r"http://127\.0\.0\.1:8000(/invitation/[\w-]+)", page)
    assert invitation
    assert phone.post(invitation[1], data={"name": "Kunju", "notice": "y"}).status_code == 302
    assert cast.firm.public_id and "Kunju" in phone.get("/account").text
    assert phone.get(invitation[1]).status_code == 404  # spent

    person = read(lambda db: db.scalar(select(User.public_id).where(User.name == "Kunju")))
    page = agent.post(f"/account/people/{person}/link").text
    link = re.search(r"http://127\.0\.0\.1:8000(/enter/[\w-]+)", page)
    assert link
    new_phone = app.test_client()
    for _ in range(3):  # a messenger draws a preview
        assert new_phone.get(link[1]).status_code == 200
    assert new_phone.get("/account").status_code == 401
    assert new_phone.post(link[1]).headers["Location"] == "/account"
    assert "Kunju" in new_phone.get("/account").text
    assert app.test_client().post(link[1]).status_code == 404
    made = read(
        lambda db: db.scalars(
            select(AuditEntry).where(AuditEntry.action == "sign_in_link.made")
        ).one()
    )
    assert cast.agent.user and cast.agent.organisation
    assert (made.actor, made.organisation, made.on_behalf_of) == (
        cast.agent.user.public_id,
        cast.agent.organisation.public_id,
        cast.firm.public_id,
    )
    assert read(lambda db: db.scalars(select(SignInLink.used_at)).one()) is not None


def test_an_invitation_by_mail_is_shown_to_nobody_but_its_address(app: Flask, cast: Cast) -> None:
    owner, guest = sign_in(app.test_client(), cast.owner), app.test_client()
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


def test_the_words_of_a_mail_are_no_markup(app: Flask, cast: Cast) -> None:
    owner = sign_in(app.test_client(), cast.owner)
    with app.app_context():
        get_db().get_one(Organisation, cast.firm.organisation_id).name = "O'Brien & Sons"
        get_db().commit()
    guest = {"name": "Mini", "email": "mini@example.com", "role": "viewer"}
    owner.post("/account/members/invite", data=guest)
    with app.app_context():
        text = get_db().scalars(select(Letter.text).order_by(Letter.id.desc()).limit(1)).one()
    assert "invites you to join O'Brien & Sons at Matchmaker." in text


def test_a_rival_finds_none_of_the_people_of_others(app: Flask, cast: Cast, read: Any) -> None:
    def their_things(db: Session) -> tuple[str, str]:
        member = db.scalars(
            select(Membership).where(Membership.organisation_id == cast.firm.organisation_id)
        ).first()
        assert member is not None
        return member.user.public_id, member.organisation.public_id

    person, organisation = read(their_things)
    owner = sign_in(app.test_client(), cast.owner)
    owner.post(
        "/account/members/invite", data={"name": "A", "phone": "9876543210", "role": "viewer"}
    )

    invitation = read(lambda db: db.scalars(select(Invitation.public_id)).one())
    mandate = read(lambda db: db.scalars(select(Mandate.public_id)).one())
    for name in ("rival", "stranger", "operator"):
        client = sign_in(app.test_client(), getattr(cast, name))
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


def test_acting_for_a_client_shows_on_every_page_and_stops(app: Flask, cast: Cast) -> None:
    client = sign_in(app.test_client(), cast.agent)
    page = client.get("/account").text
    assert "Both names are recorded." in page
    assert cast.agent.organisation is not None
    own = cast.agent.organisation.public_id
    client.post("/account/as", data={"organisation": own})
    assert "Both names are recorded." not in client.get("/account").text
    client.post("/account/as", data={"organisation": own, "client": cast.firm.public_id})
    assert "Both names are recorded." in client.get("/account").text
    refused = {"organisation": own, "client": cast.rival_firm.public_id}
    assert client.post("/account/as", data=refused).status_code == 404


def test_who_acts_for_a_suspended_client_gets_back_to_their_own(
    app: Flask, cast: Cast, read: Any
) -> None:
    client = sign_in(app.test_client(), cast.agent)
    with app.app_context():
        firm = get_db().get_one(Organisation, cast.firm.organisation_id)
        suspend_organisation(get_db(), SYSTEM, firm, reason="Its certificates were not its own.")
        get_db().commit()
    assert client.get("/account/members").status_code == 403
    assert cast.agent.organisation is not None
    home = {"organisation": cast.agent.organisation.public_id}
    assert client.post("/account/as", data=home).status_code == 302
    assert client.get("/account/members").status_code == 200


def test_the_suspended_read_why_take_their_data_and_nothing_else(app: Flask, cast: Cast) -> None:
    client = sign_in(app.test_client(), cast.suspended)
    page = client.get("/account")
    assert "Its certificates were not its own." in page.text
    assert client.get("/account/export.json").status_code == 200
    for address in ("/account/members", "/account/erase", "/account/password"):
        assert client.get(address).status_code == 403
    assert cast.suspended.organisation is not None
    own = {"organisation": cast.suspended.organisation.public_id}
    assert client.post("/account/as", data=own).status_code == 403
    linked = set(re.findall(r'href="(/account[^"]*)"', page.text))
    assert linked == {"/account", "/account/export.json"}


def test_erasing_asks_once_more_then_forgets_and_signs_out(
    app: Flask, cast: Cast, read: Any
) -> None:
    client = sign_in(app.test_client(), cast.viewer)
    assert client.post("/account/erase").status_code == 200
    assert client.get("/account").status_code == 200
    assert client.post("/account/erase", data={"sure": "y"}).status_code == 302
    assert client.get("/account").status_code == 401
    assert cast.viewer.user is not None
    user_id = cast.viewer.user.id
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


def test_every_form_is_refused_without_its_token(app: Flask, cast: Cast) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = sign_in(app.test_client(), cast.owner)
    for address in ("/account/as", "/account/erase", "/account/members/invite", "/join/buyer"):
        assert client.post(address, data={"sure": "y"}).status_code == 400


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
