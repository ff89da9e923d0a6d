"""What happens to firms, lines and products. The caller commits; every change is noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.capacity import LineMonth, ProductionLine
from matchmaker.catalogue.models import (
    Firm,
    FirmMarket,
    PriceTier,
    Product,
    ProductFamily,
    Site,
)
from matchmaker.clusters.models import Cluster
from matchmaker.errors import BadInput
from matchmaker.measures import UNITS
from matchmaker.orm import new_public_id
from matchmaker.slugs import slug_of


@dataclass(frozen=True)
class ProductFacts:
    """What a firm says of one product. Sizes and weights are of one trading unit.

    `tiers`: from which quantity on which price, rising quantities; empty: price on request.
    """

    sku: str
    title: str
    description: str
    hs_code: str
    unit: str
    moq: Decimal
    attributes: Mapping[str, Any] = field(default_factory=dict)
    standards: Sequence[str] = ()
    gi: str | None = None
    state: str = "published"
    net_kg: Decimal | None = None
    gross_kg: Decimal | None = None
    unit_m2: Decimal | None = None
    unit_m3: Decimal | None = None
    package_kind: str | None = None
    per_package: Decimal | None = None
    per_20ft: Decimal | None = None
    per_40hc: Decimal | None = None
    lead_days: int | None = None
    lead_confirmed_on: dt.date | None = None
    currency: str = "INR"
    incoterm: str = "EXW"
    incoterm_place: str = ""
    price_audience: str = "public"
    price_confirmed_on: dt.date | None = None
    tiers: Sequence[tuple[Decimal, Decimal]] = ()
    has_photo: bool = False
    line_factor: Decimal = Decimal(1)


def register_firm(
    db: Session,
    actor: Actor,
    organisation: Organisation,
    cluster: Cluster,
    *,
    about: str,
    workers: int,
    size: str,
    founded: int | None = None,
    women_led: bool = False,
    languages: Sequence[str] = ("en",),
    markets: Iterable[tuple[str, int | None]] = (),
    sites: Iterable[tuple[str, str, float | None, float | None]] = (),
) -> Firm:
    """Make an organisation a maker in a cluster.

    `markets`: country and the first year of exports; `sites`: name, town, latitude, longitude.
    """
    if workers < 1:
        raise BadInput("workers", workers, "Enter how many people work there, at least 1.")
    firm = Firm(
        public_id=organisation.public_id,
        organisation=organisation,
        cluster=cluster,
        about=about,
        workers=workers,
        size=size,
        founded=founded,
        women_led=women_led,
        languages=list(languages),
        markets=[FirmMarket(country=country, since=since) for country, since in markets],
        sites=[Site(name=n, town=town, lat=lat, lon=lon) for n, town, lat, lon in sites],
    )
    db.add(firm)
    db.flush()
    record(db, actor, "firm.registered", "firm", firm.public_id)
    note_changes(db, [Change("firm", firm.id, "saved"), Change("cluster", cluster.id, "saved")])
    return firm


def verify_firm(db: Session, actor: Actor, firm: Firm, on: dt.date, reason: str) -> None:
    """A desk, or the system, vouches for the firm; noted in the audit trail with the reason."""
    before = firm.verification
    firm.verification, firm.verified_on = "verified", on
    record(
        db,
        actor,
        "firm.verified",
        "firm",
        firm.public_id,
        before={"verification": before},
        after={"verification": "verified"},
        reason=reason,
    )
    note_changes(db, [Change("firm", firm.id, "saved")])


def open_line(
    db: Session,
    actor: Actor,
    firm: Firm,
    family: ProductFamily,
    *,
    name: str,
    unit: str,
    months: Mapping[dt.date, tuple[Decimal, Decimal]],
    confirmed_on: dt.date | None,
) -> ProductionLine:
    """Add a production line with its capacity and what of it is committed, by month.

    The keys of `months` are first days of months. Raises BadInput where more is committed
    than can be made.
    """
    actor.must_write_for(firm.organisation_id)
    for month, (capacity, committed) in months.items():
        if month.day != 1:
            raise BadInput("month", month, "Give the first day of the month.")
        if committed > capacity:
            raise BadInput(
                "committed", committed, f"At most {capacity} can be made in {month:%Y-%m}."
            )
    line = ProductionLine(
        firm_id=firm.id,
        family_id=family.id,
        name=name,
        unit=unit,
        confirmed_on=confirmed_on,
        months=[
            LineMonth(month=month, capacity=capacity, committed=committed)
            for month, (capacity, committed) in months.items()
        ],
    )
    db.add(line)
    db.flush()
    return line


def list_product(
    db: Session,
    actor: Actor,
    firm: Firm,
    family: ProductFamily,
    facts: ProductFacts,
    *,
    line: ProductionLine | None = None,
    public_id: str | None = None,
) -> Product:
    """Add a product to a firm's catalogue.

    Raises BadInput for prices that do not fall with the quantity, a minimum of nothing, an
    unknown unit or a missing title.
    """
    actor.must_write_for(firm.organisation_id)
    check_product(facts)
    identity = public_id or new_public_id()
    product = Product(
        public_id=identity,
        firm_id=firm.id,
        family_id=family.id,
        line_id=line.id if line else None,
        slug=f"{slug_of(facts.title)}-{identity[:6]}",
        tiers=_tiers(facts),
        **_columns(facts),
    )
    db.add(product)
    db.flush()
    note_changes(db, _changes_of(product, firm))
    return product


def change_product(
    db: Session, actor: Actor, product: Product, facts: ProductFacts, reason: str = ""
) -> Product:
    """Replace what a product says; what it said before stays in the audit trail."""
    actor.must_write_for(product.firm.organisation_id)
    check_product(facts)
    columns = _columns(facts)
    before = {name: _plain(getattr(product, name)) for name in columns}
    for name, value in columns.items():
        setattr(product, name, value)
    product.tiers = []
    db.flush()
    product.tiers = _tiers(facts)
    db.flush()
    after = {name: _plain(value) for name, value in columns.items()}
    changed = {name for name in after if after[name] != before[name]}
    record(
        db,
        actor,
        "product.changed",
        "product",
        product.public_id,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        reason=reason,
    )
    note_changes(db, _changes_of(product, product.firm))
    return product


def check_product(facts: ProductFacts) -> None:
    """Refuse what no listing may say. Raises BadInput naming field, value and remedy."""
    if not facts.title.strip():
        raise BadInput("title", facts.title, "Say in a few words what the product is.")
    if facts.unit not in UNITS:
        raise BadInput("unit", facts.unit, "Use a UN/ECE Rec 20 code such as KGM or H87.")
    if facts.moq <= 0:
        raise BadInput("moq", facts.moq, "The minimum order must be more than nothing.")
    last: tuple[Decimal, Decimal] | None = None
    for quantity, price in facts.tiers:
        if price <= 0 or quantity <= 0:
            raise BadInput("price", price, "Prices and quantities must be more than nothing.")
        if last and quantity <= last[0]:
            raise BadInput("from quantity", quantity, "Each step must start at a larger quantity.")
        if last and price >= last[1]:
            raise BadInput("price", price, "Prices must fall as the quantity rises.")
        last = (quantity, price)


def _columns(facts: ProductFacts) -> dict[str, Any]:
    names = [name for name in facts.__dataclass_fields__ if name != "tiers"]
    columns = {name: getattr(facts, name) for name in names}
    columns["attributes"] = dict(facts.attributes)
    columns["standards"] = list(facts.standards)
    return columns


def _tiers(facts: ProductFacts) -> list[PriceTier]:
    return [PriceTier(from_quantity=quantity, price=price) for quantity, price in facts.tiers]


def _changes_of(product: Product, firm: Firm) -> list[Change]:
    return [Change("product", product.id, "saved"), Change("firm", firm.id, "saved")]


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | dt.date) else value
