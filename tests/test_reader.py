"""The reader's language comes from the address; currency and port from a cookie."""

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from matchmaker.reader import COOKIE, Reader, reader_of


def read(app: Flask, path: str, cookie: str = "") -> Reader:
    found: list[Reader] = []

    @app.before_request
    def note() -> None:
        found.append(reader_of(request))

    client = app.test_client()
    if cookie:
        client.set_cookie(COOKIE, cookie)
    client.get(path)
    return found[0]


def test_english_has_no_prefix_and_other_languages_have_one(app: Flask) -> None:
    assert read(app, "/healthz").language == "en"


def test_a_language_prefix_is_taken_off_and_put_before_every_address(client: FlaskClient) -> None:
    for language in ("ml", "hi", "de", "es", "fr", "ar"):
        assert client.get(f"/{language}/healthz").status_code == 200
    assert client.get("/xx/healthz").status_code == 404
    assert client.get("/en/healthz").status_code == 404


@pytest.mark.parametrize(
    ("path", "cookie", "expected"),
    [
        ("/de/healthz", "", Reader("de", "EUR", "")),
        ("/ml/healthz", "USD-DEHAM", Reader("ml", "USD", "DEHAM")),
        ("/healthz", "XXX-DEHAM", Reader("en", "USD", "DEHAM")),
        ("/healthz", "EUR-../etc", Reader("en", "EUR", "")),
        ("/healthz", "🙂", Reader("en", "USD", "")),
    ],
)
def test_what_cannot_be_read_counts_as_not_chosen(
    app: Flask, path: str, cookie: str, expected: Reader
) -> None:
    assert read(app, path, cookie) == expected


def test_arabic_runs_from_right_to_left() -> None:
    assert (Reader("ar").direction, Reader("hi").direction) == ("rtl", "ltr")
    assert Reader(port="DEHAM").country == "DE"
