"""A firm's own list of products: what stands how, what has grown old, what is missing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from matchmaker.accounts.actor import Actor
from matchmaker.catalogue.capacity import LineMonth, ProductionLine
from matchmaker.catalogue.freshness import STALE_AFTER, is_stale
from matchmaker.catalogue.models import Firm, PriceTier, Product
from matchmaker.catalogue.pictures import Shown, first_pictures
from matchmaker.catalogue.quality import Listing, Quality, quality_of
from matchmaker.catalogue.services import facts_of
from matchmaker.catalogue.upkeep import ProductImage
from matchmaker.errors import NotFound
from matchmaker.wording import gettext as _

A_PAGE = 25
FILTERS = ("all", "published", "draft", "hidden", "stale", "incomplete")


@dataclass(frozen=True)
class ListedHere:
    """One row of the list."""

    product: Product
    picture: Shown | None
    quality: Quality
    stale: tuple[str, ...]


@dataclass(frozen=True)
class ProductList:
    """One page of the list, and how many there are by filter."""

    rows: tuple[ListedHere, ...]
    counts: dict[str, int]
    page: int
    last: int


def own_firm(db: Session, actor: Actor) -> Firm | None:
    """The firm the actor acts for; None while it has not been registered as a maker."""
    if actor.acts_for is None:
        return None
    return db.scalar(select(Firm).where(Firm.organisation_id == actor.acts_for.id))


def own_product(db: Session, actor: Actor, public_id: str) -> Product:
    """The product with all its pages need. Raises NotFound, also for those of others."""
    product = db.scalar(
        select(Product)
        .join(Firm, Firm.id == Product.firm_id)
        .where(
            Product.public_id == public_id,
            Firm.organisation_id == (actor.acts_for.id if actor.acts_for else None),
        )
        .options(
            joinedload(Product.firm).joinedload(Firm.organisation),
            joinedload(Product.family),
            selectinload(Product.tiers),
        )
    )
    if product is None:
        raise NotFound(_("There is no such product here."))
    return product


def list_own_products(
    db: Session, firm: Firm, today: dt.date, chosen: str = "all", words: str = "", page: int = 1
) -> ProductList:
    """A page of the firm's products, those worked on last first. A fixed number of queries."""
    conditions = _conditions(today)
    mine = Product.firm_id == firm.id
    if words.strip():
        like = [c.icontains(words.strip(), autoescape=True) for c in (Product.title, Product.sku)]
        mine = and_(mine, or_(*like))
    counts = _counts(db, mine, conditions)
    chosen = chosen if chosen in FILTERS else "all"
    last = max(1, -(-counts[chosen] // A_PAGE))
    page = min(max(page, 1), last)
    products = db.scalars(
        select(Product)
        .outerjoin(ProductionLine, ProductionLine.id == Product.line_id)
        .where(mine, conditions[chosen])
        .order_by(Product.updated_at.desc(), Product.id.desc())
        .limit(A_PAGE)
        .offset((page - 1) * A_PAGE)
        .options(joinedload(Product.family), joinedload(Product.line), selectinload(Product.tiers))
    ).all()
    return ProductList(_rows(db, products, today), counts, page, last)


def quality_here(db: Session, product: Product, today: dt.date) -> Quality:
    """The meter of one product."""
    return _rows(db, [product], today)[0].quality


def free_of(product: Product, months: Iterable[LineMonth], today: dt.date) -> list[Decimal]:
    """What the line has left for this product, month by month from this one on, in its unit."""
    since = today.replace(day=1)
    return [each.free / product.line_factor for each in months if each.month >= since]


def stale_facts(product: Product, today: dt.date) -> tuple[str, ...]:
    """Which of price, lead time and capacity nobody has stood by lately."""
    told = (
        ("price", bool(product.tiers), product.price_confirmed_on),
        ("lead", product.lead_days is not None, product.lead_confirmed_on),
        ("capacity", product.line is not None, product.line and product.line.confirmed_on),
    )
    return tuple(name for name, is_told, on in told if is_told and is_stale(on, today))


def _rows(db: Session, products: Iterable[Product], today: dt.date) -> tuple[ListedHere, ...]:
    products = list(products)
    numbers = [each.id for each in products]
    faces = first_pictures(db, numbers)
    counted = select(ProductImage.product_id, func.count()).group_by(ProductImage.product_id)
    found = db.execute(counted.where(ProductImage.product_id.in_(numbers)))
    pictures = {number: count for number, count in found}  # noqa: C416
    months: defaultdict[int | None, list[LineMonth]] = defaultdict(list)
    lines = {each.line_id for each in products if each.line_id}
    for month in db.scalars(select(LineMonth).where(LineMonth.line_id.in_(lines))):
        months[month.line_id].append(month)
    return tuple(
        ListedHere(
            product=each,
            picture=faces.get(each.id),
            stale=(stale := stale_facts(each, today)),
            quality=quality_of(
                Listing(
                    facts=facts_of(each),
                    attributes=tuple(each.family.attributes),
                    family_is_guess=each.family_is_guess,
                    pictures=pictures.get(each.id, 0),
                    free=free_of(each, months[each.line_id], today),
                    stale=stale,
                )
            ),
        )
        for each in products
    )


def _conditions(today: dt.date) -> dict[str, ColumnElement[bool]]:
    """The filters in SQL; 'incomplete' lacks what buyers filter by."""
    old = today - STALE_AFTER
    priced = exists().where(PriceTier.product_id == Product.id)

    def aged(column: InstrumentedAttribute[dt.date | None]) -> ColumnElement[bool]:
        return or_(column.is_(None), column < old)

    return {
        "all": Product.id.is_not(None),
        "published": Product.state == "published",
        "draft": Product.state == "draft",
        "hidden": Product.state == "hidden",
        "stale": or_(
            and_(priced, aged(Product.price_confirmed_on)),
            and_(Product.lead_days.is_not(None), aged(Product.lead_confirmed_on)),
            and_(Product.line_id.is_not(None), aged(ProductionLine.confirmed_on)),
        ),
        "incomplete": or_(
            not_(priced),
            Product.line_id.is_(None),
            Product.lead_days.is_(None),
            Product.net_kg.is_(None),
            Product.has_photo.is_(False),
            Product.family_is_guess.is_(True),
            Product.description == "",
        ),
    }


def _counts(
    db: Session, mine: ColumnElement[bool], conditions: dict[str, ColumnElement[bool]]
) -> dict[str, int]:
    row = db.execute(
        select(*(func.count(case((each, Product.id))) for each in conditions.values()))
        .select_from(Product)
        .outerjoin(ProductionLine, ProductionLine.id == Product.line_id)
        .where(mine)
    ).one()
    return dict(zip(conditions, row, strict=True))
