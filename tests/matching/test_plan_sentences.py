"""Amounts as they are spoken of: what is free and what is lacking make up the whole."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_UP, Decimal

from matchmaker.matching.plan_sentences import about, amount_shown


def test_free_and_lacking_amounts_make_up_the_whole() -> None:
    free, short = Decimal("11357.6"), Decimal("60642.4")
    assert (about(free, ROUND_DOWN), about(short, ROUND_UP)) == ("11,357", "60,643")


def test_small_amounts_keep_their_digits_without_needless_noughts() -> None:
    assert about(Decimal("7.60"), ROUND_DOWN) == "7.6"
    assert amount_shown(Decimal("818.7790")) == "818.779"
    assert amount_shown(Decimal("200.000")) == "200"
    assert amount_shown(Decimal("2000")) == "2,000"
