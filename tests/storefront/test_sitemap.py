"""What search engines are told: every public address once, and what to leave alone."""

from __future__ import annotations

import re
from itertools import chain
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.database import database
from matchmaker.storefront import sitemap
from tests.factories import make_firm, make_product

NAMES = {"s": sitemap.NAMESPACE}


def addresses(xml: str) -> list[str]:
    found = ElementTree.fromstring(xml).findall(".//s:loc", NAMES)
    return [re.sub(r"^https?://[^/]+", "", each.text or "") for each in found]


def test_every_public_thing_is_named_and_nothing_else(app_db: Session, client: FlaskClient) -> None:
    firm, gone = make_firm(app_db), make_firm(app_db)
    shown = make_product(app_db, firm=firm)
    hidden = [make_product(app_db, firm=firm, state="draft"), make_product(app_db, firm=gone)]
    gone.verification = "suspended"
    app_db.commit()

    answer = client.get("/sitemap.xml")
    named = addresses(answer.text)

    assert answer.mimetype == "application/xml"
    assert f"/products/{shown.slug}" in named
    assert f"/firms/{firm.slug}" in named
    assert f"/firms/{gone.slug}" not in named
    assert not {f"/products/{each.slug}" for each in hidden} & set(named)
    assert len([each for each in named if each.startswith("/clusters/")]) >= 60
    assert {"/", "/clusters", "/about-data"} <= set(named)
    assert len(named) == len(set(named))


def test_addresses_are_whole(client: FlaskClient) -> None:
    assert "<loc>http" in client.get("/sitemap.xml").text


def test_many_addresses_are_split_into_files_without_loss(
    site: Flask, visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = addresses(visitor.get("/sitemap.xml").text)
    monkeypatch.setattr(sitemap.count_files, "__defaults__", (97,))
    monkeypatch.setattr(sitemap.entries, "__defaults__", (97,))

    files = addresses(visitor.get("/sitemap.xml").text)
    split = [addresses(visitor.get(file).text) for file in files]

    assert len(files) == -(-len(every) // 97)
    assert sorted(chain(*split)) == sorted(every)
    assert all(len(part) <= 97 for part in split)
    assert visitor.get(f"/sitemaps/{len(files) + 1}.xml").status_code == 404


def test_addresses_in_the_file_answer(site: Flask, visitor: FlaskClient) -> None:
    named = addresses(visitor.get("/sitemap.xml").text)
    for address in named[:: len(named) // 12]:
        assert visitor.get(address).status_code == 200, address


def test_a_file_of_many_products_costs_few_queries(site: Flask) -> None:
    with site.test_request_context():
        assert len(sitemap.entries(database.session, 1)) > 300


def test_robots_are_shown_the_map_and_kept_off_endless_lists(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert re.search(r"^Sitemap: http\S+/sitemap.xml$", answer.text, re.M)
    assert "Disallow: /preferences" in answer.text
    assert "Disallow: /\n" not in answer.text
