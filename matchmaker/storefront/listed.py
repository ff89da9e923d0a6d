"""What result rows are looked up from: a fixed number of queries, however many rows.

Plain rows of the columns that are shown. Whole objects, with what makes them changeable, took
four times as long, and reading them was a fifth of the time of a search page. The statements
are put together once: taking them apart for SQLAlchemy's cache costs as much as sending them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, func, select, union_all
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.capacity import LineMonth
from matchmaker.catalogue.models import Firm, PriceTier, Product, ProductFamily, Site
from matchmaker.certification.models import Evidence, EvidenceMember, EvidenceScope, Scheme
from matchmaker.certification.queries import IS_SHOWN
from matchmaker.certification.scope import ProductNow, asks_material, changes_of
from matchmaker.clusters.models import Cluster, SeaDistance

_THESE: BindParameter[Any] = bindparam("these", expanding=True)


class ListedFirm(NamedTuple):
    """A firm as result rows show it."""

    public_id: str
    organisation_id: int
    verification: str
    is_confirmed: bool
    founded: int | None
    workers: int
    name: str
    slug: str
    is_demo: bool
    cluster_slug: str
    cluster_name: str
    seaport: str


class ListedProduct(NamedTuple):
    """A product as result rows show it. `price`: of one unit at the minimum order."""

    public_id: str
    id: int
    slug: str
    title: str
    unit: str
    hs_code: str
    gi: str | None
    state: str
    moq: Decimal
    lead_days: int | None
    lead_confirmed_on: dt.date | None
    currency: str
    price_audience: str
    price_confirmed_on: dt.date | None
    line_id: int | None
    line_factor: Decimal
    has_photo: bool
    price: Decimal | None
    firm: ListedFirm


_FIRM = (
    Firm.public_id,
    Firm.organisation_id,
    Firm.verification,
    Firm.is_confirmed,
    Firm.founded,
    Firm.workers,
    Organisation.name,
    Organisation.slug,
    Organisation.is_demo,
    Cluster.slug,
    Cluster.name,
    Cluster.seaport,
)
_FIRST_PRICE = (
    select(PriceTier.price)
    .where(PriceTier.product_id == Product.id)
    .order_by(PriceTier.from_quantity)
    .limit(1)
    .scalar_subquery()
)
_PRODUCT = (
    Product.public_id,
    Product.id,
    Product.slug,
    Product.title,
    Product.unit,
    Product.hs_code,
    Product.gi,
    Product.state,
    Product.moq,
    Product.lead_days,
    Product.lead_confirmed_on,
    Product.currency,
    Product.price_audience,
    Product.price_confirmed_on,
    Product.line_id,
    Product.line_factor,
    Product.has_photo,
    _FIRST_PRICE,
)
_PRODUCTS = (
    select(*_PRODUCT, *_FIRM)
    .select_from(Product)
    .join(Firm, Firm.id == Product.firm_id)
    .join(Organisation, Organisation.id == Firm.organisation_id)
    .join(Cluster, Cluster.id == Firm.cluster_id)
    .where(Product.public_id.in_(_THESE))
)
_FIRMS = (
    select(*_FIRM)
    .select_from(Firm)
    .join(Organisation, Organisation.id == Firm.organisation_id)
    .join(Cluster, Cluster.id == Firm.cluster_id)
    .where(Firm.public_id.in_(_THESE))
)


def listed_products(db: Session, ids: Sequence[str]) -> dict[str, ListedProduct]:
    """Products by public id; what is gone is left out."""
    if not ids:
        return {}
    found = (_product(*row) for row in db.execute(_PRODUCTS, {"these": ids}))
    return {each.public_id: each for each in found}


def _product(*columns: Any) -> ListedProduct:
    at = len(_PRODUCT)
    return ListedProduct._make((*columns[:at], ListedFirm._make(columns[at:])))


def listed_firms(db: Session, ids: Sequence[str]) -> dict[str, ListedFirm]:
    """Firms by public id; what is gone is left out."""
    if not ids:
        return {}
    found = (ListedFirm._make(row) for row in db.execute(_FIRMS, {"these": ids}))
    return {each.public_id: each for each in found}


def listed_clusters(db: Session, slugs: Sequence[str]) -> dict[str, Cluster]:
    if not slugs:
        return {}
    rows = db.scalars(
        select(Cluster).where(Cluster.slug.in_(slugs)).options(joinedload(Cluster.sector))
    )
    return {each.slug: each for each in rows}


@dataclass(slots=True)
class HeldEvidence:
    """Evidence as rows show it. `products`: row numbers it is limited to, unless `covers_all`.

    `kind`, `hs`: of its scheme; `material`: of which it speaks, if the holder said so.
    """

    products: Collection[int]
    code: str
    evidence_type: str
    grade: str
    issued_on: dt.date
    expires_on: dt.date | None
    covers_all: bool
    kind: str
    hs: Sequence[str]
    material: str | None
    public_id: str
    renews: str | None

    def covers(self, product: ListedProduct) -> bool:
        """As `scope.covers`; a test holds the two together."""
        if self.covers_all:
            return bool(self.material) or not asks_material(self.kind, self.hs, product.hs_code)
        return product.id in self.products


class _Then(NamedTuple):
    """A row of a scope, see `scope.Named`."""

    product_id: int
    site_id: int | None
    family: str | None
    hs_code: str | None
    place: str | None
    town: str | None


_OWN = select(Evidence.id, Evidence.holder_id.label("organisation_id")).where(
    Evidence.holder_id.in_(_THESE)
)
_OF_GROUPS = select(EvidenceMember.evidence_id, EvidenceMember.organisation_id).where(
    EvidenceMember.organisation_id.in_(_THESE)
)
_SHOWN = union_all(_OWN, _OF_GROUPS).subquery()
_HELD = (
    select(
        _SHOWN.c.organisation_id,
        Evidence.id,
        Scheme.code,
        Scheme.evidence_type,
        Evidence.grade,
        Evidence.issued_on,
        Evidence.expires_on,
        Evidence.covers_all,
        Scheme.kind,
        Scheme.hs,
        Evidence.details["material"].as_string(),
        Evidence.public_id,
        Evidence.renews,
    )
    .select_from(_SHOWN)
    .join(Evidence, Evidence.id == _SHOWN.c.id)
    .join(Scheme, Scheme.id == Evidence.scheme_id)
    .where(IS_SHOWN)
)
_SCOPES = (
    select(
        EvidenceScope.evidence_id,
        ProductFamily.key,
        Product.hs_code,
        EvidenceScope.product_id,
        EvidenceScope.site_id,
        EvidenceScope.family,
        EvidenceScope.hs_code,
        EvidenceScope.place,
        Site.town,
    )
    .join(Evidence, Evidence.id == EvidenceScope.evidence_id)
    .join(Product, Product.id == EvidenceScope.product_id)
    .join(ProductFamily, ProductFamily.id == Product.family_id)
    .outerjoin(Site, Site.id == EvidenceScope.site_id)
    .where(Evidence.holder_id.in_(_THESE))
)


def held_evidence(db: Session, holders: Iterable[int]) -> dict[int, list[HeldEvidence]]:
    """Evidence by the organisation that may show it: its holder, or a member of a group."""
    these = {"these": list(set(holders))}
    if not these["these"]:
        return {}
    limited: defaultdict[int, set[int]] = defaultdict(set)
    for evidence, family, hs_code, *then in db.execute(_SCOPES, these):
        named = _Then._make(then)
        if not changes_of(named, ProductNow(named.product_id, family, hs_code)):
            limited[evidence].add(named.product_id)
    found: defaultdict[int, list[HeldEvidence]] = defaultdict(list)
    for holder, id, *facts in db.execute(_HELD, these):
        found[holder].append(HeldEvidence(limited.get(id, ()), *facts))
    return found


_FREE = (
    select(
        LineMonth.line_id,
        func.sum(LineMonth.capacity - LineMonth.committed - LineMonth.held),
        func.count(),
    )
    .where(LineMonth.line_id.in_(_THESE), LineMonth.month >= bindparam("since"))
    .group_by(LineMonth.line_id)
)


def free_per_month(db: Session, lines: Iterable[int | None], today: dt.date) -> dict[int, Decimal]:
    """What production lines have free on average in the months on record, from this one on."""
    known = {each for each in lines if each is not None}
    if not known:
        return {}
    rows = db.execute(_FREE, {"these": list(known), "since": today.replace(day=1)})
    return {line: Decimal(total) / months for line, total, months in rows}


_DISTANCES = select(SeaDistance.origin, SeaDistance.km).where(
    SeaDistance.destination == bindparam("destination"), SeaDistance.origin.in_(_THESE)
)


def sea_distances(db: Session, origins: Iterable[str], destination: str) -> dict[str, int]:
    """Kilometres by sea from ports of loading to the reader's port."""
    if not destination:
        return {}
    asked = {"these": list(set(origins)), "destination": destination}
    return {row.origin: row.km for row in db.execute(_DISTANCES, asked)}
