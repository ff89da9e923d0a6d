"""Addresses with old words lead to where the thing is now."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import make_firm, make_product


def test_the_id_finds_a_product_under_any_words(app_db: Session, client: FlaskClient) -> None:
    product = make_product(app_db)
    app_db.commit()
    short = product.public_id[:6]

    for words in ("", "its-name-of-last-year-", "ITS-NAME-"):
        answer = client.get(f"/products/{words}{short}")
        assert (answer.status_code, answer.location) == (301, f"/products/{product.slug}")


def test_language_and_question_come_along(app_db: Session, client: FlaskClient) -> None:
    firm = make_firm(app_db)
    app_db.commit()
    slug = firm.organisation.slug

    answer = client.get(f"/de/firms/other-{slug[-6:]}?page=2&x=%C3%A4")

    assert (answer.status_code, answer.location) == (301, f"/de/firms/{slug}?page=2&x=%C3%A4")


@pytest.mark.parametrize("kind", ["products", "firms"])
@pytest.mark.parametrize("slug", ["other-zzzzzz", "other-%25%25%25%25%25%25", "other-______", "x"])
def test_an_unknown_id_is_not_found(client: FlaskClient, kind: str, slug: str) -> None:
    assert client.get(f"/{kind}/{slug}").status_code == 404


def test_what_may_not_be_seen_is_not_led_to(app_db: Session, client: FlaskClient) -> None:
    product = make_product(app_db)
    product.state = "draft"
    app_db.commit()

    assert client.get(f"/products/other-{product.public_id[:6]}").status_code == 404
