"""What every response carries, and what a person sees when something is wrong."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.access import open_to
from matchmaker.config import Config
from matchmaker.errors import BadInput
from matchmaker.web import local_address


def test_every_response_carries_the_security_headers(client: FlaskClient) -> None:
    for path in ("/", "/healthz", "/nothing-here", "/static/css/base.css"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "Strict-Transport-Security" not in headers  # plain http in development


def test_an_unknown_address_is_a_helpful_page_or_json(client: FlaskClient) -> None:
    page = client.get("/nothing-here", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "<h1" in page.text
    told = client.get("/nothing-here", headers={"Accept": "application/json"})
    assert told.mimetype == "application/problem+json"
    assert told.json is not None
    assert told.json["status"] == 404


def test_bad_input_names_the_field_the_value_and_the_remedy(app: Flask) -> None:
    def view() -> str:
        raise BadInput("minimum order", "<b>many</b>", "Enter a number.")

    app.add_url_rule("/bad", "bad", open_to("anyone")(view))
    answer = app.test_client().get("/bad", headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert "minimum order" in answer.text
    assert "Enter a number." in answer.text
    assert "<b>many</b>" not in answer.text


def test_an_unexpected_error_tells_nothing_of_the_inside(app: Flask) -> None:
    def view() -> str:
        raise RuntimeError("secret detail")

    app.add_url_rule("/broken", "broken", open_to("anyone")(view))
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text


def test_without_a_database_the_page_says_so_and_health_reports_it(
    app: Flask, config: Config
) -> None:
    (config.data_dir / "matchmaker.sqlite").unlink()
    Path(f"{config.data_dir}/matchmaker.sqlite-wal").unlink(missing_ok=True)
    client = app.test_client()
    answer = client.get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert "<h1" in answer.text
    assert client.get("/healthz").status_code in (200, 503)


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", None],
)
def test_we_never_send_people_elsewhere(app: Flask, wanted: str | None) -> None:
    with app.test_request_context():
        assert local_address(wanted) == "/"
        assert local_address("/search?q=a") == "/search?q=a"


def test_pages_are_compressed_for_those_who_take_it(client: FlaskClient) -> None:
    plain = client.get("/")
    small = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < len(plain.data) / 2
    assert "Accept-Encoding" in small.headers["Vary"]


@pytest.mark.parametrize("wanted", ["gzip", "br"])
@pytest.mark.parametrize("file", ["css/base.css", "js/facets.js", "drawings/generic.svg"])
def test_files_are_compressed_for_those_who_take_it(
    client: FlaskClient, file: str, wanted: str
) -> None:
    plain = client.get(f"/static/{file}")
    small = client.get(f"/static/{file}", headers={"Accept-Encoding": wanted})
    assert small.headers["Content-Encoding"] == wanted
    assert len(small.data) < len(plain.data)
    if wanted == "gzip":
        assert gzip.decompress(small.data) == plain.data
