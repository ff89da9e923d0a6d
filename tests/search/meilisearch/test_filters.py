"""Filter trees as filter texts: what they say, and that they mean what the contract says."""

import pytest
from hypothesis import given, settings

from search.contract import (
    And,
    AnyOf,
    Between,
    Equals,
    Exists,
    Field,
    Filter,
    IndexSettings,
    Not,
    Or,
)
from search.errors import BadQuery
from search.meilisearch.documents import to_server
from search.meilisearch.filters import DEEPEST, NOTHING, WRITTEN, filter_text
from tests.search import test_embedded_properties as random
from tests.search.meilisearch.filtering import filter_check

SETTINGS = IndexSettings(
    "things",
    (
        Field("state", "keyword", facet=True),
        Field("tags", "keyword", facet=True, many=True),
        Field("moq", "number", sort=True),
    ),
)


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (Equals("state", 'a" OR x'), 'state = "a\\" OR x"'),
        (Equals("state", "a\\"), 'state = "a\\\\"'),
        (Equals("state", "NOT"), 'state = "NOT"'),
        (Equals("moq", 1e21), 'moq = "1e+21"'),
        (Between("moq", 0.5), 'moq >= "0.5"'),
        (Between("moq"), "moq EXISTS"),
        (Between("moq", 2, 5.5), 'moq "2" TO "5.5"'),
        (Exists("tags"), "tags EXISTS AND tags IS NOT EMPTY"),
        (And(()), None),
        (Or(()), NOTHING),
        (Not(And(())), NOTHING),
        (Not(AnyOf("state", ())), None),
        (Not(Not(Equals("state", "a"))), 'state = "a"'),
        (Or((AnyOf("state", ()), Equals("moq", 1))), 'moq = "1"'),
        (AnyOf("state", ("a", "b", "a")), 'state IN ["a", "b"]'),
    ],
)
def test_filters_are_written_with_every_value_quoted(tree: Filter, text: str | None) -> None:
    assert filter_text(SETTINGS, tree) == text


def test_a_deep_tree_is_refused_before_the_server_would() -> None:
    deep: Filter = Equals("state", "a")
    for _ in range(45):
        deep = Not(And((deep, Equals("moq", 1))))
    with pytest.raises(BadQuery, match=str(DEEPEST)):
        filter_text(SETTINGS, deep)
    wide = Or(tuple(Equals("state", str(n)) for n in range(5_000)))
    assert (filter_text(SETTINGS, wide) or "").count("(") == 5_000


@pytest.mark.parametrize("depth", range(1, DEEPEST // 2))
def test_what_is_not_refused_is_within_the_recorded_depth(depth: int) -> None:
    deep: Filter = Equals("state", "a")
    for _ in range(depth):
        deep = Not(And((deep, Equals("moq", 1))))
    check = filter_check(filter_text(SETTINGS, deep), {"state": False, "moq": True})
    assert check({"state": "a", "moq": 1}) is (depth % 2 == 0)


@given(documents=random.documents, tree=random.filters)
@settings(max_examples=60, deadline=None)
def test_random_trees_choose_what_the_contract_says(documents: list, tree: Filter) -> None:  # type: ignore[type-arg]
    """Through the parser that was held against the recorded answers of a real server."""
    rules = {each.name: each.kind == "number" for each in random.SETTINGS.fields}
    rules[WRITTEN] = True
    check = filter_check(filter_text(random.SETTINGS, tree), rules)
    for values in documents:
        stored = to_server(random.Document("x", values), random.SETTINGS, 1)
        assert check(stored) is random.passes(values, tree)
