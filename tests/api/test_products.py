"""Programs keep a firm's products: twice does it once, and nobody else's is touched."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.accounts.models import AuditEntry
from matchmaker.database import get_db
from tests.api.conftest import World, mat


def test_a_product_is_listed_read_and_replaced_by_the_firms_own_number(world: World) -> None:
    listed = world.program.ask("PUT", "/products/MAT-18", json=mat(world.family))
    assert (listed.status_code, listed.headers["ETag"]) == (201, '"v1"')
    read = world.program.ask("GET", "/products/MAT-18").get_json()
    assert read == listed.get_json()
    assert read["prices"] == [
        {"from_quantity": "50", "price": "950.5"},
        {"from_quantity": "500", "price": "900"},
    ]
    changed = world.program.ask("PUT", "/products/MAT-18", json=mat(world.family, moq="60"))
    assert (changed.status_code, changed.get_json()["moq"]) == (200, "60")


def test_all_that_is_wrong_is_told_at_once_a_fraction_of_a_mat_too(world: World) -> None:
    said = mat(world.family, moq="1.500", title=" ", net_kg="0")
    refused = world.program.ask("PUT", "/products/MAT-18", json=said)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.get_json()["errors"]] == ["title", "net_kg", "moq"]


def test_the_same_request_again_changes_nothing(world: World) -> None:
    first = world.program.ask("PUT", "/products/MAT-18", json=mat(world.family))
    again = world.program.ask("PUT", "/products/MAT-18", json=mat(world.family))
    assert again.status_code == 200
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.get_json() == first.get_json()


def test_the_same_request_again_leaves_no_trace(app: Flask, world: World) -> None:
    for _time in range(2):
        world.program.ask("PUT", "/products/MAT-18", json=mat(world.family))
    with app.app_context():
        written = select(AuditEntry.action).where(AuditEntry.actor.startswith("key:"))
        assert get_db().scalars(written).all() == ["product.listed"]


def test_who_sees_a_product_and_its_price_stays_unless_it_is_said(world: World) -> None:
    hidden = mat(world.family, price_audience="request")
    world.program.ask("PUT", "/products/A", json=hidden)
    unsaid = {name: value for name, value in mat(world.family, moq="60").items() if name != "state"}
    replaced = world.program.ask("PUT", "/products/A", json=unsaid).get_json()
    assert (replaced["state"], replaced["price_audience"]) == ("published", "request")
    assert "950.5" not in world.program.client.get("/api/v1/catalogue/products").text
    new = world.program.ask("PUT", "/products/B", json=unsaid).get_json()
    assert (new["state"], new["price_audience"]) == ("draft", "public")


def test_who_saw_an_older_version_is_told_and_given_the_newer(world: World) -> None:
    world.program.ask("PUT", "/products/A", json=mat(world.family))
    world.program.ask("PUT", "/products/A", json=mat(world.family, moq="60"))
    late = world.program.ask(
        "PUT", "/products/A", json=mat(world.family, moq="70"), headers={"If-Match": '"v1"'}
    )
    assert late.status_code == 412
    assert late.mimetype == "application/problem+json"
    assert late.get_json()["current"]["moq"] == "60"
    fresh = world.program.ask(
        "PUT", "/products/A", json=mat(world.family, moq="70"), headers={"If-Match": '"v2"'}
    )
    assert fresh.status_code == 200


def test_if_match_on_nothing_lists_nothing(world: World) -> None:
    answer = world.program.ask(
        "PUT", "/products/A", json=mat(world.family), headers={"If-Match": "*"}
    )
    assert answer.status_code == 412
    assert world.program.ask("GET", "/products/A").status_code == 404


def test_taking_off_hides_and_keeps(world: World) -> None:
    world.program.ask("PUT", "/products/A", json=mat(world.family))
    assert world.program.ask("DELETE", "/products/A").status_code == 204
    assert world.program.ask("DELETE", "/products/A").status_code == 204
    assert world.program.ask("GET", "/products/A").get_json()["state"] == "hidden"
    assert world.program.client.get("/api/v1/catalogue/products").get_json()["items"] == []


def test_products_of_others_do_not_exist(world: World) -> None:
    world.program.ask("PUT", "/products/A", json=mat(world.family))
    for method in ("GET", "DELETE"):
        assert world.rival.ask(method, "/products/A").status_code == 404
    assert world.rival.ask("GET", "/products").get_json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"moq": "0"}, "moq"),
        ({"moq": "1e400"}, "moq"),
        ({"moq": "NaN"}, "moq"),
        ({"family": "no-such"}, "family"),
        ({"hs_code": "999999"}, "hs_code"),
        ({"unit": "XX"}, "unit"),
        ({"currency": "ZZZ"}, "currency"),
        ({"title": "   "}, "title"),
        ({"prices": [{"from_quantity": "1", "price": "5"}, {"from_quantity": "2", "price": "6"}]},
         "price"),
        ({"attributes": {"thickness_mm": "thick"}}, "attributes.thickness_mm"),
        ({"attributes": {"washable": True}}, "attributes.washable"),
        ({"attributes": {"sizes": [1, 2]}}, "attributes.sizes"),
        ({"attributes": {"depth": float("inf")}}, "attributes.depth"),
        ({"attributes": {"thickness_mm": 10**400}}, "attributes.thickness_mm"),
        ({"attributes": {"surface": "\ud800"}}, "attributes.surface"),
        ({"title": "Mat \ud800"}, "title"),
        ({"standards": ["\ud800"]}, "standards.0"),
        ({"colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_bad_input_names_the_field_and_lists_nothing(
    world: World, changes: dict[str, object], field: str
) -> None:
    answer = world.program.ask("PUT", "/products/A", json=mat(world.family) | changes)
    assert answer.status_code == 422, answer.text
    assert field in {each["field"] for each in answer.get_json()["errors"]}
    assert all(each["remedy"] for each in answer.get_json()["errors"])
    assert world.program.ask("GET", "/products").get_json()["items"] == []


def test_pages_follow_the_cursor_to_the_end(world: World) -> None:
    for number in range(5):
        world.program.ask("PUT", f"/products/M{number}", json=mat(world.family))
    seen, cursor = [], ""
    while True:
        page = world.program.ask("GET", f"/products?limit=2{cursor}").get_json()
        seen += [each["sku"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == ["M0", "M1", "M2", "M3", "M4"]


def test_an_agents_program_acts_for_its_client_and_no_other(world: World) -> None:
    headers = {"X-On-Behalf-Of": world.firm}
    listed = world.agent.ask("PUT", "/products/A", json=mat(world.family), headers=headers)
    assert listed.status_code == 201
    assert world.program.ask("GET", "/products/A").status_code == 200
    other = {"X-On-Behalf-Of": world.rival_firm}
    assert world.agent.ask("GET", "/products", headers=other).status_code == 403


def test_what_a_program_does_is_recorded_under_its_key(app: Flask, world: World) -> None:
    world.program.ask("PUT", "/products/A", json=mat(world.family))
    with app.app_context():
        entry = get_db().scalar(select(AuditEntry).where(AuditEntry.action == "product.listed"))
        assert entry is not None
        assert entry.actor.startswith("key:")
        assert entry.organisation == world.firm
