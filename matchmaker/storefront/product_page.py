"""A product's page: can they make it for me, from when, for how much, and how do I know?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.catalogue.capacity import ProductionLine
from matchmaker.catalogue.freshness import is_stale
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.catalogue.pictures import Shown, pictures_of, shown
from matchmaker.catalogue.visibility import can_see_product
from matchmaker.clusters.models import Cluster
from matchmaker.measures import UNITS
from matchmaker.money import Money
from matchmaker.searching import Searching
from matchmaker.storefront.capacity_view import (
    MonthBar,
    average_free,
    filled_by,
    first_with_room,
    month_bars,
)
from matchmaker.storefront.cards import Fact, Maker, Row
from matchmaker.storefront.evidence_view import (
    EvidenceRow,
    covers,
    evidence_held,
    evidence_rows,
    telling,
)
from matchmaker.storefront.filters import money, number, quantity, unit_words
from matchmaker.storefront.market_view import MarketView, market_view
from matchmaker.storefront.price_view import PriceView, price_view, standing_words
from matchmaker.storefront.sea import Ports, SeaRoute, read_ports, sea_route
from matchmaker.storefront.words import gettext as _
from matchmaker.storefront.words import ngettext
from search.contract import Equals, Not
from search.errors import SearchError

SIMILAR = 4
# What is sold by the gram or carat travels in a parcel: a container of it tells nothing.
GRAMS_AND_LESS = Decimal("0.01")


@dataclass(frozen=True)
class Capacity:
    """Twelve months in the product's own unit. `bars` empty: the firm told nothing.

    `from_month`: the first that has room for the minimum order; `spread`: how many months it
    takes where no single one has, and the last of them.
    """

    bars: tuple[MonthBar, ...]
    free: Decimal | None
    from_month: MonthBar | None
    spread: tuple[int, MonthBar] | None
    line: str
    confirmed_on: dt.date | None
    stale: bool


@dataclass(frozen=True)
class ProductPage:
    """The view model of templates/storefront/product.html.

    `similar` None: the search did not answer. `product` is read for its plain facts only.
    """

    product: Product
    answer: tuple[Fact, ...]
    specification: tuple[Fact, ...]
    packing: tuple[Fact, ...]
    price: PriceView
    capacity: Capacity
    evidence: tuple[EvidenceRow, ...]
    telling: tuple[EvidenceRow, ...]
    market: MarketView
    route: SeaRoute
    ports: Ports
    lead_stale: bool
    similar: tuple[Row, ...] | None
    pictures: tuple[Shown, ...] = ()
    for_desk: bool = False

    @property
    def demonstration(self) -> bool:
        return self.product.firm.is_demo

    @property
    def is_published(self) -> bool:
        return self.product.state == "published"


def find_product(db: Session, slug: str) -> Product | None:
    """The product at this address with all that its page needs: three queries, whatever it has."""
    firm = joinedload(Product.firm)
    return db.scalar(
        select(Product)
        .where(Product.slug == slug)
        .options(
            joinedload(Product.family).joinedload(ProductFamily.sector),
            joinedload(Product.hs),
            firm.joinedload(Firm.organisation),
            firm.joinedload(Firm.cluster).joinedload(Cluster.sector),
            selectinload(Product.tiers),
        )
    )


def build_product_page(
    maker: Maker, search: Searching, slug: str, market: str
) -> ProductPage | None:
    """The page, or None when there is no such product or this actor may not see it."""
    db, today = maker.db, maker.today
    product = find_product(db, slug)
    if product is None or not can_see_product(maker.actor, product):
        return None
    holder = product.firm.organisation_id
    held = [each for each in evidence_held(db, holder) if covers(each, product)]
    evidence = evidence_rows(held, today, shown_by=holder)
    price = price_view(product, maker.actor, maker.reader.currency, maker.rates, today)
    capacity = _capacity(db, product, today)
    ports = read_ports(db)
    route = sea_route(db, ports, product.firm.cluster.seaport, maker.reader.port)
    return ProductPage(
        product=product,
        answer=_answer(product, price, capacity, route),
        specification=_specification(product),
        packing=_packing(product),
        price=price,
        capacity=capacity,
        evidence=evidence,
        telling=telling(evidence),
        market=market_view(db, product, evidence, market, today),
        route=route,
        ports=ports,
        lead_stale=is_stale(product.lead_confirmed_on, today),
        similar=similar_products(maker, search, product),
        pictures=_pictures(db, product),
        for_desk=maker.actor is not None and maker.actor.is_desk,
    )


def _pictures(db: Session, product: Product) -> tuple[Shown, ...]:
    if not product.has_photo:
        return ()
    return tuple(shown(each) for each in pictures_of(db, product))


def similar_products(maker: Maker, search: Searching, product: Product) -> tuple[Row, ...] | None:
    """What other firms make that is most like it; None when the search does not answer."""
    others = Not(Equals("firm_id", product.firm.public_id))
    try:
        page = search.engine.similar("products", product.public_id, SIMILAR, others)
    except SearchError:
        return None
    rows = maker.rows("products", page)
    # The heading says why they are here; how near each is helps nobody.
    return tuple(replace(row, why="", fraction=None) for row in rows)


def _capacity(db: Session, product: Product, today: dt.date) -> Capacity:
    """What the product's line has to give, said in units of the product."""
    line = db.scalar(
        select(ProductionLine)
        .where(ProductionLine.id == product.line_id)
        .options(selectinload(ProductionLine.months))
    )
    if line is None or not line.months:
        return Capacity((), None, None, None, "", None, False)
    bars = month_bars(line.months, today, product.line_factor)
    return Capacity(
        bars=bars,
        free=average_free(bars),
        from_month=first_with_room(bars, product.moq),
        spread=filled_by(bars, product.moq),
        line=line.name,
        confirmed_on=line.confirmed_on,
        stale=is_stale(line.confirmed_on, today),
    )


def _answer(
    product: Product, price: PriceView, capacity: Capacity, route: SeaRoute
) -> tuple[Fact, ...]:
    """The facts a buyer decides on, in the order of the result rows."""
    lead = product.lead_days
    facts = [
        _price_fact(price),
        Fact(_("Minimum order"), quantity(product.moq, product.unit)),
        Fact(
            _("Free a month"),
            "" if capacity.free is None else quantity(capacity.free, product.unit),
            _room(capacity),
        ),
        Fact(_("Lead time"), "" if lead is None else ngettext("%(num)d day", "%(num)d days", lead)),
    ]
    if route.km is not None and route.days is not None:
        facts.append(
            Fact(
                _("By sea to %(port)s", port=route.destination),
                _("%(km)s km", km=number(route.km)),
                ngettext("about %(num)d day", "about %(num)d days", route.days),
            )
        )
    return tuple(facts)


def _room(capacity: Capacity) -> str:
    """When the minimum order could be made."""
    if capacity.from_month:
        return str(_("room for the minimum in %(month)s", month=capacity.from_month.name))
    if capacity.spread:
        return str(_("the minimum takes until %(month)s", month=capacity.spread[1].name))
    return str(_("no room for the minimum")) if capacity.bars else ""


def _price_fact(price: PriceView) -> Fact:
    label = _("Price")
    if price.standing == "shown":
        first = price.tiers[0]
        note = money(first.given) if price.rate else ""
        return Fact(label, f"{money(first.shown)} / {unit_words(price.unit, 1)}", note)
    return Fact(label, standing_words(price.standing))


def _specification(product: Product) -> tuple[Fact, ...]:
    """The family's attributes in its order, then what every product has."""
    labels = product.family.attributes
    known = [key for key in labels if key in product.attributes]
    rest = [key for key in product.attributes if key not in labels]
    facts = [
        _attribute(labels.get(key, {}), key, product.attributes[key]) for key in [*known, *rest]
    ]
    if product.gi:
        facts.append(Fact(_("Geographical indication"), product.gi))
    if product.standards:
        facts.append(Fact(_("Made to"), ", ".join(product.standards)))
    facts.append(Fact(_("HS code"), product.hs_code, product.hs.label))
    return tuple(facts)


def _attribute(about: dict[str, str], key: str, value: object) -> Fact:
    unit = about.get("unit", "")
    symbol = UNITS[unit].symbol if unit in UNITS else unit
    shown = number(value) if isinstance(value, int | float) else str(value)
    return Fact(about.get("label", key.replace("_", " ")), f"{shown} {symbol}".strip())


def _packing(product: Product) -> tuple[Fact, ...]:
    """Sizes of one unit, of a package and of containers; what nobody told says so."""
    unit = UNITS[product.unit]
    per = unit_words(unit.code, 1)
    facts = []
    if unit.dimension != "mass":
        facts.append(Fact(_("Net weight per %(unit)s", unit=per), _kg(product.net_kg)))
    if unit.factor >= GRAMS_AND_LESS or unit.dimension != "mass":
        facts.append(Fact(_("Gross weight per %(unit)s, packed", unit=per), _kg(product.gross_kg)))
    if product.unit_m2 is not None and unit.dimension != "area":
        facts.append(Fact(_("Area per %(unit)s", unit=per), quantity(product.unit_m2, "MTK")))
    package = _package_words(product.package_kind)
    facts.append(
        Fact(_("In one %(package)s", package=package), _units(product.per_package, unit.code))
    )
    if unit.factor >= GRAMS_AND_LESS or unit.dimension != "mass":
        facts += _containers(product)
    return tuple(facts)


def _containers(product: Product) -> list[Fact]:
    rooms = (
        (_("In a 20′ container"), product.per_20ft),
        (_("In a 40′ high-cube container"), product.per_40hc),
    )
    return [
        Fact(label, _units(room, product.unit), _tonnes(room, product.gross_kg))
        for label, room in rooms
    ]


def _kg(value: Decimal | None) -> str:
    return "" if value is None else quantity(value, "KGM")


def _units(value: Decimal | None, unit: str) -> str:
    return "" if value is None else quantity(value, unit)


def _tonnes(room: Decimal | None, gross_kg: Decimal | None) -> str:
    if room is None or gross_kg is None:
        return ""
    return str(_("%(tonnes)s t gross", tonnes=number(room * gross_kg / 1000, 1)))


def _package_words(kind: str | None) -> str:
    words = {
        "carton": _("carton"),
        "bale": _("bale"),
        "bag": _("bag"),
        "pallet": _("pallet"),
        "drum": _("drum"),
        "crate": _("crate"),
        "roll": _("roll"),
        "sack": _("sack"),
    }
    return str(words.get(kind or "", _("package")))


def lowest_and_highest(price: PriceView) -> tuple[Money, Money] | None:
    """The range of the prices as given, for machines; None when they are not for everybody."""
    if price.standing != "shown":
        return None
    given = [tier.given for tier in price.tiers]
    return min(given, key=lambda m: m.amount), max(given, key=lambda m: m.amount)
