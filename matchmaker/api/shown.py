"""Rows as the API shows them. What a reader may see is decided by the rooms' `can_see…`."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from matchmaker.accounts.actor import Actor
from matchmaker.api.schemas import Stated
from matchmaker.catalogue.capacity import ProductionLine
from matchmaker.catalogue.line_calendar import CalendarMonth
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.visibility import can_see_price
from matchmaker.certification.models import Evidence

PLAIN = (*Stated().fields, "description", "attributes", "standards", "lead_confirmed_on")
PRICED = ("currency", "incoterm", "incoterm_place", "price_confirmed_on")


def product_seen(actor: Actor | None, product: Product) -> dict[str, Any]:
    """The fields of `ProductSeen`; of hidden prices nothing, not even their currency."""
    shown: dict[str, Any] = {name: getattr(product, name) for name in PLAIN}
    shown |= {
        "id": product.public_id,
        "url": _page("product", product.slug),
        "family": product.family.key,
        "is_demo": product.firm.is_demo,
        "firm": {
            "id": product.firm.public_id,
            "name": product.firm.name,
            "cluster": product.firm.cluster.slug,
        },
    }
    if can_see_price(actor, product):
        shown |= {name: getattr(product, name) for name in PRICED}
        shown["prices"] = [
            {"from_quantity": tier.from_quantity, "price": tier.price} for tier in product.tiers
        ]
    return shown


def own_product(actor: Actor, product: Product) -> dict[str, Any]:
    """The fields of `OwnProduct`."""
    own = ("sku", "state", "price_audience", "version", "updated_at")
    return product_seen(actor, product) | {name: getattr(product, name) for name in own}


def evidence_held(evidence: Evidence, skus: dict[int, str]) -> dict[str, Any]:
    """The fields of `EvidenceHeld`. `skus`: the firm's own numbers by row number."""
    plain = "number issuer issued_on expires_on grade graded_on review laboratory substances"
    return {name: getattr(evidence, name) for name in (*plain.split(), "covers_all")} | {
        "id": evidence.public_id,
        "scheme": evidence.scheme.code,
        "kind": evidence.scheme.evidence_type,
        "products": sorted(
            skus[each.product_id] for each in evidence.scope if each.product_id in skus
        ),
    }


def line_shown(number: int, line: ProductionLine, months: list[CalendarMonth]) -> dict[str, Any]:
    """The fields of `Line`."""
    return {
        "number": number,
        "name": line.name,
        "family": line.family.key,
        "unit": line.unit,
        "confirmed_on": line.confirmed_on,
        "months": [month_shown(each) for each in months],
    }


def month_shown(month: CalendarMonth) -> dict[str, Any]:
    free = None if month.capacity is None else month.capacity - month.promised
    return {
        "month": f"{month.month:%Y-%m}",
        "capacity": month.capacity,
        "committed": month.committed,
        "held": month.held,
        "free": free,
    }


def firm_seen(firm: Firm) -> dict[str, Any]:
    """The fields of `FirmSeen`."""
    plain = ("name", "about", "workers", "verification", "verified_on", "is_demo")
    return {name: getattr(firm, name) for name in plain} | {
        "id": firm.public_id,
        "url": _page("firm", firm.slug),
        "cluster": firm.cluster.slug,
        "markets": sorted(each.country for each in firm.markets),
    }


def _page(kind: str, slug: str) -> str:
    """The address of a page under the site's public name, whatever name the program asked by."""
    public_url = current_app.extensions["config"].public_url
    return f"{public_url}{url_for(f'storefront.{kind}', slug=slug)}"
