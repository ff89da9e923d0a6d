"""The start page: what there is, counted, and the ways in."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Product
from matchmaker.clusters.models import Cluster
from matchmaker.database import database
from matchmaker.storefront.queries import most_listed_code, products_by_sector
from tests.factories import make_product


def figures(page: str) -> list[tuple[str, int]]:
    found = re.findall(r"<dt>([^<]+)</dt><dd>([\d,]+)</dd>", page)
    return [(label, int(count.replace(",", ""))) for label, count in found]


def test_counts_come_from_the_database_real_and_made_up_apart(
    site: Flask, visitor: FlaskClient
) -> None:
    with site.app_context():
        clusters = database.session.scalar(select(func.count(Cluster.id)))
        published = select(func.count(Product.id)).where(Product.state == "published")
        products = database.session.scalar(published)

    shown = figures(visitor.get("/").text)

    assert shown[0] == ("clusters", clusters)
    assert [count for label, count in shown if label == "products"] == [0, products]
    assert "Demonstration data" in visitor.get("/").text


def test_each_cluster_is_on_the_map_and_in_the_list(site: Flask, visitor: FlaskClient) -> None:
    page = visitor.get("/").text
    with site.app_context():
        slugs = list(database.session.scalars(select(Cluster.slug)))

    dots = re.findall(r'<a href="/clusters/([^"]+)" tabindex="-1" class="spot">', page)
    listed = re.findall(r'<li><a href="/clusters/([^"]+)">', page)
    assert set(dots) == set(listed) == set(slugs)


def test_the_examples_are_true(visitor: FlaskClient) -> None:
    page = visitor.get("/").text
    examples = re.findall(r'class="chip" href="(/search\?q=[^"]+)"', page)

    assert len(examples) == 3
    for each in examples:
        assert '<li class="row">' in visitor.get(each).text, each


def test_an_empty_house_still_has_a_start_page(client: FlaskClient) -> None:
    answer = client.get("/")

    assert answer.status_code == 200
    assert "Demonstration data" not in answer.text


def test_the_page_names_itself_and_its_other_languages(visitor: FlaskClient) -> None:
    page = visitor.get("/de/").text

    assert re.search(r'<link rel="canonical" href="[^"]+/de/">', page)
    assert re.search(r'hreflang="ml" href="[^"]+/ml/"', page)
    assert re.search(r'hreflang="x-default" href="[^"]+:\d+/"', page)


def test_no_link_of_the_start_page_leads_nowhere(visitor: FlaskClient) -> None:
    page = visitor.get("/").text
    links = {each for each in re.findall(r'href="(/[^"#]*)"', page) if "/static/" not in each}

    for each in sorted(links)[:80]:
        assert visitor.get(each.replace("&amp;", "&")).status_code < 400, each


def test_a_suspended_firm_counts_in_no_sector_and_gives_no_example(db: Session) -> None:
    many, few = make_product(db), make_product(db, hs_code="401699")
    make_product(db, firm=many.firm, family=many.family)
    assert products_by_sector(db) == {few.family.sector.slug: 3}
    many.firm.verification = "suspended"
    db.flush()
    assert products_by_sector(db) == {few.family.sector.slug: 1}
    few.firm.verification = "suspended"
    db.flush()
    assert (products_by_sector(db), most_listed_code(db)) == ({}, None)
