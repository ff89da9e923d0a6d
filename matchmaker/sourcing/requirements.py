"""What happens to requirements: posted, closed, withdrawn. The caller commits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.models import Organisation
from matchmaker.accounts.standing import may_post
from matchmaker.catalogue.amounts import not_whole
from matchmaker.catalogue.models import Currency, ProductFamily
from matchmaker.certification.models import Scheme
from matchmaker.errors import N_, BadInput, Conflict, NotAllowed, NotFound
from matchmaker.measures import UNITS
from matchmaker.notices.services import tell_members
from matchmaker.orm import utc_now
from matchmaker.sourcing.models import Requirement
from matchmaker.sourcing.services import LONGEST, MOST
from matchmaker.sourcing.visibility import can_see_requirement
from matchmaker.wording import gettext as _

LONGEST_TITLE = 200
FAR = dt.timedelta(days=3 * 366)


@dataclass(frozen=True)
class Wanted:
    """What a buyer needs. `monthly`: the quantity every month between the two days."""

    title: str
    quantity: Decimal
    unit: str
    ship_from: dt.date
    ship_by: dt.date
    description: str = ""
    family_key: str = ""
    monthly: bool = False
    market: str = ""
    price_limit: Decimal | None = None
    currency: str = ""
    evidence: tuple[str, ...] = field(default=())


def post_requirement(db: Session, actor: Actor, wanted: Wanted) -> Requirement:
    """Keep what a buyer needs; desks are told. Raises NotAllowed with what to do, BadInput.

    A buyer no desk has verified may post one, which is marked as unverified.
    """
    allowance = may_post(db, actor, lock=True)
    if not allowance.allowed or actor.acts_for is None:
        raise NotAllowed(allowance.reason)
    _check(db, wanted)
    family = db.scalar(select(ProductFamily).where(ProductFamily.key == wanted.family_key))
    requirement = Requirement(
        organisation_id=actor.acts_for.id,
        posted_by_id=actor.user.id if actor.user else None,
        title=wanted.title.strip(),
        description=wanted.description.replace("\0", "").strip(),
        family_id=family.id if family else None,
        quantity=wanted.quantity,
        unit=wanted.unit,
        monthly=wanted.monthly,
        ship_from=wanted.ship_from,
        ship_by=wanted.ship_by,
        market=wanted.market or None,
        price_limit=wanted.price_limit,
        currency=wanted.currency if wanted.price_limit is not None else None,
        evidence=list(wanted.evidence),
        is_verified=allowance.is_verified,
    )
    db.add(requirement)
    db.flush()
    record(db, actor, "requirement.posted", "requirement", requirement.public_id)
    _tell_desks(db, actor.acts_for, requirement)
    return requirement


def end_requirement(db: Session, actor: Actor, requirement: Requirement, state: str) -> None:
    """'closed': found or no longer needed; 'withdrawn': posted by mistake. Raises Conflict."""
    if not can_see_requirement(actor, requirement):
        raise NotFound(_("This requirement is not here."))
    actor.must_write_for(requirement.organisation_id)
    if requirement.state != "open":
        raise Conflict(_("This requirement was ended before."))
    requirement.state = state
    db.flush()
    record(db, actor, f"requirement.{state}", "requirement", requirement.public_id)


def reopen_requirement(db: Session, actor: Actor, requirement: Requirement) -> None:
    """Take back that it was ended, while its last day is still to come. Raises Conflict."""
    if not can_see_requirement(actor, requirement):
        raise NotFound(_("This requirement is not here."))
    actor.must_write_for(requirement.organisation_id)
    if not can_be_reopened(requirement):
        raise Conflict(_("This requirement cannot be opened again. Post it anew."))
    requirement.state = "open"
    db.flush()
    record(db, actor, "requirement.reopened", "requirement", requirement.public_id)


def can_be_reopened(requirement: Requirement) -> bool:
    """Whether it was ended and can still be shipped in time."""
    return requirement.state != "open" and requirement.ship_by >= utc_now().date()


def _check(db: Session, wanted: Wanted) -> None:
    """Everything the database would refuse, in words."""
    if not wanted.title.strip() or len(wanted.title) > LONGEST_TITLE or "\0" in wanted.title:
        raise BadInput(_("What you need"), wanted.title, _("Name it in a few words."))
    if len(wanted.description) > LONGEST:
        remedy = _("Write at most %(count)s letters.", count=LONGEST)
        raise BadInput(_("Description"), wanted.description, remedy)
    if not 0 < wanted.quantity < MOST:
        raise BadInput(_("Quantity"), wanted.quantity, _("Enter a number above nothing."))
    for fault in not_whole(_("Quantity"), wanted.quantity, wanted.unit):
        raise fault
    if wanted.unit not in UNITS:
        raise BadInput(_("Unit"), wanted.unit, _("Choose a unit."))
    _check_days(wanted)
    if wanted.price_limit is not None:
        if not 0 < wanted.price_limit < MOST:
            raise BadInput(_("Price"), wanted.price_limit, _("Enter a number above nothing."))
        if db.get(Currency, wanted.currency) is None:
            raise BadInput(_("Currency"), wanted.currency, _("Choose a currency."))
    known = set(db.scalars(select(Scheme.code).where(Scheme.code.in_(wanted.evidence))))
    if unknown := set(wanted.evidence) - known:
        raise BadInput(_("Certificates"), ", ".join(sorted(unknown)), _("Choose from the list."))


def _check_days(wanted: Wanted) -> None:
    today = utc_now().date()
    if wanted.ship_by < today or wanted.ship_by > today + FAR:
        raise BadInput(_("At the latest"), wanted.ship_by, _("Choose a day to come."))
    if wanted.ship_from > wanted.ship_by:
        raise BadInput(
            _("At the earliest"), wanted.ship_from, _("Choose a day before the latest one.")
        )


def _tell_desks(db: Session, buyer: Organisation, requirement: Requirement) -> None:
    desks = db.scalars(select(Organisation).where(Organisation.kind == "desk")).all()
    for desk in desks:
        tell_members(
            db,
            desk,
            kind="requirement.posted",
            subject=N_("%(buyer)s needs %(thing)s"),
            text=N_("%(buyer)s has posted a requirement: %(thing)s."),
            values={"buyer": buyer.name, "thing": requirement.title},
            address=f"/requirements/{requirement.public_id}",
        )
