"""Adding and changing one's e-mail address, as a browser meets it."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from matchmaker.accounts.actor import SYSTEM, Actor
from matchmaker.accounts.entries import AddressChange
from matchmaker.accounts.links import hand_over_link
from matchmaker.accounts.models import AuditEntry, Membership, User
from matchmaker.accounts.standing import suspend_organisation
from matchmaker.database import get_db
from matchmaker.notices.models import Letter, Notice
from tests.accounts.visits import GOOD, letters, link_in_last_letter, make_account, try_password
from tests.factories import Cast, make_organisation, make_user
from tests.signed_in import sign_in

pytestmark = pytest.mark.usefixtures("in_haste")
NEW = "kunju@example.com"
ASHA = "asha@example.com"


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    """Somebody without address and password, who came in by a link handed over."""
    with app.app_context():
        user = make_user(get_db(), name="Kunju Ammini", email=None)
        user.phone = "+919876543210"
        firm = make_organisation(get_db(), name="Karimpuzha Mats")
        get_db().add(Membership(user=user, organisation=firm, role="editor"))
        _link, secret = hand_over_link(get_db(), SYSTEM, user)
        get_db().commit()
    client = app.test_client()
    client.post(f"/enter/{secret}")
    return client


@pytest.fixture
def asha(app: Flask) -> FlaskClient:
    """Somebody with address and password, who signed in just now."""
    make_account(app, ASHA)
    client = app.test_client()
    assert try_password(client, ASHA, GOOD) == 302
    return client


def grow_old(client: FlaskClient, days: int = 3) -> None:
    """As if the browser had been left signed in for days."""
    with client.session_transaction() as session:
        session["fs_paa"] = time.time() - days * 86_400
        session.pop("fs_gexp", None)


def give(client: FlaskClient, email: str = NEW, **more: Any) -> Any:
    return client.post("/account/email", data={"email": email}, **more)


def plain(page: str) -> str:
    """Without what differs from one form to the next."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


def test_who_has_only_a_phone_adds_an_address_and_signs_in_with_it(
    app: Flask, phone: FlaskClient, read: Any
) -> None:
    page = phone.get("/account").text
    assert 'action="/account/email"' in page and "Change your e-mail address" not in page
    assert give(phone).headers["Location"] == "/account/email"
    assert f"We wrote to {NEW}." in phone.get("/account/email").text
    assert f"We wrote to {NEW}." in phone.get("/account").text
    assert letters(app) == [(NEW, "account.address_confirmation")]
    link = link_in_last_letter(app)
    # Programs that check mail look at links, and a stranger may get the letter: neither confirms.
    assert app.test_client().get(link).status_code == 200
    assert app.test_client().post(link, data={"password": GOOD}).status_code == 401
    assert "Choose a password too." in phone.get(link).text
    for weak in ({}, {"password": "karimpuzha mats"}, {"password": "ammini.1234"}):
        assert phone.post(link, data=weak).status_code == 200
    assert read(lambda db: db.scalar(select(User.email))) is None
    assert phone.post(link, data={"password": GOOD}).headers["Location"] == "/account"
    page = phone.get("/account").text  # still signed in here
    assert f"From now on you sign in with {NEW}." in page
    assert f"<dd>{NEW}</dd>" in page
    assert phone.get(link).status_code == 404
    assert try_password(app.test_client(), NEW, GOOD) == 302
    assert letters(app)[1:] == [(NEW, "account.address")]
    bell = read(lambda db: db.scalars(select(Notice)).all())
    assert [(each.kind, each.subject) for each in bell] == [
        ("account.address", f"Your e-mail address is now {NEW}")
    ]


def test_the_link_leads_who_opens_it_elsewhere_to_where_it_works(
    app: Flask, phone: FlaskClient, asha: FlaskClient, read: Any
) -> None:
    give(phone)
    link = link_in_last_letter(app)
    page = app.test_client().get(link).text
    assert "Open this link where you are signed in" in page and "<svg" in page
    assert "Sign in here" not in page  # there is no password to sign in with
    page = asha.get(link).text
    assert "You are signed in as Person" in page
    assert asha.post(link, data={"password": GOOD}).headers["Location"] == link
    assert read(lambda db: db.scalars(select(User.email).order_by(User.id)).all()) == [None, ASHA]


def test_who_has_a_password_signs_in_where_the_letter_was_opened(
    app: Flask, asha: FlaskClient, read: Any
) -> None:
    give(asha)
    link, other = link_in_last_letter(app), app.test_client()
    sign_in_here = re.search(r'class="button" href="([^"]+)"', other.get(link).text)
    assert sign_in_here
    answer = other.post(sign_in_here[1], data={"email": ASHA, "password": GOOD})
    assert answer.headers["Location"] == link
    assert other.post(link).headers["Location"] == "/account"
    assert read(lambda db: db.scalar(select(User.email))) == NEW


def test_the_old_address_is_told_and_all_other_browsers_are_signed_out(
    app: Flask, asha: FlaskClient
) -> None:
    other = app.test_client()
    assert try_password(other, ASHA, GOOD) == 302
    app.test_client().post("/recover", data={"email": ASHA})
    by_old_address = link_in_last_letter(app)
    assert ASHA in asha.get("/account/email").text
    give(asha)
    link = link_in_last_letter(app)
    assert "<input" in asha.get(link).text and 'type="password"' not in asha.get(link).text
    assert try_password(app.test_client(), NEW, GOOD) == 200  # not yet
    assert asha.post(link).headers["Location"] == "/account"
    assert letters(app)[-2:] == [(NEW, "account.address"), (ASHA, "account.address_left")]
    assert (asha.get("/account").status_code, other.get("/account").status_code) == (200, 401)
    assert try_password(app.test_client(), ASHA, GOOD) == 200
    assert try_password(app.test_client(), NEW, GOOD) == 302
    # Who still reads the old mailbox can recover nothing by what lies in it.
    assert app.test_client().get(by_old_address).headers["Location"] == "/recover"


def test_the_made_up_address_of_a_made_up_person_is_not_written_to(
    app: Flask, asha: FlaskClient, read: Any
) -> None:
    read(lambda db: (db.execute(update(User).values(is_demo=True)), db.commit()))
    give(asha)
    asha.post(link_in_last_letter(app))
    assert letters(app) == [(NEW, "account.address_confirmation")]
    assert read(lambda db: db.scalar(select(User.email))) == NEW


def test_nobody_learns_whose_address_it_is_but_its_owner(
    app: Flask, phone: FlaskClient, asha: FlaskClient, read: Any
) -> None:
    pages = []
    for email in (ASHA, NEW):
        answer = give(phone, email, follow_redirects=True)
        pages.append(plain(answer.text).replace(email, "…"))
    assert pages[0] == pages[1]
    assert letters(app) == [
        (ASHA, "account.address_taken"),
        (NEW, "account.address_confirmation"),
    ]
    told = read(lambda db: db.scalars(select(Letter.text).where(Letter.address == ASHA)).one())
    assert "Kunju" not in told and "/account/email/confirm" not in told
    waiting = read(lambda db: db.scalars(select(AddressChange.email)).all())
    assert waiting == [NEW]  # and no link to the other's


def test_how_much_was_written_to_an_address_tells_nothing_either(
    app: Flask, phone: FlaskClient, asha: FlaskClient
) -> None:
    for _again in range(5):
        app.test_client().post("/recover", data={"email": ASHA})
    page = give(phone, ASHA, follow_redirects=True)
    assert (page.status_code, f"We wrote to {ASHA}." in page.text) == (200, True)
    assert letters(app)[-1] == (ASHA, "account.reset_instructions")  # no more in this hour


def test_a_person_has_so_many_letters_sent_and_no_more(app: Flask, phone: FlaskClient) -> None:
    answers = [give(phone, f"kunju{number}@example.com") for number in range(12)]
    assert [each.status_code for each in answers] == [302] * 10 + [429] * 2
    assert 'value="kunju11@example.com"' in answers[-1].text
    assert "too many mails" in answers[-1].text
    assert len(letters(app)) == 10


def test_who_left_the_browser_alone_for_days_types_the_password_once_more(
    app: Flask, asha: FlaskClient
) -> None:
    grow_old(asha)
    assert asha.get("/account/email").headers["Location"].startswith("/sign-in/again?next=")
    again = give(asha).headers["Location"]
    assert again.startswith("/sign-in/again?next=")
    assert letters(app) == []
    assert asha.post(again, data={"password": "guess"}).status_code == 200
    back = asha.post(again, data={"password": GOOD}).headers["Location"]
    # Nothing typed is lost on the way.
    assert f'value="{NEW}"' in asha.get(back).text
    assert give(asha).headers["Location"] == "/account/email"
    assert letters(app) == [(NEW, "account.address_confirmation")]


def test_who_has_nothing_to_lose_needs_no_new_link(phone: FlaskClient) -> None:
    grow_old(phone, days=300)
    assert give(phone).headers["Location"] == "/account/email"


def test_who_has_an_address_and_no_password_is_told_how_to_go_on(app: Flask) -> None:
    with app.app_context():
        user = make_user(get_db())
        get_db().commit()
        head = sign_in(app.test_client(), Actor(user))
    grow_old(head)
    page = head.get("/account/email", follow_redirects=True).text
    assert "Please sign in again" in page
    assert 'type="password"' not in page


def test_an_agent_changes_only_their_own_address(app: Flask, app_cast: Cast, read: Any) -> None:
    agent = sign_in(app.test_client(), app_cast.agent)
    owner, user = app_cast.owner.user, app_cast.agent.user
    assert owner is not None and user is not None
    fields = {"person": owner.public_id, "user": owner.public_id, "of": app_cast.firm.public_id}
    agent.post("/account/email", data={"email": NEW} | fields, query_string=fields)
    agent.post(link_in_last_letter(app), data={"password": GOOD} | fields)
    emails = read(lambda db: [db.get(User, each.id).email for each in (owner, user)])
    assert emails == [owner.email, NEW]
    trail = read(
        lambda db: db.scalars(
            select(AuditEntry).where(AuditEntry.action.startswith("user.address_"))
        ).all()
    )
    assert [(each.action, each.subject_id, each.actor, each.on_behalf_of) for each in trail] == [
        ("user.address_asked", user.public_id, user.public_id, None),
        ("user.address_changed", user.public_id, user.public_id, None),
    ]


def test_who_is_suspended_keeps_the_address_they_have(
    app: Flask, app_cast: Cast, read: Any
) -> None:
    owner = sign_in(app.test_client(), app_cast.owner)
    give(owner)
    with app.app_context():
        suspend_organisation(
            get_db(), SYSTEM, get_db().merge(app_cast.firm.organisation), reason="Not its own."
        )
        get_db().commit()
    link = link_in_last_letter(app)
    answers = [give(owner), owner.post(link, data={"password": GOOD}), owner.get("/account/email")]
    assert [each.status_code for each in answers] == [403] * 3
    assert "/account/email" not in owner.get("/account").text


@pytest.mark.parametrize("typed", ["kunju", "", "kunju@", "a" * 250 + "@example.com", ASHA.upper()])
def test_what_is_wrong_is_said_beside_the_field_and_kept(
    app: Flask, asha: FlaskClient, typed: str
) -> None:
    answer = give(asha, typed)
    assert answer.status_code in (200, 400)
    assert answer.text.count('class="error"') == 1
    assert f'value="{typed}"'.lower() in answer.text.lower()
    assert letters(app) == []


def test_it_can_be_given_up_or_sent_again(app: Flask, phone: FlaskClient) -> None:
    give(phone)
    first = link_in_last_letter(app)
    assert 'name="email" value="kunju@example.com"' in phone.get("/account/email").text
    give(phone)
    second = link_in_last_letter(app)
    assert first != second
    assert [phone.get(each).status_code for each in (first, second)] == [200, 200]
    page = phone.post("/account/email/give-up", follow_redirects=True).text
    assert "Nothing was changed." in page and "We wrote to" not in page
    assert [phone.get(each).status_code for each in (first, second)] == [404, 404]


def test_who_confirms_too_late_is_told_that_the_address_is_taken(
    app: Flask, phone: FlaskClient
) -> None:
    give(phone)
    link = link_in_last_letter(app)
    make_account(app, NEW)
    answer = phone.post(link, data={"password": GOOD})
    assert (answer.status_code, "Another account has this address" in answer.text) == (409, True)
    assert f"We wrote to {NEW}." in phone.get("/account").text


def test_letters_speak_the_language_of_who_gets_them(app: Flask, phone: FlaskClient) -> None:
    make_account(app, ASHA)
    with app.app_context():
        for user in get_db().scalars(select(User)):
            user.language = "ml" if user.email is None else "en"
        get_db().commit()
    give(phone, ASHA)
    give(phone, NEW)
    with app.app_context():
        rows = get_db().scalars(select(Letter).order_by(Letter.id)).all()
        told = [(each.language, each.subject, each.text.isascii()) for each in rows]
    assert told[0] == ("en", "Your address at Matchmaker", True)
    assert (told[1][0], told[1][1].isascii(), told[1][2]) == ("ml", False, False)


def test_forms_are_refused_without_their_token(app: Flask, phone: FlaskClient) -> None:
    give(phone)
    link = link_in_last_letter(app)
    app.config["WTF_CSRF_ENABLED"] = True
    answers = [give(phone), phone.post("/account/email/give-up"), phone.post(link)]
    assert [each.status_code for each in answers] == [400] * 3
