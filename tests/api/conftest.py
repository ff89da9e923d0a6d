"""Programs that ask: a firm with a key for everything, and a client that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.keys import SCOPES, make_key
from matchmaker.database import get_db
from tests.factories import make_cast, make_family


@dataclass(frozen=True)
class Program:
    """A client with a key; answers are Werkzeug test responses."""

    client: FlaskClient
    key: str

    def ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"} | more.pop("headers", {})
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)


@dataclass(frozen=True)
class World:
    family: str
    firm: str  # public ids
    rival_firm: str
    program: Program
    rival: Program
    reader: Program  # may only read
    agent: Program  # of the body with a mandate for `firm`


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        db = get_db()
        cast = make_cast(db)
        family = make_family(db, attributes={"thickness_mm": {"label": "Thickness", "values": [8]}})
        agent = cast.agent.organisation
        assert agent is not None

        def program(organisation: Any, scopes: tuple[str, ...] = tuple(SCOPES)) -> Program:
            _key, text = make_key(db, SYSTEM, organisation, name="Test", scopes=list(scopes))
            return Program(app.test_client(), text)

        made = World(
            family.key,
            cast.firm.public_id,
            cast.rival_firm.public_id,
            program(cast.firm.organisation),
            program(cast.rival_firm.organisation),
            program(cast.firm.organisation, ("catalogue:read",)),
            program(agent),
        )
        db.commit()
    return made


def mat(family: str, **changes: Any) -> dict[str, Any]:
    """A product as a program says it."""
    said: dict[str, Any] = {
        "title": "Rubber stable mat, 18 mm",
        "family": family,
        "hs_code": "401699",
        "unit": "H87",
        "moq": "50",
        "prices": [
            {"from_quantity": "50", "price": "950.5"},
            {"from_quantity": "500", "price": "900"},
        ],
        "state": "published",
    }
    return said | changes
