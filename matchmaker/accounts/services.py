"""What happens to accounts."""

from __future__ import annotations

from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.models import ORGANISATION_KINDS, ROLES, Membership, Organisation, User
from matchmaker.errors import BadInput
from matchmaker.orm import new_public_id
from matchmaker.slugs import slug_of


def found_organisation(
    db: Session,
    actor: Actor,
    *,
    kind: str,
    name: str,
    country: str = "IN",
    is_demo: bool = False,
    public_id: str | None = None,
) -> Organisation:
    """Add an organisation under an address nobody else has. The caller commits."""
    if kind not in ORGANISATION_KINDS:
        raise BadInput("kind", kind, f"Choose one of {', '.join(ORGANISATION_KINDS)}.")
    if not name.strip():
        raise BadInput("name", name, "Enter the name of the organisation.")
    identity = public_id or new_public_id()
    organisation = Organisation(
        kind=kind,
        name=name.strip(),
        # The id in the slug keeps two firms of one name apart without asking the database.
        slug=f"{slug_of(name)}-{identity[:6]}",
        country=country,
        is_demo=is_demo,
        public_id=identity,
    )
    db.add(organisation)
    db.flush()
    record(db, actor, "organisation.founded", "organisation", organisation.public_id)
    return organisation


def add_user(db: Session, *, name: str, email: str | None, is_demo: bool = False) -> User:
    """Add a person who may sign in. The caller commits."""
    user = User(name=name, email=email, is_demo=is_demo)
    db.add(user)
    db.flush()
    return user


def add_member(
    db: Session, actor: Actor, *, user: User, organisation: Organisation, role: str
) -> Membership:
    """Give a user a role in an organisation. The caller commits."""
    if role not in ROLES:
        raise BadInput("role", role, f"Choose one of {', '.join(ROLES)}.")
    membership = Membership(user=user, organisation=organisation, role=role)
    db.add(membership)
    db.flush()
    record(
        db,
        actor,
        "membership.added",
        "organisation",
        organisation.public_id,
        after={"user": user.public_id, "role": role},
    )
    return membership
