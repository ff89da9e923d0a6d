"""Clusters are ranked by what they can do together, and say what they know it from."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from matchmaker.matching.clusters import Place, RankedCluster, rank_clusters
from matchmaker.matching.problem import FreeMonth, Offer
from matchmaker.matching.scoring.answers import Judged
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.window import months_later
from matchmaker.measures import Quantity
from tests.matching.small_trade import MAKER, MAT, TODAY, asked, judged

WANTED = asked(quantity=Quantity(Decimal(30000), "H87"))
KNOWN = Place(("Coir testing laboratory",), "Cochin", 60)


def mat(firm: str, cluster: str, monthly: int = 3000) -> Offer:
    maker = replace(MAKER, id=firm, cluster=cluster)
    free = tuple(
        FreeMonth(months_later(TODAY.replace(day=1), n), Decimal(monthly)) for n in range(12)
    )
    return replace(MAT, id=f"{firm}-mat", maker=maker, line=f"{firm}-loom", free=free)


def answers(*offers: Offer) -> list[Judged]:
    return [judged(WANTED, each) for each in offers]


def ranked(*offers: Offer) -> tuple[RankedCluster, ...]:
    return rank_clusters(WANTED, answers(*offers), {"many": KNOWN, "few": KNOWN})


def value(found: RankedCluster, criterion: str) -> float | None:
    return next(each.value for each in found.findings if each.criterion == criterion)


def test_the_cluster_that_can_fill_the_order_together_comes_first() -> None:
    offers = [mat(firm, "many") for firm in "ABC"]
    found = ranked(*offers, mat("D", "few"))
    assert [each.cluster for each in found] == ["many", "few"]
    assert [each.firms for each in found] == [("A", "B", "C"), ("D",)]
    # 9 of 30 days of November and four months: 12,900 mats of each firm
    assert value(found[1], "capacity") == pytest.approx(12900 / 30000)


def test_every_value_is_said_with_its_evidence() -> None:
    (found,) = ranked(mat("A", "many"), mat("B", "many"), mat("C", "many"))
    assert [str(each.sentence) for each in found.findings] == [
        "3 firms make what was asked for.",
        "Together they can make it in time: 129 % of what is asked (38,700 of 30,000 pc).",
        "Everything that must be shown is held by all of the 3 firms.",
        "Shared: Coir testing laboratory.",
        "60 km to the port of Cochin.",
        "Answers, meetings kept and exports of 3 firms: 90 of 100.",
    ]
    assert all(each.evidence for each in found.findings)
    assert found.confidence == pytest.approx(1.0)


def test_firms_of_other_products_count_in_nothing() -> None:
    other = replace(mat("B", "many"), hs_code="080132", title="Cashew kernels", attributes={})
    near = [judged(WANTED, mat("A", "many")), judged(WANTED, other)]
    fits = [each.by_criterion["fit"].value or 0 for each in near]
    assert 0.3 < fits[1] < 0.5 < fits[0]  # in the pool, should nothing else do
    (found,) = rank_clusters(WANTED, near, {})
    assert [str(each.sentence) for each in found.findings[:3]] == [
        "One firm makes what was asked for.",
        "The firm can make 43 % in time (12,900 of 30,000 pc).",
        "Everything that must be shown is held by the firm.",
    ]


def test_what_is_not_known_lowers_the_confidence_and_not_the_total() -> None:
    offers = answers(mat("A", "many"))
    (known,) = rank_clusters(WANTED, offers, {"many": KNOWN})
    (unknown,) = rank_clusters(WANTED, offers, {})
    assert unknown.confidence < known.confidence
    assert (value(unknown, "port"), value(unknown, "facilities")) == (None, None)


def test_two_products_of_one_line_are_pooled_once() -> None:
    twice = replace(mat("A", "many"), id="A-other")
    (one,) = ranked(mat("A", "many"))
    (both,) = ranked(mat("A", "many"), twice)
    assert value(both, "capacity") == value(one, "capacity")


def test_one_more_firm_or_more_capacity_never_lowers_a_cluster() -> None:
    (one,) = ranked(mat("A", "many"))
    (two,) = ranked(mat("A", "many"), mat("B", "many"))
    (more,) = ranked(mat("A", "many", monthly=4000))
    assert two.total >= one.total
    assert more.total >= one.total


def test_nobody_suitable_is_no_cluster() -> None:
    assert rank_clusters(WANTED, [], {}) == ()


def sentences(asked_for: Question, *offers: Offer) -> list[str]:
    """What is said of the first cluster's firms, capacity and certificates."""
    found = rank_clusters(asked_for, [judged(asked_for, each) for each in offers], {})
    return [str(each.sentence) for each in found[0].findings[:3]]


def test_of_several_firms_the_one_that_can_be_counted_is_told_from_the_firm() -> None:
    unpriced = replace(mat("B", "many"), tiers=())
    assert sentences(WANTED, mat("A", "many"), unpriced) == [
        "2 firms make what was asked for.",
        "The one firm that can be counted can make 43 % in time (12,900 of 30,000 pc).",
        "Everything that must be shown is held by the firm.",
    ]
    without = [replace(each, pieces=()) for each in (mat("A", "many"), unpriced)]
    assert sentences(WANTED, *without)[2] == (
        "The one firm that can be counted lacks AD_CODE, COIR_RCMC, GST_LUT, IEC, REACH."
    )


def test_what_waits_for_papers_is_not_counted_and_that_is_said() -> None:
    late = asked(quantity=Quantity(Decimal(3000), "H87"), musts=("GOTS",))
    assert sentences(late, mat("A", "many"))[1:] == [
        "The firm can make 0 % in time (0 of 3,000 pc). What is made before the papers are there"
        " is not counted; with it, it would be 100 %.",
        "The firm lacks GOTS.",
    ]
    both = sentences(late, mat("A", "many"), mat("B", "many"))
    assert both[2] == (
        "None of the 2 firms that can be counted holds everything that must be shown;"
        " lacking: GOTS."
    )


def test_of_a_monthly_order_the_tightest_month_is_told() -> None:
    monthly = asked(quantity=Quantity(Decimal(10000), "H87"), months=2)
    assert sentences(monthly, mat("A", "many", monthly=2900))[1] == (
        "In the tightest month: The firm can make 29 % in time (2,900 of 10,000 pc)."
    )


def test_what_is_free_is_told_in_whole_units_and_never_too_much() -> None:
    dozens = asked(quantity=Quantity(Decimal(2000), "DZN"))
    assert sentences(dozens, mat("A", "many", monthly=3001))[1] == (
        "The firm can make 54 % in time (1,075 of 2,000 doz)."
    )
