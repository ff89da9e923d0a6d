"""A firm's page: who they are, what they make, what they can show. No contacts stand on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.capacity import ProductionLine
from matchmaker.catalogue.freshness import is_stale
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.catalogue.pictures import Shown, first_pictures
from matchmaker.catalogue.visibility import can_see_firm, can_see_product
from matchmaker.clusters.models import Cluster
from matchmaker.storefront.capacity_view import MonthBar, average_free, month_bars
from matchmaker.storefront.cards import Fact, Maker, address
from matchmaker.storefront.evidence_view import EvidenceRow, evidence_held, evidence_rows, telling
from matchmaker.storefront.filters import country, number, quantity
from matchmaker.storefront.price_view import PriceView, price_view
from matchmaker.storefront.sea import Ports, SeaRoute, read_ports, sea_route
from matchmaker.storefront.words import gettext as _
from matchmaker.storefront.words import locale

PRODUCTS_A_PAGE = 60


@dataclass(frozen=True)
class Listed:
    """One product in the firm's list."""

    title: str
    url: str
    unit: str
    moq: Decimal
    lead_days: int | None
    price: PriceView
    is_published: bool


@dataclass(frozen=True)
class FamilyShelf:
    """The firm's products of one family."""

    name: str
    drawing: str
    products: tuple[Listed, ...]


@dataclass(frozen=True)
class LineView:
    """A production line with its months, in its own unit."""

    name: str
    family: str
    unit: str
    bars: tuple[MonthBar, ...]
    free: Decimal | None
    confirmed_on: dt.date | None
    stale: bool


@dataclass(frozen=True)
class FirmPage:
    """The view model of templates/storefront/firm.html."""

    firm: Firm
    answer: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    shelves: tuple[FamilyShelf, ...]
    product_count: int
    page: int
    last: int
    lines: tuple[LineView, ...]
    evidence: tuple[EvidenceRow, ...]
    telling: tuple[EvidenceRow, ...]
    route: SeaRoute
    ports: Ports
    drawing: str
    picture: Shown | None = None

    @property
    def demonstration(self) -> bool:
        return self.firm.is_demo


def build_firm_page(maker: Maker, slug: str, page: int) -> FirmPage | None:
    """The page, or None when there is no such firm or this actor may not see it."""
    db, today = maker.db, maker.today
    firm = _find(db, slug)
    if firm is None or not can_see_firm(maker.actor, firm):
        return None
    total = _count_products(db, firm)
    last = max(1, -(-total // PRODUCTS_A_PAGE))
    page = min(max(page, 1), last)
    products = _products(db, firm, page)
    shelves = _shelves(maker, products)
    faces = first_pictures(db, [each.id for each in products if each.has_photo])
    lines = _lines(db, firm, today)
    evidence = evidence_rows(
        evidence_held(db, firm.organisation_id), today, shown_by=firm.organisation_id
    )
    ports = read_ports(db)
    return FirmPage(
        firm=firm,
        answer=_answer(firm, shelves, lines, total),
        facts=_facts(firm),
        shelves=shelves,
        product_count=total,
        page=page,
        last=last,
        lines=lines,
        evidence=evidence,
        telling=telling(evidence),
        route=sea_route(db, ports, firm.cluster.seaport, maker.reader.port),
        ports=ports,
        drawing=shelves[0].drawing if shelves else "generic",
        picture=next(iter(faces.values()), None),
    )


def _find(db: Session, slug: str) -> Firm | None:
    return db.scalar(
        select(Firm)
        .join(Organisation, Organisation.id == Firm.organisation_id)
        .where(Organisation.slug == slug)
        .options(
            joinedload(Firm.organisation),
            joinedload(Firm.cluster).joinedload(Cluster.sector),
            selectinload(Firm.sites),
            selectinload(Firm.markets),
        )
    )


def _count_products(db: Session, firm: Firm) -> int:
    return (
        db.scalar(
            select(func.count(Product.id)).where(
                Product.firm_id == firm.id, Product.state == "published"
            )
        )
        or 0
    )


def _products(db: Session, firm: Firm, page: int) -> Sequence[Product]:
    """Published products only: drafts belong to the firm's own pages, not to its shop window."""
    return (
        db.scalars(
            select(Product)
            .join(ProductFamily, ProductFamily.id == Product.family_id)
            .where(Product.firm_id == firm.id, Product.state == "published")
            .options(joinedload(Product.family), selectinload(Product.tiers))
            .order_by(ProductFamily.name, Product.title, Product.id)
            .limit(PRODUCTS_A_PAGE)
            .offset((page - 1) * PRODUCTS_A_PAGE)
        )
        .unique()
        .all()
    )


def _shelves(maker: Maker, products: Iterable[Product]) -> tuple[FamilyShelf, ...]:
    by_family: dict[int, list[Product]] = {}
    for product in products:
        if can_see_product(maker.actor, product):
            by_family.setdefault(product.family_id, []).append(product)
    shelves = [
        FamilyShelf(
            name=same[0].family.name,
            drawing=same[0].family.drawing,
            products=tuple(_listed(maker, each) for each in same),
        )
        for same in by_family.values()
    ]
    return tuple(sorted(shelves, key=lambda shelf: -len(shelf.products)))


def _listed(maker: Maker, product: Product) -> Listed:
    return Listed(
        title=product.title,
        url=address("product", product.slug),
        unit=product.unit,
        moq=product.moq,
        lead_days=product.lead_days,
        price=price_view(product, maker.actor, maker.reader.currency, maker.rates, maker.today),
        is_published=product.state == "published",
    )


def _lines(db: Session, firm: Firm, today: dt.date) -> tuple[LineView, ...]:
    lines = db.scalars(
        select(ProductionLine)
        .where(ProductionLine.firm_id == firm.id)
        .options(joinedload(ProductionLine.family), selectinload(ProductionLine.months))
        .order_by(ProductionLine.id)
    )
    return tuple(_line(each, today) for each in lines if each.months)


def _line(line: ProductionLine, today: dt.date) -> LineView:
    bars = month_bars(line.months, today)
    return LineView(
        name=line.name,
        family=line.family.name,
        unit=line.unit,
        bars=bars,
        free=average_free(bars),
        confirmed_on=line.confirmed_on,
        stale=is_stale(line.confirmed_on, today),
    )


def _answer(
    firm: Firm, shelves: Sequence[FamilyShelf], lines: Sequence[LineView], total: int
) -> tuple[Fact, ...]:
    makes = ", ".join(shelf.name for shelf in shelves[:3])
    markets = sorted(country(each.country) for each in firm.markets)
    shown = ", ".join(markets[:4])
    more = _("and %(count)s more", count=len(markets) - 4) if len(markets) > 4 else ""
    return (
        Fact(_("Makes"), makes),
        Fact(_("Products listed"), number(total)),
        _free(lines),
        Fact(_("Has exported to"), shown, more),
    )


def _free(lines: Sequence[LineView]) -> Fact:
    """What the first line has free; lines of different units cannot be added."""
    told = [line for line in lines if line.free is not None]
    if not told or told[0].free is None:
        return Fact(_("Free a month"), "")
    return Fact(_("Free a month"), quantity(told[0].free, told[0].unit), told[0].family)


def _facts(firm: Firm) -> tuple[Fact, ...]:
    return (
        Fact(_("Workers"), number(firm.workers), _size(firm.size)),
        Fact(_("Since"), str(firm.founded or "")),
        Fact(_("Led by women"), _("yes") if firm.women_led else _("not stated")),
        Fact(_("Speaks"), ", ".join(_language(code) for code in firm.languages)),
        Fact(
            _("Has exported to"),
            ", ".join(
                country(each.country)
                + (" " + _("(since %(year)s)", year=each.since) if each.since else "")
                for each in sorted(firm.markets, key=lambda each: each.since or 9999)
            ),
        ),
        Fact(
            _("Sites"),
            "; ".join(f"{site.name}, {site.town}" for site in firm.sites),
        ),
    )


def _size(size: str) -> str:
    words = {
        "micro": _("micro enterprise"),
        "small": _("small enterprise"),
        "medium": _("medium enterprise"),
    }
    return str(words[size])


def _language(code: str) -> str:
    """The language's name in the reader's own."""
    try:
        return str(Locale.parse(code).get_display_name(locale()) or code)
    except (UnknownLocaleError, ValueError):
        return code
