"""Whatever stands in an address: a page that helps, or a refusal that says why; never a crash."""

from __future__ import annotations

from urllib.parse import quote_from_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

QUICKLY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = st.sampled_from(
    ["q", "tab", "sector", "family", "cluster", "state", "evidence", "unit", "market", "hs",
     "size", "gi", "photo", "price_from", "price_to", "lead_from", "lead_to", "moq_piece_from",
     "moq_mass_to", "capacity_area_from", "workers_to", "firms_from", "sort", "page", "more",
     "currency", "unknown"]
)  # fmt: skip
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=300)
SPECIAL = st.sampled_from(
    ["", "0", "-1", "1e999", "NaN", "10" * 40, "1000000000", '"', '"""', "-", "--x", "-\"", "*",
     "a" * 10_000, "\x00", "\x1b[31m", "'; DROP TABLE product; --", "{{7*7}}", "%s%n", "../..",
     "true", "firms", "clusters", "price", "capacity", "EUR", "mass", "കയർ", "चाय", "İstanbul",
     "مرحبا", "‮gnirts", "😀" * 400, "NOT AND OR", "title:x", "(", "]"]
)  # fmt: skip


def is_helpful(status: int, text: str) -> bool:
    return status == 200 or (400 <= status < 500 and "<h1" in text)


@QUICKLY
@given(pairs=st.lists(st.tuples(NAMES, st.one_of(SPECIAL, ANY_TEXT)), max_size=6))
def test_any_question_gets_an_answer(visitor: FlaskClient, pairs: list[tuple[str, str]]) -> None:
    answer = visitor.get("/search", query_string=pairs)

    assert is_helpful(answer.status_code, answer.text), (answer.status_code, pairs)


@QUICKLY
@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(visitor: FlaskClient, raw: bytes) -> None:
    answer = visitor.get(f"/search?q={quote_from_bytes(raw)}&sector={quote_from_bytes(raw[::-1])}")

    assert is_helpful(answer.status_code, answer.text), (answer.status_code, raw)


@QUICKLY
@given(typed=st.one_of(SPECIAL, ANY_TEXT))
def test_any_typing_gets_suggestions_or_none(visitor: FlaskClient, typed: str) -> None:
    answer = visitor.get("/suggest", query_string={"q": typed})

    assert answer.status_code == 200
    assert isinstance(answer.get_json(), list)


@pytest.mark.parametrize("letters", ["a", "ab ", '"', "-", "ക", "مر", "😀", "a,", "4016 "])
@pytest.mark.parametrize("length", [0, 1, 499, 501, 10_000])
def test_any_length_in_any_script(visitor: FlaskClient, letters: str, length: int) -> None:
    text = (letters * length)[:length]

    assert visitor.get("/search", query_string={"q": text}).status_code == 200


@pytest.mark.parametrize("raw", ["%ED%A0%80", "%FF%FE", "%00", "%C0%AF", "%EE%80%80x", "%", "%zz"])
def test_broken_encodings_are_repaired(visitor: FlaskClient, raw: str) -> None:
    assert visitor.get(f"/search?q={raw}").status_code == 200


def test_numbers_that_are_none_are_named(visitor: FlaskClient) -> None:
    page = visitor.get("/search?lead_to=soon").text

    assert "Lead time: what was typed is not a number" in page


@pytest.mark.parametrize(
    ("asked", "named"), [("currency=XYZ", "XYZ"), ("port=somewhere", "UN/LOCODE")]
)
def test_preferences_that_do_not_exist_are_refused_in_words(
    visitor: FlaskClient, asked: str, named: str
) -> None:
    answer = visitor.get(f"/preferences?{asked}")

    assert answer.status_code == 400
    assert named in answer.text


def test_preferences_lead_back_here_and_nowhere_else(site_visitor: FlaskClient) -> None:
    kept = site_visitor.get("/preferences?currency=EUR&port=deham&next=/search%3Fq%3Dmats")
    elsewhere = site_visitor.get("/preferences?next=https://example.org/")

    assert kept.headers["Location"] == "/search?q=mats"
    assert "reader=EUR-DEHAM" in kept.headers["Set-Cookie"]
    assert elsewhere.headers["Location"] == "/"


@pytest.fixture
def site_visitor(visitor: FlaskClient) -> FlaskClient:
    """A visitor without cookies, so that other tests stay untouched."""
    return visitor.application.test_client(use_cookies=False)
