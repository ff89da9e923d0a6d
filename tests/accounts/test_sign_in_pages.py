"""Signing in, recovering a password and the second step, as a browser meets them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP

from matchmaker.accounts.attempts import DEVICE_COOKIE
from matchmaker.app import create_app
from matchmaker.config import Config
from tests.accounts.visits import GOOD, letters, link_in_last_letter, make_account, try_password

pytestmark = pytest.mark.usefixtures("in_haste")


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


def test_on_the_real_site_each_guess_at_a_stolen_password_costs_time_and_memory(
    config: Config,
) -> None:
    """The application of the tests hashes in haste; this one is made as for visitors."""
    kept = create_app(config).extensions["security"].pwd_context.hash(GOOD)
    _, kind, _version, costs, *_rest = kept.split("$")
    cost = {name: int(value) for name, value in (each.split("=") for each in costs.split(","))}
    assert kind == "argon2id"
    assert cost["m"] >= 19_456 and cost["t"] >= 2  # kilobytes and rounds: what OWASP asks for
