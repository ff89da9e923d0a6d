"""A page of twenty results asks the database no more often than a page of one."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from matchmaker.database import database

Counted = Callable[[Engine], AbstractContextManager[list[str]]]


def results_and_queries(
    site: Flask, visitor: FlaskClient, counted: Counted, asked: dict[str, str]
) -> tuple[int, int]:
    with site.app_context():
        engine = database.engine
    with counted(engine) as statements:
        page = visitor.get("/search", query_string=asked).text
    return len(re.findall(r'<li class="row">', page)), len(statements)


@pytest.mark.parametrize("tab", ["products", "firms"])
def test_one_result_and_twenty_cost_the_same_queries(
    site: Flask, visitor: FlaskClient, counted: Counted, tab: str
) -> None:
    title = re.search(r'<h3><a href="([^"]+)"', visitor.get(f"/search?tab={tab}").text)
    assert title is not None  # also fills the labels, which every process reads once a while
    last = re.findall(r"page=(\d+)", visitor.get(f"/search?tab={tab}").text)
    asked = {"tab": tab, "page": max(last, key=int)}

    few, queries_for_few = results_and_queries(site, visitor, counted, asked)
    many, queries_for_many = results_and_queries(site, visitor, counted, {"tab": tab})

    assert many == 20
    assert few < many
    assert queries_for_few == queries_for_many <= 6


def test_one_product_costs_as_many_queries_as_twenty(
    site: Flask, visitor: FlaskClient, counted: Counted
) -> None:
    visitor.get("/search")
    all_of_them = visitor.get("/search?sort=lead").text
    assert all_of_them
    narrow = {"q": '"hs 0908"', "cluster": "nowhere"}
    none, queries_for_none = results_and_queries(site, visitor, counted, narrow)
    many, queries_for_many = results_and_queries(site, visitor, counted, {})

    assert (none, many) == (0, 20)
    assert queries_for_none <= queries_for_many
