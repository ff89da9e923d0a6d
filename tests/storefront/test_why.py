"""Why a result is here, said to a reader in one line and to a person at a terminal in many."""

from __future__ import annotations

import pytest
from flask import Flask

from matchmaker.storefront.console import asked_as_typed, told, understood
from matchmaker.storefront.filters import measure
from matchmaker.storefront.why import line
from search.contract import Between
from search.explaining import Explanation, Found, Passed

WHY = Explanation(
    found=(
        Found("stable", "stable", "exact", ("title",)),
        Found("mats", "mats", "form", ("title",)),
        Found("horse", "livestock", "synonym", ("description",)),
        Found("rubbr", "rubber", "spelling", ("hs_text",)),
        Found("4016", "401699", "prefix", ("hs_text",)),
        Found("kerala", "kerala", "exact", ("cluster_name",)),
    ),
    lacking=("blue",),
    similarity=0.614,
    passed=(Passed("measure_size", (18.0,)), Passed("state", ("Kerala",))),
)


@pytest.fixture
def english(app: Flask) -> Flask:
    return app


def test_the_line_tells_places_other_words_nearness_and_measures(english: Flask) -> None:
    with english.test_request_context("/search"):
        assert line(WHY) == (
            "“stable”, “mats” in the name; “kerala” in the place; “horse” means “livestock”; "
            "“rubbr” read as “rubber”; “4016” begins “401699”; without “blue”; "
            "near in meaning, 0.61; 18 mm"
        )


def test_nothing_asked_needs_no_reason_and_chance_is_none(english: Flask) -> None:
    with english.test_request_context("/search"):
        assert line(Explanation(similarity=0.2)) == ""


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (18, "MMT", "18 mm"),
        (0.05, "MMT", "50 µm"),
        (1219.2, "MMT", "121.9 cm"),
        (25_000, "MMT", "25 m"),
        (0.5, "KGM", "500 g"),
        (2_000, "KGM", "2 t"),
        (0.75, "KWT", "750 W"),
        (180, "GM", "180 g/m²"),
        (300, "threads", "300"),
    ],
)
def test_a_measure_is_said_as_people_say_it(
    english: Flask, value: float, unit: str, said: str
) -> None:
    with english.test_request_context("/search"):
        assert measure(value, unit) == said


def test_at_a_terminal_the_query_is_the_site_s_and_every_reason_has_its_line() -> None:
    asked, query = asked_as_typed("mat 18 mm", "products", 5, "words", lambda _: None)

    assert understood(asked) == "words “mat”, size 18 to 18 mm"
    assert (query.text, query.vector, query.limit) == ("mat", None, 5)
    assert query.refinements == {"measure_size": Between("measure_size", 17.64, 18.36)}
    assert [each.strip() for each in told(WHY).splitlines()] == [
        "“stable” exact “stable” in title",
        "“mats” form “mats” in title",
        "“horse” synonym “livestock” in description",
        "“rubbr” spelling “rubber” in hs_text",
        "“4016” prefix “401699” in hs_text",
        "“kerala” exact “kerala” in cluster_name",
        "lacks “blue”",
        "similarity 0.614",
        "passes measure_size: 18.0",
        "passes state: Kerala",
    ]
