"""Comparing, merging and taking back what products say; prices that fall; numbers as typed."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.catalogue.amounts import NotANumber, read_amount, two_readings
from matchmaker.catalogue.facts import ProductFacts, check_attributes, check_product
from matchmaker.catalogue.quality import Listing, moq_warning, quality_of
from matchmaker.catalogue.versions import (
    choices,
    differences,
    facts_in,
    merged,
    said_of,
    undone,
)
from matchmaker.errors import BadInput
from tests.factories import product_facts

FIELDS = ("title", "moq", "unit", "attributes.length_cm", "tiers", "lead_days")
versions = st.fixed_dictionaries({name: st.sampled_from([None, "a", "b", "c"]) for name in FIELDS})
amounts = st.decimals("0.0001", "1000000", places=4, allow_nan=False, allow_infinity=False)


@given(versions, versions, versions, st.sets(st.sampled_from(FIELDS)))
def test_of_two_editors_every_field_keeps_the_word_that_was_chosen(
    base: dict, mine: dict, theirs: dict, kept: set
) -> None:
    result = merged(mine, theirs, kept)
    assert result == {name: (mine if name in kept else theirs)[name] for name in FIELDS}
    asked = choices(base, mine, theirs)
    assert {each.field for each in asked} == {n for n in FIELDS if mine[n] != theirs[n]}
    for each in asked:
        # Whoever alone changed a field is followed; where both did nobody decides for them.
        mine_changed, theirs_changed = (
            mine[each.field] != base[each.field],
            (theirs[each.field] != base[each.field]),
        )
        expected = "" if mine_changed and theirs_changed else "mine" if mine_changed else "theirs"
        assert each.suggestion == expected


@given(versions, versions, versions)
def test_nothing_either_of_two_editors_said_is_lost(base: dict, mine: dict, theirs: dict) -> None:
    """Following the proposals, and mine where both changed: all changes of both are there."""
    asked = choices(base, mine, theirs)
    result = merged(mine, theirs, {each.field for each in asked if each.suggestion != "theirs"})
    for name in FIELDS:
        if mine[name] != base[name]:
            assert result[name] == mine[name]
        else:
            assert result[name] == theirs[name]


@given(versions, versions, versions)
def test_a_change_taken_back_leaves_what_was_changed_since(
    before: dict, after: dict, now: dict
) -> None:
    result = undone(before, after, now)
    changed = {each.field for each in differences(before, after)}
    for name in FIELDS:
        restored = name in changed and now[name] == after[name]
        assert result.said[name] == (before[name] if restored else now[name])
    assert undone(before, after, after).said == before
    assert set(result.left) <= changed


@given(st.lists(st.tuples(amounts, amounts), max_size=5))
def test_a_price_list_is_taken_only_if_it_falls_as_the_quantity_rises(tiers: list) -> None:
    falls = all(
        later[0] > earlier[0] and later[1] < earlier[1]
        for earlier, later in itertools.pairwise(tiers)
    )
    try:
        check_product(product_facts(tiers=tuple(tiers), unit="KGM"))
    except BadInput as refused:
        assert not falls
        assert refused.field in ("price", "from quantity")
    else:
        assert falls


@given(st.lists(amounts, min_size=1, max_size=6, unique=True), st.data())
def test_any_falling_list_survives_a_version(quantities: list, data: st.DataObject) -> None:
    size = len(quantities)
    prices = data.draw(st.lists(amounts, min_size=size, max_size=size, unique=True))
    tiers = tuple(zip(sorted(quantities), sorted(prices, reverse=True), strict=True))
    facts = product_facts(
        tiers=tiers, unit="KGM", attributes={"length_cm": 183, "surface": "ribbed"}
    )
    check_product(facts)
    said = said_of(facts, "stable-mat", None)
    blank = {"price_confirmed_on": None, "lead_confirmed_on": None}
    assert facts_in(said) == replace(facts, **blank)  # type: ignore[arg-type]
    assert said_of(facts_in(said), "stable-mat", None) == said


def test_prices_that_differ_beyond_what_is_kept_do_not_fall() -> None:
    tiers = ((Decimal(1), Decimal("5.00001")), (Decimal(2), Decimal(5)))
    with pytest.raises(BadInput, match="fall"):
        check_product(product_facts(tiers=tiers))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sku": " "}, "sku"),
        ({"title": "x" * 201}, "title"),
        ({"state": "gone"}, "state"),
        ({"incoterm": "FOT"}, "incoterm"),
        ({"price_audience": "friends"}, "price_audience"),
        ({"package_kind": "bucket"}, "package_kind"),
        ({"net_kg": Decimal(5), "gross_kg": Decimal(4)}, "gross_kg"),
        ({"lead_days": 731}, "lead_days"),
        ({"moq": Decimal("NaN")}, "moq"),
        ({"line_factor": Decimal(0)}, "line_factor"),
        ({"per_20ft": Decimal(10) ** 14}, "per_20ft"),
        ({"tiers": ((Decimal(1), Decimal("Infinity")),)}, "price"),
        ({"standards": ["x"] * 21}, "standards"),
    ],
)
def test_what_no_listing_may_say_is_refused_whoever_says_it(changes: dict, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_product(product_facts(**changes))
    assert refused.value.field == field


@pytest.mark.parametrize("unit", ["H87", "PR", "SET", "DZN"])
def test_what_is_counted_is_sold_in_whole_numbers(unit: str) -> None:
    facts = product_facts(
        unit=unit,
        moq=Decimal("1.5"),
        per_package=Decimal("2500.5"),
        tiers=((Decimal(10), Decimal(9)), (Decimal("12.5"), Decimal(8))),
    )
    with pytest.raises(BadInput) as refused:
        check_product(facts)
    whole = "Of these only whole numbers are sold."
    assert [(each.field, each.remedy) for each in refused.value.every] == [
        ("moq", f"{whole} Did you mean 1,500?"),
        ("per_package", whole),
        ("from quantity", f"{whole} Did you mean 12,500?"),
    ]


@pytest.mark.parametrize("unit", ["KGM", "MTR", "MIL"])
def test_what_is_measured_is_sold_in_fractions_too(unit: str) -> None:
    check_product(product_facts(unit=unit, moq=Decimal("1.5")))


def test_a_thousand_typed_with_a_point_is_asked_back() -> None:
    assert two_readings("1.000", "H87") == "Did you mean 1,000 or 1? Type it like that."
    for clear, unit in (("1,000", "H87"), ("1000", "H87"), ("1.000", "KGM"), ("0.000", "H87")):
        assert two_readings(clear, unit) == ""


def test_a_price_beyond_all_measure_is_called_so() -> None:
    tiers = ((Decimal(1), Decimal("99999999999999999999")),)
    with pytest.raises(BadInput, match="too large") as refused:
        check_product(product_facts(tiers=tiers))
    assert refused.value.field == "price"


def test_an_attribute_of_numbers_takes_no_words() -> None:
    about = {"length_cm": {"label": "Length", "unit": "CMT", "values": [100, 183]}}
    check_attributes(about, {"length_cm": 12.5, "of the maker's own": "fine"})
    for wrong in ("long", True, float("nan"), -1):
        with pytest.raises(BadInput) as refused:
            check_attributes(about, {"length_cm": wrong})
        assert refused.value.field == "attributes.length_cm"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12,5", "12.5"),
        ("0,125", "0.125"),
        ("1,200", "1200"),
        ("1,20,000", "120000"),
        ("12,00,000.50", "1200000.50"),
        ("1.200,50", "1200.50"),
        ("1.200.000", "1200000"),
        ("₹ 1 200.50", "1200.50"),
        ("Rs. 120/-", "120"),
        ("൧൨.൫", "12.5"),
        ("१,२००", "1200"),
    ],
)
def test_numbers_are_read_as_they_are_typed_here(typed: str, meant: str) -> None:
    assert read_amount(typed) == Decimal(meant)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_is_none(text: str) -> None:
    with contextlib.suppress(NotANumber):
        assert read_amount(text).is_finite()


def listing(**changes: object) -> Listing:
    facts = ProductFacts(
        "A-1", "Rubber cow mat", "word " * 40, "401691", "H87", Decimal(100),
        attributes={"length_cm": 183}, tiers=((Decimal(100), Decimal(900)),), lead_days=30,
        net_kg=Decimal(20), per_20ft=Decimal(900), standards=("IS 5382",),
    )  # fmt: skip
    whole = Listing(facts, ("length_cm",), False, 1, (Decimal(500),))
    return replace(whole, **changes)  # type: ignore[arg-type]


def test_a_listing_that_says_all_is_findable_and_nothing_is_asked() -> None:
    whole = quality_of(listing())
    assert (whole.score, whole.advice) == (100, ())


def test_what_is_missing_is_asked_dearest_first_and_adds_up() -> None:
    bare = ProductFacts("A-1", "Mat", "", "401691", "H87", Decimal(100))
    poor = quality_of(Listing(bare, ("length_cm",), True, 0, ()))
    worths = [each.worth for each in poor.advice]
    assert (poor.score, sum(worths)) == (0, 100)
    assert worths == sorted(worths, reverse=True)
    assert poor.advice[0].field == "tiers"
    assert all(each.sentence.endswith(".") for each in poor.advice)


def test_old_facts_cost_less_than_missing_ones() -> None:
    old = quality_of(listing(stale=("price", "lead", "capacity")))
    assert [(each.field, each.worth) for each in old.advice] == [
        ("tiers", 5),
        ("capacity", 4),
        ("lead_days", 3),
    ]


def test_a_minimum_that_no_month_can_make_is_warned_of_not_refused() -> None:
    facts = product_facts(moq=Decimal(100))
    check_product(facts)
    assert moq_warning(facts, []) == ""
    assert moq_warning(facts, [Decimal(100)]) == ""
    assert "several months" in moq_warning(facts, [Decimal(60), Decimal(60)])
    assert "all months" in moq_warning(facts, [Decimal(10), Decimal(20)])
