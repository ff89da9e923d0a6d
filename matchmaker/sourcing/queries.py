"""What is asked of enquiries and requirements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.models import Organisation, User
from matchmaker.catalogue.models import Firm
from matchmaker.catalogue.visibility import can_see_product
from matchmaker.sourcing.models import Enquiry, EnquiryMessage, Requirement
from matchmaker.sourcing.visibility import Side, can_see_requirement, has_answered, side_of

A_PAGE = 50
OPEN = ("new", "answered")


@dataclass(frozen=True)
class Listed:
    """An enquiry in a list: `waits_for` the side that has to write next, or nobody."""

    enquiry: Enquiry
    last: EnquiryMessage | None
    waits_for: Side | None


@dataclass(frozen=True)
class Page:
    """One page of a list, newest first."""

    items: tuple[Listed, ...]
    page: int
    last: int


@dataclass(frozen=True)
class Contact:
    """Who writes for the other side, and how to reach them."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True)
class Thread:
    """An enquiry as one side reads it; no contact before the firm has answered."""

    enquiry: Enquiry
    side: Side
    contact: Contact | None
    shows_product: bool  # whether its page opens for this reader


def enquiries_to(db: Session, organisation: Organisation, *, shown: str, page: int = 1) -> Page:
    """What buyers asked the firm of this organisation; `shown`: 'open', 'closed' or 'spam'."""
    states = {"closed": ("closed",), "spam": ("spam",)}.get(shown, OPEN)
    return _page(db, Firm.organisation_id == organisation.id, states, page)


def enquiries_by(db: Session, organisation: Organisation, *, shown: str, page: int = 1) -> Page:
    """What this buyer asked firms. What a firm marked as spam stands among the closed."""
    states = ("closed", "spam") if shown == "closed" else OPEN
    return _page(db, Enquiry.organisation_id == organisation.id, states, page)


def thread_of(db: Session, actor: Actor, public_id: str) -> Thread | None:
    """The enquiry with this id, if the actor stands on a side of it."""
    enquiry = db.scalar(
        _whole().where(Enquiry.public_id == public_id).execution_options(populate_existing=True)
    )
    side = side_of(actor, enquiry) if enquiry else None
    if enquiry is None or side is None:
        return None
    product = enquiry.product
    shows = product is not None and can_see_product(actor, product)
    return Thread(enquiry, side, _contact(enquiry, side), shows)


def requirements_of(db: Session, organisation: Organisation) -> Sequence[Requirement]:
    """What this buyer posted, newest first."""
    return db.scalars(
        select(Requirement)
        .where(Requirement.organisation_id == organisation.id)
        .order_by(Requirement.id.desc())
        .limit(200)
    ).all()


def open_requirements(db: Session, *, limit: int = 200) -> Sequence[Requirement]:
    """What buyers need now, for desks: unverified buyers first, they wait for a desk."""
    return db.scalars(
        select(Requirement)
        .where(Requirement.state == "open")
        .options(joinedload(Requirement.organisation))
        .order_by(Requirement.is_verified, Requirement.id.desc())
        .limit(limit)
    ).all()


def requirement_of(db: Session, actor: Actor, public_id: str) -> Requirement | None:
    """The requirement with this id, if the actor may read it."""
    requirement = db.scalar(select(Requirement).where(Requirement.public_id == public_id))
    if requirement is None or not can_see_requirement(actor, requirement):
        return None
    return requirement


def spam_marks(db: Session, *, at_least: int = 1) -> list[tuple[Organisation, int]]:
    """Buyers whose enquiries firms marked as spam, for desks: the most marked first."""
    firms = func.count(Enquiry.firm_id.distinct())
    found = db.execute(
        select(Organisation, firms)
        .join(Enquiry, Enquiry.organisation_id == Organisation.id)
        .where(Enquiry.state == "spam")
        .group_by(Organisation.id)
        .having(firms >= at_least)
        .order_by(firms.desc(), Organisation.id)
    )
    return [(row[0], row[1]) for row in found]


def _page(db: Session, whose: ColumnElement[bool], states: Sequence[str], page: int) -> Page:
    those = (whose, Enquiry.state.in_(states))
    total = db.scalar(select(func.count(Enquiry.id)).join(Firm).where(*those)) or 0
    last = max(1, -(-total // A_PAGE))
    page = min(max(page, 1), last)
    found = db.scalars(
        _whole().where(*those).order_by(Enquiry.id.desc()).limit(A_PAGE).offset((page - 1) * A_PAGE)
    )
    return Page(tuple(_listed(each) for each in found), page, last)


def _whole() -> Select[Enquiry]:
    """Enquiries with all that lists and threads show: a constant number of statements."""
    return (
        select(Enquiry)
        .join(Firm, Firm.id == Enquiry.firm_id)
        .options(
            joinedload(Enquiry.firm).joinedload(Firm.organisation),
            joinedload(Enquiry.organisation),
            joinedload(Enquiry.product),
            selectinload(Enquiry.messages).joinedload(EnquiryMessage.sender),
        )
    )


def _listed(enquiry: Enquiry) -> Listed:
    last = enquiry.messages[-1] if enquiry.messages else None
    if last is None or enquiry.state not in OPEN:
        return Listed(enquiry, last, None)
    from_buyer = last.organisation_id == enquiry.organisation_id
    return Listed(enquiry, last, "firm" if from_buyer else "buyer")


def _contact(enquiry: Enquiry, side: Side) -> Contact | None:
    """Whoever wrote last for the other side; agents of the firm count as the firm."""
    if side == "desk" or not has_answered(enquiry):
        return None
    firm = enquiry.firm.organisation_id
    other = enquiry.organisation_id if side == "firm" else firm
    writers = [m.sender for m in enquiry.messages if m.organisation_id == other and m.sender]
    return _card(writers[-1]) if writers else None


def _card(user: User) -> Contact:
    return Contact(user.name, user.email or "", user.phone or "")
