"""The public pages of the seeded little world: a sample of every kind, the odd ones included."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.models import Firm, Product
from matchmaker.clusters.models import Cluster
from matchmaker.database import make_engine

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


def addresses(database_url: str) -> list[str]:
    """Addresses of pages, without a language."""
    queries = {
        "products": select(Product.slug).where(Product.state == "published").order_by(Product.id),
        "firms": select(Organisation.slug)
        .join(Firm, Firm.organisation_id == Organisation.id)
        .order_by(Firm.id),
        "clusters": select(Cluster.slug).order_by(Cluster.id),
    }
    # A connection of its own: the application's belong to its requests.
    engine = make_engine(database_url)
    things = []
    with Session(engine) as db:
        for folder, query in queries.items():
            every = list(db.scalars(query))
            step = max(1, len(every) // OF_EACH_KIND)
            things += [f"/{folder}/{slug}" for slug in every[::step][:OF_EACH_KIND]]
    engine.dispose()
    return [*FIXED, *things, f"{things[0]}?market=DE", f"{things[1]}?market=US"]
