"""What a product's page tells machines, and that the strict policy lets the block stand."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Product
from matchmaker.database import database
from matchmaker.storefront.structured_data import data_block
from tests.factories import make_product


def told_to_machines(html: str) -> list[dict[str, Any]]:
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    found: list[dict[str, Any]] = []
    for block in blocks:
        read = json.loads(block)
        found += read if isinstance(read, list) else [read]
    return found


def test_name_maker_and_public_price_are_told(app_db: Session, client: FlaskClient) -> None:
    product = make_product(app_db, title="Cow mat 18 mm")
    app_db.commit()

    things = told_to_machines(client.get(f"/products/{product.slug}").text)
    told = next(thing for thing in things if thing["@type"] == "Product")

    assert told["name"] == "Cow mat 18 mm"
    assert told["manufacturer"]["name"] == product.firm.name
    assert told["offers"] == {
        "@type": "AggregateOffer",
        "priceCurrency": "INR",
        "lowPrice": "850",
        "highPrice": "900",
        "offerCount": 2,
    }
    crumbs = next(thing for thing in things if thing["@type"] == "BreadcrumbList")
    assert [each["position"] for each in crumbs["itemListElement"]] == [1, 2, 3]


@pytest.mark.parametrize("audience", ["verified", "request"])
def test_other_prices_are_not(app_db: Session, client: FlaskClient, audience: str) -> None:
    tiers = ((Decimal(100), Decimal(900)),)
    product = make_product(app_db, price_audience=audience, tiers=tiers)
    app_db.commit()
    told = told_to_machines(client.get(f"/products/{product.slug}").text)
    assert "offers" not in told[0]


def test_no_text_can_end_the_block() -> None:
    nasty = "</script><script>alert(1)</script> & <!-- ü നൂൽ"
    block = data_block({"@type": "Product", "name": nasty})
    assert "<" not in block
    assert json.loads(block)["name"] == nasty


def test_a_nasty_title_stays_text(app_db: Session, client: FlaskClient) -> None:
    product = make_product(app_db, title="Mat </script><b>bold</b>")
    app_db.commit()
    html = client.get(f"/products/{product.slug}").text
    assert "<b>bold" not in html
    assert told_to_machines(html)[0]["name"] == "Mat </script><b>bold</b>"


def test_made_up_products_say_so_to_machines_too(site: Flask, visitor: FlaskClient) -> None:
    with site.app_context():
        published = select(Product.slug).where(Product.state == "published")
        slug = database.session.scalars(published.order_by(Product.id)).first()
    told = told_to_machines(visitor.get(f"/products/{slug}").text)
    assert "made up" in told[0]["disambiguatingDescription"]


def test_links_shared_elsewhere_carry_title_and_address(
    app_db: Session, client: FlaskClient
) -> None:
    product = make_product(app_db, title="Cow mat 18 mm")
    app_db.commit()
    html = client.get(f"/ml/products/{product.slug}").text
    assert re.search(r'og:title" content="Cow mat 18 mm', html)
    assert re.search(rf'og:url" content="http[^"]+/ml/products/{product.slug}"', html)
    assert re.search(rf'rel="canonical" href="http[^"]+/ml/products/{product.slug}"', html)
    assert re.search(rf'hreflang="de" href="http[^"]+/de/products/{product.slug}"', html)
    assert re.search(rf'hreflang="x-default" href="http[^"]+/products/{product.slug}"', html)
