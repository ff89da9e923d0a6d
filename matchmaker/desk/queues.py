"""What waits for a desk: nine queues, each one statement over the tables of the rooms.

All give the same columns, so that filtering, counting, sorting and paging are written once:
subject (public id), organisation_id, since (day), until (day or None), what, state, number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from matchmaker.accounts.models import Membership, Organisation, User
from matchmaker.catalogue.capacity import ProductionLine
from matchmaker.catalogue.freshness import STALE_AFTER
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.upkeep import CatalogueImport
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.certification.queries import IS_SHOWN, renewed_by
from matchmaker.certification.validity import SOON
from matchmaker.desk.models import FirmRefusal, Flag
from matchmaker.notices.models import Notice
from matchmaker.orm import Utc
from matchmaker.sourcing.models import Requirement

# Evidence that ended longer ago is no news to anybody.
ENDED_LATELY = dt.timedelta(days=30)
# The state of who has asked for it and waits.
ASKS = "asks"
# A table that is still being read after an hour will not be read any more.
STUCK_AFTER = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Look:
    """When the desk looks, and whom notices could not reach (row numbers of people)."""

    now: dt.datetime
    unreached: Sequence[int] = ()

    @property
    def today(self) -> dt.date:
        return self.now.date()


def _columns(
    subject: Any,
    organisation_id: Any,
    since: Any,
    *,
    until: Any = None,
    what: Any = "",
    state: Any = "",
    number: Any = 0,
) -> Select[Any]:
    return select(
        subject.label("subject"),
        organisation_id.label("organisation_id"),
        since.label("since"),
        (cast(null(), Date) if until is None else until).label("until"),
        _value(what, String()).label("what"),
        _value(state, String()).label("state"),
        (literal(number) if isinstance(number, int) else number).label("number"),
    )


def _value(given: Any, kind: Any) -> Any:
    return literal(given, kind) if isinstance(given, str) else given


def _day(instant: Any) -> ColumnElement[dt.date]:
    return func.date(instant, type_=Date)


def firms_to_verify(look: Look) -> Select[Any]:
    """Firms nobody vouched for; refused ones come back on their day."""
    refused = exists().where(FirmRefusal.firm_id == Firm.id, FirmRefusal.again_on > look.today)
    return _columns(
        Firm.public_id, Firm.organisation_id, _day(Firm.created_at), state="unverified"
    ).where(Firm.verification == "unverified", ~refused)


def evidence_to_check(_look: Look) -> Select[Any]:
    """What firms sent in and nobody has looked at. Questions put to the firm wait for it."""
    return (
        _columns(
            Evidence.public_id,
            Evidence.holder_id,
            _day(func.coalesce(Evidence.submitted_at, Evidence.created_at)),
            what=Scheme.name,
            state=Evidence.review,
        )
        .join(Scheme, Scheme.id == Evidence.scheme_id)
        .where(Evidence.review == "waiting", Evidence.withdrawn_at.is_(None))
    )


def evidence_expiring(look: Look) -> Select[Any]:
    """What ends within 90 days or ended within 30, unless it was renewed or withdrawn."""
    between = (look.today - ENDED_LATELY, look.today + SOON)
    return (
        _columns(
            Evidence.public_id,
            Evidence.holder_id,
            _day(Evidence.created_at),
            until=Evidence.expires_on,
            what=Scheme.name,
            state=case((Evidence.expires_on < look.today, "expired"), else_="expiring"),
        )
        .join(Scheme, Scheme.id == Evidence.scheme_id)
        .where(
            Evidence.expires_on.between(*between),
            IS_SHOWN,
            # A list, not a question asked of each row: renewals have no index and are few.
            Evidence.public_id.not_in(renewed_by(look.today)),
        )
    )


def facts_stale(look: Look) -> Select[Any]:
    """Firms by which prices, lead times or capacity were last confirmed half a year ago."""
    oldest = look.today - STALE_AFTER
    shown = Product.state == "published"
    facts = union_all(
        select(Product.firm_id, Product.price_confirmed_on.label("on")).where(
            shown, Product.price_confirmed_on < oldest
        ),
        select(Product.firm_id, Product.lead_confirmed_on).where(
            shown, Product.lead_confirmed_on < oldest
        ),
        select(ProductionLine.firm_id, ProductionLine.confirmed_on).where(
            ProductionLine.confirmed_on < oldest
        ),
    ).subquery()
    by_firm = (
        select(facts.c.firm_id, func.min(facts.c.on).label("on"), func.count().label("number"))
        .group_by(facts.c.firm_id)
        .subquery()
    )
    return (
        _columns(
            Firm.public_id,
            Firm.organisation_id,
            by_firm.c.on,
            state="stale",
            number=by_firm.c.number,
        )
        .join(by_firm, by_firm.c.firm_id == Firm.id)
        .where(Firm.verification != "suspended")
    )


def imports_failed(look: Look) -> Select[Any]:
    """Tables that could not be read or applied, and those that got stuck."""
    stuck = and_(
        CatalogueImport.state.in_(("reading", "applying")),
        CatalogueImport.created_at < literal(look.now - STUCK_AFTER, Utc()),
    )
    return _columns(
        CatalogueImport.public_id,
        CatalogueImport.organisation_id,
        _day(CatalogueImport.created_at),
        what=CatalogueImport.file_name,
        state=CatalogueImport.state,
    ).where(or_(CatalogueImport.state == "failed", stuck))


def flagged(_look: Look) -> Select[Any]:
    """What somebody reported and nobody has settled."""
    product = select(Product.title).where(Product.public_id == Flag.subject).scalar_subquery()
    of_product = (
        select(Firm.organisation_id)
        .join(Product, Product.firm_id == Firm.id)
        .where(Product.public_id == Flag.subject)
        .scalar_subquery()
    )
    of_firm = select(Firm.organisation_id).where(Firm.public_id == Flag.subject).scalar_subquery()
    return _columns(
        Flag.public_id,
        case((Flag.subject_kind == "product", of_product), else_=of_firm),
        _day(Flag.created_at),
        what=func.coalesce(product, ""),
        state=Flag.reason,
    ).where(Flag.settled_at.is_(None))


def people_unreached(look: Look) -> Select[Any]:
    """People whom no mail found, by the oldest notice they have not read."""
    home = (
        select(func.min(Membership.organisation_id))
        .where(Membership.user_id == User.id)
        .scalar_subquery()
    )
    unread = and_(Notice.user_id == User.id, Notice.read_at.is_(None))
    oldest = select(func.min(Notice.created_at)).where(unread).scalar_subquery()
    number = select(func.count()).where(unread).scalar_subquery()
    return _columns(
        User.public_id, home, _day(oldest), what=User.name, state="unreached", number=number
    ).where(User.id.in_(look.unreached))


def buyers_to_verify(_look: Look) -> Select[Any]:
    """Buyers and intermediaries with a confirmed address that no desk knows; who asks, first."""
    confirmed = exists().where(
        Membership.organisation_id == Organisation.id,
        Membership.user_id == User.id,
        User.confirmed_at.is_not(None),
    )
    return _columns(
        Organisation.public_id,
        Organisation.id,
        _day(func.coalesce(Organisation.asks_since, Organisation.created_at)),
        what=Organisation.country,
        state=case((Organisation.asks_since.is_not(None), ASKS), else_="registered"),
    ).where(
        Organisation.kind.in_(("buyer", "intermediary")),
        Organisation.standing == "registered",
        confirmed,
    )


def requirements_open(look: Look) -> Select[Any]:
    """What buyers need and still can be shipped, until they close it."""
    return _columns(
        Requirement.public_id,
        Requirement.organisation_id,
        _day(Requirement.created_at),
        what=Requirement.title,
        state=case((Requirement.is_verified, "verified"), else_="unverified"),
    ).where(Requirement.state == "open", Requirement.ship_by >= look.today)


STATEMENTS: dict[str, Callable[[Look], Select[Any]]] = {
    "firms": firms_to_verify,
    "evidence": evidence_to_check,
    "expiring": evidence_expiring,
    "stale": facts_stale,
    "imports": imports_failed,
    "flags": flagged,
    "unreached": people_unreached,
    "buyers": buyers_to_verify,
    "requirements": requirements_open,
}
