"""Plain factories without surprises, and the cast: owner, colleague, stranger, desk officer."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM, Actor
from matchmaker.accounts.models import Mandate, Organisation, User
from matchmaker.accounts.services import add_member, add_user, found_organisation
from matchmaker.catalogue.models import Currency, Firm, HsCode, Product, ProductFamily, UnitRow
from matchmaker.catalogue.services import ProductFacts, list_product, register_firm
from matchmaker.clusters.models import Cluster, Port, Sector
from matchmaker.measures import UNITS
from matchmaker.orm import utc_now
from matchmaker.sourcing.models import Requirement

_numbers = itertools.count(1)


def make_reference(db: Session) -> None:
    """The least that firms and products refer to; nothing if it is there."""
    if db.get(UnitRow, "H87"):
        return
    for unit in UNITS.values():
        db.add(
            UnitRow(code=unit.code, name=unit.name, symbol=unit.symbol, dimension=unit.dimension)
        )
    for code in ("INR", "USD", "EUR"):
        db.add(Currency(code=code, name=code))
    db.add(HsCode(code="401699", level=6, label="Other articles of vulcanised rubber"))
    db.add(Port(locode="INCOK", name="Cochin", country="IN", lat=9.97, lon=76.27, is_origin=True))
    db.flush()


def make_cluster(db: Session, **changes: Any) -> Cluster:
    make_reference(db)
    number = next(_numbers)
    sector = db.scalar(select(Sector).limit(1)) or Sector(slug="rubber", name="rubber")
    facts: dict[str, Any] = {
        "slug": f"cluster-{number}",
        "name": f"Cluster {number}",
        "sector": sector,
        "district": "Kottayam",
        "state": "Kerala",
        "lat": 9.44,
        "lon": 76.54,
        "coord_source": "approximate",
        "products": ["rubber mats"],
        "hs": ["4016"],
        "seaport": "INCOK",
        "seaport_km": 65,
        "airport": "COK",
        "airport_name": "Cochin International Airport",
        "airport_km": 80,
        "gi": [],
        "facts": [],
        "sources": [],
        "confidence": "high",
    }
    cluster = Cluster(**(facts | changes))
    db.add(cluster)
    db.flush()
    return cluster


def make_family(db: Session, **changes: Any) -> ProductFamily:
    make_reference(db)
    number = next(_numbers)
    sector = db.scalar(select(Sector).limit(1)) or Sector(slug="rubber", name="rubber")
    facts: dict[str, Any] = {
        "key": f"family-{number}",
        "name": f"Family {number}",
        "sector": sector,
        "hs_code": "401699",
        "unit": "H87",
        "attributes": {},
        "aliases": [],
        "rules": [],
        "drawing": "rubber-mat",
    }
    family = ProductFamily(**(facts | changes))
    db.add(family)
    db.flush()
    return family


def make_organisation(db: Session, **changes: Any) -> Organisation:
    facts: dict[str, Any] = {"kind": "firm", "name": f"Meenachil Mats {next(_numbers)}"}
    return found_organisation(db, SYSTEM, **(facts | changes))


def make_firm(db: Session, *, cluster: Cluster | None = None, **changes: Any) -> Firm:
    organisation = changes.pop("organisation", None) or make_organisation(db)
    facts: dict[str, Any] = {"about": "Makes mats.", "workers": 12, "size": "micro"}
    return register_firm(db, SYSTEM, organisation, cluster or make_cluster(db), **(facts | changes))


def product_facts(**changes: Any) -> ProductFacts:
    number = next(_numbers)
    facts = ProductFacts(
        sku=f"SKU-{number}",
        title=f"Rubber mat {number}",
        description="A mat of rubber.",
        hs_code="401699",
        unit="H87",
        moq=Decimal(100),
        tiers=((Decimal(100), Decimal(900)), (Decimal(500), Decimal(850))),
        net_kg=Decimal("12.5"),
        gross_kg=Decimal("13"),
        lead_days=30,
        price_confirmed_on=dt.date(2026, 11, 1),
        lead_confirmed_on=dt.date(2026, 11, 1),
    )
    return replace(facts, **changes)


def make_product(
    db: Session, *, firm: Firm | None = None, family: ProductFamily | None = None, **changes: Any
) -> Product:
    firm = firm or make_firm(db)
    return list_product(db, SYSTEM, firm, family or make_family(db), product_facts(**changes))


@dataclass(frozen=True)
class Cast:
    """Who appears in permission tests; `firm` belongs to owner, colleague and viewer."""

    firm: Firm
    rival_firm: Firm
    owner: Actor
    colleague: Actor
    viewer: Actor
    rival: Actor  # owner of another firm
    stranger: Actor  # owner of a buyer
    agent: Actor  # of an institution that may act for `firm`, and does
    officer: Actor
    operator: Actor
    suspended: Actor  # owner of a third firm, suspended as a person


def make_requirement(
    db: Session, buyer: Organisation, *, ship_by: dt.date, **changes: Any
) -> Requirement:
    """A hundred mats, to be shipped within the month before `ship_by`."""
    facts: dict[str, Any] = {"title": "Mats for stables", "quantity": Decimal(100), "unit": "H87"}
    made = Requirement(
        organisation_id=buyer.id,
        ship_from=ship_by - dt.timedelta(days=30),
        ship_by=ship_by,
        **(facts | changes),
    )
    db.add(made)
    db.flush()
    return made


def make_cast(db: Session) -> Cast:
    """A firm with owner, colleague and a member who only looks; everybody else around it."""
    firm, rival_firm = make_firm(db), make_firm(db)
    buyer = make_organisation(db, name="Elsewhere Traders", kind="buyer")
    desk = make_organisation(db, name="Export Desk", kind="desk")
    suspended = make_actor(db, make_firm(db).organisation, "owner")
    assert suspended.user is not None
    suspended.user.suspended_reason = "Its certificates were not its own."
    return Cast(
        firm=firm,
        rival_firm=rival_firm,
        owner=make_actor(db, firm.organisation, "owner"),
        colleague=make_actor(db, firm.organisation, "editor"),
        viewer=make_actor(db, firm.organisation, "viewer"),
        rival=make_actor(db, rival_firm.organisation, "owner"),
        stranger=make_actor(db, buyer, "owner"),
        agent=make_agent(db, firm.organisation),
        officer=make_actor(db, desk, "desk_officer"),
        operator=make_actor(db, desk, "operator"),
        suspended=suspended,
    )


def make_actor(db: Session, organisation: Organisation, role: str) -> Actor:
    user = make_user(db)
    add_member(db, SYSTEM, user=user, organisation=organisation, role=role)
    return Actor(user, organisation, roles=frozenset({role}))


def make_agent(db: Session, client: Organisation) -> Actor:
    """A cluster agent acting for `client` under a living mandate."""
    body = make_organisation(db, name="Cluster Body", kind="institution")
    actor = make_actor(db, body, "editor")
    db.add(Mandate(agent=body, client=client, how="Signed at the cluster's office."))
    db.flush()
    return replace(actor, on_behalf_of=client)


def make_user(db: Session, **changes: Any) -> User:
    """A person with a confirmed address."""
    number = next(_numbers)
    facts: dict[str, Any] = {"name": f"Person {number}", "email": f"person{number}@example.com"}
    user = add_user(db, **(facts | changes))
    user.confirmed_at = utc_now() if user.email else None
    return user
