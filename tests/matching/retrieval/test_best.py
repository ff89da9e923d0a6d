"""The list that bounding finds is the list that judging everything finds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.matching.problem import LegCosts, Nearby, Offer, Preferences, Requirement
from matchmaker.matching.retrieval.best import judge_fitting, retrieve
from matchmaker.matching.retrieval.bounds import Bounds
from matchmaker.matching.retrieval.building import TableBuilder
from matchmaker.matching.retrieval.columns import Audience, OfferTable
from matchmaker.matching.retrieval.nearness import Nearness, nearness
from matchmaker.matching.scoring.answers import Judged
from matchmaker.matching.scoring.judging import best_of_each_firm, judge_all
from matchmaker.matching.scoring.question import Question, prepare
from matchmaker.matching.scoring.weighing import profiles
from matchmaker.money import Money
from tests.matching.drawn import offers, requirements, spoken
from tests.matching.small_trade import BOOK, MAT, RATES, TODAY, WANTED

ATTRIBUTES = (
    {},
    {"length_cm": 60, "weave": "creel"},
    {"length_cm": 61.5, "width_cm": 40},
    {"weave": ("creel", "rod"), "colour": "natural"},
)
NEARBY = (
    {},
    {"alappuzha-coir": Nearby(groups=frozenset({"REACH"}), legs=LegCosts(
        {"freight": Money(Decimal(2400), "USD")}, {"insurance": Decimal("0.004")}))},
    {"kollam-cashew": Nearby(legs=LegCosts({}, {"inland": Decimal("0.01")}))},
)  # fmt: skip


@dataclass(frozen=True)
class Trade:
    """A question with the offers that are there for it, and how near their texts are."""

    offers: tuple[Offer, ...]
    question: Question
    near: Nearness
    audience: Audience


@st.composite
def trades(draw: st.DrawFn) -> Trade:
    count = draw(st.integers(1, 9))
    found = tuple(draw(an_offer(number)) for number in range(count))
    asked = replace(
        draw(requirements()),
        attributes=draw(st.sampled_from(ATTRIBUTES)),
        needs_verified=draw(st.booleans()),
        blocked=draw(st.sampled_from((frozenset(), frozenset({"firm-0"})))),
        prefers=draw(st.sampled_from((
            Preferences(), Preferences(languages=frozenset({"de"}), women_led=True),
            Preferences(states=frozenset({"KL"}), gi=True), Preferences(micro=True),
        ))),
    )  # fmt: skip
    question = prepare(
        asked, today=TODAY, weights=draw(st.sampled_from(list(profiles().values()))), book=BOOK,
        rates=RATES, nearby=draw(st.sampled_from(NEARBY)),
    )  # fmt: skip
    return Trade(
        found, question, draw(nearnesses(count)), draw(st.sampled_from(("public", "verified")))
    )


@st.composite
def an_offer(draw: st.DrawFn, number: int) -> Offer:
    offer = draw(offers(number))
    maker = replace(
        offer.maker,
        id=f"firm-{number // 2}",
        cluster=draw(st.sampled_from(("alappuzha-coir", "kollam-cashew"))),
        state=draw(st.sampled_from(("KL", "TN"))),
        is_verified=draw(st.booleans()),
        women_led=draw(st.booleans()),
        languages=draw(st.sampled_from((frozenset(), frozenset({"de"}), frozenset({"hi"})))),
        blocked=draw(st.sampled_from((frozenset(), frozenset({"buyer-1"}), frozenset({"x"})))),
    )
    return replace(
        offer,
        maker=maker,
        family=draw(st.sampled_from(("coir-handloom-mat", "cashew-kernels"))),
        attributes=draw(st.sampled_from(ATTRIBUTES)),
        currency=draw(st.sampled_from(("INR", "USD", "XXX"))),
        price_audience=draw(st.sampled_from(("public", "verified"))),
        barred=draw(st.sampled_from((frozenset(), frozenset({"US"}), frozenset({"DE", "FR"})))),
        gi=draw(st.sampled_from((None, "Alleppey Coir"))),
        has_wood_packaging=draw(st.booleans()),
    )


@st.composite
def nearnesses(draw: st.DrawFn, count: int) -> Nearness:
    """Each measure may be missing, and a single offer may lack a vector."""
    cosine = st.floats(-0.2, 1) | st.just(float("nan"))
    cosines = draw(st.none() | st.lists(cosine, min_size=count, max_size=count))
    words = draw(st.none() | st.lists(st.floats(0, 1), min_size=count, max_size=count))
    return Nearness(
        None if cosines is None else np.array(cosines),
        None if words is None else np.array(words),
        draw(st.none() | spoken),
    )


@contextmanager
def table_of(some: Sequence[Offer], audience: Audience = "verified") -> Iterator[OfferTable]:
    with tempfile.TemporaryDirectory() as folder:
        with TableBuilder(Path(folder), conditions=BOOK.conditions) as table:
            for each in some:
                table.add(each)
        yield OfferTable(Path(folder), audience)


@settings(deadline=None, max_examples=20)
@given(trades(), st.integers(1, 4))
def test_no_bound_is_below_the_score_so_the_list_is_that_of_judging_everything(
    trade: Trade, top: int
) -> None:
    with table_of(trade.offers, trade.audience) as table:
        bounds = Bounds(table, trade.question, trade.near)
        rows = np.arange(table.count)
        by_product, is_let_in = bounds.by_product(), bounds.is_let_in()
        by_supply, by_papers = bounds.by_supply(rows), bounds.by_papers(rows)
        pairs = [(each, trade.near.of(row)) for row, each in enumerate(table.offers(rows))]
        found = retrieve(table, trade.question, trade.near, top)
        each_offer = retrieve(table, trade.question, trade.near, top, one_of_each_firm=False)
    ranked = judge_all(trade.question, pairs).ranked
    totals = {each.offer.id: each.total for each in ranked}
    scores = np.array([totals.get(each.id, 0.0) for each in trade.offers])
    assert [each.id in totals for each in trade.offers] == is_let_in.tolist()
    assert (scores <= by_papers).all()
    assert (by_papers <= by_supply * (1 + 1e-12)).all()
    assert (by_supply <= by_product * (1 + 1e-12)).all()
    assert keys(found.ranked) == keys(best_of_each_firm(ranked)[:top])
    assert keys(each_offer.ranked) == keys(ranked[:top])


def keys(some: Sequence[Judged]) -> list[tuple[float, float, str]]:
    return [each.rank_key for each in some]


def question_of(requirement: Requirement) -> Question:
    weights = profiles()["default"]
    return prepare(requirement, today=TODAY, weights=weights, book=BOOK, rates=RATES)


def test_of_many_offers_few_are_judged() -> None:
    many = [
        replace(MAT, id=f"mat-{n}", lead_days=90 + n, maker=replace(MAT.maker, id=f"firm-{n // 3}"))
        for n in range(500)
    ]
    with table_of(many) as table:
        found = retrieve(table, question_of(WANTED), nearness(table, WANTED.text), 10)
    assert (found.offers, len(found.ranked)) == (500, 10)
    assert found.judged < 60


def test_of_more_fitting_offers_than_there_is_room_for_the_rest_is_counted() -> None:
    offers = [replace(MAT, id=f"mat-{n}") for n in range(7)]
    with table_of(offers) as table:
        question, near = question_of(WANTED), nearness(table, WANTED.text)
        some = judge_fitting(table, question, near, most=4, gone=np.array([0]))
        all_of_them = judge_fitting(table, question, near)
    assert (len(some.judged), some.left_out) == (4, 2)
    assert (len(all_of_them.judged), all_of_them.left_out) == (7, 0)


def test_the_excluded_are_told_with_their_reason() -> None:
    stranger = replace(MAT, id="mat-2", maker=replace(MAT.maker, id="firm-2", is_verified=False))
    with table_of([MAT, stranger]) as table:
        asked = replace(WANTED, needs_verified=True)
        found = retrieve(table, question_of(asked), nearness(table, WANTED.text), 10)
    assert [each.offer.id for each in found.ranked] == ["mat-1"]
    assert [(each.offer.id, each.reason) for each in found.excluded] == [("mat-2", "unverified")]


def test_an_empty_table_answers_nothing() -> None:
    with table_of([]) as table:
        found = retrieve(table, question_of(WANTED), nearness(table, WANTED.text), 10)
    assert (found.ranked, found.excluded, found.offers) == ((), (), 0)
