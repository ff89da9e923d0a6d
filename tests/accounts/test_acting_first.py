"""A notice of a client leads an agent on, also one who does not act for the client just now."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.mandates import end_mandate
from matchmaker.accounts.models import Mandate
from matchmaker.notices.models import Notice
from matchmaker.notices.services import tell_members
from tests.factories import Cast
from tests.reading import words_of
from tests.signed_in import sign_in

WANTED = "/firm/evidence"


@pytest.fixture
def told(app: Flask, app_db: Session, app_cast: Cast) -> str:
    """The agent's notice of a matter of the firm, which nobody of the firm can be mailed about."""
    app.config["WTF_CSRF_ENABLED"] = False
    firm = app_cast.firm.organisation
    for actor in (app_cast.owner, app_cast.colleague):
        assert actor.user is not None
        actor.user.confirmed_at = None
    tell_members(app_db, firm, kind="evidence.asked", subject="s", text="t", address=WANTED)
    app_db.commit()
    assert app_cast.agent.user is not None and app_cast.owner.user is not None
    own = select(Notice.address).where(Notice.user_id == app_cast.owner.user.id)
    assert app_db.scalars(own).all() == [WANTED]
    of_agent = select(Notice.public_id).where(Notice.user_id == app_cast.agent.user.id)
    found = app_db.scalars(of_agent).one()
    app_db.commit()
    return f"/notices/{found}"


@pytest.mark.parametrize("language", ["", "/ml"])
def test_one_button_leads_from_the_notice_to_its_page(
    app: Flask, app_cast: Cast, told: str, language: str
) -> None:
    agent = sign_in(app.test_client(), replace(app_cast.agent, on_behalf_of=None))
    page = agent.get(language + told, follow_redirects=True)
    assert page.status_code == 200
    firm = app_cast.firm.organisation
    assert firm.name in words_of(page.text)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page.text))
    assert fields["next"] == language + WANTED
    answer = agent.post(f"{language}/account/as", data={k: unescape(v) for k, v in fields.items()})
    assert answer.location == language + WANTED
    assert agent.get(answer.location).status_code == 200
    # Now that they act for it, the notice leads there at once.
    assert agent.get(language + told, follow_redirects=True).request.path == (language + WANTED)


def test_only_who_may_act_for_it_is_offered_the_button(
    app: Flask, app_db: Session, app_cast: Cast, told: str
) -> None:
    address = f"/account/act?client={app_cast.firm.organisation.public_id}&next={WANTED}"
    for actor in (app_cast.rival, app_cast.stranger, app_cast.officer):
        assert sign_in(app.test_client(), actor).get(address).status_code == 404
    agent = replace(app_cast.agent, on_behalf_of=None)
    away = address.replace(WANTED, "https://evil.example/")
    page = sign_in(app.test_client(), agent).get(away).text
    assert re.findall(r'name="next" value="([^"]*)"', page)[-1] == "/account"
    end_mandate(app_db, app_cast.owner, app_db.scalars(select(Mandate)).one())
    app_db.commit()
    gone = sign_in(app.test_client(), agent).get(told, follow_redirects=True)
    assert gone.status_code == 404
    assert "you may not act for any more" in words_of(gone.text)
