"""What result rows and the home page ask of the database: a fixed number of queries each."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload, load_only, raiseload

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.capacity import LineMonth
from matchmaker.catalogue.models import Firm, PriceTier, Product, ProductFamily
from matchmaker.catalogue.visibility import FIRM_IS_PUBLIC, PRODUCT_IS_PUBLIC
from matchmaker.certification.models import Evidence, EvidenceScope, Scheme
from matchmaker.clusters.models import Cluster, Institution, SeaDistance, Sector

_FIRM = (Firm.organisation_id, Firm.cluster_id, Firm.verification)
_ORGANISATION = (Organisation.name, Organisation.slug, Organisation.is_demo)
_CLUSTER = (Cluster.slug, Cluster.name, Cluster.district, Cluster.state, Cluster.seaport)


# Put together once: taking statements apart for the cache costs as much as sending them.
_LISTED_PRODUCTS = select(Product).options(
    load_only(
        Product.public_id,
        Product.slug,
        Product.title,
        Product.unit,
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
    ),
    joinedload(Product.firm).load_only(*_FIRM),
    joinedload(Product.firm).joinedload(Firm.organisation).load_only(*_ORGANISATION),
    joinedload(Product.firm).joinedload(Firm.cluster).load_only(*_CLUSTER),
    raiseload("*"),
)
_LISTED_FIRMS = select(Firm).options(
    load_only(Firm.public_id, *_FIRM, Firm.founded, Firm.workers),
    joinedload(Firm.organisation).load_only(*_ORGANISATION),
    joinedload(Firm.cluster).load_only(*_CLUSTER),
    raiseload("*"),
)


def listed_products(db: Session, ids: Sequence[str]) -> dict[str, Product]:
    """Products with all that a result row shows, by public id; they refuse to load more."""
    if not ids:
        return {}
    rows = db.scalars(_LISTED_PRODUCTS.where(Product.public_id.in_(ids)))
    return {each.public_id: each for each in rows}


def listed_firms(db: Session, ids: Sequence[str]) -> dict[str, Firm]:
    """Firms with all that a result row shows, by public id."""
    if not ids:
        return {}
    rows = db.scalars(_LISTED_FIRMS.where(Firm.public_id.in_(ids)))
    return {each.public_id: each for each in rows}


def listed_clusters(db: Session, slugs: Sequence[str]) -> dict[str, Cluster]:
    if not slugs:
        return {}
    rows = db.scalars(
        select(Cluster).where(Cluster.slug.in_(slugs)).options(joinedload(Cluster.sector))
    )
    return {each.slug: each for each in rows}


@dataclass
class HeldEvidence:
    """Evidence as rows show it. `products`: row numbers it is limited to, unless `covers_all`."""

    code: str
    scheme: str
    evidence_type: str
    grade: str
    issued_on: dt.date
    expires_on: dt.date | None
    covers_all: bool
    products: frozenset[int | None]

    def covers(self, product_id: int) -> bool:
        return self.covers_all or product_id in self.products


def held_evidence(db: Session, holders: Iterable[int]) -> dict[int, list[HeldEvidence]]:
    """Evidence by the organisation that holds it. Plain rows: a page of results has hundreds."""
    holders = set(holders)
    if not holders:
        return {}
    limited: dict[int, set[int | None]] = defaultdict(set)
    scopes = (
        select(EvidenceScope.evidence_id, EvidenceScope.product_id)
        .join(Evidence, Evidence.id == EvidenceScope.evidence_id)
        .where(Evidence.holder_id.in_(holders))
    )
    for evidence, product in db.execute(scopes):
        limited[evidence].add(product)
    rows = db.execute(
        select(
            Evidence.holder_id,
            Evidence.id,
            Scheme.code,
            Scheme.name,
            Scheme.evidence_type,
            Evidence.grade,
            Evidence.issued_on,
            Evidence.expires_on,
            Evidence.covers_all,
        )
        .join(Scheme, Scheme.id == Evidence.scheme_id)
        .where(Evidence.holder_id.in_(holders))
    )
    found: dict[int, list[HeldEvidence]] = defaultdict(list)
    for holder, id, code, name, kind, grade, issued, expires, all_ in rows:
        products = frozenset(limited.get(id, ()))
        found[holder].append(HeldEvidence(code, name, kind, grade, issued, expires, all_, products))
    return found


def first_prices(db: Session, ids: Iterable[int]) -> dict[int, Decimal]:
    """The price of one unit at the minimum order, by row number of the product."""
    prices: dict[int, Decimal] = {}
    rows = db.execute(
        select(PriceTier.product_id, PriceTier.price)
        .where(PriceTier.product_id.in_(set(ids)))
        .order_by(PriceTier.product_id, PriceTier.from_quantity)
    )
    for product, price in rows:
        prices.setdefault(product, price)
    return prices


def free_per_month(db: Session, lines: Iterable[int | None], today: dt.date) -> dict[int, Decimal]:
    """What production lines have free on average in the months on record, from this one on."""
    known = {each for each in lines if each is not None}
    if not known:
        return {}
    free = func.sum(LineMonth.capacity - LineMonth.committed - LineMonth.held)
    rows = db.execute(
        select(LineMonth.line_id, free, func.count())
        .where(LineMonth.line_id.in_(known), LineMonth.month >= today.replace(day=1))
        .group_by(LineMonth.line_id)
    )
    return {line: Decimal(total) / months for line, total, months in rows}


def sea_distances(db: Session, origins: Iterable[str], destination: str) -> dict[str, int]:
    """Kilometres by sea from ports of loading to the reader's port."""
    if not destination:
        return {}
    rows = db.execute(
        select(SeaDistance.origin, SeaDistance.km).where(
            SeaDistance.destination == destination, SeaDistance.origin.in_(set(origins))
        )
    )
    return {row.origin: row.km for row in rows}


def _begins(query: Select[str, str], column: object, text: str, limit: int) -> Select[str, str]:
    return query.where(column.istartswith(text, autoescape=True)).limit(limit)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Named:
    """Something whose name begins as typed: its kind ('product', 'firm', 'cluster')."""

    kind: str
    name: str
    slug: str


def names_beginning(db: Session, text: str, limit: int = 8) -> list[Named]:
    """Plain look-up by the beginning of names, for when the search engine does not answer."""
    visible = select(Product.title, Product.slug).join(Firm)
    sources = (
        ("cluster", select(Cluster.name, Cluster.slug), Cluster.name),
        (
            "firm",
            select(Organisation.name, Organisation.slug)
            .join(Firm, Firm.organisation_id == Organisation.id)
            .where(FIRM_IS_PUBLIC),
            Organisation.name,
        ),
        (
            "product",
            visible.where(PRODUCT_IS_PUBLIC),
            Product.title,
        ),
    )
    return [
        Named(kind, name, slug)
        for kind, query, column in sources
        for name, slug in db.execute(_begins(query, column, text, limit))
    ]


def slugs_of_firms(db: Session, names: Sequence[str]) -> dict[str, str]:
    if not names:
        return {}
    rows = db.execute(
        select(Organisation.name, Organisation.slug)
        .join(Firm, Firm.organisation_id == Organisation.id)
        .where(Organisation.name.in_(names), FIRM_IS_PUBLIC)
    )
    return {row.name: row.slug for row in rows}


@dataclass(frozen=True)
class Counts:
    """How much there is; `real` and `demo` apart, since only one of them is true."""

    products_real: int
    products_demo: int
    firms_real: int
    firms_demo: int
    clusters: int
    institutions: int


def counts(db: Session) -> Counts:
    real, demo = _by_demo(
        db,
        select(Organisation.is_demo, func.count(Firm.id))
        .join(Firm, Firm.organisation_id == Organisation.id)
        .where(FIRM_IS_PUBLIC),
    )
    goods_real, goods_demo = _by_demo(
        db,
        select(Organisation.is_demo, func.count(Product.id))
        .join(Firm, Firm.organisation_id == Organisation.id)
        .join(Product, Product.firm_id == Firm.id)
        .where(PRODUCT_IS_PUBLIC),
    )
    clusters = db.scalar(select(func.count(Cluster.id))) or 0
    institutions = db.scalar(select(func.count(Institution.id))) or 0
    return Counts(goods_real, goods_demo, real, demo, clusters, institutions)


def _by_demo(db: Session, query: Select[bool, int]) -> tuple[int, int]:
    found = {bool(demo): count for demo, count in db.execute(query.group_by(Organisation.is_demo))}
    return found.get(False, 0), found.get(True, 0)


@dataclass(frozen=True)
class ClusterDot:
    """A cluster on the map."""

    name: str
    slug: str
    sector: str
    district: str
    state: str
    lat: float
    lon: float
    firms: int


def cluster_dots(db: Session) -> list[ClusterDot]:
    """All clusters with the number of their firms, largest first."""
    members = func.count(case((FIRM_IS_PUBLIC, Firm.id)))
    rows = db.execute(
        select(
            Cluster.name,
            Cluster.slug,
            Sector.name,
            Cluster.district,
            Cluster.state,
            Cluster.lat,
            Cluster.lon,
            members,
        )
        .join(Sector, Sector.id == Cluster.sector_id)
        .outerjoin(Firm, Firm.cluster_id == Cluster.id)
        .group_by(Cluster.id, Sector.name)
        .order_by(members.desc(), Cluster.name)
    )
    return [ClusterDot(*row) for row in rows]


def products_by_sector(db: Session) -> Mapping[str, int]:
    """Published products by the slug of their family's sector."""
    rows = db.execute(
        select(Sector.slug, func.count(Product.id).label("products"))
        .join(ProductFamily, ProductFamily.sector_id == Sector.id)
        .join(Product, Product.family_id == ProductFamily.id)
        .where(Product.state == "published")
        .group_by(Sector.slug)
        .order_by(func.count(Product.id).desc(), Sector.slug)
    )
    return {row.slug: row.products for row in rows}


def most_listed_code(db: Session) -> str | None:
    """The HS code under which most products are listed; None when there are none."""
    return db.scalar(
        select(Product.hs_code)
        .where(Product.state == "published")
        .group_by(Product.hs_code)
        .order_by(func.count().desc(), Product.hs_code)
        .limit(1)
    )
