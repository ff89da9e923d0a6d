"""Every route says who may use it, and keeps to it: all routes × all roles."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.routing import IntegerConverter, Rule

from matchmaker.access import RouteWithoutAudience, open_to, require_audiences
from matchmaker.accounts.actor import Actor
from matchmaker.database import get_db
from tests.belongings import make_belongings
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
    "key": set(),  # programs, by a key of their own: nobody's session
    "operator": {"operator"},
}


CHANGING = ("POST", "PUT", "PATCH", "DELETE")
# Parts of addresses that name no thing by its id.
NO_THINGS = {"token", "number", "fact", "kind", "month"}
# Where owners look at a thing of theirs.
OWN_PAGES = {
    "product": "/firm/products/{}/edit",
    "evidence": "/firm/evidence/{}",
    "enquiry": "/firm/enquiries/{}",
    "notice": "/notices/{}",
}
RAW_TOKEN = "the walk's own"


@dataclass(frozen=True)
class Visits:
    """The application with the cast in it, and a thing of every kind of theirs."""

    app: Flask
    cookies: dict[str, str]
    belongings: dict[str, list[str]]
    token: str

    def __call__(self, role: str) -> FlaskClient:
        """A fresh client in this role: some pages (a spent link) sign people out."""
        visitor = self.app.test_client()
        visitor.set_cookie("session", self.cookies[role])
        return visitor

    def send(self, role: str, method: str, address: str) -> int:
        """The status of an empty form, or of looking."""
        data = {"csrf_token": self.token} if method != "GET" else None
        return self(role).open(address, method=method, data=data).status_code


@pytest.fixture
def comes(app: Flask) -> Visits:
    with app.app_context():
        cast = make_cast(get_db())
        belongings = make_belongings(get_db(), cast)
        get_db().commit()
        cookies = {name: _cookie(app, getattr(cast, name)) for name in PEOPLE}
    cookies["visitor"] = _cookie(app, None)
    with app.test_request_context():
        session["csrf_token"] = RAW_TOKEN
        return Visits(app, cookies, belongings, generate_csrf())


def _cookie(app: Flask, actor: Actor | None) -> str:
    """What a browser holds of who is signed in, and of the token of its forms."""
    client = app.test_client()
    if actor is not None:
        sign_in(client, actor)
    with client.session_transaction() as session:
        session["csrf_token"] = RAW_TOKEN
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


@dataclass(frozen=True)
class Route:
    """One way to come: what it is, whom it names, and how to make its address."""

    endpoint: str
    audience: str
    method: str
    names: tuple[str, ...]
    rule: Rule

    def address(self, app: Flask, value: str = "1") -> str:
        """With `value` for every part that is text, and 1 for every number."""
        parts = {
            name: 1 if isinstance(self.rule._converters[name], IntegerConverter) else value
            for name in self.names
        }
        return app.url_map.bind("localhost").build(self.endpoint, parts, method=self.method)


def routes(app: Flask, methods: tuple[str, ...]) -> list[Route]:
    """Every route by these methods."""
    return [
        Route(
            rule.endpoint,
            app.view_functions[rule.endpoint].audience,  # type: ignore[attr-defined]
            method,
            tuple(sorted(rule.arguments)),
            rule,
        )
        for rule in app.url_map.iter_rules()
        for method in methods
        if rule.endpoint != "static" and method in (rule.methods or ())
    ]


def test_every_route_that_is_read_admits_exactly_whom_it_says(app: Flask, comes: Visits) -> None:
    for route in routes(app, ("GET",)):
        address = route.address(app)
        for role in ROLES:
            status = comes.send(role, "GET", address)
            refused = status in (401, 403)
            assert refused == (role not in ADMITS[route.audience]), (route, role, status)
            assert status < 500 or route.endpoint.startswith(("health.", "storefront.")), (
                route.endpoint,
                status,
            )


def test_every_route_that_changes_something_refuses_all_others(app: Flask, comes: Visits) -> None:
    """Whoever is admitted may still be told no: a viewer who would write, a wrong form."""
    for route in routes(app, CHANGING):
        address = route.address(app)
        for role in ROLES:
            status = comes.send(role, route.method, address)
            if role in ADMITS[route.audience]:
                assert status != 401 and status < 500, (route, role, status)
            else:
                assert status in ((401,) if role == "visitor" else (401, 403)), (
                    route,
                    role,
                    status,
                )


def test_no_id_of_others_opens_anything_to_a_rival(app: Flask, comes: Visits) -> None:
    """Any id of anything, in any address behind the sign-in: nothing is there."""
    opened = set()
    ids = [rows[0] for rows in comes.belongings.values()]
    for route in routes(app, ("GET", *CHANGING)):
        is_inside = "rival" in ADMITS[route.audience] and route.audience != "anyone"
        if not is_inside or not set(route.names) - NO_THINGS:
            continue
        for each in ids:
            status = comes.send("rival", route.method, route.address(app, each))
            if status != 404:
                opened.add((route.method, route.rule.rule, status))
    assert opened == set()


def test_the_owner_does_find_them(app: Flask, comes: Visits) -> None:
    """So that the walk above cannot pass because nothing is ever found."""
    for table, address in OWN_PAGES.items():
        for each in comes.belongings[table]:
            if comes.send("owner", "GET", address.format(each)) in (200, 302):
                break
        else:
            raise AssertionError(f"no {table} is shown at {address}")


def test_the_guard_itself_refuses(app: Flask, comes: Visits) -> None:
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
