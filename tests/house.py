"""The cast at the doors of one application: each with a browser, rows looked at in between.

Every request gets a context of its own, as in life: an actor remembered by an earlier request,
or a transaction a test left open, would make tests tell of themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.models import Organisation, User
from matchmaker.catalogue.models import Firm
from matchmaker.database import get_db
from tests.factories import Cast, make_cast, make_product
from tests.signed_in import sign_in

ACTORS = tuple(name for name in Cast.__annotations__ if "firm" not in name)


@dataclass(frozen=True)
class Inside:
    """One look at the database: commit what is changed."""

    db: Session
    firm: Firm
    rival_firm: Firm
    actors: dict[str, Actor]

    def user(self, name: str) -> User:
        user = self.actors[name].user
        assert user is not None
        return user


class House:
    """An application with the cast and one product, 'Rubber mat', of their firm."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context():
            cast = make_cast(get_db())
            self.product = make_product(get_db(), firm=cast.firm, title="Rubber mat").slug
            self._firms = cast.firm.id, cast.rival_firm.id
            self._actors = {name: _numbers(getattr(cast, name)) for name in ACTORS}
            self._sessions = {name: self._signed_in(getattr(cast, name)) for name in ACTORS}
            get_db().commit()

    def comes(self, name: str) -> FlaskClient:
        """A fresh browser of this one of the cast, or of a 'visitor'."""
        client = self.app.test_client()
        with client.session_transaction() as session:
            session.update(self._sessions.get(name, {}))
        return client

    @contextmanager
    def inside(self) -> Iterator[Inside]:
        with self.app.app_context():
            db = get_db()
            firm, rival = (db.get_one(Firm, number) for number in self._firms)
            yield Inside(db, firm, rival, {n: _actor(db, *of) for n, of in self._actors.items()})

    def _signed_in(self, actor: Actor) -> dict[str, Any]:
        client = sign_in(self.app.test_client(), actor)
        with client.session_transaction() as session:
            return dict(session)


def _numbers(actor: Actor) -> tuple[int, int, int | None, frozenset[str]]:
    assert actor.user is not None and actor.organisation is not None
    client = actor.on_behalf_of.id if actor.on_behalf_of else None
    return actor.user.id, actor.organisation.id, client, actor.roles


def _actor(
    db: Session, user: int, organisation: int, client: int | None, roles: frozenset[str]
) -> Actor:
    return Actor(
        user=db.get_one(User, user),
        organisation=db.get_one(Organisation, organisation),
        on_behalf_of=db.get_one(Organisation, client) if client else None,
        roles=roles,
    )
