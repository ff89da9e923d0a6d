"""Every route says who may use it, and keeps to it: all routes × all roles."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.access import RouteWithoutAudience, open_to, require_audiences
from matchmaker.accounts.actor import Actor
from matchmaker.database import get_db
from tests.factories import make_cast

ROLES = ("visitor", "stranger", "owner", "viewer", "officer", "operator")
ADMITS = {
    "anyone": set(ROLES),
    "member": set(ROLES) - {"visitor"},
    "desk": {"officer"},
    "operator": {"operator"},
}


def sign_in(client: FlaskClient, actor: Actor) -> None:
    assert actor.user is not None
    with client.session_transaction() as session:
        session["_user_id"] = actor.user.public_id
        session["_fresh"] = True


@pytest.fixture
def clients(app: Flask) -> dict[str, FlaskClient]:
    """A client for every role."""
    with app.app_context():
        db = get_db()
        cast = make_cast(db)
        db.commit()
        people = {name: getattr(cast, name) for name in ROLES if name != "visitor"}
        found = {"visitor": app.test_client()}
        for name, actor in people.items():
            found[name] = app.test_client()
            sign_in(found[name], actor)
    return found


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
    app: Flask, clients: dict[str, FlaskClient]
) -> None:
    for endpoint, audience, address in addresses(app):
        for role, client in clients.items():
            status = client.get(address).status_code
            refused = status in (401, 403)
            assert refused == (role not in ADMITS[audience]), (endpoint, role, status)
            assert status < 500 or endpoint.startswith(("health.", "storefront.")), (
                endpoint,
                status,
            )


def test_the_guard_itself_refuses(app: Flask, clients: dict[str, FlaskClient]) -> None:
    """The public site needs no sign-in yet; so that the walk above cannot pass for nothing."""
    for audience in ADMITS:
        app.add_url_rule(f"/only/{audience}", f"only_{audience}", open_to(audience)(lambda: "in"))
    for audience, admitted in ADMITS.items():
        seen = {
            role
            for role, client in clients.items()
            if client.get(f"/only/{audience}").status_code == 200
        }
        assert seen == admitted
    assert clients["visitor"].get("/only/member").status_code == 401
    assert clients["owner"].get("/only/desk").status_code == 403


def test_a_route_that_does_not_say_so_stops_the_start(app: Flask) -> None:
    app.add_url_rule("/silent", "silent", lambda: "")
    with pytest.raises(RouteWithoutAudience, match="silent"):
        require_audiences(app)
