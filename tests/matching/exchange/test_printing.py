"""The print of an answer: names of any length and script, nothing that steers the terminal."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from matchmaker.matching.exchange.printing import LEGEND, lines_of, remark_lines
from matchmaker.matching.exchange.told import (
    Answer,
    ClusterTold,
    ConversionTold,
    CriterionTold,
    FirmTold,
    FrontTold,
    LeftOutTold,
    MemberTold,
    PlanTold,
    RemarkTold,
    StepTold,
)
from matchmaker.measures import Quantity
from matchmaker.text_columns import width_of
from tests.matching.small_trade import TODAY, WANTED

FIT = CriterionTold("fit", 0.9, "known", "The description agrees well with what was asked for.")
FIRM = FirmTold(1, "firm-1", "", "alappuzha-coir", "mat-1", "Coir mat", 0.9, 0.8, (FIT,) * 9)
ANSWER = Answer("need-1", TODAY, "weights", "fit-2", "words", 1, 1, (FIRM,))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_line_fits_the_terminal(width: int) -> None:
    long = replace(FIRM, title="Very long title of a mat " * 20, name="سجادة الشرق " * 20)
    lines = list(lines_of(WANTED, replace(ANSWER, firms=(long,)), width=width))
    assert max(width_of(line) for line in lines) <= width


def test_what_a_file_holds_cannot_steer_the_terminal() -> None:
    asked = replace(WANTED, text="mats\x1b[2J\nof coir")
    firm = replace(FIRM, title="Mat\x1b[31m", name="Firm\r\n2")
    lines = list(lines_of(asked, replace(ANSWER, firms=(firm,))))
    assert lines[0].startswith("mats [2J of coir: 5,000 pc to DE")
    assert "Mat [31m — Firm 2, alappuzha-coir" in lines[5]


def test_offers_that_had_no_room_among_those_of_plans_are_counted() -> None:
    cut = replace(ANSWER, judged_for_clusters=600, not_judged_for_clusters=1234)
    said = " ".join(lines_of(WANTED, cut))
    assert "For clusters and plans: 600 offers judged in full; 1,234 more that may fit were" in said
    assert "For clusters" not in " ".join(lines_of(WANTED, ANSWER))


def test_names_that_nobody_knows_are_shown_until_there_are_too_many() -> None:
    wrong = RemarkTold("$.offers[0].family", "mat\x1b[2J", "Not known.", ("mat", "mats"), 1200)
    assert list(remark_lines(replace(ANSWER, remarks=(wrong,)))) == [
        "$.offers[0].family (and 1,200 more): “mat [2J”. Not known. Did you mean “mat” or “mats”?"
    ]
    lines = list(remark_lines(replace(ANSWER, remarks=(wrong,) * 1025)))
    assert len(lines) == 21
    assert lines[-1] == "1,005 more of the names are not known; --json tells them all."
    assert list(remark_lines(ANSWER)) == []


def test_samples_are_said_not_to_be_scored() -> None:
    lines = list(lines_of(replace(WANTED, sample_by=dt.date(2027, 1, 15)), ANSWER))
    assert lines[1] == "Samples by 2027-01-15: not scored, no offer says how long they take."


def test_the_front_names_the_price_by_the_number_of_firms_where_one_more_saves() -> None:
    steps = (
        StepTold(2, ("a", "b"), Decimal("900"), 0.0, "proved", 0.0),
        StepTold(3, ("a", "b", "c"), Decimal("880.5"), 0.02, "not proved", 0.013),
        StepTold(4, ("a", "b", "c"), Decimal("880.5"), 0.0, "proved", 0.0),
    )
    plan = PlanTold(
        ("fewest",), (), Decimal("900"), "EUR", "H87", "proved", 0.0, TODAY, TODAY,
        ("2 firms fill the order.",), ("Agree with b before ordering: the smallest order.",),
    )  # fmt: skip
    front = FrontTold("proved", 2, steps)
    cluster = ClusterTold(1, "alappuzha-coir", 0.9, 0.8, (), 3, 0, (plan,), (), front)
    lines = list(lines_of(WANTED, replace(ANSWER, firms=(), clusters=(cluster,))))
    assert lines[-3:] == [
        "      price: up to 2 firms: 900.00 EUR; up to 3 firms: 880.50 EUR"
        " (not proved, up to 1.3 % less)",
        "  1. fewest firms: 2 firms fill the order.",
        "        → Agree with b before ordering: the smallest order.",
    ]


def test_a_monthly_order_is_read_without_taking_its_days_for_a_way() -> None:
    monthly = replace(WANTED, months=1, quantity=Quantity(Decimal("7.50"), "GRO"))
    said = next(lines_of(monthly, ANSWER))
    assert said.endswith(": 7.5 gross every month to DE, 1 month from 2027-01-01")


def test_points_are_explained_and_what_is_nearly_all_is_not_all() -> None:
    nearly = replace(FIT, value=0.9987)
    firm = replace(FIRM, confidence=0.9987, criteria=(FIT, nearly, replace(FIT, value=1.0)))
    lines = list(lines_of(WANTED, replace(ANSWER, firms=(firm,))))
    assert lines[3] == LEGEND
    assert lines[5].endswith("(99 % of this is known)")
    assert lines[6] == "      fit 90, fit 99, fit 100"
    assert LEGEND not in lines_of(WANTED, replace(ANSWER, firms=()))


def test_codes_of_papers_are_explained_at_the_end() -> None:
    lines = list(lines_of(WANTED, replace(ANSWER, schemes={"IEC": "Importer-Exporter Code"})))
    assert lines[-2:] == ["Papers by their codes:", "      IEC: Importer-Exporter Code"]


def test_who_asked_for_clusters_is_told_that_nothing_fits() -> None:
    none = " ".join(lines_of(WANTED, replace(ANSWER, judged_for_clusters=0)))
    assert "For clusters and plans: no offer fits well enough." in none


def test_a_cluster_says_which_offers_are_not_counted_and_amounts_without_noughts() -> None:
    member = MemberTold("firm-1", "", ("mat-1",), (Decimal("200.000"), Decimal("1200.50")))
    plan = PlanTold(
        ("fewest", "cheapest", "fastest"), (member,), Decimal("900"), "EUR", "MTK", "proved", 0.0,
        TODAY, TODAY, ("One firm fills the order.",),
        conversions=(ConversionTold("mat-1", "currency", "1 INR = 0.01 EUR (2026-11-20)"),),
    )  # fmt: skip
    reasons = (LeftOutTold(2, "There is no price."), LeftOutTold(1, "Another product."))
    cluster = ClusterTold(
        1, "alappuzha-coir", 0.9, 0.8, (), 1, 3, (plan,), (), left_out_because=reasons
    )
    lines = list(lines_of(WANTED, replace(ANSWER, firms=(), clusters=(cluster,))))
    assert lines[-6:] == [
        "Cluster 1.  90.0  alappuzha-coir: 1 firm  (80 % of this is known)",
        "      not counted, 2 offers: There is no price.",
        "      not counted, 1 offer: Another product.",
        "  1. fewest firms, lowest price, soonest: One firm fills the order.",
        "      firm-1: 200 + 1,200.5 m²",
        "      reckoned with: 1 INR = 0.01 EUR (2026-11-20)",
    ]
