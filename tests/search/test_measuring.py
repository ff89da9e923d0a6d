"""Measures of a ranking, on rankings whose worth is plain."""

from __future__ import annotations

import math

import pytest

from search.measuring import average, bootstrap, condensed_ndcg, ndcg, recall, reciprocal_rank

GRADES = {"best": 3, "good": 2, "near": 1, "no": 0}


def test_good_ones_high_up_are_rewarded() -> None:
    assert ndcg(["best", "good", "near"], GRADES) == 1
    assert ndcg(["good", "best"], {"best": 3, "good": 2}) == pytest.approx(
        (3 + 7 / math.log2(3)) / (7 + 3 / math.log2(3))
    )
    assert ndcg(["unknown"], GRADES) == 0
    assert reciprocal_rank(["near", "good"], GRADES) == 0.5
    assert reciprocal_rank([], GRADES) == 0


def test_what_nobody_judged_costs_nothing_in_the_condensed_measure_alone() -> None:
    ranked = ["unknown", "best", "unseen", "good", "near"]
    assert condensed_ndcg(ranked, GRADES) == 1
    assert (ndcg(ranked, GRADES) or 0) < 0.8


def test_only_as_many_as_there_is_room_for_must_be_found() -> None:
    assert recall(["best", "unknown"], GRADES) == 0.5
    assert recall(["best", "unknown"], GRADES, depth=1) == 1


def test_a_query_without_an_answer_has_no_measure() -> None:
    for measure in (ndcg, condensed_ndcg, recall, reciprocal_rank):
        assert measure(["no"], {"no": 0}) is None
        assert measure(["no"], {}) is None
    assert average([None, 0.5, 1.0]) == 0.75
    assert average([]) == 0


def test_the_interval_of_a_steady_gain_lies_above_zero() -> None:
    steady = bootstrap([0.1, 0.12, 0.09, 0.11])
    assert 0 < steady.low <= steady.mean <= steady.high
    assert bootstrap([-0.5, 0.5]).low < 0
    assert bootstrap([]).mean == 0
