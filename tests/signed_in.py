"""Signing in without the form, for tests of what lies behind it."""

from __future__ import annotations

import time

from flask.testing import FlaskClient

from matchmaker.access import ACTING_FOR, ACTING_IN
from matchmaker.accounts.actor import Actor


def sign_in(client: FlaskClient, actor: Actor) -> FlaskClient:
    """The client as this actor: the person, the organisation they act in, for whom they act."""
    assert actor.user is not None
    with client.session_transaction() as session:
        session["_user_id"] = actor.user.fs_uniquifier
        session["_fresh"] = True
        session["fs_cc"], session["fs_paa"] = "set", time.time()  # the password was just typed
        if actor.organisation is not None:
            session[ACTING_IN] = actor.organisation.public_id
        if actor.on_behalf_of is not None:
            session[ACTING_FOR] = actor.on_behalf_of.public_id
    return client
