"""The pages on which a firm keeps its products, asked by test client."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Product, ProductFamily
from matchmaker.catalogue.services import list_product
from matchmaker.database import make_engine
from tests.factories import Cast, make_cast, product_facts
from tests.signed_in import sign_in


@pytest.fixture
def house(app: Flask) -> Iterator[tuple[Session, Cast, Product]]:
    """The cast, with one product of the firm, read through a session of the test's own."""
    app.config["WTF_CSRF_ENABLED"] = False  # not what is tested here
    engine = make_engine(app.extensions["config"].database_url)
    with Session(engine, expire_on_commit=False) as db:
        cast = make_cast(db)
        family = db.scalars(select(ProductFamily).where(ProductFamily.key == "stable-mat")).one()
        facts = product_facts(hs_code=family.hs_code, attributes={"thickness_mm": 18})
        product = list_product(db, cast.owner, cast.firm, family, facts)
        db.commit()
        yield db, cast, product
    engine.dispose()


House = tuple[Session, Cast, Product]


def come(app: Flask, actor: Any) -> FlaskClient:
    return sign_in(app.test_client(), actor)


class _Form(HTMLParser):
    """The values a browser would send of the form named `product-form`."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.inside = False
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = "product-form" in about.get("class", "")
        if not self.inside:
            return
        if tag == "input" and about.get("name"):
            self.values[about["name"]] = about.get("value", "")
        if tag == "select":
            self.select = about["name"]
        if tag == "option" and self.select and "selected" in about:
            self.values[self.select] = about["value"]
        if tag == "textarea":
            self.area = about["name"]
            self.values[self.area] = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        self.select = "" if tag == "select" else self.select
        self.area = "" if tag == "textarea" else self.area
        self.inside = self.inside and tag != "form"


def typed(client: FlaskClient, address: str) -> dict[str, str]:
    """What the form of this address would send if nothing were changed."""
    form = _Form()
    form.feed(client.get(address).get_data(as_text=True))
    return {name: value.lstrip("\r\n") for name, value in form.values.items()}


def edit_address(product: Product) -> str:
    return f"/firm/products/{product.public_id}/edit"


def test_every_page_of_a_product_opens_for_who_may_see_it(app: Flask, house: House) -> None:
    _db, cast, product = house
    pages = ["", "/new", "/new?q=cow+mat", "/new?family=stable-mat", "/codes?q=rubber"]
    pages += [f"/{product.public_id}/{each}" for each in ("edit", "photos", "capacity", "history")]
    for actor in (cast.owner, cast.viewer, cast.agent):
        client = come(app, actor)
        for each in pages:
            assert client.get(f"/firm/products{each}").status_code == 200, each
            assert client.get(f"/ml/firm/products{each}").status_code == 200, each
    rival = come(app, cast.rival)
    for each in pages[5:]:
        assert rival.get(f"/firm/products{each}").status_code == 404


def test_saving_what_stands_changes_nothing(app: Flask, house: House) -> None:
    db, cast, product = house
    client = come(app, cast.owner)
    before = product.version
    sent = client.post(edit_address(product), data=typed(client, edit_address(product)))
    assert sent.status_code == 302
    db.refresh(product)
    assert product.version == before
    assert product.attributes == {"thickness_mm": 18}
