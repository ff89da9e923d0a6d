"""Taking one's data along, and being forgotten."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.addresses import ask_for_address
from matchmaker.accounts.drafts import UsedDraft, note_draft
from matchmaker.accounts.entries import Contact
from matchmaker.accounts.invitations import invite
from matchmaker.accounts.links import hand_over_link
from matchmaker.accounts.models import AuditEntry, Membership, User
from matchmaker.accounts.privacy import (
    data_of_address,
    data_of_person,
    erase_address,
    erase_person,
)
from matchmaker.notices.models import Notice, Wish
from matchmaker.notices.services import write_letter
from tests.factories import Cast, make_cast

MARKS = ("Zacharias Unmistakable", "zacharias@unmistakable.example", "+919999912345")


@pytest.fixture
def cast(db: Session) -> Cast:
    return make_cast(db)


def make_known(db: Session, cast: Cast) -> User:
    """The owner, with something about them in every table of accounts and notices."""
    user = cast.owner.user
    assert user is not None
    user.name, user.email, user.phone = MARKS
    user.password, user.tf_totp_secret = "hash-of-password", "totp-secret"
    user.mf_recovery_codes = ["recovery-code"]
    letter = write_letter(
        db, address=MARKS[1], kind="x", subject="Hello", text=f"Dear {MARKS[0]}", user=user
    )
    db.add(Notice(user_id=user.id, kind="x", subject="Hi", text="…", letter_id=letter.id))
    db.add(Wish(user_id=user.id, kind="x", pace="off"))
    db.add(
        Contact(
            owner_id=cast.officer.organisation.id,  # type: ignore[union-attr]
            name=MARKS[0],
            email=MARKS[1].title(),  # as it stood in somebody's list
            source="fair",
        )
    )
    hand_over_link(db, SYSTEM, user)
    ask_for_address(db, user, f"new.{MARKS[1]}")
    note_draft(db, cast.owner, "a-phone-made-this", "thing1")
    invite(db, cast.rival, cast.rival_firm.organisation, name=MARKS[0], role="viewer",
           email=MARKS[1])  # fmt: skip
    db.flush()
    return user


def everything(db: Session) -> str:
    """The whole database as text."""
    tables = inspect(db.connection()).get_table_names()
    return "\n".join(
        str(tuple(row)) for table in tables for row in db.execute(text(f'SELECT * FROM "{table}"'))
    )


def test_the_file_holds_all_of_a_person_and_no_secret(db: Session, cast: Cast) -> None:
    user = make_known(db, cast)
    data = data_of_person(db, user)
    written = json.dumps(data)
    assert all(mark in written for mark in MARKS)
    for secret in ("hash-of-password", "totp-secret", "recovery-code", user.fs_uniquifier):
        assert secret not in written
    assert data["memberships"] == [
        {"organisation": cast.firm.name, "kind": "firm", "role": "owner"}
    ]
    tables = ("address_change", "letter", "notice", "sign_in_link")
    assert {f"{table}.user_id" for table in tables} <= data["rows"].keys()
    assert [row["email"] for row in data["rows"]["address_change.user_id"]] == [f"new.{MARKS[1]}"]
    assert [each["source"] for each in data["elsewhere"]["contacts"]] == ["fair"]


def test_no_file_holds_a_link_that_recovers_the_account(db: Session, cast: Cast) -> None:
    user = make_known(db, cast)
    for person in (user, None):
        write_letter(
            db,
            address=MARKS[1],
            kind="account.reset_instructions",
            subject="Choose a new password",
            text="/recover/door-opener",
            html="<a href='/recover/door-opener'>here</a>",
            user=person,
        )
    assert "door-opener" not in json.dumps(data_of_person(db, user))
    letters = data_of_address(db, MARKS[1])["letters"]
    assert [(each["subject"], each.get("text")) for each in letters] == [
        ("Choose a new password", None)
    ]


def test_after_erasure_nothing_names_the_person(db: Session, cast: Cast) -> None:
    user = make_known(db, cast)
    identity, session = user.public_id, user.fs_uniquifier
    assert all(mark in everything(db) for mark in MARKS)
    erase_person(db, cast.owner, user)
    db.commit()
    left = everything(db)
    assert [mark for mark in (*MARKS, "hash-of-password", session) if mark in left] == []
    assert db.scalar(select(UsedDraft)) is None
    assert db.scalar(select(Membership).where(Membership.user_id == user.id)) is None
    assert not user.is_active
    # The trail of acts stays, under the number.
    trail = db.scalars(select(AuditEntry.action).where(AuditEntry.actor == identity)).all()
    assert trail == [
        "user.address_asked",
        "user.erased",
        "organisation.without_owner",
        "address.erased",
    ]


def test_who_never_registered_is_told_and_forgotten_too(db: Session, cast: Cast) -> None:
    user = make_known(db, cast)
    kinds = ("contacts", "invitations", "waiting", "letters")
    data = data_of_address(db, MARKS[1].upper())
    assert [len(data[kind]) for kind in kinds] == [1, 1, 0, 0]
    ask_for_address(db, user, "guest@example.com")
    write_letter(db, address="guest@example.com", kind="x", subject="Come", text="…")
    data = data_of_address(db, "guest@example.com")
    assert [len(data[kind]) for kind in kinds] == [0, 0, 1, 1]
    # Somebody typed it: who that was is not the guest's to know.
    assert data["waiting"][0].keys() == {"since"}
    assert erase_address(db, SYSTEM, "guest@example.com") == 2
    data = data_of_address(db, "guest@example.com")
    assert [len(data[kind]) for kind in kinds] == [0, 0, 0, 0]
