"""The language of the menu is the language of the person: pages, notices and letters."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.accounts import views_language
from matchmaker.accounts.actor import Actor
from matchmaker.accounts.models import User
from matchmaker.notices.models import Notice
from matchmaker.notices.services import tell
from tests.factories import Cast
from tests.signed_in import sign_in

MALAYALAM = r'<a href="([^"]+)" lang="ml"'


def language_of(app_db: Session, actor: Actor) -> str:
    assert actor.user is not None
    app_db.expire_all()
    found = app_db.get_one(User, actor.user.id).language
    app_db.commit()
    return found


@pytest.mark.parametrize("page", ["/clusters", "/notices", "/search?q=coir"])
def test_who_chooses_a_language_in_the_menu_is_told_things_in_it(
    app: Flask, app_db: Session, app_cast: Cast, page: str
) -> None:
    owner = sign_in(app.test_client(), app_cast.owner)
    (link,) = re.findall(MALAYALAM, owner.get(page).text)
    answer = owner.get(unescape(link))
    assert answer.location == f"/ml{page}"
    assert language_of(app_db, app_cast.owner) == "ml"
    assert language_of(app_db, app_cast.colleague) == "en"
    assert app_cast.owner.user is not None
    with app.app_context():
        told: Notice = tell(app_db, app_cast.owner.user, kind="evidence.asked",
                            subject="The desk asks: %(said)s", text="It is taken back.",
                            values={"said": "x"})  # fmt: skip
    assert re.search(r"[\u0d00-\u0d7f]", told.subject)
    app_db.commit()
    back = re.findall(r'<a href="([^"]+)" lang="en"', owner.get(f"/ml{page}").text)
    assert owner.get(unescape(back[0])).location == page
    assert language_of(app_db, app_cast.owner) == "en"


def test_a_visitor_just_reads_on_in_it(app: Flask) -> None:
    (link,) = re.findall(MALAYALAM, app.test_client().get("/clusters").text)
    assert link == "/ml/clusters"
    assert app.test_client().get("/account/language/ml").status_code == 401


def test_nobody_is_led_elsewhere_nor_to_a_language_that_is_not_offered(
    app: Flask, app_db: Session, app_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = sign_in(app.test_client(), app_cast.owner)
    away = owner.get("/account/language/de", query_string={"next": "https://evil.example/"})
    assert away.location == "/"
    for code in ("tlh", "en.po"):
        assert owner.get(f"/account/language/{code}").status_code == 404
    monkeypatch.setattr(views_language, "offered_languages", lambda: {"en": "English"})
    assert owner.get("/account/language/ml").status_code == 404
    assert language_of(app_db, app_cast.owner) == "de"


def test_a_suspended_person_may_read_why_in_their_own_language(
    app: Flask, app_db: Session, app_cast: Cast
) -> None:
    client = sign_in(app.test_client(), app_cast.suspended)
    assert client.get("/account/language/hi?next=/hi/account").location == "/hi/account"
    assert language_of(app_db, app_cast.suspended) == "hi"
