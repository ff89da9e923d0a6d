"""A person's own e-mail address: asked for, confirmed once, given up; whose it is, what is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from matchmaker.accounts import addresses
from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.addresses import (
    LASTS,
    ask_for_address,
    change_of,
    confirm_address,
    forget_old_addresses,
    waiting_address,
    withdraw_address,
)
from matchmaker.accounts.entries import AddressChange
from matchmaker.accounts.errors import AddressLinkSpent, AddressTaken
from matchmaker.accounts.links import hand_over_link, living_links
from matchmaker.accounts.models import AuditEntry, Membership, User
from matchmaker.errors import BadInput
from matchmaker.orm import utc_now
from tests.factories import make_organisation, make_user

NEW = "kunju@example.com"


def make_phone_user(db: Session) -> User:
    user = make_user(db, name="Kunju", email=None)
    user.phone = "+919876543210"
    db.flush()
    return user


def acts(db: Session, user: User) -> list[str]:
    """What the trail says of the person, as said by the person."""
    entries = db.scalars(
        select(AuditEntry).where(AuditEntry.subject_id == user.public_id).order_by(AuditEntry.id)
    )
    return [each.action for each in entries if each.actor == user.public_id]


def test_who_has_only_a_phone_gets_an_address_and_a_password(any_db: Session) -> None:
    user = make_phone_user(any_db)
    hand_over_link(any_db, SYSTEM, user)
    session = user.fs_uniquifier
    secret = ask_for_address(any_db, user, " Kunju@Example.com ")
    assert (user.email, user.confirmed_at, waiting_address(any_db, user)) == (None, None, NEW)
    assert change_of(any_db, secret).user is change_of(any_db, secret).user is user
    assert confirm_address(any_db, change_of(any_db, secret), "a hash") is None
    any_db.commit()
    assert (user.email, user.password, user.phone) == (NEW, "a hash", "+919876543210")
    assert user.confirmed_at is not None
    # The ways in that others had are closed.
    assert living_links(any_db, user) == []
    assert user.fs_uniquifier != session
    assert acts(any_db, user) == [
        "user.address_asked",
        "sign_in_link.revoked",
        "user.address_added",
    ]


def test_who_has_an_address_and_a_password_keeps_the_password(any_db: Session) -> None:
    user = make_user(any_db, email="old@example.com")
    user.password = "the own hash"
    secret = ask_for_address(any_db, user, NEW)
    assert user.email == "old@example.com"
    assert confirm_address(any_db, change_of(any_db, secret), "another hash") == "old@example.com"
    assert (user.email, user.password) == (NEW, "the own hash")
    assert acts(any_db, user) == ["user.address_asked", "user.address_changed"]


def test_a_link_works_once_and_for_two_days(db: Session) -> None:
    user = make_phone_user(db)
    late = ask_for_address(db, user, NEW)
    change = change_of(db, late)
    left = change.expires_at - utc_now()
    assert LASTS - dt.timedelta(minutes=1) < left <= LASTS == dt.timedelta(days=2)
    change.expires_at = utc_now() - dt.timedelta(seconds=1)
    db.flush()
    assert waiting_address(db, user) is None
    with pytest.raises(AddressLinkSpent):
        change_of(db, late)
    fresh = ask_for_address(db, user, NEW)
    confirm_address(db, change_of(db, fresh), None)
    for secret in (late, fresh, "never made", ""):
        with pytest.raises(AddressLinkSpent):
            change_of(db, secret)
    assert db.scalars(select(AddressChange)).all() == []


def test_of_two_who_press_at_once_one_gets_on(any_engine: Engine) -> None:
    with Session(any_engine, expire_on_commit=False) as first, Session(any_engine) as second:
        secret = ask_for_address(first, make_phone_user(first), NEW)
        seen = change_of(first, secret)
        first.commit()
        confirm_address(second, change_of(second, secret), None)
        second.commit()
        with pytest.raises(AddressLinkSpent):
            confirm_address(first, seen, None)


def test_only_the_hash_of_a_secret_is_kept(db: Session) -> None:
    secret = ask_for_address(db, make_phone_user(db), NEW)
    assert secret not in {str(value) for value in vars(change_of(db, secret)).values()}


def test_the_last_address_asked_for_counts_and_each_letter_to_it(db: Session) -> None:
    user = make_phone_user(db)
    mistyped = ask_for_address(db, user, "kunhu@example.com")
    first, again = ask_for_address(db, user, NEW), ask_for_address(db, user, NEW)
    assert waiting_address(db, user) == NEW
    with pytest.raises(AddressLinkSpent):
        change_of(db, mistyped)
    # The newest letter may have been one too many for an hour: the first one must still do.
    assert change_of(db, first).email == change_of(db, again).email == NEW


def test_an_address_given_up_changes_nothing(db: Session) -> None:
    user, other = make_phone_user(db), make_phone_user(db)
    secret, theirs = ask_for_address(db, user, NEW), ask_for_address(db, other, NEW)
    withdraw_address(db, user)
    withdraw_address(db, user)
    with pytest.raises(AddressLinkSpent):
        change_of(db, secret)
    assert change_of(db, theirs).user is other
    assert (user.email, waiting_address(db, user)) == (None, None)
    assert acts(db, user) == ["user.address_asked", "user.address_given_up"]


def test_the_address_of_somebody_else_is_never_taken(any_db: Session) -> None:
    make_user(any_db, email="Kunju@Example.com")  # as it was spelled long ago
    user = make_phone_user(any_db)
    # Asking tells nothing: it waits as any other.
    secret = ask_for_address(any_db, user, NEW.upper())
    assert waiting_address(any_db, user) == NEW
    with pytest.raises(AddressTaken):
        confirm_address(any_db, change_of(any_db, secret), "a hash")
    assert (user.email, user.password) == (None, None)


def test_somebody_who_was_faster_in_this_very_moment_keeps_the_address(
    any_db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question found nobody; the database does."""
    make_user(any_db, email=NEW)
    user = make_phone_user(any_db)
    secret = ask_for_address(any_db, user, NEW)
    monkeypatch.setattr(addresses, "account_of", lambda _db, _email: None)
    with pytest.raises(AddressTaken):
        confirm_address(any_db, change_of(any_db, secret), "a hash")
    assert (user.email, user.confirmed_at, user.password) == (None, None, None)


def test_ones_own_address_is_asked_for_only_while_it_is_not_confirmed(db: Session) -> None:
    user = make_user(db, email=NEW)
    with pytest.raises(BadInput, match="This is your address already"):
        ask_for_address(db, user, NEW.title())
    user.confirmed_at = None
    # It was nobody's word yet: there is no former address to tell.
    assert confirm_address(db, change_of(db, ask_for_address(db, user, NEW)), None) is None
    assert user.confirmed_at is not None


def test_who_was_erased_or_closed_confirms_nothing(db: Session) -> None:
    user = make_phone_user(db)
    secret = ask_for_address(db, user, NEW)
    user.active = False
    db.flush()
    with pytest.raises(AddressLinkSpent):
        change_of(db, secret)


def test_the_first_confirmed_address_makes_their_organisations_known(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, firm = make_phone_user(db), make_organisation(db)
    db.add(Membership(user=user, organisation=firm, role="owner"))
    db.flush()
    known: list[int] = []
    monkeypatch.setattr(addresses, "vouch_for", lambda _db, each: known.append(each.id))
    for address in (NEW, "another@example.com"):
        confirm_address(db, change_of(db, ask_for_address(db, user, address)), None)
    assert known == [firm.id]


def test_the_trail_and_the_sweep_keep_no_address(db: Session) -> None:
    user = make_phone_user(db)
    ask_for_address(db, user, NEW)
    living = ask_for_address(db, make_phone_user(db), "living@example.com")
    db.scalars(select(AddressChange).where(AddressChange.email == NEW)).one().expires_at = (
        utc_now() - dt.timedelta(seconds=1)
    )
    db.flush()
    forget_old_addresses(db)
    assert [each.email for each in db.scalars(select(AddressChange))] == ["living@example.com"]
    assert change_of(db, living)
    trail = [str((each.before, each.after, each.reason)) for each in db.scalars(select(AuditEntry))]
    assert [line for line in trail if "@" in line] == []
