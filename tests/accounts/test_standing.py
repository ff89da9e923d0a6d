"""How far buyers are known, and what they may do at each step."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.standing import (
    drop_second_factor,
    lift_suspension,
    may_contact,
    may_post,
    suspend_organisation,
    suspend_person,
    verify_organisation,
)
from matchmaker.catalogue.models import Firm
from matchmaker.errors import BadInput, NotAllowed
from matchmaker.orm import utc_now
from matchmaker.sourcing.models import Enquiry, Requirement
from tests.factories import Cast, make_cast, make_firm


@pytest.fixture
def cast(db: Session) -> Cast:
    return make_cast(db)


def ask(db: Session, actor: Actor, firm: Firm) -> None:
    assert actor.acts_for is not None
    db.add(Enquiry(organisation_id=actor.acts_for.id, firm_id=firm.id))
    db.flush()


def test_a_confirmed_buyer_contacts_three_firms_at_once(db: Session, cast: Cast) -> None:
    buyer = cast.stranger
    firms = [make_firm(db) for _ in range(4)]
    for number, firm in enumerate(firms[:3]):
        allowance = may_contact(db, buyer, firm_id=firm.id, lock=True)
        assert (allowance.allowed, allowance.is_verified, allowance.left) == (
            True,
            False,
            3 - number,
        )
        ask(db, buyer, firm)
    assert not may_contact(db, buyer).allowed
    assert not may_contact(db, buyer, firm_id=firms[3].id).allowed
    # Whoever is in contact already may write again.
    assert may_contact(db, buyer, firm_id=firms[0].id).allowed


def test_a_confirmed_buyer_posts_one_requirement(db: Session, cast: Cast) -> None:
    buyer = cast.stranger
    assert buyer.acts_for is not None
    assert may_post(db, buyer).left == 1
    today = utc_now().date()
    db.add(
        Requirement(
            organisation_id=buyer.acts_for.id,
            title="Mats",
            quantity=Decimal(100),
            unit="H87",
            ship_from=today,
            ship_by=today,
            state="withdrawn",
        )
    )
    db.flush()
    assert not may_post(db, buyer, lock=True).allowed


def test_without_a_confirmed_address_nothing_goes_out(db: Session, cast: Cast) -> None:
    assert cast.stranger.user is not None
    cast.stranger.user.confirmed_at = None
    assert not may_contact(db, cast.stranger).allowed
    assert not may_post(db, cast.stranger).allowed


def test_a_verified_buyer_has_no_such_limit(db: Session, cast: Cast) -> None:
    buyer = cast.stranger
    assert buyer.organisation is not None
    for _ in range(3):
        ask(db, buyer, make_firm(db))
    verify_organisation(
        db, cast.officer, buyer.organisation, checks=["call", "register"], reason="Called."
    )
    allowance = may_contact(db, buyer)
    assert (allowance.allowed, allowance.is_verified, allowance.left) == (True, True, None)
    assert buyer.organisation.standing_checks == ["call", "register"]
    assert buyer.organisation.standing_on == utc_now().date()


def test_a_desk_verifies_and_by_two_known_checks(db: Session, cast: Cast) -> None:
    organisation = cast.stranger.organisation
    assert organisation is not None
    with pytest.raises(NotAllowed):
        verify_organisation(
            db, cast.owner, organisation, checks=["call", "register"], reason="mine"
        )
    for checks in (["call"], ["call", "call"], ["call", "a hunch"]):
        with pytest.raises(BadInput):
            verify_organisation(db, cast.officer, organisation, checks=checks, reason="")


def test_firms_viewers_and_the_suspended_send_no_enquiries(db: Session, cast: Cast) -> None:
    viewer = replace(cast.stranger, roles=frozenset({"viewer"}))
    for actor in (cast.owner, cast.officer, cast.suspended, viewer):
        assert not may_contact(db, actor).allowed
        assert may_contact(db, actor).reason


def test_suspending_needs_a_reason_and_ends_with_lifting(db: Session, cast: Cast) -> None:
    organisation, person = cast.stranger.organisation, cast.stranger.user
    assert organisation is not None and person is not None
    with pytest.raises(BadInput):
        suspend_organisation(db, cast.officer, organisation, reason=" ")
    with pytest.raises(NotAllowed):
        suspend_person(db, cast.rival, person, reason="a rival")
    suspend_organisation(db, cast.officer, organisation, reason="Sold addresses.")
    assert cast.stranger.is_suspended
    assert not may_contact(db, cast.stranger).allowed
    lift_suspension(db, cast.officer, organisation, reason="A mistake.")
    assert (organisation.standing, organisation.standing_checks) == ("registered", [])
    assert may_contact(db, cast.stranger).allowed


def test_a_desk_drops_the_second_step_of_who_lost_everything_but_not_of_staff(
    db: Session, cast: Cast
) -> None:
    person, officer = cast.owner.user, cast.officer.user
    assert person is not None and officer is not None
    person.tf_primary_method, person.tf_totp_secret = "authenticator", "secret"
    person.mf_recovery_codes = ["code"]
    with pytest.raises(NotAllowed):
        drop_second_factor(db, cast.rival, person, reason="I am he")
    with pytest.raises(BadInput):
        drop_second_factor(db, cast.officer, person, reason="")
    drop_second_factor(db, cast.officer, person, reason="Came by with his papers.")
    left = (person.tf_primary_method, person.tf_totp_secret, person.mf_recovery_codes)
    assert left == (None, None, None)
    with pytest.raises(NotAllowed):
        drop_second_factor(db, cast.officer, officer, reason="a colleague")
