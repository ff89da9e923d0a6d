"""The commands that let the first people in."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from matchmaker.accounts.models import AuditEntry, Membership
from matchmaker.cli import commands
from matchmaker.config import Config
from matchmaker.database import get_db
from matchmaker.server_status import note_status
from seed.people import PEOPLE, add_people, demonstration_people
from tests.factories import make_firm, make_organisation


def run(config: Config, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setattr(Config, "from_env", lambda *_a, **_k: config)
    result = CliRunner().invoke(commands, words, catch_exceptions=False)
    return result.output


def test_the_first_desk_head_is_founded_and_signs_in_by_the_link(
    app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for _ in range(2):  # again: no second account, a new link
        said = run(config, monkeypatch, "account", "desk", "Rani@example.com", "--name", "Rani")
    link = re.search(r"http://127\.0\.0\.1:8000(/enter/\S+)", said)
    assert link and said.startswith("rani@example.com is desk head of Export desk.")
    client = app.test_client()
    assert client.post(link[1]).status_code == 302
    assert "Desk head" in client.get("/account").text
    said = run(config, monkeypatch, "account", "desk", "rani@example.com", "--operator")
    assert "operator of Export desk" in said
    with app.app_context():
        roles = get_db().scalars(select(Membership.role)).all()
        assert roles == ["operator"]
        changed = select(AuditEntry.actor).where(AuditEntry.action == "membership.changed")
        assert get_db().scalars(changed).all() == ["system"]


def test_made_up_people_play_every_role_and_sign_in_in_development_only(
    app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        db = get_db()
        assert add_people(db) == 0  # without a made-up firm there is nobody to play with
        make_firm(db, organisation=make_organisation(db, is_demo=True))
        assert [add_people(db), add_people(db)] == [len(PEOPLE), 0]
        shown = demonstration_people(db)
        assert {(each.organisation.kind, each.role) for each in shown} >= {
            ("desk", "desk_head"),
            ("desk", "desk_officer"),
            ("desk", "operator"),
            ("firm", "owner"),
            ("firm", "editor"),
            ("firm", "viewer"),
            ("buyer", "owner"),
            ("intermediary", "owner"),
            ("institution", "owner"),
        }
        assert all((m.user.email or "@example.com").endswith("@example.com") for m in shown)
        assert all(m.user.password is None and m.organisation.is_demo for m in shown)
        db.commit()
    said = run(config, monkeypatch, "demo", "people")
    assert said.count(f"{config.public_url}/enter/") == len(PEOPLE)
    # A server that was given another port than the settings know says so.
    note_status(config, {"address": "http://127.0.0.1:8123"})
    said = run(config, monkeypatch, "demo", "people")
    assert said.count("http://127.0.0.1:8123/enter/") == len(PEOPLE)
    chosen = replace(config, public_url="https://matchmaker.example")
    said = run(chosen, monkeypatch, "demo", "people")
    assert said.count("https://matchmaker.example/enter/") == len(PEOPLE)
    production = replace(config, environment="production")
    refused = run(production, monkeypatch, "demo", "people")
    assert "Made-up people cannot sign in" in refused
