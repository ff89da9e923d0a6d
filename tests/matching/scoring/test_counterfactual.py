"""What a firm could do to be found: every promise is applied, judged again, and comes true."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.certification.readiness import Piece
from matchmaker.matching.problem import Closeness, FreeMonth, Offer, Preferences, Requirement
from matchmaker.matching.scoring.answers import Judged
from matchmaker.matching.scoring.counterfactual import Lift, best_lift, lifts, rank_among
from matchmaker.matching.scoring.judging import best_of_each_firm, judge_offer
from matchmaker.matching.scoring.question import Question
from tests.matching.drawn import closeness, offers, requirements
from tests.matching.small_trade import MAT, NEAR, asked, judged


def another(number: int, **changes: object) -> Offer:
    maker = replace(MAT.maker, id=f"firm-{number}")
    return replace(MAT, id=f"mat-{number}", maker=maker, **changes)  # type: ignore[arg-type]


def best(question: Question, mine: Offer, *rivals: Offer) -> Lift | None:
    answers = [judged(question, each) for each in rivals]
    return best_lift(question, judged(question, mine), answers)


def test_a_smallest_order_is_lowered_only_as_far_as_the_rank_needs() -> None:
    far, near = another(3, moq=Decimal(20000)), another(2, moq=Decimal(12000))
    found = best(asked(), far, near)
    assert found is not None
    assert (found.rank_now, found.rank) == (2, 1)
    assert str(found.sentence) == (
        "Lower the smallest order to 11,000 pc. Then this offer ranks 1."
    )


def test_where_no_rank_is_won_no_more_is_asked_than_brings_most_of_the_gain() -> None:
    """A fifth of the quantity is lacking: nobody is told to triple what is free."""
    free = (FreeMonth(dt.date(2027, 1, 1), Decimal(4000)),)
    question = asked()
    found = lifts(question, judged(question, replace(MAT, free=free)), [])
    assert [(each.change.kind, each.rank) for each in found] == [("free", 1)]
    assert str(found[0].change.sentence) == "Set 30 % more of the line free in these months."


def test_a_certificate_that_ends_too_early_is_to_be_renewed_before_the_ship_date() -> None:
    ends = Piece("ISO9001", dt.date(2024, 2, 1), dt.date(2027, 2, 1))
    holds = Piece("ISO9001", dt.date(2026, 2, 1), dt.date(2029, 2, 1))
    question = asked(musts=("ISO9001",))
    mine = another(2, pieces=(*MAT.pieces, ends))
    found = best(question, mine, another(3, pieces=(*MAT.pieces, holds)), another(4))
    assert found is not None
    assert str(found.change.sentence) == "Renew ISO9001 before 2027-03-31."


def test_confirming_old_facts_comes_before_anything_that_costs() -> None:
    """Both would bring the first rank; standing by the listing takes minutes."""
    mine = another(2, price_confirmed_on=dt.date(2025, 1, 1), lead_days=131)
    question = asked()
    found = lifts(question, judged(question, mine), [judged(question, another(3, lead_days=132))])
    assert [(each.change.kind, each.rank) for each in found] == [("confirm", 1), ("lead", 1)]


def test_terms_that_the_buyer_pays_by_are_offered() -> None:
    question = asked(prefers=Preferences(payment_terms=frozenset({"DP"})))
    found = best(question, MAT)
    assert found is not None
    assert (str(found.change.sentence), found.rank) == ("Accept payment by DP.", 1)


def test_a_paper_that_cannot_be_there_in_time_is_not_promised() -> None:
    question = asked(musts=("ISO9001",), ship_by=dt.date(2027, 1, 10))
    assert "paper" not in {each.change.kind for each in lifts(question, judged(question, MAT), [])}


def test_nothing_is_promised_of_facts_that_nobody_stated() -> None:
    silent = replace(MAT, tiers=(), free=(), moq=None, lead_days=None)
    assert lifts(asked(), judged(asked(), silent), []) == ()


def test_other_products_of_the_same_firm_are_no_rivals() -> None:
    twin = replace(MAT, id="mat-9")
    mine = judged(asked(), MAT)
    assert rank_among(mine, best_of_each_firm([judged(asked(), another(2)), mine])) == 1
    assert lifts(asked(), judged(asked(), twin), [mine]) == ()


@settings(deadline=None, max_examples=40)
@given(requirements(), st.tuples(*(offers(number) for number in range(4))), closeness)
def test_every_promised_rank_and_total_comes_true(
    requirement: Requirement, some: tuple[Offer, ...], near: Closeness
) -> None:
    question = asked(requirement)
    mine, *rivals = (judged(question, each, near) for each in some)
    for lift in lifts(question, mine, rivals):
        then = judge_offer(asked(requirement), lift.change.offer, near)
        assert isinstance(then, Judged)
        ranked = best_of_each_firm([then, *rivals])
        assert [each.offer.id for each in ranked].index(mine.offer.id) + 1 == lift.rank
        assert then.total == lift.total > mine.total
        assert lift.rank <= lift.rank_now
        assert lift.change.effort > 0
        assert str(lift.sentence)


@settings(deadline=None, max_examples=15)
@given(requirements(), st.tuples(*(offers(number) for number in range(4))))
def test_no_single_change_reaches_a_better_rank_than_the_one_named(
    requirement: Requirement, some: tuple[Offer, ...]
) -> None:
    question = asked(requirement)
    mine, *rivals = (judged(question, each, NEAR) for each in some)
    found = lifts(question, mine, rivals)
    if found:
        assert found[0] == best_lift(question, mine, rivals)
        reached = min(each.rank for each in found)
        assert found[0].rank == reached
        if reached < found[0].rank_now:
            equal = [each.change.effort for each in found if each.rank == reached]
            assert found[0].change.effort == min(equal)
