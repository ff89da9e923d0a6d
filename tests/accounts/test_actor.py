"""Who may write for whom."""

import pytest
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM, Actor, actor_of
from matchmaker.errors import NotAllowed
from tests.factories import make_cast, make_user


def test_owner_colleague_desk_and_system_may_write_for_the_firm(db: Session) -> None:
    cast = make_cast(db)
    for actor in (cast.owner, cast.colleague, cast.officer, SYSTEM):
        actor.must_write_for(cast.firm.organisation_id)


def test_strangers_and_members_who_only_look_may_not(db: Session) -> None:
    cast = make_cast(db)
    for actor in (cast.stranger, cast.viewer, Actor(make_user(db))):
        with pytest.raises(NotAllowed):
            actor.must_write_for(cast.firm.organisation_id)


def test_an_agent_writes_for_the_firm_only_while_acting_for_it(db: Session) -> None:
    cast = make_cast(db)
    agent = cast.stranger
    acting = Actor(agent.user, agent.organisation, cast.firm.organisation, agent.roles)
    acting.must_write_for(cast.firm.organisation_id)
    with pytest.raises(NotAllowed):
        assert agent.organisation is not None
        acting.must_write_for(agent.organisation.id)


def test_a_user_is_by_default_what_they_joined_first(db: Session) -> None:
    cast = make_cast(db)
    found = actor_of(cast.owner.user)
    assert found is not None
    assert (found.organisation, found.roles) == (cast.firm.organisation, frozenset({"owner"}))
    assert actor_of(None) is None
