"""Why a hit was found: which words stand where and how, what it lacks, what it passed."""

from __future__ import annotations

import pytest

from search.contract import And, AnyOf, Between, Equals, Field, Hit, IndexSettings, Not, Or
from search.explaining import Explainer, Explanation, Found, How, Passed

SETTINGS = IndexSettings(
    name="products",
    fields=(
        Field("title", "text", weight=3, highlight=True),
        Field("description", "text", weight=1, highlight=True),
        Field("family", "text", weight=2),
        Field("hs_text", "text", weight=1),
        Field("state", "keyword", facet=True),
        Field("gi", "flag"),
        Field("lengths", "number", many=True),
    ),
    synonyms=(("horse", "livestock"), ("cardamom", "elaichi"), ("natural rubber", "nr")),
)
EXPLAINER = Explainer(SETTINGS)
MAT = {
    "title": "Heavy stable mats",
    "description": "Natural rubber for livestock; a horseshoe leaves no mark on the mats.",
    "family": "Stable mat",
    "hs_text": "401699 Articles of vulcanised rubber",
    "state": "Kerala",
    "lengths": [18.0, 1200.0],
}


def told(*matched: str, lacking: tuple[str, ...] = (), **changes: object) -> Explanation:
    hit = Hit("mat", 1.0, MAT | changes, matched_words=matched, dropped_words=lacking)
    return EXPLAINER.explain([hit])[0]


@pytest.mark.parametrize(
    ("asked", "word", "how", "field"),
    [
        ("stable", "stable", "exact", "title"),
        ("Mat", "Mat", "form", "title"),
        ("mats", "mats", "exact", "title"),
        ("rubber", "rubber", "exact", "hs_text"),
        ("horse", "livestock", "synonym", "description"),
        ("nr", "natural rubber", "synonym", "description"),
        ("natural rubber", "natural rubber", "exact", "description"),
        ("stabel", "stable", "spelling", "title"),
        ("livestok", "livestock", "spelling", "description"),
        ("vulcan", "vulcanised", "prefix", "hs_text"),
        ("4016", "401699", "prefix", "hs_text"),
        ("stablemat", "stable mat", "spelling", "title"),
        ("shoe", "horseshoe", "spelling", "description"),
    ],
)
def test_each_word_is_told_with_what_stands_for_it(
    asked: str, word: str, how: How, field: str
) -> None:
    (found,) = told(asked).found

    assert (found.asked, found.word, found.how, found.fields[0]) == (asked, word, how, field)


def test_every_field_is_told_when_it_is_wanted() -> None:
    hit = Hit("mat", 1.0, MAT, matched_words=("mat",))

    (why,) = EXPLAINER.explain([hit], everywhere=True)

    assert why.found == (Found("mat", "mat", "exact", ("title", "family", "description")),)


def test_a_misspelt_word_may_mean_another_and_is_understood_alike_in_every_hit() -> None:
    hits = [
        Hit(id, 1.0, {"title": title}, matched_words=("elachi",))
        for id, title in (("a", "Green elaichi"), ("b", "Cardamom pods"), ("c", "Elaichi, bold"))
    ]

    told = [why.found for why in EXPLAINER.explain(hits)]

    assert told == [
        (Found("elachi", "elaichi", "spelling", ("title",)),),
        (Found("elachi", "cardamom", "synonym", ("title",)),),
        (Found("elachi", "elaichi", "spelling", ("title",)),),
    ]


def test_what_it_lacks_and_how_near_it_is() -> None:
    hit = Hit("mat", 1.0, MAT, dropped_words=("blue",), similarity=0.61)

    assert EXPLAINER.explain([hit]) == [Explanation((), ("blue",), 0.61, ())]


def test_filters_are_told_with_the_values_of_its_own_that_pass() -> None:
    filters = [
        And((AnyOf("state", ("Kerala", "Goa")), Between("lengths", 17, 19))),
        Or((Between("lengths", 1000, None), Between("missing", 1, 2))),
        Not(AnyOf("state", ("Goa",))),
    ]

    (why,) = EXPLAINER.explain([Hit("mat", 1.0, MAT)], filters)

    assert why.passed == (
        Passed("state", ("Kerala",)),
        Passed("lengths", (18.0,)),
        Passed("lengths", (1200.0,)),
    )


def test_a_filter_is_passed_however_its_value_is_written() -> None:
    hit = Hit("mat", 1.0, MAT | {"gi": True})
    filters = [Equals("state", " KERALA "), AnyOf("state", ("goa", "kerala")), Equals("gi", "true")]

    (why,) = EXPLAINER.explain([hit], filters)

    assert why.passed == (
        Passed("state", ("Kerala",)),
        Passed("state", ("Kerala",)),
        Passed("gi", (True,)),
    )


def test_a_branch_that_fails_explains_nothing() -> None:
    lacking = And((Not(AnyOf("state", ("Kerala",))), Between("lengths", 1000, None)))

    (why,) = EXPLAINER.explain([Hit("mat", 1.0, MAT)], [Or((Between("lengths", 10, 20), lacking))])

    assert why.passed == (Passed("lengths", (18.0,)),)


def test_a_word_that_nothing_explains_is_left_out() -> None:
    assert told("zzz", "…").found == ()
