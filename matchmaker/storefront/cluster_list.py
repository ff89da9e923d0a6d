"""All clusters by state or by sector, and where the data of this site comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.catalogue.models import HsCode, ProductFamily
from matchmaker.certification.models import MarketRule, Scheme
from matchmaker.clusters.models import Cluster, SeaDistance, Sector, Source
from matchmaker.clusters.sources import SourceLink
from matchmaker.money import ExchangeRates
from matchmaker.storefront.home import Dot, map_dots
from matchmaker.storefront.labels import Labels
from matchmaker.storefront.queries import ClusterDot, Counts, cluster_dots, counts

SOURCE_FILES = ("clusters", "certifications", "market_requirements")


@dataclass(frozen=True)
class ListedCluster:
    """One cluster in the list."""

    dot: ClusterDot
    sector: str
    products: tuple[str, ...]
    gi: bool
    exports_town: bool


@dataclass(frozen=True)
class Group:
    """Clusters of one state, or of one sector."""

    name: str
    clusters: tuple[ListedCluster, ...]


@dataclass(frozen=True)
class ClusterList:
    """The view model of templates/storefront/clusters.html."""

    by: str
    groups: tuple[Group, ...]
    dots: tuple[Dot, ...]
    demonstration: bool

    @property
    def total(self) -> int:
        return len(self.dots)


@dataclass(frozen=True)
class AboutData:
    """The view model of templates/storefront/about_data.html."""

    counts: Counts
    schemes: int
    rules: dict[str, int]
    hs_codes: int
    families: int
    sectors: int
    distances: int
    sources: dict[str, tuple[SourceLink, ...]]
    rates_of: dt.date

    @property
    def demonstration(self) -> bool:
        return self.counts.firms_demo > 0


def build_cluster_list(db: Session, labels: Labels, by: str) -> ClusterList:
    """All clusters; groups with most clusters first, and in them those with most firms."""
    dots = cluster_dots(db)
    about = {
        slug: (tuple(products), bool(gi), bool(town), sector)
        for slug, products, gi, town, sector in db.execute(
            select(
                Cluster.slug,
                Cluster.products,
                Cluster.gi,
                Cluster.town_of_export_excellence,
                Sector.slug,
            ).join(Sector, Sector.id == Cluster.sector_id)
        )
    }
    listed = [
        ListedCluster(
            dot,
            labels.of("sector", about[dot.slug][3]),
            about[dot.slug][0],
            about[dot.slug][1],
            about[dot.slug][2],
        )
        for dot in dots
        if dot.slug in about
    ]
    name: Callable[[ListedCluster], str] = (
        (lambda each: each.sector) if by == "sector" else (lambda each: each.dot.state)
    )
    return ClusterList(
        by=by,
        groups=_grouped(listed, name),
        dots=map_dots(dots),
        demonstration=any(dot.firms for dot in dots) and counts(db).firms_demo > 0,
    )


def _grouped(
    listed: Sequence[ListedCluster], name: Callable[[ListedCluster], str]
) -> tuple[Group, ...]:
    found: dict[str, list[ListedCluster]] = {}
    for each in listed:
        found.setdefault(name(each), []).append(each)
    groups = [Group(key, tuple(same)) for key, same in found.items()]
    return tuple(sorted(groups, key=lambda group: (-len(group.clusters), group.name)))


def build_about_data(db: Session, rates: ExchangeRates) -> AboutData:
    """What is on this site, counted, and all its sources."""
    rules = db.execute(select(MarketRule.confidence, func.count()).group_by(MarketRule.confidence))
    found: dict[str, list[SourceLink]] = {name: [] for name in SOURCE_FILES}
    for key, title, url, evidence in db.execute(
        select(Source.key, Source.title, Source.url, Source.evidence).order_by(Source.title)
    ):
        found.setdefault(key.split("/")[0], []).append(SourceLink(title, url, evidence))
    return AboutData(
        counts=counts(db),
        schemes=_count(db, Scheme),
        rules={confidence: count for confidence, count in rules},  # noqa: C416 rows are no pairs to mypy
        hs_codes=_count(db, HsCode),
        families=_count(db, ProductFamily),
        sectors=_count(db, Sector),
        distances=_count(db, SeaDistance),
        sources={name: tuple(same) for name, same in found.items()},
        rates_of=rates.rate("INR", "USD").fixed_on,
    )


def _count(db: Session, model: type[object]) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0
