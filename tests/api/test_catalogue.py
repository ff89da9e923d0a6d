"""The public catalogue by program: what a visitor of the site may see, and nothing more."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.api.conftest import World, mat


def test_visitors_read_what_is_published_without_a_key(world: World) -> None:
    world.program.ask("PUT", "/products/A", json=mat(world.family))
    world.program.ask("PUT", "/products/B", json=mat(world.family, state="draft"))
    visitor = world.program.client
    page = visitor.get("/api/v1/catalogue/products").get_json()
    assert [each["title"] for each in page["items"]] == ["Rubber stable mat, 18 mm"]
    one = visitor.get(f"/api/v1/catalogue/products/{page['items'][0]['id']}").get_json()
    assert one == page["items"][0]
    assert {"sku", "state", "version"}.isdisjoint(one)
    assert visitor.get(f"/api/v1/catalogue/firms/{world.firm}").get_json()["id"] == world.firm


def test_addresses_bear_the_public_name_of_the_site(app: Flask, world: World) -> None:
    world.program.ask("PUT", "/products/A", json=mat(world.family))
    asked = {"base_url": "http://inner.example:9"}
    (item,) = world.program.client.get("/api/v1/catalogue/products", **asked).get_json()["items"]
    assert item["url"].startswith(f"{app.extensions['config'].public_url}/products/")
    firm = world.program.client.get(f"/api/v1/catalogue/firms/{world.firm}", **asked).get_json()
    assert firm["url"].startswith(f"{app.extensions['config'].public_url}/firms/")


@pytest.mark.parametrize("audience", ["verified", "request"])
def test_hidden_prices_are_told_by_nothing(world: World, audience: str) -> None:
    said = mat(world.family, price_audience=audience, currency="EUR")
    world.program.ask("PUT", "/products/A", json=said)
    answer = world.program.client.get("/api/v1/catalogue/products")
    (item,) = answer.get_json()["items"]
    assert {"prices", "currency", "price_confirmed_on", "price_audience"}.isdisjoint(item)
    assert "950.5" not in answer.text
    assert world.program.ask("GET", "/products/A").get_json()["prices"][0]["price"] == "950.5"


def test_drafts_cannot_be_fetched_by_their_id(world: World) -> None:
    draft = world.program.ask("PUT", "/products/B", json=mat(world.family, state="draft"))
    address = f"/api/v1/catalogue/products/{draft.get_json()['id']}"
    answer = world.program.client.get(address)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_filters_narrow_and_strangers_find_nothing(world: World) -> None:
    world.program.ask("PUT", "/products/A", json=mat(world.family))
    ask = world.program.client.get
    assert len(ask(f"/api/v1/catalogue/products?family={world.family}").get_json()["items"]) == 1
    assert ask("/api/v1/catalogue/products?family=none").get_json()["items"] == []
    assert ask("/api/v1/catalogue/products?cluster=none").get_json()["items"] == []
