"""A buyer wants coir mats in Germany: what each criterion says of an offer, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from matchmaker.certification.models import GRADES as STORED_GRADES
from matchmaker.certification.readiness import Piece
from matchmaker.errors import BadInput
from matchmaker.matching.one_pair import judge
from matchmaker.matching.problem import (
    GRADES,
    Closeness,
    FreeMonth,
    LegCosts,
    Nearby,
    Offer,
    Preferences,
    Reliability,
)
from matchmaker.matching.scoring.answers import Excluded, Finding, Step
from matchmaker.matching.scoring.judging import best_of_each_firm, judge_all, judge_offer
from matchmaker.matching.scoring.question import prepare
from matchmaker.matching.scoring.weighing import profiles
from matchmaker.measures import PieceFacts, Quantity
from matchmaker.money import Money
from tests.matching.small_trade import BOOK, MAT, NEAR, RATES, TODAY, WANTED, asked, judged


def finding(name: str, offer: Offer = MAT, **changes: object) -> Finding:
    return judged(asked(**changes), offer).by_criterion[name]


def test_an_offer_that_has_everything_is_nearly_perfect_and_says_why() -> None:
    found = judged(asked(), MAT)
    assert {each.criterion for each in found.findings if each.value == 1} == {
        "hs", "quantity", "moq", "papers", "price", "lead", "market"
    }  # fmt: skip
    assert found.by_criterion["preferences"].knowledge == "not asked"
    assert 0.95 < found.total < 1
    assert found.gaps == ()
    assert str(found.by_criterion["price"].sentence) == (
        "4.00 EUR per pc is within the target of 4.50 EUR."
    )


def test_grades_are_those_of_the_evidence_room() -> None:
    assert GRADES == STORED_GRADES


def test_a_quantity_in_square_metres_is_converted_and_each_step_shown() -> None:
    found = finding("quantity", quantity=Quantity(Decimal(12000), "MTK"))
    assert found.value == pytest.approx(12900 / 50000)
    assert found.steps == (Step("unit", "12000 m² = 50000 pc (one piece is 0.24 m²)"),)
    assert str(found.sentence) == ("26 % of the quantity can be made by then: 12,900 of 50,000 pc.")


def test_nearly_all_of_a_quantity_is_not_all() -> None:
    found = finding("quantity", quantity=Quantity(Decimal(12930), "H87"))
    assert str(found.sentence) == "99 % of the quantity can be made by then: 12,900 of 12,930 pc."


def test_a_price_a_little_above_the_target_is_not_said_to_be_nothing_above() -> None:
    found = finding("price", target=Money(Decimal("3.99"), "EUR"))
    assert str(found.sentence) == ("4.00 EUR per pc is less than 1 % above the target of 3.99 EUR.")
    assert str(found.gaps[0].remedy) == "Negotiate: less than 1 % above the target."


def test_a_missing_factor_is_named_and_the_quantity_stays_unknown() -> None:
    found = finding(
        "quantity", replace(MAT, facts=PieceFacts()), quantity=Quantity(Decimal(9), "TNE")
    )
    assert (found.value, found.knowledge) == (None, "unknown")
    assert [str(each.remedy) for each in found.gaps] == [
        "The firm should state the net weight of one."
    ]


def test_a_monthly_order_is_judged_by_its_tightest_month() -> None:
    free = tuple(
        replace(each, free=Decimal(1000) if each.month == dt.date(2027, 2, 1) else each.free)
        for each in MAT.free
    )
    found = finding(
        "quantity", replace(MAT, free=free), months=3, quantity=Quantity(Decimal(2000), "H87")
    )
    assert found.value == 0.5
    assert str(found.sentence) == "In the tightest month 50 % can be made: 1,000 of 2,000 pc."


@pytest.mark.parametrize(
    ("changes", "value", "sentence"),
    [
        ({}, 1.0, "45 days are enough: 129 are left until 2027-03-31."),
        ({"lead_days": 150}, 0.5, "150 days are 21 too many: 129 are left until 2027-03-31."),
        ({"lead_days": None}, None, "The firm has not said how long it takes."),
    ],
)
def test_lead_time(changes: dict[str, int], value: float | None, sentence: str) -> None:
    found = finding("lead", replace(MAT, **changes))
    assert (found.value, str(found.sentence)) == (value, sentence)


def test_a_smallest_order_above_what_is_asked_falls_with_the_ratio() -> None:
    found = finding("moq", replace(MAT, moq=Decimal(20000)))
    assert (found.value, str(found.gaps[0].remedy)) == (
        0.25,
        "Agree on a smaller first order, or ask for 20,000 pc.",
    )


@pytest.mark.parametrize(
    ("left_until", "value", "sentence"),
    [
        (
            dt.date(2027, 9, 30),
            0.6 + 0.3 * (1 - 150 / 312),
            "not there yet, but to be had",
        ),
        (
            dt.date(2027, 3, 31),
            0.3,
            "to be had before the ship date only if all goes well.",
        ),
        (dt.date(2027, 1, 15), 0.1, "not to be had before the ship date."),
    ],
)
def test_a_missing_must_is_worth_what_time_is_left_to_get_it(
    left_until: dt.date, value: float, sentence: str
) -> None:
    found = finding("papers", musts=("ISO9001",), ship_by=left_until)
    assert found.value == pytest.approx(value)
    assert str(found.sentence).startswith(f"ISO9001: {sentence}")
    assert [(each.code, each.days) for each in found.gaps] == [("ISO9001", (60, 150))]


def test_a_certificate_that_ends_before_shipping_must_be_renewed() -> None:
    short = Piece("ISO9001", dt.date(2024, 2, 1), dt.date(2027, 2, 1))
    asked_late = asked(musts=("ISO9001",), ship_by=dt.date(2027, 9, 30))
    found = judged(asked_late, replace(MAT, pieces=(*MAT.pieces, short))).by_criterion["papers"]
    assert [str(each.what) for each in found.gaps] == [
        "ISO9001 ends on 2027-02-01, before the ship date."
    ]
    missing = judged(asked_late, MAT).by_criterion["papers"]
    assert found.value is not None
    assert missing.value is not None
    assert missing.value < found.value < 1


def test_evidence_of_a_weaker_grade_than_asked_waits_for_the_desk() -> None:
    found = finding("papers", least_grade="confirmed")
    assert {str(each.what) for each in found.gaps} == {
        f"{code} is shown, but only seen." for code in
        ("AD_CODE", "COIR_RCMC", "GST_LUT", "IEC", "RCMC", "REACH")
    } - {"RCMC is shown, but only seen."}  # fmt: skip


def test_a_group_certificate_that_can_be_joined_takes_less_time_and_names_who_helps() -> None:
    needs = replace(WANTED, musts=("FAIRTRADE",))
    near = Nearby(groups=frozenset({"FAIRTRADE"}), helpers={"FAIRTRADE": ("Coir Board",)})
    question = prepare(needs, today=TODAY, weights=profiles()["default"], book=BOOK, rates=RATES,
                       nearby={"alappuzha-coir": near})  # fmt: skip
    joined = judged(question, MAT).by_criterion["papers"]
    alone = finding("papers", musts=("FAIRTRADE",))
    assert (joined.gaps[0].days, alone.gaps[0].days) == ((60, 120), (120, 270))
    assert (joined.gaps[0].who, str(joined.gaps[0].remedy)) == (
        ("Coir Board",),
        "Join the group that holds FAIRTRADE: 60 to 120 days.",
    )
    assert joined.value is not None
    assert alone.value is not None
    assert joined.value > alone.value


def test_a_test_report_is_shown_and_never_called_certified() -> None:
    found = judged(asked(), MAT)
    assert "REACH" in {each.field for each in found.by_criterion["papers"].evidence}
    missing = judged(asked(), replace(MAT, pieces=MAT.pieces[:-1]))
    said = [str(each.sentence) for each in (*found.findings, *missing.findings)]
    said += [f"{each.what} {each.remedy}" for each in missing.gaps]
    assert any("REACH" in each for each in said)
    assert not [each for each in said if "certified" in each]


def test_legs_between_two_incoterms_are_estimated_or_left_out_and_said_never_landed() -> None:
    works = replace(MAT, incoterm="EXW")
    to_quay = finding("price", works)
    # 380 rupees and 6.5 % to the quay, at 95 to the euro.
    assert str(to_quay.sentence) == (
        "4.26 EUR per pc is within the target of 4.50 EUR. Estimated in it: carriage to the port, "
        "handling in the port."
    )
    to_door = finding("price", works, incoterm="DDP")
    assert str(to_door.sentence).endswith(
        "Estimated in it: carriage to the port, handling in the port, freight. "
        "Not in it: carriage on arrival, duty."
    )
    assert (to_quay.certainty, to_door.certainty) == (0.5, 0.5)
    assert "landed" not in str(to_door.sentence)


def test_a_price_that_holds_more_than_was_asked_says_so() -> None:
    found = finding("price", replace(MAT, incoterm="CIF"))
    assert str(found.sentence).endswith("It holds more than was asked for: freight, insurance.")


def test_known_legs_are_added_by_the_fill_of_a_container() -> None:
    legs = LegCosts({"inland": Money(Decimal(90000), "INR"), "port": Money(Decimal(45000), "INR")})
    question = prepare(WANTED, today=TODAY, weights=profiles()["default"], book=BOOK, rates=RATES,
                       nearby={"alappuzha-coir": Nearby(legs=legs)})  # fmt: skip
    found = judged(question, replace(MAT, incoterm="EXW")).by_criterion["price"]
    # 380 rupees and 135,000 / 9,000 of a container, at 95 to the euro.
    assert str(found.sentence) == "4.16 EUR per pc is within the target of 4.50 EUR."
    assert found.certainty == 1.0
    assert Step("leg", "inland: 10 INR of one") in found.steps


def test_a_price_on_request_or_without_a_rate_is_unknown_and_lowers_the_confidence_alone() -> None:
    silent = replace(MAT, tiers=(), price_confirmed_on=None)
    foreign = replace(MAT, currency="XAF")
    assert str(finding("price", silent).sentence) == "The price is on request."
    assert str(finding("price", foreign).sentence) == (
        "Prices cannot be compared: there is no exchange rate for XAF."
    )
    told, quiet = judged(asked(), MAT), judged(asked(), silent)
    assert quiet.confidence < told.confidence
    assert quiet.by_criterion["price"].value is None


def test_old_facts_lower_reliability_and_confidence() -> None:
    old = replace(MAT, capacity_confirmed_on=dt.date(2025, 1, 1))
    fresh_answer, old_answer = judged(asked(), MAT), judged(asked(), old)
    assert old_answer.confidence < fresh_answer.confidence
    assert old_answer.total < fresh_answer.total
    assert (
        str(old_answer.by_criterion["reliability"].gaps[0].remedy)
        == "The firm should confirm capacity again."
    )


def test_one_lucky_answer_counts_less_than_a_long_record() -> None:
    def with_record(record: Reliability) -> float:
        maker = replace(MAT.maker, reliability=record)
        return finding("reliability", replace(MAT, maker=maker)).value or 0.0

    lucky = with_record(Reliability(enquiries=1, answered=1))
    proven = with_record(Reliability(enquiries=60, answered=58))
    silent = with_record(Reliability(enquiries=20, answered=1))
    assert silent < lucky < proven


def test_wishes_count_only_when_the_buyer_has_them_and_the_firm_has_spoken() -> None:
    wishes = Preferences(women_led=True, languages=frozenset({"de", "fr"}))
    found = finding("preferences", prefers=wishes)
    assert (found.value, str(found.sentence)) == (
        0.5,
        "Meets of what the buyer would prefer: languages; not: women-led.",
    )
    quiet = replace(MAT, maker=replace(MAT.maker, languages=frozenset()))
    assert finding("preferences", quiet, prefers=wishes).value == 0.0


@pytest.mark.parametrize(
    ("requirement", "offer", "reason"),
    [
        ({"blocked": frozenset({"firm-1"})}, MAT, "blocked"),
        ({}, replace(MAT, maker=replace(MAT.maker, blocked=frozenset({"buyer-1"}))), "blocked"),
        ({}, replace(MAT, barred=frozenset({"DE"})), "not exportable"),
        (
            {"needs_verified": True},
            replace(MAT, maker=replace(MAT.maker, is_verified=False)),
            "unverified",
        ),
    ],
)
def test_gates_keep_an_offer_out_and_say_why(
    requirement: dict[str, object], offer: Offer, reason: str
) -> None:
    found = judge_offer(asked(**requirement), offer, NEAR)
    assert isinstance(found, Excluded)
    assert found.reason == reason
    assert str(found.sentence)
    assert judge_all(asked(**requirement), [(offer, NEAR)]).excluded == (found,)


def test_an_anonymous_buyer_is_blocked_by_nobody() -> None:
    wary = replace(MAT, maker=replace(MAT.maker, blocked=frozenset({"buyer-1"})))
    assert not isinstance(judge_offer(asked(buyer=""), wary, NEAR), Excluded)


def test_the_best_offer_of_every_firm_stands_for_it() -> None:
    worse = replace(MAT, id="mat-2", moq=Decimal(20000))
    other = replace(MAT, id="mat-3", moq=Decimal(9000), maker=replace(MAT.maker, id="firm-2"))
    verdict = judge_all(asked(), [(each, NEAR) for each in (worse, other, MAT)])
    assert [each.offer.id for each in verdict.ranked] == ["mat-1", "mat-3", "mat-2"]
    assert [each.offer.id for each in best_of_each_firm(verdict.ranked)] == ["mat-1", "mat-3"]


def test_a_must_that_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match=r"musts\[0\]: “ISO 9001” cannot be used"):
        judge(
            replace(WANTED, musts=("ISO 9001",)), MAT, NEAR,
            today=TODAY, weights=profiles()["default"], book=BOOK, rates=RATES,
        )  # fmt: skip


def test_nothing_to_compare_leaves_the_fit_unknown() -> None:
    found = judged(asked(hs_code="", family="", attributes={}), MAT, Closeness())
    assert found.by_criterion["fit"].knowledge == "unknown"


def test_months_of_which_nobody_spoke_are_not_taken_for_nought() -> None:
    silent = replace(MAT, free=())
    some = replace(MAT, free=(FreeMonth(dt.date(2027, 2, 1), Decimal(2500)),))
    assert finding("quantity", silent).knowledge == "unknown"
    assert finding("quantity", some).value == 0.5


def test_sizes_that_differ_are_told_in_words() -> None:
    found = finding("fit", replace(MAT, attributes={"length_cm": 90, "weave": "creel"}))
    assert [(str(each.what), str(each.remedy)) for each in found.gaps] == [
        (
            "Asked for length 60 cm, offered is length 90 cm.",
            "Ask whether it can be made with length 60 cm.",
        )
    ]


@pytest.mark.parametrize(
    "more",
    [
        Piece("REACH", dt.date(2020, 1, 1), dt.date(2021, 1, 1), "witnessed"),
        Piece("REACH", dt.date(2026, 1, 1), dt.date(2026, 12, 31), "witnessed"),
        Piece("REACH", dt.date(2026, 1, 1), None, "self-declared"),
    ],
)
def test_a_worse_second_paper_of_a_scheme_takes_nothing_away(more: Piece) -> None:
    strict = {"least_grade": "seen"}
    for pieces in ((*MAT.pieces, more), (more, *MAT.pieces)):
        found = finding("papers", replace(MAT, pieces=pieces), **strict)
        assert (found.value, found.gaps) == (1.0, ())


def test_a_weak_paper_is_worth_no_less_than_none_where_a_new_one_comes_sooner() -> None:
    """IEC takes three days, a look of the desk up to ten."""
    others = tuple(each for each in MAT.pieces if each.code != "IEC")
    word = Piece("IEC", dt.date(2026, 1, 5), None, "self-declared")
    without = finding("papers", replace(MAT, pieces=others), least_grade="seen")
    claimed = finding("papers", replace(MAT, pieces=(*others, word)), least_grade="seen")
    assert claimed.value is not None
    assert without.value is not None
    assert claimed.value >= without.value
