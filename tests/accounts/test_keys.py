"""Keys of programs: made by owners, shown once, revoked at once, and no way to more rights."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import actor_of_key
from matchmaker.accounts.keys import keys_of, living_key, make_key, revoke_key
from matchmaker.accounts.models import AuditEntry
from matchmaker.errors import BadInput, NotAllowed, NotFound
from tests.factories import make_cast


def test_an_owner_makes_a_key_whose_text_is_nowhere_kept(db: Session) -> None:
    cast = make_cast(db)
    own = cast.firm.organisation
    key, text = make_key(db, cast.owner, own, name="Shop", scopes=["catalogue:write"])
    assert living_key(db, text) is key
    assert keys_of(db, own) == [key]
    assert text.removeprefix("mmk_") not in repr(vars(key))
    assert living_key(db, text[:-1]) is None
    assert living_key(db, "") is None


def test_a_revoked_key_opens_nothing(db: Session) -> None:
    cast = make_cast(db)
    own = cast.firm.organisation
    key, text = make_key(db, cast.owner, own, name="Shop", scopes=["catalogue:read"])
    revoke_key(db, cast.owner, own, key.public_id)
    assert living_key(db, text) is None


def test_only_owners_make_and_revoke_keys_and_only_their_own(db: Session) -> None:
    cast = make_cast(db)
    own = cast.firm.organisation
    for actor in (cast.colleague, cast.viewer, cast.rival, cast.agent, cast.officer):
        with pytest.raises(NotAllowed):
            make_key(db, actor, own, name="Shop", scopes=["catalogue:read"])
    key, _text = make_key(db, cast.owner, own, name="Shop", scopes=["catalogue:read"])
    with pytest.raises(NotFound):
        revoke_key(db, cast.rival, cast.rival_firm.organisation, key.public_id)


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_a_key_names_what_it_may_do(db: Session, scopes: list[str]) -> None:
    cast = make_cast(db)
    with pytest.raises(BadInput, match="scopes"):
        make_key(db, cast.owner, cast.firm.organisation, name="Shop", scopes=scopes)


def test_a_program_is_not_the_system(db: Session) -> None:
    cast = make_cast(db)
    actor = actor_of_key(cast.firm.organisation, "abcdefghjk")
    assert not actor.is_system
    assert actor.signature == "key:abcdefghjk"
    actor.must_write_for(cast.firm.organisation_id)
    with pytest.raises(NotAllowed):
        actor.must_write_for(cast.rival_firm.organisation_id)
    cast.firm.organisation.standing = "suspended"
    with pytest.raises(NotAllowed):
        actor.must_write_for(cast.firm.organisation_id)


def test_a_program_of_an_agent_acts_for_clients_with_a_living_mandate(db: Session) -> None:
    cast = make_cast(db)
    body, own = cast.agent.organisation, cast.firm.organisation
    assert actor_of_key(body, "k", own.public_id).acts_for is own
    rival = cast.rival_firm.organisation
    assert actor_of_key(body, "k", rival.public_id).on_behalf_of is None


def test_making_a_key_is_in_the_audit_trail(db: Session) -> None:
    cast = make_cast(db)
    make_key(db, cast.owner, cast.firm.organisation, name="Shop", scopes=["catalogue:read"])
    assert "key.made" in db.scalars(select(AuditEntry.action)).all()
