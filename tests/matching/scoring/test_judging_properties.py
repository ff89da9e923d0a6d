"""Judging the judge: what must hold of every score, whatever is asked and offered."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.certification.readiness import Piece
from matchmaker.matching.one_pair import judge
from matchmaker.matching.problem import Closeness, Maker, Offer, Requirement, Spoken
from matchmaker.matching.scoring.answers import Judged
from matchmaker.matching.scoring.firm_side import interest_of
from matchmaker.matching.scoring.fit import fit_model
from matchmaker.matching.scoring.judging import judge_all, judge_offer
from matchmaker.matching.scoring.values import soft_minimum, total_score, weighted_mean
from matchmaker.matching.scoring.weighing import CRITERIA
from tests.matching.drawn import closeness, offers, pieces, requirements, spoken
from tests.matching.small_trade import BOOK, MAT, RATES, asked, judged


def of_criterion(found: Judged, name: str) -> float:
    value = found.by_criterion[name].value
    return 1.0 if value is None else value


@settings(deadline=None, max_examples=40)
@given(requirements(), offers(), closeness, st.lists(pieces(), min_size=1, max_size=3))
def test_adding_certificates_never_lowers_anything(
    requirement: Requirement, offer: Offer, near: Closeness, more: list[Piece]
) -> None:
    question = asked(requirement)
    before = judged(question, offer, near)
    after = judged(question, replace(offer, pieces=(*offer.pieces, *more)), near)
    assert after.total >= before.total
    for name in CRITERIA:
        assert of_criterion(after, name) >= of_criterion(before, name)


@settings(deadline=None, max_examples=40)
@given(
    requirements(), offers(), closeness, st.lists(st.integers(0, 9000), min_size=12, max_size=12)
)
def test_raising_capacity_never_lowers_anything(
    requirement: Requirement, offer: Offer, near: Closeness, more: list[int]
) -> None:
    question = asked(requirement)
    free = tuple(replace(each, free=each.free + 100 * more[n]) for n, each in enumerate(offer.free))
    before, after = judged(question, offer, near), judged(question, replace(offer, free=free), near)
    assert after.total >= before.total


@settings(deadline=None, max_examples=40)
@given(requirements(), offers(), closeness)
def test_every_value_lies_between_nought_and_one_and_has_a_sentence(
    requirement: Requirement, offer: Offer, near: Closeness
) -> None:
    found = judged(asked(requirement), offer, near)
    assert 0 <= found.total <= 1
    assert 0 <= found.confidence <= 1
    assert [each.criterion for each in found.findings] == list(CRITERIA)
    for each in found.findings:
        assert (each.value is None) == (each.knowledge != "known")
        assert each.value is None or 0 <= each.value <= 1
        assert str(each.sentence)
        assert "certified" not in str(each.sentence)
        assert all(str(gap.what) and str(gap.remedy) for gap in each.gaps)
    assert found.total <= found.floor**found.weights.strictness + 1e-12
    interest = interest_of(found)
    assert 0 <= interest.total <= 1
    assert all(str(part.sentence) for part in interest.parts)


@settings(deadline=None, max_examples=20)
@given(requirements(), st.tuples(*(offers(number) for number in range(4))), closeness,
       st.permutations(range(4)))  # fmt: skip
def test_the_order_of_candidates_decides_nothing(
    requirement: Requirement, some: tuple[Offer, ...], near: Closeness, order: list[int]
) -> None:
    first = judge_all(asked(requirement), [(each, near) for each in some])
    second = judge_all(asked(requirement), [(some[n], near) for n in order])
    assert first == second


@settings(deadline=None, max_examples=40)
@given(requirements(), offers(), closeness)
def test_the_formulas_over_columns_give_the_total_of_the_judge(
    requirement: Requirement, offer: Offer, near: Closeness
) -> None:
    found = judged(asked(requirement), offer, near)
    values = [np.nan if each.value is None else each.value for each in found.findings]
    weights = [found.weights.of(name) for name in CRITERIA]
    musts = [value for value, name in zip(values, CRITERIA, strict=True)
             if name in found.weights.musts]  # fmt: skip
    floor = soft_minimum(musts, found.weights.hardness)
    total = total_score(weighted_mean(values, weights), floor, found.weights.strictness)
    assert float(total) == pytest.approx(found.total)


@settings(deadline=None, max_examples=40)
@given(requirements(), offers(), closeness)
def test_a_question_that_has_answered_before_answers_the_same(
    requirement: Requirement, offer: Offer, near: Closeness
) -> None:
    """The kept answers of the law depend on nothing but goods and standing."""
    used = asked(requirement)
    for code in ("REACH", "ISO9001"):
        judge_offer(used, replace(offer, pieces=(Piece(code, dt.date(2026, 1, 1), None),)), near)
    assert judge_offer(used, offer, near) == judge_offer(asked(requirement), offer, near)


@settings(deadline=None, max_examples=25)
@given(requirements(), offers(), closeness)
def test_what_was_judged_can_be_judged_again_from_what_is_kept(
    requirement: Requirement, offer: Offer, near: Closeness
) -> None:
    kept = judged(asked(requirement), offer, near)
    again = judge(
        kept.requirement, kept.offer, kept.closeness, today=kept.today, weights=kept.weights,
        fit=fit_model(kept.fit_version), book=BOOK, rates=RATES,
    )  # fmt: skip
    assert again == kept


@settings(deadline=None, max_examples=25)
@given(requirements(), offers(), closeness, st.none() | spoken)
def test_what_the_words_speak_of_changes_nothing_where_family_or_code_is_stated(
    requirement: Requirement, offer: Offer, near: Closeness, other: Spoken | None
) -> None:
    is_stated = requirement.family or requirement.hs_code
    told = requirement if is_stated else replace(requirement, hs_code="57")
    first = judged(asked(told), offer, near)
    second = judged(asked(told), offer, replace(near, spoken=other))
    assert (second.findings, second.total) == (first.findings, first.total)


@settings(deadline=None, max_examples=25)
@given(requirements(), offers(), closeness, spoken)
def test_speaking_of_a_family_is_worth_at_most_stating_it(
    requirement: Requirement, offer: Offer, near: Closeness, told: Spoken
) -> None:
    unstated = replace(requirement, family="", hs_code="")
    silent = fit_of(unstated, offer, replace(near, spoken=None))
    spoken_of = fit_of(unstated, offer, replace(near, spoken=told))
    stated = fit_of(replace(unstated, family=told.family), offer, near)
    if offer.family == told.family:
        assert silent <= spoken_of <= stated
    else:
        assert silent >= spoken_of >= stated


def fit_of(requirement: Requirement, offer: Offer, near: Closeness) -> float:
    value = judged(asked(requirement), offer, near).by_criterion["fit"].value
    assert value is not None  # sizes are stated on both sides
    return value


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=5), st.floats(0, 1), st.integers(0, 4))
def test_the_soft_minimum_never_exceeds_the_least_and_rises_with_each(
    values: list[float], more: float, place: int
) -> None:
    raised = list(values)
    raised[place % len(values)] = max(raised[place % len(values)], more)
    found = float(soft_minimum(values, 4.0))
    assert found <= max(min(values), 1e-6) + 1e-12
    assert float(soft_minimum(raised, 4.0)) >= found
    parts = [float(soft_minimum(values[:1], 4.0)), float(soft_minimum(values[1:] or [1.0], 4.0))]
    assert float(soft_minimum(parts, 4.0)) == pytest.approx(found, abs=1e-6)


def test_a_must_that_is_out_of_reach_cannot_be_bought_off() -> None:
    """However good all else is, the total stays under the worth of the gap, softened."""
    question = asked(musts=("ISO9001",), ship_by=dt.date(2027, 1, 15))
    gift = replace(MAT, tiers=(replace(MAT.tiers[0], price=Decimal("0.01")),))
    dear = replace(MAT, tiers=(replace(MAT.tiers[0], price=Decimal(560)),),
                   pieces=(*MAT.pieces, Piece("ISO9001", dt.date(2026, 1, 1), None)))  # fmt: skip
    assert judged(question, gift).total <= 0.1**question.weights.strictness
    assert judged(question, gift).total < judged(question, dear).total


def test_neither_a_name_nor_a_paid_status_can_enter_for_there_is_none() -> None:
    told = {each.name for kind in (Maker, Offer) for each in fields(kind)}
    assert not told & {"name", "slug", "is_paid", "plan", "workers"}
