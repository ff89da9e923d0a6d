"""What pages tell machines (JSON-LD of schema.org): facts that everybody may see, nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from matchmaker.storefront.cards import address
from matchmaker.storefront.cluster_page import ClusterPage
from matchmaker.storefront.firm_page import FirmPage
from matchmaker.storefront.price_view import PriceView
from matchmaker.storefront.product_page import ProductPage, lowest_and_highest
from matchmaker.storefront.words import gettext as _

CONTEXT = "https://schema.org"


def data_block(*things: Mapping[str, Any]) -> Markup:
    """JSON that can stand inside <script type="application/ld+json">, whatever texts hold."""
    found = [{"@context": CONTEXT, **_without_empty(thing)} for thing in things]
    text = json.dumps(found if len(found) > 1 else found[0], ensure_ascii=False)
    for letter, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(letter, code)
    return Markup(text)  # noqa: S704 every letter that could end the block is escaped


def product_data(page: ProductPage, root: str, image: str) -> dict[str, Any]:
    """schema.org/Product. A price that is not public never enters it, whoever looks."""
    product = page.product
    return {
        "@type": "Product",
        "name": product.title,
        "description": product.description,
        "productID": product.public_id,
        "category": product.family.name,
        "url": root + address("product", product.slug),
        "image": root + image,
        "countryOfOrigin": {"@type": "Country", "name": "IN"},
        "manufacturer": {
            "@type": "Organization",
            "name": product.firm.name,
            "url": root + address("firm", product.firm.slug),
        },
        "disambiguatingDescription": _demonstration(page.demonstration),
        "additionalProperty": [
            {"@type": "PropertyValue", "name": fact.label, "value": fact.value}
            for fact in page.specification
        ],
        "offers": _offers(page.price) if product.price_audience == "public" else None,
    }


def firm_data(page: FirmPage, root: str) -> dict[str, Any]:
    """schema.org/Organization, without contacts."""
    firm = page.firm
    return {
        "@type": "Organization",
        "name": firm.name,
        "description": firm.about,
        "url": root + address("firm", firm.slug),
        "foundingDate": str(firm.founded) if firm.founded else None,
        "numberOfEmployees": {"@type": "QuantitativeValue", "value": firm.workers},
        "disambiguatingDescription": _demonstration(page.demonstration),
        "address": {
            "@type": "PostalAddress",
            "addressLocality": firm.cluster.district,
            "addressRegion": firm.cluster.state,
            "addressCountry": "IN",
        },
    }


def cluster_data(page: ClusterPage, root: str) -> dict[str, Any]:
    """schema.org/Place."""
    cluster = page.cluster
    return {
        "@type": "Place",
        "name": cluster.name,
        "description": ", ".join(cluster.products),
        "url": root + address("cluster", cluster.slug),
        "geo": {"@type": "GeoCoordinates", "latitude": cluster.lat, "longitude": cluster.lon},
        "address": {
            "@type": "PostalAddress",
            "addressLocality": cluster.district,
            "addressRegion": cluster.state,
            "addressCountry": "IN",
        },
    }


def crumbs_data(crumbs: Sequence[Mapping[str, str]], root: str) -> dict[str, Any]:
    """schema.org/BreadcrumbList of the links above the title."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            _without_empty(
                {
                    "@type": "ListItem",
                    "position": place,
                    "name": crumb["label"],
                    "item": root + crumb["url"] if crumb.get("url") else None,
                }
            )
            for place, crumb in enumerate(crumbs, start=1)
        ],
    }


def _offers(price: PriceView) -> dict[str, Any] | None:
    ends = lowest_and_highest(price)
    if ends is None:
        return None
    low, high = ends
    return {
        "@type": "AggregateOffer",
        "priceCurrency": low.currency,
        "lowPrice": f"{low.amount:f}",
        "highPrice": f"{high.amount:f}",
        "offerCount": len(price.tiers),
    }


def _demonstration(is_demo: bool) -> str | None:
    return _("Demonstration data: this record is made up.") if is_demo else None


def _without_empty(thing: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in thing.items() if value not in (None, "", [])}
