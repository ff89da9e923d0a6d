"""When the engine does not answer: an honest page, and plain names from the database."""

from __future__ import annotations

import shutil

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.database import database
from tests.factories import make_cluster, make_firm, make_organisation, make_product


def fill(app: Flask) -> None:
    with app.app_context(), Session(database.engine) as db, db.begin():
        cluster = make_cluster(db, name="Meenachil Valley Cluster")
        firm = make_firm(
            db, cluster=cluster, organisation=make_organisation(db, name="Meenachil Mats")
        )
        make_product(db, firm=firm)


def test_without_an_index_the_page_says_so_and_names_are_still_found(
    app: Flask, client: FlaskClient
) -> None:
    fill(app)

    answer = client.get("/search?q=meenachil")

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 30
    assert "does not answer right now" in answer.text
    assert "Meenachil Mats" in answer.text
    assert "Meenachil Valley Cluster" in answer.text
    assert "Nothing holds these words" not in answer.text


def test_without_an_index_suggestions_are_empty_and_the_start_page_stands(
    app: Flask, client: FlaskClient
) -> None:
    answer = client.get("/suggest?q=meen")
    assert answer.get_json() == []
    assert answer.headers["Cache-Control"] == "no-store"  # nobody remembers an outage
    assert client.get("/").status_code == 200


def test_wildcards_in_a_name_are_letters(app: Flask, client: FlaskClient) -> None:
    fill(app)

    assert "Meenachil Mats" not in client.get("/search?q=%25").text


def test_an_index_that_is_deleted_while_running_is_no_empty_answer(
    app: Flask, client: FlaskClient, config: Config
) -> None:
    client.get("/search?q=x")
    shutil.rmtree(config.search_dir, ignore_errors=True)

    assert client.get("/search?q=x").status_code == 503


def test_too_many_searches_from_one_address_are_asked_to_wait(config: Config) -> None:
    from dataclasses import replace

    from matchmaker.app import create_app

    visitor = create_app(replace(config, rate_limit="2 per minute")).test_client()
    answers = [visitor.get("/suggest?q=x").status_code for _ in range(3)]

    assert answers == [200, 200, 429]
