"""The start page: what there is, counted now, and where it is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from matchmaker.storefront.cards import Link, address
from matchmaker.storefront.filters import number
from matchmaker.storefront.labels import labels
from matchmaker.storefront.queries import (
    ClusterDot,
    Counts,
    cluster_dots,
    counts,
    most_listed_code,
    products_by_sector,
)
from matchmaker.storefront.refinements import Asked
from matchmaker.storefront.words import gettext as _
from matchmaker.storefront.words import ngettext

LISTED = 12


@dataclass(frozen=True)
class Dot:
    """A cluster on the map and in the list beside it."""

    name: str
    lat: float
    lon: float
    firms: int
    url: str
    note: str
    kerala: bool
    sector: str


@dataclass(frozen=True)
class HomePage:
    """The view model of templates/storefront/home.html."""

    examples: tuple[Link, ...]
    counts: Counts
    dots: tuple[Dot, ...]
    sectors: tuple[Link, ...]

    @property
    def demonstration(self) -> bool:
        return self.counts.firms_demo > 0

    @property
    def listed(self) -> tuple[Dot, ...]:
        return self.dots[:LISTED]

    @property
    def folded(self) -> tuple[Dot, ...]:
        return self.dots[LISTED:]


def build_home(db: Session) -> HomePage:
    """Gather the start page; five small queries."""
    words = labels(db)
    dots = map_dots(cluster_dots(db))
    search = url_for("storefront.search")
    sectors = tuple(
        Link(
            f"{words.sectors.get(slug, slug)} {number(count)}",
            Asked(chosen={"sector": (slug,)}).address(search),
        )
        for slug, count in products_by_sector(db).items()
    )
    code = most_listed_code(db)
    examples = _examples(search, code) if code else ()
    return HomePage(examples, counts(db), dots, sectors)


def map_dots(found: Iterable[ClusterDot]) -> tuple[Dot, ...]:
    """Clusters as the map draws them."""
    return tuple(
        Dot(
            name=each.name,
            lat=each.lat,
            lon=each.lon,
            firms=each.firms,
            url=address("cluster", each.slug),
            note=ngettext("%(num)d firm", "%(num)d firms", each.firms),
            kerala=each.state == "Kerala",
            sector=each.sector,
        )
        for each in found
    )


def _examples(search: str, code: str) -> tuple[Link, ...]:
    """Three searches of three kinds: by what it is for, by the trade's word, by HS code."""
    texts = (_("mats that keep cows from slipping"), _("elaichi 8 mm"), f"HS {code}")
    return tuple(Link(text, Asked(text=text).address(search)) for text in texts)
