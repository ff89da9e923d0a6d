"""The catalogue as every visitor may read it: the visibility of the site, nothing more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.access import open_to
from matchmaker.api.door import who_asks
from matchmaker.api.pages import catalogue
from matchmaker.api.paging import page_of
from matchmaker.api.schemas import (
    CatalogueQuery,
    FirmSeen,
    ProductSeen,
    ProductsSeen,
)
from matchmaker.api.shown import firm_seen, product_seen
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.catalogue.visibility import FIRM_IS_PUBLIC, PRODUCT_IS_PUBLIC
from matchmaker.clusters.models import Cluster
from matchmaker.database import get_db
from matchmaker.limits import limiter, search_limit
from matchmaker.web import found

WHOLE = (
    joinedload(Product.family),
    selectinload(Product.tiers),
    joinedload(Product.firm).options(joinedload(Firm.organisation), joinedload(Firm.cluster)),
)


@catalogue.route("/catalogue/products")
@open_to("anyone")
@limiter.limit(search_limit, key_func=who_asks)
@catalogue.arguments(CatalogueQuery, location="query")
@catalogue.response(200, ProductsSeen)
def products(asked: dict[str, Any]) -> dict[str, Any]:
    """Published products, in an order that stays."""
    query = _public().order_by(Product.public_id).limit(asked["limit"] + 1)
    if "cursor" in asked:
        query = query.where(Product.public_id > asked["cursor"])
    if "family" in asked:
        query = query.where(Product.family.has(ProductFamily.key == asked["family"]))
    if "cluster" in asked:
        query = query.where(Firm.cluster.has(Cluster.slug == asked["cluster"]))
    rows = get_db().scalars(query).all()
    return page_of(
        rows, asked["limit"], lambda each: each.public_id, lambda each: product_seen(None, each)
    )


@catalogue.route("/catalogue/products/<id>")
@open_to("anyone")
@limiter.limit(search_limit, key_func=who_asks)
@catalogue.response(200, ProductSeen)
def product(id: str) -> dict[str, Any]:
    """One published product."""
    row = get_db().scalar(_public().where(Product.public_id == id))
    return product_seen(None, found(row, "The product"))


@catalogue.route("/catalogue/firms/<id>")
@open_to("anyone")
@limiter.limit(search_limit, key_func=who_asks)
@catalogue.response(200, FirmSeen)
def firm(id: str) -> dict[str, Any]:
    """One firm."""
    row = get_db().scalar(
        select(Firm)
        .where(Firm.public_id == id, FIRM_IS_PUBLIC)
        .options(joinedload(Firm.organisation), joinedload(Firm.cluster))
    )
    return firm_seen(found(row, "The firm"))


def _public() -> Select[Product]:
    return select(Product).join(Product.firm).where(PRODUCT_IS_PUBLIC).options(*WHOLE)
