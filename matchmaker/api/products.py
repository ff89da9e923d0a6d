"""A firm's own products, named by its own numbers (SKU)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.api.door import Outdated, key_actor, who_asks, with_key
from matchmaker.api.pages import own
from matchmaker.api.paging import page_of
from matchmaker.api.public import WHOLE
from matchmaker.api.schemas import OwnProduct, OwnProducts, OwnProductsQuery, ProductSaid
from matchmaker.api.shown import own_product
from matchmaker.catalogue.facts import LONGEST, ProductFacts
from matchmaker.catalogue.models import Firm, Product, ProductFamily
from matchmaker.catalogue.queries import firm_of
from matchmaker.catalogue.services import change_product, facts_of, list_product
from matchmaker.database import get_db
from matchmaker.errors import BadInput, NotFound
from matchmaker.limits import limiter, search_limit


@own.route("/products")
@with_key("catalogue:read")
@limiter.limit(search_limit, key_func=who_asks)
@own.arguments(OwnProductsQuery, location="query")
@own.response(200, OwnProducts)
def own_products(asked: dict[str, Any]) -> dict[str, Any]:
    """The firm's products, drafts and hidden ones too, by their numbers."""
    actor, db = key_actor(), get_db()
    query = select(Product).where(Product.firm_id == firm_of(db, actor).id).options(*WHOLE)
    if "state" in asked:
        query = query.where(Product.state == asked["state"])
    if "cursor" in asked:
        query = query.where(Product.sku > asked["cursor"])
    rows = db.scalars(query.order_by(Product.sku).limit(asked["limit"] + 1)).all()
    return page_of(
        rows, asked["limit"], lambda each: each.sku, lambda each: own_product(actor, each)
    )


@own.route("/products/<sku>")
@with_key("catalogue:read")
@limiter.limit(search_limit, key_func=who_asks)
@own.response(200, OwnProduct)
def read_product(sku: str) -> Any:
    """One product, with its version as ETag."""
    actor, db = key_actor(), get_db()
    found = _found(db, firm_of(db, actor), sku)
    return own_product(actor, found), 200, {"ETag": _tag(found)}


@own.route("/products/<sku>", methods=["PUT"])
@with_key("catalogue:write")
@limiter.limit(search_limit, key_func=who_asks)
@own.arguments(ProductSaid)
@own.response(200, OwnProduct)
@own.alt_response(201, schema=OwnProduct, description="Listed anew")
def put_product(said: dict[str, Any], sku: str) -> Any:
    """List the product with this number, or replace what it says; again changes nothing.

    `If-Match` with the ETag that was read guards against overwriting somebody else's change.
    """
    actor, db = key_actor(), get_db()
    firm = firm_of(db, actor)
    actor.must_write_for(firm.organisation_id)
    if len(sku) > LONGEST["sku"] or not sku.isprintable():
        raise BadInput("sku", sku, "Use at most 40 letters, figures and signs.")
    family = db.scalar(select(ProductFamily).where(ProductFamily.key == said["family"]))
    if family is None:
        raise BadInput("family", said["family"], "Use the key of a product family.")
    found = _product(db, firm, sku)
    _must_match(actor, found)
    facts = _facts(sku, said, found)
    if found is None:
        listed = list_product(db, actor, firm, family, facts)
        status = 201
    else:
        listed = change_product(
            db, actor, found, facts, "API", family=family, expected=found.version
        )
        status = 200
    db.commit()
    return own_product(actor, listed), status, {"ETag": _tag(listed)}


@own.route("/products/<sku>", methods=["DELETE"])
@with_key("catalogue:write")
@limiter.limit(search_limit, key_func=who_asks)
@own.response(204)
def hide_product(sku: str) -> Response:
    """Take a product off the site. Nothing is lost: it stays, hidden, with its history."""
    actor, db = key_actor(), get_db()
    found = _found(db, firm_of(db, actor), sku)
    actor.must_write_for(found.firm.organisation_id)
    _must_match(actor, found)
    if found.state != "hidden":
        facts = replace(facts_of(found), state="hidden")
        change_product(db, actor, found, facts, "API", expected=found.version)
        db.commit()
    return Response(status=204)


def _facts(sku: str, said: dict[str, Any], found: Product | None) -> ProductFacts:
    """What is said now. What a program cannot say, and who sees it if unsaid, stays as it was."""
    values = {name: value for name, value in said.items() if name not in ("family", "prices")}
    steps = sorted((each["from_quantity"], each["price"]) for each in said["prices"])
    values["tiers"] = tuple(steps)
    if found is not None:
        return replace(facts_of(found), **values)
    return ProductFacts(sku=sku, **({"state": "draft"} | values))


def _product(db: Session, firm: Firm, sku: str) -> Product | None:
    return db.scalar(
        select(Product).where(Product.firm_id == firm.id, Product.sku == sku).options(*WHOLE)
    )


def _found(db: Session, firm: Firm, sku: str) -> Product:
    product = _product(db, firm, sku)
    if product is None:
        raise NotFound("There is no product with this number in your catalogue.")
    return product


def _tag(product: Product) -> str:
    return f'"v{product.version}"'


def _must_match(actor: Any, product: Product | None) -> None:
    """Refuse what was made from another version. `*`: any, but there must be one."""
    wanted = [each.strip() for each in request.headers.get("If-Match", "").split(",")]
    if wanted == [""]:
        return
    if product is None:
        raise Outdated({})
    if "*" not in wanted and _tag(product) not in wanted:
        current = OwnProduct().dump(own_product(actor, product))
        raise Outdated({**current, "etag": _tag(product)})
