"""The public pages of the seeded little world: a sample of every kind, the odd ones included."""

from __future__ import annotations

from flask import Flask, url_for
from sqlalchemy import select

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.models import Firm, Product
from matchmaker.clusters.models import Cluster
from matchmaker.database import get_db

OF_EACH_KIND = 8
FIXED = (
    "/",
    "/search",
    "/search?q=rubber+mat",
    "/search?q=qzxqzxqzx",
    "/search?q=rubbr+mats",
    "/search?q=rubber&tab=firms",
    "/search?q=rubber&tab=clusters",
    "/search?tab=firms&sort=workers",
    "/search?q=cardamom+qzxqzx",
    "/search?page=900",
    "/search?lead_to=30&unit=mass&price_to=x",
    "/clusters",
    "/clusters?by=sector",
    "/about-data",
    "/health",
    "/no-such-page",
    "/products/no-such-product",
    "/preferences?currency=XXX",
)


def addresses(site: Flask) -> list[str]:
    """Addresses of pages, without a language."""
    with site.test_request_context():
        db = get_db()
        slugs = {
            "product": select(Product.slug)
            .where(Product.state == "published")
            .order_by(Product.id),
            "firm": select(Organisation.slug)
            .join(Firm, Firm.organisation_id == Organisation.id)
            .order_by(Firm.id),
            "cluster": select(Cluster.slug).order_by(Cluster.id),
        }
        things = []
        for kind, query in slugs.items():
            every = list(db.scalars(query))
            step = max(1, len(every) // OF_EACH_KIND)
            chosen = every[::step][:OF_EACH_KIND]
            things += [url_for(f"storefront.{kind}", slug=slug) for slug in chosen]
        market = [f"{things[0]}?market=DE", f"{things[1]}?market=US"]
    return [*FIXED, *things, *market]
