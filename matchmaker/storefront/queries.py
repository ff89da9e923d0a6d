"""What the home page and the search box ask of the database: a fixed number of queries each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.catalogue.visibility import FIRM_IS_PUBLIC, PRODUCT_IS_PUBLIC
from matchmaker.clusters.models import Cluster, Institution, Sector


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
    """Products that everybody sees by the slug of their family's sector."""
    rows = db.execute(
        select(Sector.slug, func.count(Product.id).label("products"))
        .join(ProductFamily, ProductFamily.sector_id == Sector.id)
        .join(Product, Product.family_id == ProductFamily.id)
        .join(Firm, Firm.id == Product.firm_id)
        .where(PRODUCT_IS_PUBLIC)
        .group_by(Sector.slug)
        .order_by(func.count(Product.id).desc(), Sector.slug)
    )
    return {row.slug: row.products for row in rows}


def most_listed_code(db: Session) -> str | None:
    """The HS code under which most products are listed; None when there are none."""
    return db.scalar(
        select(Product.hs_code)
        .join(Firm, Firm.id == Product.firm_id)
        .where(PRODUCT_IS_PUBLIC)
        .group_by(Product.hs_code)
        .order_by(func.count().desc(), Product.hs_code)
        .limit(1)
    )
