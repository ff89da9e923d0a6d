"""The addresses search engines should know: one file, or an index of files when there are many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from flask import url_for
from sqlalchemy import Select, cast, func, null, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Organisation
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.visibility import FIRM_IS_PUBLIC
from matchmaker.clusters.models import Cluster
from matchmaker.orm import Utc

# The protocol of sitemaps.org allows 50,000 addresses in one file.
MOST_IN_A_FILE = 50_000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
FIXED = ("storefront.home", "storefront.clusters", "storefront.about_data")


@dataclass(frozen=True)
class Entry:
    """An address without the site's root, and the day it last changed if that is known."""

    address: str
    changed: dt.date | None = None


def count_files(db: Session, most: int = MOST_IN_A_FILE) -> int:
    """How many files all addresses need."""
    total = len(FIXED) + sum(size for size, _query in _parts(db).values())
    return -(-total // most)


def entries(db: Session, file: int, most: int = MOST_IN_A_FILE) -> list[Entry]:
    """The addresses of one file, counted from 1: clusters, firms, products, then the few others.

    Only what everybody may see.
    """
    skip = (file - 1) * most
    found: list[Entry] = []
    for kind, (size, query) in _parts(db).items():
        room = most - len(found)
        if room and skip < size:
            rows = db.execute(query.offset(skip).limit(room))
            found += [
                Entry(url_for(f"storefront.{kind}", slug=slug), changed.date() if changed else None)
                for slug, changed in rows
            ]
        skip = max(0, skip - size)
    room = most - len(found)
    return found + [Entry(url_for(endpoint)) for endpoint in FIXED[skip : skip + room]]


def _parts(db: Session) -> dict[str, tuple[int, Select[str, dt.datetime]]]:
    """By kind of page: how many there are, and the query for their slugs in a lasting order."""
    never = cast(null(), Utc)
    queries: dict[str, Select[str, dt.datetime]] = {
        "cluster": select(Cluster.slug, never).order_by(Cluster.id),
        "firm": select(Organisation.slug, never)
        .join(Firm, Firm.organisation_id == Organisation.id)
        .where(FIRM_IS_PUBLIC)
        .order_by(Firm.id),
        "product": select(Product.slug, Product.updated_at)
        .join(Firm, Firm.id == Product.firm_id)
        .where(Product.state == "published", FIRM_IS_PUBLIC)
        .order_by(Product.id),
    }
    return {
        kind: (
            db.scalar(
                query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
            )
            or 0,
            query,
        )
        for kind, query in queries.items()
    }


def urlset(root: str, listed: Iterable[Entry]) -> Iterator[str]:
    """One file of addresses, in pieces, so that a large one is never held as a whole."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">\n'
    for entry in listed:
        changed = f"<lastmod>{entry.changed.isoformat()}</lastmod>" if entry.changed else ""
        yield f"<url><loc>{escape(root + entry.address)}</loc>{changed}</url>\n"
    yield "</urlset>\n"


def index(root: str, files: int) -> Iterator[str]:
    """The file that names the files."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{NAMESPACE}">\n'
    for file in range(1, files + 1):
        address = url_for("storefront.sitemap_file", file=file)
        yield f"<sitemap><loc>{escape(root + address)}</loc></sitemap>\n"
    yield "</sitemapindex>\n"


def robots(root: str) -> str:
    """What robots may read: everything but the switch of preferences and endless filtered lists."""
    lines = (
        "User-agent: *",
        "Disallow: /preferences",
        "Disallow: /*/preferences",
        "Disallow: /*search?*",
        "Disallow: /*?*market=",
        f"Sitemap: {root}{url_for('storefront.sitemap_xml')}",
    )
    return "\n".join(lines) + "\n"
