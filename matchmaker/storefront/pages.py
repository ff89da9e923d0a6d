"""The pages of one thing: a product, a firm, a cluster; the list of clusters; for robots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlencode

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from matchmaker.access import current_actor, open_to
from matchmaker.certification.assessing import OFFERED
from matchmaker.database import get_db
from matchmaker.errors import NotFound
from matchmaker.money import exchange_rates
from matchmaker.orm import utc_now
from matchmaker.reader import current_reader
from matchmaker.searching import searching
from matchmaker.storefront import sitemap, structured_data
from matchmaker.storefront.cards import Maker
from matchmaker.storefront.cluster_list import build_about_data, build_cluster_list
from matchmaker.storefront.cluster_page import build_cluster_page
from matchmaker.storefront.filters import unit_words
from matchmaker.storefront.firm_page import build_firm_page
from matchmaker.storefront.labels import labels
from matchmaker.storefront.moved import slug_of_firm, slug_of_product
from matchmaker.storefront.product_page import build_product_page
from matchmaker.storefront.words import gettext as _

Answer = str | BaseResponse | tuple[str, int]


def add_routes(blueprint: Blueprint) -> None:
    """Give the blueprint these pages."""
    for rule, name, view in (
        ("/products/<slug>", "product", product),
        ("/firms/<slug>", "firm", firm),
        ("/clusters/<slug>", "cluster", cluster),
        ("/clusters", "clusters", clusters),
        ("/about-data", "about_data", about_data),
        ("/sitemap.xml", "sitemap_xml", sitemap_xml),
        ("/sitemaps/<int:file>.xml", "sitemap_file", sitemap_file),
        ("/robots.txt", "robots", robots),
    ):
        blueprint.add_url_rule(rule, name, open_to("anyone")(view))
    blueprint.add_app_template_filter(unit_words, "unit_words")


def today() -> dt.date:
    return utc_now().date()


def product(slug: str) -> Answer:
    page = build_product_page(_maker(), searching(), slug, _market())
    if page is None:
        if moved := slug_of_product(get_db(), current_actor(), slug):
            return _moved(moved)
        return _not_found(_("This product is not here"), slug, "products")
    one = page.product
    crumbs = _crumbs(
        (one.firm.cluster.name, url_for("storefront.cluster", slug=one.firm.cluster.slug)),
        (one.firm.name, url_for("storefront.firm", slug=one.firm.slug)),
    )
    image = f"/static/drawings/{one.family.drawing}.svg"
    data = structured_data.data_block(
        structured_data.product_data(page, _root(), image),
        structured_data.crumbs_data(crumbs, _root()),
    )
    return render_template(
        "storefront/product.html", **_shown(page), crumbs=crumbs, data=data, markets=OFFERED
    )


def firm(slug: str) -> Answer:
    page = build_firm_page(_maker(), slug, _page_number())
    if page is None:
        if moved := slug_of_firm(get_db(), current_actor(), slug):
            return _moved(moved)
        return _not_found(_("This firm is not here"), slug, "firms")
    home = page.firm.cluster
    crumbs = _crumbs((home.name, url_for("storefront.cluster", slug=home.slug)))
    data = structured_data.data_block(
        structured_data.firm_data(page, _root()), structured_data.crumbs_data(crumbs, _root())
    )
    return render_template(
        "storefront/firm.html", **_shown(page), crumbs=crumbs, data=data, page_url=_page_url
    )


def cluster(slug: str) -> Answer:
    page = build_cluster_page(_maker(), slug, _page_number())
    if page is None:
        return _not_found(_("This cluster is not here"), slug, "clusters")
    crumbs = _crumbs()
    data = structured_data.data_block(
        structured_data.cluster_data(page, _root()), structured_data.crumbs_data(crumbs, _root())
    )
    return render_template(
        "storefront/cluster.html", **_shown(page), crumbs=crumbs, data=data, page_url=_page_url
    )


def clusters() -> Answer:
    by = "sector" if request.args.get("by") == "sector" else "state"
    db = get_db()
    return render_template(
        "storefront/clusters.html", **_shown(build_cluster_list(db, labels(db), by))
    )


def about_data() -> Answer:
    return render_template(
        "storefront/about_data.html", **_shown(build_about_data(get_db(), exchange_rates()))
    )


def sitemap_xml() -> Answer:
    files = sitemap.count_files(get_db())
    if files > 1:
        return Response("".join(sitemap.index(_root(), files)), mimetype="application/xml")
    return sitemap_file(1)


def sitemap_file(file: int) -> Answer:
    if not 1 <= file <= sitemap.count_files(get_db()):
        raise NotFound(_("There are fewer files of addresses than that."))
    listed = sitemap.entries(get_db(), file)
    return Response("".join(sitemap.urlset(_root(), listed)), mimetype="application/xml")


def robots() -> Answer:
    return Response(sitemap.robots(_root()), mimetype="text/plain")


def _maker() -> Maker:
    db = get_db()
    return Maker(db, current_reader(), current_actor(), labels(db), exchange_rates(), today())


def _shown(page: Any) -> dict[str, Any]:
    return {"page": page, "demonstration": page.demonstration}


def _market() -> str:
    """The market asked for, or the country of the reader's port; empty when neither is known."""
    asked = request.args.get("market", "").upper()
    for country in (asked, current_reader().country):
        if country in OFFERED:
            return country
    return ""


def _page_number() -> int:
    text = request.args.get("page", "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _page_url(number: int) -> str:
    """This page's address with another part of its list."""
    values = dict(request.view_args or {}, **({"page": number} if number > 1 else {}))
    return url_for(str(request.endpoint), **values)


def _crumbs(*links: tuple[str, str]) -> list[Mapping[str, str]]:
    first = {"label": _("Clusters"), "url": url_for("storefront.clusters")}
    return [first, *({"label": label, "url": url} for label, url in links)]


def _moved(slug: str) -> BaseResponse:
    """To the same page at its right address, with whatever else was asked."""
    query = urlencode(list(request.args.items(multi=True)), errors="replace")
    address = url_for(str(request.endpoint), slug=slug)
    return redirect(f"{address}?{query}" if query else address, 301)


def _not_found(title: str, slug: str, tab: str) -> tuple[str, int]:
    """404 with the search box already filled from the words of the address."""
    words = " ".join(unquote(slug).replace("-", " ").split()[:8])[:100]
    return render_template("storefront/not_found.html", heading=title, words=words, tab=tab), 404


def _root() -> str:
    return str(current_app.extensions["config"].public_url)
