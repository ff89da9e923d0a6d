"""What happens to firms, lines and products. The caller commits; every change is noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.audit import record
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.capacity import LineMonth, ProductionLine
from matchmaker.catalogue.facts import ProductFacts, attribute_faults, product_faults
from matchmaker.catalogue.models import (
    Currency,
    Firm,
    FirmMarket,
    HsCode,
    PriceTier,
    Product,
    ProductFamily,
    Site,
)
from matchmaker.catalogue.quality import HEADING
from matchmaker.catalogue.upkeep import ProductVersion
from matchmaker.catalogue.versions import Said, differences, said_of
from matchmaker.clusters.models import Cluster
from matchmaker.errors import N_, BadInput, Conflict, refuse
from matchmaker.orm import new_public_id, utc_now
from matchmaker.slugs import slug_of
from matchmaker.wording import gettext as _

# Whoever changes one of these stands by the price from that day on.
PRICED_BY = frozenset({"tiers", "currency", "incoterm", "incoterm_place", "unit"})


class ChangedMeanwhile(Conflict):
    """Somebody else saved the product since this one was opened."""

    title = N_("Somebody else changed it meanwhile")

    def __init__(self) -> None:
        super().__init__(_("Nothing of yours was saved over theirs. Open it again and compare."))


class Kept(Enum):
    """Says that what stands stays, where None would mean: none."""

    AS_IT_IS = "as it is"


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

    Who states a price or a lead time confirms it by that. Raises BadInput for prices that do
    not fall with the quantity, a minimum of nothing, an unknown unit or code, a missing title,
    a number of the firm's own that it has used already.
    """
    actor.must_write_for(firm.organisation_id)
    refuse(listing_faults(db, actor, firm, family, facts, line=line))
    if not actor.is_system:
        facts = _confirmed_at_first(facts, utc_now().date())
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
    if not actor.is_system:  # what a seed lists is written down when somebody first changes it
        _keep_version(db, actor, product, said_of(facts, family.key, product.line_id), "")
        record(db, actor, "product.listed", "product", identity, after={"title": facts.title})
    note_changes(db, _changes_of(product, firm, of_cluster=facts.state == "published"))
    return product


def change_product(
    db: Session,
    actor: Actor,
    product: Product,
    facts: ProductFacts,
    reason: str = "",
    *,
    family: ProductFamily | None = None,
    line: ProductionLine | Literal[Kept.AS_IT_IS] | None = Kept.AS_IT_IS,
    expected: int | None = None,
) -> Product:
    """Replace what a product says; what it said before is kept as a version and can come back.

    A new price or lead time is confirmed by being stated, unless `facts` name another day.
    Photos are not facts of this kind: they stay. `expected`: the version the change was made
    from; raises ChangedMeanwhile where it is no longer the last. Raises BadInput.
    """
    actor.must_write_for(product.firm.organisation_id)
    if expected is not None and product.version != expected:
        raise ChangedMeanwhile
    if product.hidden_because is not None and facts.state == "published":
        remedy = _("The export desk has hidden it. Ask the desk to look at it again.")
        raise BadInput("state", facts.state, remedy)
    family = family or product.family
    line_id = product.line_id if line is Kept.AS_IT_IS else line.id if line else None
    kept = None if line is Kept.AS_IT_IS else line
    refuse(listing_faults(db, actor, product.firm, family, facts, line=kept, product=product))
    before, after = said_by(product), said_of(facts, family.key, line_id)
    changed = differences(before, after)
    columns = _columns(_confirmed(product, facts, {each.field for each in changed}))
    del columns["has_photo"]
    if not changed and all(getattr(product, name) == each for name, each in columns.items()):
        return product  # who syncs everything each night leaves no trace of what stayed
    if changed:
        _next_version(db, product, before)
    for name, value in columns.items():
        setattr(product, name, value)
    product.family_id, product.line_id = family.id, line_id
    if before["tiers"] != after["tiers"]:
        product.tiers = []
        db.flush()
        product.tiers = _tiers(facts)
    db.flush()
    db.expire(product, ["family", "line"])
    if changed:
        _keep_version(db, actor, product, after, reason)
    record(
        db,
        actor,
        "product.changed",
        "product",
        product.public_id,
        before={each.field: each.before for each in changed},
        after={each.field: each.after for each in changed},
        reason=reason,
    )
    counted = any(each.field in ("state", "family") for each in changed)
    note_changes(db, _changes_of(product, product.firm, of_cluster=counted))
    return product


def facts_of(product: Product) -> ProductFacts:
    """What a product says now, to be changed with `replace` and given to `change_product`."""
    names = [each.name for each in fields(ProductFacts) if each.name != "tiers"]
    tiers = tuple((tier.from_quantity, tier.price) for tier in product.tiers)
    return ProductFacts(**{name: getattr(product, name) for name in names}, tiers=tiers)


def said_by(product: Product) -> dict[str, Any]:
    """The same as a version."""
    return said_of(facts_of(product), product.family.key, product.line_id)


def listing_faults(
    db: Session,
    actor: Actor,
    firm: Firm,
    family: ProductFamily,
    facts: ProductFacts,
    *,
    line: ProductionLine | None = None,
    product: Product | None = None,
) -> list[BadInput]:
    """All for which these facts would be refused, so that a form can tell it at once.

    `product`: whose facts they are to become; None: a new one's.
    """
    is_numbered_anew = product is None or facts.sku != product.sku
    return [
        *product_faults(facts),
        *attribute_faults(family.attributes, facts.attributes),
        *_strange_line(firm, line),
        *_no_code_of_goods(db, facts.hs_code),
        *_unknown(
            db, Currency, "currency", facts.currency, _("Use an ISO 4217 code such as INR or USD.")
        ),
        *(_taken(db, firm, facts.sku) if is_numbered_anew and not actor.is_system else ()),
    ]


def _strange_line(firm: Firm, line: ProductionLine | None) -> Iterator[BadInput]:
    if line is not None and line.firm_id != firm.id:
        yield BadInput("line", line.name, _("Choose a production line of this firm."))


def _no_code_of_goods(db: Session, code: str) -> Iterator[BadInput]:
    """A chapter is known to the nomenclature too, but holds goods of a hundred kinds."""
    if code.isdigit() and len(code) < HEADING:
        remedy = _("Two digits are a whole chapter. Give the code of the product, of six digits.")
        yield BadInput("hs_code", code, remedy)
    else:
        remedy = _("Choose a code of the nomenclature.")
        yield from _unknown(db, HsCode, "hs_code", code, remedy)


def _unknown(
    db: Session, kind: type[HsCode | Currency], name: str, code: str, remedy: str
) -> Iterator[BadInput]:
    """Whether a code is not in its table; each is looked up once in a session."""
    known: set[tuple[str, str]] = db.info.setdefault("known_codes", set())
    if (name, code) in known:
        return
    if db.get(kind, code) is None:
        yield BadInput(name, code, remedy)
    else:
        known.add((name, code))


def _taken(db: Session, firm: Firm, sku: str) -> Iterator[BadInput]:
    """The unique constraint is the true guard; this says it in words."""
    if db.scalar(select(exists().where(Product.firm_id == firm.id, Product.sku == sku))):
        remedy = _("Another product of this firm has this number. Give it a number of its own.")
        yield BadInput("sku", sku, remedy)


def _confirmed_at_first(facts: ProductFacts, today: dt.date) -> ProductFacts:
    price, lead = facts.price_confirmed_on, facts.lead_confirmed_on
    return replace(
        facts,
        price_confirmed_on=price or (today if facts.tiers else None),
        lead_confirmed_on=lead or (today if facts.lead_days is not None else None),
    )


def _confirmed(product: Product, facts: ProductFacts, changed: set[str]) -> ProductFacts:
    """Whoever changes a fact stands by it from today on; a day that is named counts instead."""
    today = utc_now().date()
    price, lead = facts.price_confirmed_on, facts.lead_confirmed_on
    if changed & PRICED_BY and price in (None, product.price_confirmed_on):
        price = today if facts.tiers else None
    if "lead_days" in changed and lead in (None, product.lead_confirmed_on):
        lead = today if facts.lead_days is not None else None
    return replace(facts, price_confirmed_on=price, lead_confirmed_on=lead)


def _next_version(db: Session, product: Product, said: Said) -> None:
    """Count the version up, and write down the one that is left if nobody has yet.

    The count is raised by one statement that finds the version as it was read or nothing, so
    that of two people who save in the same moment the second is told.
    """
    number = product.version
    raised = db.execute(
        update(Product)
        .where(Product.id == product.id, Product.version == number)
        .values(version=number + 1, updated_at=utc_now())
        .execution_options(synchronize_session=False)
    )
    if not getattr(raised, "rowcount", 0):
        raise ChangedMeanwhile
    written = exists().where(
        ProductVersion.product_id == product.id, ProductVersion.number == number
    )
    if not db.scalar(select(written)):
        first = {"at": product.updated_at, "by": "system", "facts": dict(said), "note": ""}
        row = {"product_id": product.id, "number": number, "organisation": None}
        db.execute(insert(ProductVersion), [row | first])
    db.refresh(product, ["version", "updated_at"])


def _keep_version(db: Session, actor: Actor, product: Product, said: Said, reason: str) -> None:
    db.add(
        ProductVersion(
            product_id=product.id,
            number=product.version,
            by=actor.signature,
            organisation=actor.organisation.public_id if actor.organisation else None,
            facts=dict(said),
            note=reason[:200],
        )
    )
    db.flush()


def _columns(facts: ProductFacts) -> dict[str, Any]:
    names = [name for name in facts.__dataclass_fields__ if name != "tiers"]
    columns = {name: getattr(facts, name) for name in names}
    columns["attributes"] = {key: _plain(value) for key, value in facts.attributes.items()}
    columns["standards"] = list(facts.standards)
    return columns


def _plain(value: Any) -> Any:
    """A number that JSON can hold."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def _tiers(facts: ProductFacts) -> list[PriceTier]:
    return [PriceTier(from_quantity=quantity, price=price) for quantity, price in facts.tiers]


def _changes_of(product: Product, firm: Firm, *, of_cluster: bool) -> list[Change]:
    """`of_cluster`: the cluster now has more or fewer products, or of another kind."""
    found = [Change("product", product.id, "saved"), Change("firm", firm.id, "saved")]
    return [*found, Change("cluster", firm.cluster_id, "saved")] if of_cluster else found
