"""Completions for the search box: kinds of product and titles first, then clusters and firms."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from matchmaker.storefront.cards import address
from matchmaker.storefront.labels import labels
from matchmaker.storefront.queries import slugs_of_firms
from matchmaker.storefront.refinements import Asked
from matchmaker.storefront.words import gettext as _
from search.contract import Engine, Suggestion

SHORTEST = 2
OF_PRODUCTS, OF_OTHERS = 5, 2


def suggestions(db: Session, engine: Engine, typed: str) -> list[dict[str, str]]:
    """At most nine, each with the page it leads to. Raises SearchUnavailable."""
    if len(typed) < SHORTEST:
        return []
    goods = engine.suggest("products", typed, OF_PRODUCTS)
    clusters = engine.suggest("clusters", typed, OF_OTHERS * 2)
    firms = engine.suggest("firms", typed, OF_OTHERS * 3)
    return [
        *(_search(each) for each in goods),
        *_clusters(db, clusters),
        *_firms(db, [each.text for each in firms]),
    ]


def _search(found: Suggestion) -> dict[str, str]:
    url = Asked(text=found.text).address(url_for("storefront.search"))
    return {"label": found.text, "kind": _("Product"), "url": url}


def _clusters(db: Session, found: tuple[Suggestion, ...]) -> list[dict[str, str]]:
    by_name = {name: slug for slug, name in labels(db).clusters.items()}
    return [
        {
            "label": each.text,
            "kind": _("Cluster"),
            "url": address("cluster", by_name[each.text]),
        }
        for each in found
        if each.text in by_name  # else it is a product that clusters make, which stands above
    ][:OF_OTHERS]


def _firms(db: Session, names: list[str]) -> list[dict[str, str]]:
    slugs = slugs_of_firms(db, names)
    return [
        {"label": name, "kind": _("Firm"), "url": address("firm", slugs[name])}
        for name in names
        if name in slugs
    ][:OF_OTHERS]
