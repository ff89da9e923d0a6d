"""Every kind of public page, each with the longest real content of the little world."""

from __future__ import annotations

from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.models import Firm, Product
from matchmaker.clusters.models import Cluster
from matchmaker.database import make_engine

SEARCHES = {
    "products": {"q": "rubber mat"},
    "firms": {"q": "rubber", "tab": "firms"},
    "clusters": {"q": "rubber", "tab": "clusters"},
    "chosen": {"q": "ruber", "unit": "piece", "price_to": "100000", "sort": "price", "more": "hs"},
    "browsing": {"page": "2", "sort": "lead"},
    "nothing": {"q": "zzxqvwj qqqzxv"},
    "too-far": {"q": "mat", "page": "1000000000"},
}
NAMES = (
    "home",
    *(f"search-{name}" for name in SEARCHES),
    *("product", "product-market", "firm", "cluster", "cluster-empty", "clusters", "by-sector"),
    *("sign-in", "join-firm", "privacy"),
    *("about-data", "health", "not-found", "no-such-product", "refused"),
)


def paths(database_url: str) -> dict[str, str]:
    """The address of each kind, without the language."""
    engine = make_engine(database_url)
    with Session(engine) as db:
        product, firm, full, empty = _longest(db)
    engine.dispose()
    found = {"home": "/"}
    found |= {f"search-{name}": "/search?" + urlencode(each) for name, each in SEARCHES.items()}
    found |= {
        "product": f"/products/{product}",
        "product-market": f"/products/{product}?market=DE",
        "firm": f"/firms/{firm}",
        "cluster": f"/clusters/{full}",
        "cluster-empty": f"/clusters/{empty}",
        "clusters": "/clusters",
        "by-sector": "/clusters?by=sector",
        "sign-in": "/sign-in",
        "join-firm": "/join/firm",
        "privacy": "/privacy",
        "about-data": "/about-data",
        "health": "/health",
        "not-found": "/nothing/here",
        "no-such-product": "/products/rubber-mat-that-is-not-there",
        "refused": "/preferences?currency=XXX",
    }
    assert set(found) == set(NAMES)
    return found


def _longest(db: Session) -> tuple[str, str, str, str]:
    lines = func.length(Product.title) + func.length(Product.description)
    product = db.scalars(
        select(Product.slug).where(Product.state == "published").order_by(lines.desc()).limit(1)
    ).one()
    firm = db.scalars(
        select(Organisation.slug)
        .join(Firm, Firm.organisation_id == Organisation.id)
        .join(Product, Product.firm_id == Firm.id)
        .group_by(Organisation.slug)
        .order_by(func.count().desc(), func.length(Organisation.name).desc())
        .limit(1)
    ).one()
    members = func.count(Firm.id)
    by_size = select(Cluster.slug).outerjoin(Firm).group_by(Cluster.id)
    full = db.scalars(by_size.order_by(members.desc()).limit(1)).one()
    empty = db.scalars(by_size.order_by(members, func.length(Cluster.name).desc()).limit(1)).one()
    return product, firm, full, empty
