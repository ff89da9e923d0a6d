"""How much the cosine counts beside the words."""

from __future__ import annotations

import pytest

from search.fusing import weight_of_meaning, words_to_be_related


def test_meaning_counts_more_the_fewer_words_there_are() -> None:
    weights = [weight_of_meaning(0.3, words) for words in (1, 2, 3, 8)]
    assert weights == pytest.approx([1.05, 0.4875, 0.3833, 0.3117], abs=1e-4)


def test_without_words_or_without_weight_nothing_is_gained() -> None:
    assert weight_of_meaning(0.3, 0) == 0.3
    assert weight_of_meaning(0.0, 1) == 0.0


def test_a_third_of_the_words_makes_related() -> None:
    assert [words_to_be_related(words) for words in range(1, 10)] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
