"""Market rules: which bind which goods, and what 'held', 'missing' and 'to be checked' mean."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from matchmaker.certification.rules import (
    FIRST_DAYS,
    Applying,
    Demand,
    Goods,
    demands_of,
    goods_of,
    names_of_market,
    rules_for,
    standing_of,
)
from seed.reference import read

TODAY = dt.date(2026, 11, 21)


@dataclass(frozen=True)
class Written:
    """A rule as it might stand in the reference data."""

    id: str = "MR1"
    family: str = "rubber-goods"
    hs: tuple[str, ...] = ("4016",)
    market: str = "EU"
    mandatory: tuple[str, ...] = ("REACH",)
    expected: tuple[str, ...] = ()
    effective_from: dt.date | None = None
    confidence: str = "high"
    note: str = ""
    sources: tuple[str, ...] = ()


MATS = Goods(("401691",), frozenset({"rubber-goods"}))


def ids(*found: Applying) -> list[str]:
    return [each.rule.id for each in found]


def test_a_rule_of_a_bloc_binds_each_of_its_countries() -> None:
    rules = [Written()]
    assert ids(*rules_for(MATS, "DE", rules, TODAY)) == ["MR1"]
    assert rules_for(MATS, "GB", rules, TODAY) == ()


def test_the_gulf_has_rules_of_the_bloc_and_of_the_country() -> None:
    assert names_of_market("AE") == {"AE", "GCC", "ALL"}
    rules = [Written(id="MR1", market="GCC"), Written(id="MR2", market="AE")]
    assert ids(*rules_for(MATS, "AE", rules, TODAY)) == ["MR1", "MR2"]
    assert ids(*rules_for(MATS, "OM", rules, TODAY)) == ["MR1"]


def test_rules_for_all_markets_bind_everywhere() -> None:
    assert ids(*rules_for(MATS, "BR", [Written(market="ALL")], TODAY)) == ["MR1"]


def test_the_rule_naming_more_digits_replaces_the_general_one() -> None:
    rules = [Written(id="MR1", hs=("40",)), Written(id="MR2", hs=("4016", "7308"))]
    assert ids(*rules_for(MATS, "DE", rules, TODAY)) == ["MR2"]


def test_a_special_rule_leaves_rules_of_other_families_alone() -> None:
    goods = Goods(("401691",), frozenset({"rubber-goods", "auto-parts"}))
    rules = [Written(id="MR1", hs=("40",), family="auto-parts"), Written(id="MR2")]
    assert ids(*rules_for(goods, "DE", rules, TODAY)) == ["MR1", "MR2"]


def test_goods_of_another_family_are_not_bound_by_their_code_alone() -> None:
    assert rules_for(Goods(("401691",), frozenset({"toys"})), "DE", [Written()], TODAY) == ()


def test_the_indian_side_applies_to_every_market_and_stands_last() -> None:
    india = Written(id="MR0", family="any", hs=("*",), market="IN", mandatory=("IEC",))
    assert ids(*rules_for(MATS, "DE", [india, Written()], TODAY)) == ["MR1", "MR0"]
    assert ids(*rules_for(MATS, "", [india, Written()], TODAY)) == ["MR0"]


def test_a_rule_that_starts_later_says_when() -> None:
    later = TODAY + dt.timedelta(days=39)
    coming, now = Written(id="MR1", effective_from=later), Written(id="MR2", effective_from=TODAY)
    found = rules_for(MATS, "DE", [coming, now], TODAY)
    assert [each.comes_on for each in found] == [later, None]


def test_the_day_of_a_new_law_is_not_the_day_of_the_older_papers_in_its_rule() -> None:
    """REACH did not begin with the deforestation regulation that a rule names beside it."""
    later = TODAY + dt.timedelta(days=39)
    rule = Written(mandatory=("EUDR_DDS", "REACH"), expected=("ISO9001",), effective_from=later)
    found = {each.code: each.comes_on for each in demands_of(rules_for(MATS, "DE", [rule], TODAY))}
    assert found == {"EUDR_DDS": later, "REACH": None, "ISO9001": None}


def test_organic_rules_bind_only_what_is_sold_as_organic() -> None:
    families = ("spices", "organic")
    plain = goods_of("090421", families, is_organic=False, has_wood_packaging=False)
    organic = goods_of("090421", families, is_organic=True, has_wood_packaging=False)
    assert (plain.families, organic.families) == ({"spices"}, {"spices", "organic"})


def test_pallets_bring_their_own_rule() -> None:
    rule = Written(family="wood-packaging", hs=("4415",), market="ALL", mandatory=("ISPM15",))
    loose = goods_of("401691", ["rubber-goods"], is_organic=False, has_wood_packaging=False)
    stacked = goods_of("401691", ["rubber-goods"], is_organic=False, has_wood_packaging=True)
    assert rules_for(loose, "DE", [rule], TODAY) == ()
    assert ids(*rules_for(stacked, "DE", [rule], TODAY)) == ["MR1"]


def test_each_scheme_is_demanded_once_and_the_mandatory_come_first() -> None:
    rules = [
        Written(id="MR1", mandatory=(), expected=("ISO9001", "REACH")),
        Written(id="MR2", family="auto-parts", mandatory=("REACH",), confidence="medium"),
    ]
    goods = Goods(("401691",), frozenset({"rubber-goods", "auto-parts"}))
    found = demands_of(rules_for(goods, "DE", rules, TODAY))
    assert [(each.code, each.strength, each.is_certain) for each in found] == [
        ("REACH", "mandatory", False),
        ("ISO9001", "expected", True),
    ]


def test_a_demand_is_in_force_as_soon_as_one_of_its_rules_is() -> None:
    later = TODAY + dt.timedelta(days=39)
    coming = Applying(Written(id="MR1"), later)
    assert demands_of([coming])[0].comes_on == later
    assert demands_of([coming, Applying(Written(id="MR2"), None)])[0].comes_on is None


@pytest.mark.parametrize(
    ("held", "confidence", "expected"),
    [
        ({"valid": {"REACH"}}, "high", "held"),
        ({"valid": {"REACH"}}, "low", "held"),
        ({"valid": {"REACH"}, "expiring": {"REACH"}}, "high", "expiring"),
        ({}, "high", "missing"),
        ({}, "medium", "to be checked"),
        ({}, "low", "to be checked"),
        ({"per_shipment": {"REACH"}}, "high", "per shipment"),
        ({"per_shipment": {"REACH"}, "valid": {"REACH"}}, "high", "per shipment"),
    ],
)
def test_how_a_maker_stands(held: dict[str, Any], confidence: str, expected: str) -> None:
    known: dict[str, Any] = {"valid": (), "expiring": (), "per_shipment": ()} | held
    assert standing_of(demand(confidence), **known) == expected


def demand(confidence: str) -> Demand:
    return demands_of([Applying(Written(confidence=confidence), None)])[0]


def test_the_reference_rules_name_only_markets_we_know() -> None:
    known = {"EU", "GCC", "ALL", "IN", "US", "GB", "AE", "SA", "JP", "AU", "SG", "CA"}
    assert {rule["market"] for rule in read("market_requirements")["rules"]} <= known


def test_coir_mats_for_germany_meet_the_rules_of_the_reference_data() -> None:
    rules = [_written(each) for each in read("market_requirements")["rules"]]
    goods = goods_of("570220", ["coir"], is_organic=False, has_wood_packaging=False)
    found = demands_of(rules_for(goods, "DE", rules, TODAY))
    assert [each.code for each in found if each.strength == "mandatory"] == [
        "COIR_RCMC", "REACH", "IEC", "AD_CODE", "GST_LUT", "RCMC",
    ]  # fmt: skip


def _written(rule: dict[str, Any]) -> Written:
    start = rule["effective_from"]
    return Written(
        rule["id"],
        rule["family"],
        tuple(rule["hs"]),
        rule["market"],
        tuple(rule["mandatory"]),
        tuple(rule["expected"]),
        dt.date.fromisoformat(start) if start else None,
        rule["confidence"],
    )


def test_a_new_paper_has_its_day_whatever_rule_names_it() -> None:
    """A rule on leather without a day expects the paper of the deforestation regulation."""
    first_day = FIRST_DAYS["EUDR_DDS"]
    for start in (None, dt.date(2026, 8, 6)):
        rule = Written(mandatory=("REACH",), expected=("EUDR_DDS",), effective_from=start)
        before, on_the_day = (
            {each.code: each.comes_on for each in demands_of(rules_for(MATS, "DE", [rule], day))}
            for day in (first_day - dt.timedelta(days=1), first_day)
        )
        assert before == {"REACH": None, "EUDR_DDS": first_day}
        assert on_the_day == {"REACH": None, "EUDR_DDS": None}


def test_a_special_rule_to_come_is_told_beside_the_general_one() -> None:
    later = TODAY + dt.timedelta(days=39)
    rules = [
        Written(id="MR1", hs=("40",)),
        Written(id="MR2", hs=("4016",), effective_from=later),
    ]
    assert ids(*rules_for(MATS, "DE", rules, TODAY)) == ["MR1", "MR2"]
    assert ids(*rules_for(MATS, "DE", rules, later)) == ["MR2"]
