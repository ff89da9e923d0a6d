"""A page of the firm comes over a weak signal: at most 30 KB with everything it needs to work."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.database import get_db
from tests.factories import make_cast, make_product
from tests.signed_in import sign_in

MOST = 30 * 1024  # bytes on the wire: page, styles, scripts and icons
LONG_AGO = dt.date(2026, 1, 2)
# What a phone fetches besides the page; photos and drawings come after it can be used.
NEEDED = re.compile(r'(?:href|src)="(/static/[^"#]+\.(?:css|js|svg)[^"#]*)')


@pytest.fixture
def visit(app: Flask) -> tuple[FlaskClient, str]:
    """The owner of a firm with more listings than a phone wants to see at once."""
    with app.app_context():
        get_db().expire_on_commit = False
        cast = make_cast(get_db())
        stale = {"price_confirmed_on": LONG_AGO, "lead_confirmed_on": LONG_AGO}
        made = [make_product(get_db(), firm=cast.firm, **stale) for _ in range(30)]
        get_db().commit()
        return sign_in(app.test_client(), cast.owner), made[0].public_id


def weight(client: FlaskClient, address: str) -> int:
    """Compressed bytes of the page and all it refers to but pictures."""
    said = {"Accept-Encoding": "br"}
    page = client.get(address, headers=said)
    assert page.status_code == 200
    html = client.get(address).text
    parts = {each for each in NEEDED.findall(html) if "/drawings/" not in each}
    assert any("keep" in each for each in parts) or "done" in address
    fetched = [client.get(each, headers=said) for each in sorted(parts)]
    assert {each.status_code for each in fetched} == {200}
    return len(page.data) + sum(len(each.data) for each in fetched)


def test_every_page_of_the_phone_is_light(visit: tuple[FlaskClient, str]) -> None:
    client, product = visit
    pages = ("", "/add", "/confirm", "/confirm?all=1")
    questions = ("photo", "size", "packing", "description")
    addresses = [f"/ml/firm{each}" for each in pages]
    addresses += [f"/ml/firm/products/{product}/next?question={each}" for each in questions]
    heavy = {each: size for each in addresses if (size := weight(client, each)) > MOST}
    assert heavy == {}
    # So that the test cannot pass for nothing: styles and scripts are in the count.
    assert weight(client, "/ml/firm/add") > 8 * 1024
