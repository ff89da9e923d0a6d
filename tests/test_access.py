"""Every route says who may use it, and keeps to it: all routes × all roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.access import RouteWithoutAudience, open_to, require_audiences
from matchmaker.accounts.actor import Actor
from matchmaker.database import get_db
from tests.factories import make_cast
from tests.signed_in import sign_in

ROLES = (
    "visitor",
    "stranger",
    "owner",
    "colleague",
    "viewer",
    "rival",
    "agent",
    "officer",
    "operator",
    "suspended",
)
PEOPLE = set(ROLES) - {"visitor"}
MEMBERS = PEOPLE - {"suspended"}
ADMITS = {
    "anyone": set(ROLES),
    "person": PEOPLE,
    "user": MEMBERS,
    "member": MEMBERS,
    "firm": {"owner", "colleague", "viewer", "rival", "agent"},
    "holder": {"owner", "colleague", "viewer", "rival", "agent"},
    "buyer": {"stranger"},
    "desk": {"officer"},
    "operator": {"operator"},
}


@pytest.fixture
def comes(app: Flask) -> Callable[[str], FlaskClient]:
    """A fresh client in this role: some pages (a spent link) sign people out."""
    with app.app_context():
        cast = make_cast(get_db())
        get_db().commit()
        visits = {name: _cookies(app, getattr(cast, name)) for name in PEOPLE}

    def client(role: str) -> FlaskClient:
        visitor = app.test_client()
        with visitor.session_transaction() as session:
            session.update(visits.get(role, {}))
        return visitor

    return client


def _cookies(app: Flask, actor: Actor) -> dict[str, Any]:
    client = sign_in(app.test_client(), actor)
    with client.session_transaction() as session:
        return dict(session)


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, audience and an address for every route that is read."""
    found = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or "GET" not in (rule.methods or ()):
            continue
        values = dict.fromkeys(rule.arguments, "1")
        view = app.view_functions[rule.endpoint]
        found.append((rule.endpoint, view.audience, adapter.build(rule.endpoint, values)))  # type: ignore[attr-defined]
    return found


def test_every_route_admits_exactly_whom_it_says(
    app: Flask, comes: Callable[[str], FlaskClient]
) -> None:
    for endpoint, audience, address in addresses(app):
        for role in ROLES:
            status = comes(role).get(address).status_code
            refused = status in (401, 403)
            assert refused == (role not in ADMITS[audience]), (endpoint, role, status)
            assert status < 500 or endpoint.startswith(("health.", "storefront.")), (
                endpoint,
                status,
            )


def test_the_guard_itself_refuses(app: Flask, comes: Callable[[str], FlaskClient]) -> None:
    """So that the walk above cannot pass for nothing."""
    for audience in ADMITS:
        app.add_url_rule(f"/only/{audience}", f"only_{audience}", open_to(audience)(lambda: "in"))
    for audience, admitted in ADMITS.items():
        seen = {role for role in ROLES if comes(role).get(f"/only/{audience}").status_code == 200}
        assert seen == admitted
    assert comes("visitor").get("/only/member").status_code == 401
    assert comes("owner").get("/only/desk").status_code == 403


def test_a_route_that_does_not_say_so_stops_the_start(app: Flask) -> None:
    app.add_url_rule("/silent", "silent", lambda: "")
    with pytest.raises(RouteWithoutAudience, match="silent"):
        require_audiences(app)
