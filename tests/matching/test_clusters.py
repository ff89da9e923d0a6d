"""Clusters are ranked by what they can do together, and say what they know it from."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from matchmaker.matching.clusters import Place, RankedCluster, rank_clusters
from matchmaker.matching.problem import FreeMonth, Offer
from matchmaker.matching.scoring.answers import Judged
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
        "Together they can make 43 % in time (12,900 of 30,000 pc).",
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
