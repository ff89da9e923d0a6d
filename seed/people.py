"""Made-up people, one for each thing a person can be here, so that every page can be tried.

Plainly fictional (@example.com) and without passwords: `matchmaker demo people` prints a sign-in
link for each, in development only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.mandates import give_mandate
from matchmaker.accounts.models import Membership, Organisation, User
from matchmaker.accounts.notice import NOTICE_VERSION
from matchmaker.accounts.services import add_member, add_user, found_organisation
from matchmaker.accounts.standing import verify_organisation
from matchmaker.catalogue.models import Firm
from matchmaker.clocks import zone_of
from matchmaker.orm import PUBLIC_ID_LETTERS, Model, utc_now

DESK = "Demonstration Export Desk"
BODY = "Demonstration Cluster Body"


@dataclass(frozen=True)
class Person:
    """Who appears; `organisation` empty: the first demonstration firm. No e-mail: only a phone."""

    name: str
    role: str
    kind: str
    organisation: str = ""
    email: str | None = None
    phone: str | None = None
    country: str = "IN"
    is_verified: bool = False


PEOPLE = (
    Person("Latha (demonstration)", "desk_head", "desk", DESK, "desk-head@example.com"),
    Person("Biju (demonstration)", "desk_officer", "desk", DESK, "desk@example.com"),
    Person("Site operator (demonstration)", "operator", "desk", DESK, "operator@example.com"),
    Person("Anil (demonstration)", "owner", "institution", BODY, "agent@example.com"),
    Person("Sosamma (demonstration)", "owner", "firm", email="firm@example.com"),
    # No number of India begins with 0 after its country: nobody can be reached by it.
    Person("Kunjumon (demonstration)", "editor", "firm", phone="+910000000001"),
    Person("Maya (demonstration)", "viewer", "firm", email="viewer@example.com"),
    Person(
        "Erika Muster (demonstration)",
        "owner",
        "buyer",
        "Demonstration Import GmbH",
        "buyer@example.com",
        country="DE",
        is_verified=True,
    ),
    Person(
        "John Doe (demonstration)",
        "owner",
        "buyer",
        "Demonstration Trading Ltd",
        "new-buyer@example.com",
        country="GB",
    ),
    Person(
        "Fatima (demonstration)",
        "owner",
        "intermediary",
        "Demonstration Sourcing House",
        "intermediary@example.com",
        country="AE",
    ),
)


def add_people(db: Session) -> int:
    """Add those who are not there yet; how many. Needs a demonstration firm. Caller commits."""
    firm = db.scalar(
        select(Organisation)
        .join(Firm, Firm.organisation_id == Organisation.id)
        .where(Organisation.is_demo)
        .order_by(Organisation.id)
        .limit(1)
    )
    if firm is None:
        return 0
    there = set(db.scalars(select(User.public_id).where(User.is_demo)))
    added = [each for each in PEOPLE if _id(each.name) not in there]
    for each in added:
        _add(db, each, firm)
    body = db.scalar(select(Organisation).where(Organisation.public_id == _id(BODY)))
    if added and body is not None:
        give_mandate(db, SYSTEM, agent=body, client=firm, how="Demonstration: signed at a meeting.")
    return len(added)


def _add(db: Session, person: Person, firm: Organisation) -> None:
    user = add_user(db, name=person.name, email=person.email, is_demo=True)
    user.public_id, user.phone = _id(person.name), person.phone
    user.confirmed_at = utc_now() if person.email else None
    user.notice_version = NOTICE_VERSION
    organisation = _organisation(db, person) if person.organisation else firm
    user.zone = zone_of(organisation.country)
    add_member(db, SYSTEM, user=user, organisation=organisation, role=person.role)
    if person.is_verified:
        verify_organisation(
            db, SYSTEM, organisation, checks=("register", "call"), reason="Demonstration."
        )


def _organisation(db: Session, person: Person) -> Organisation:
    identity = _id(person.organisation)
    there = db.scalar(select(Organisation).where(Organisation.public_id == identity))
    return there or found_organisation(
        db,
        SYSTEM,
        kind=person.kind,
        name=person.organisation,
        country=person.country,
        is_demo=True,
        public_id=identity,
    )


def _id(name: str) -> str:
    """The same id for the same name, so that seeding again adds nobody twice."""
    digest = hashlib.sha256(f"person {name}".encode()).digest()
    return "".join(PUBLIC_ID_LETTERS[byte % len(PUBLIC_ID_LETTERS)] for byte in digest[:10])


def demonstration_people(db: Session) -> list[Membership]:
    """The made-up people with what they are, in the order they were added."""
    return list(
        db.scalars(
            select(Membership)
            .join(User, Membership.user_id == User.id)
            .where(User.is_demo)
            .order_by(User.id)
        )
    )


def let_go(db: Session) -> None:
    """Free made-up people and organisations of all that names them, then delete the people.

    A row that can do without them forgets them; one that cannot goes with them.
    """
    people = select(User.id).where(User.is_demo)
    organisations = select(Organisation.id).where(Organisation.is_demo)
    for target, rows in (("user_account", people), ("organisation", organisations)):
        # From the outside in: what others refer to goes last.
        for table in reversed(Model.metadata.sorted_tables):
            for column in table.columns:
                named = {key.column.table.name for key in column.foreign_keys}
                if target not in named or table.name == "firm":
                    continue
                if column.nullable:
                    db.execute(update(table).where(column.in_(rows)).values({column.name: None}))
                else:
                    db.execute(delete(table).where(column.in_(rows)))
    db.execute(delete(User).where(User.is_demo))
