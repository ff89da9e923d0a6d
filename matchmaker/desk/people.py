"""People as a desk sees them: everybody here, and whom no notice reached."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from matchmaker.accounts.models import Membership, Organisation, User
from matchmaker.notices.reaching import Unreached, unreached_people

PAGE = 50
WHOLE = selectinload(User.memberships).selectinload(Membership.organisation)


def read_people(
    db: Session, *, words: str = "", kind: str = "", page: int = 1
) -> tuple[Sequence[User], int]:
    """One page of people by name, with their organisations, and how many there are.

    `words` are looked for in names, addresses, numbers and names of organisations.
    """
    query = _narrowed(words, kind)
    total = db.scalar(query.with_only_columns(func.count(User.id))) or 0
    found = query.options(WHOLE).order_by(User.name, User.id).limit(PAGE)
    return db.scalars(found.offset((page - 1) * PAGE)).all(), total


def find_person(db: Session, public_id: str) -> User | None:
    """The person, with what they are a member of; erased people are found no more."""
    return db.scalar(select(User).where(User.public_id == public_id, User.active).options(WHOLE))


def unreached_person(db: Session, user: User) -> Unreached | None:
    """How this person was not reached, if so."""
    return next((each for each in unreached_people(db) if each.user.id == user.id), None)


def _narrowed(words: str, kind: str) -> Select[User]:
    query = select(User).where(User.active)
    member = select(Membership.user_id).join(
        Organisation, Organisation.id == Membership.organisation_id
    )
    if words:
        looked = [column.icontains(words, autoescape=True) for column in (User.name, User.email)]
        called = "".join(sign for sign in words if sign.isdigit())
        if len(called) >= 4:
            looked.append(User.phone.contains(called, autoescape=True))
        named = member.where(Organisation.name.icontains(words, autoescape=True))
        query = query.where(or_(*looked, User.id.in_(named), User.public_id == words))
    if kind:
        query = query.where(User.id.in_(member.where(Organisation.kind == kind)))
    return query
