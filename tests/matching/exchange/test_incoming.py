"""What goes in and out as JSON: the same comes back, and nonsense is named with its place."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import BadInput
from matchmaker.json_data import read, written
from matchmaker.matching.checking import check_all, check_requirement
from matchmaker.matching.exchange.incoming import (
    Brought,
    BroughtOffers,
    brought_by,
    offers_from,
    schemas,
)
from matchmaker.matching.problem import Offer, Requirement
from tests.matching.drawn import offers, requirements
from tests.matching.small_trade import BOOK, MAT, RATES, TODAY, WANTED

SCHEMAS = schemas()


def brought(told: Any) -> Brought:
    """What is read and checked, as the services check it."""
    found = brought_by(told if isinstance(told, str | bytes) else json.dumps(told))
    check_requirement(found.requirement, today=TODAY, book=BOOK, rates=RATES, path=found.path)
    if found.offers:
        check_all(found.offers.offers, path=found.offers.path)
    return found


def offers_of(told: Any) -> BroughtOffers:
    found = offers_from(told if isinstance(told, str) else json.dumps(told))
    check_all(found.offers, path=found.path)
    return found


@settings(deadline=None, max_examples=25)
@given(requirements(), offers())
def test_what_is_written_is_read_again_and_keeps_to_the_schema(
    requirement: Requirement, offer: Offer
) -> None:
    for value, name in ((requirement, "requirement"), (offer, "offer")):
        told = json.loads(json.dumps(written(value)))
        assert read(type(value), told) == value
        jsonschema_rs.validate(SCHEMAS[name], told)


def test_a_file_is_a_requirement_or_one_with_offers() -> None:
    told, mat = written(WANTED), written(MAT)
    assert brought(told) == Brought(WANTED)
    inside = Brought(WANTED, "$.requirement.")
    assert brought({"requirement": told}) == inside
    own = BroughtOffers((MAT,), "$.offers")
    assert brought({"requirement": told, "offers": [mat]}) == replace(inside, offers=own)
    assert offers_of([mat]) == BroughtOffers((MAT,), "$")
    assert offers_of({"offers": [mat]}) == own


def test_what_is_left_out_has_its_default() -> None:
    least = {"id": "r", "text": "coir mats", "quantity": {"amount": 500, "unit": "H87"},
             "ship_from": "2027-01-01", "ship_by": "2027-03-31"}  # fmt: skip
    found = brought(least).requirement
    assert (found.months, found.market, found.target, found.musts) == (0, "", None, ())
    assert written(found) == {**least, "quantity": {"amount": "500", "unit": "H87"}}


REFUSED = (
    ({"quantity": {"amount": 0, "unit": "KGM"}}, "$.quantity.amount", "0"),
    ({"quantity": {"amount": 1e300, "unit": "KGM"}}, "$.quantity.amount", "1E+300"),
    ({"quantity": {"amount": "-3", "unit": "KGM"}}, "$.quantity.amount", "-3"),
    ({"quantity": {"amount": "many", "unit": "KGM"}}, "$.quantity.amount", "many"),
    ({"quantity": {"amount": True, "unit": "KGM"}}, "$.quantity.amount", "true"),
    ({"quantity": {"amount": 1, "unit": "XYZ"}}, "$.quantity.unit", "XYZ"),
    ({"quantity": {"amount": 1, "unit": "CEL"}}, "$.quantity.unit", "CEL"),
    ({"ship_by": "31.3.2027"}, "$.ship_by", "31.3.2027"),
    ({"ship_by": "2020-01-01"}, "$.ship_by", "2020-01-01"),
    ({"ship_by": "2026-12-31"}, "$.ship_by", "2026-12-31"),
    ({"months": 2.5}, "$.months", "2.5"),
    ({"months": 1000}, "$.months", "1000"),
    ({"market": "Germany"}, "$.market", "Germany"),
    ({"hs_code": "5702.20"}, "$.hs_code", "5702.20"),
    ({"target": {"amount": 3, "currency": "XXX"}}, "$.target.currency", "XXX"),
    ({"musts": ["REACH", "ISO 9001"]}, "$.musts[1]", "ISO 9001"),
    ({"quantity": {"amount": "1_000", "unit": "KGM"}}, "$.quantity.amount", "1_000"),
    ({"quantity": {"amount": "١٢", "unit": "KGM"}}, "$.quantity.amount", "١٢"),
    ({"quantity": {"amount": 10**15, "unit": "KGM"}}, "$.quantity.amount", "1000000000000000"),
    ({"months": 10**15}, "$.months", "1000000000000000"),
    ({"ship_by": "2027-02-30"}, "$.ship_by", "2027-02-30"),
    ({"attributes": {"length_cm": [[60]]}}, "$.attributes.length_cm[0]", "[60]"),
    ({"attributes": {"length_cm": 1e30}}, "$.attributes.length_cm", "1E+30"),
    ({"musts": "ISO9001"}, "$.musts", "ISO9001"),
    ({"incoterm": "FOBB"}, "$.incoterm", "FOBB"),
    ({"least_grade": "very"}, "$.least_grade", "very"),
    ({"text": "  "}, "$.text", "nothing"),
    ({"text": "half a letter \ud83d"}, "$.text", r"half a letter \ud83d"),
    ({"prefers": {"woman_led": True}}, "$.prefers.woman_led", "true"),
)  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "shown"), REFUSED)
def test_nonsense_is_refused_with_its_place_and_value(
    changes: dict[str, Any], field: str, shown: str
) -> None:
    with pytest.raises(BadInput) as refused:
        brought({**written(WANTED), **changes})
    assert (refused.value.field, refused.value.shown) == (field, shown)
    assert refused.value.remedy.endswith(".")


@pytest.mark.parametrize(
    "text", ["", "[", "nothing", "[]", "3", "NaN", "[" * 100_000, '{"id": 1}', b"\xff\xfe{",
             '{"id": ' + "9" * 5000 + "}"]
)  # fmt: skip
def test_what_is_no_requirement_is_refused_in_a_sentence(text: str | bytes) -> None:
    with pytest.raises(BadInput) as refused:
        brought(text)
    assert refused.value.field.startswith("$")


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({}, "$.offers"),
        ([], "$"),
        ({"offers": []}, "$.offers"),
        ([{**written(MAT), "free": [{"month": "2026-12-01", "free": 1}]},
          {**written(MAT), "id": "2", "free": [{"month": "2027-01-01", "free": 1},
                                               {"month": "2031-12-01", "free": 1}]}],
         "$[1].free[1].month"),
        ([{"id": "x"}], "$[0].maker"),
        ([written(MAT), written(MAT)], "$[1].id"),
        ([written(MAT), {**written(MAT), "id": "2", "moq": 0}], "$[1].moq"),
        ([{**written(MAT), "free": [{"month": "2026-12-05", "free": 1}]}], "$[0].free[0].month"),
        ([{**written(MAT), "tiers": [{"from_quantity": 1, "price": "x"}]}], "$[0].tiers[0].price"),
        ([{**written(MAT), "incoterm": "ABC"}], "$[0].incoterm"),
    ],
)  # fmt: skip
def test_offers_are_refused_one_by_one(told: Any, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        offers_of(told)
    assert refused.value.field == field


def test_offers_alone_miss_their_requirement() -> None:
    with pytest.raises(BadInput, match=r"\$\.requirement: .* missing"):
        brought('{"offers": []}')


def test_a_name_that_stands_twice_is_refused_with_its_place() -> None:
    offers = '{"offers": [{"id": "a"}, {"id": "b", "maker": {"id": "m", "id": "n"}}]}'
    with pytest.raises(BadInput, match=r"^\$\.offers\[1\]\.maker\.id: .* twice"):
        offers_of(offers)


@pytest.mark.parametrize(("top", "meant"), [("requirment", "requirement"), ("offer", "offers")])
def test_a_misspelt_name_at_the_top_is_refused_by_what_was_meant(top: str, meant: str) -> None:
    told = {"requirement": written(WANTED), "offers": [written(MAT)]}
    told[top] = told.pop(meant)
    with pytest.raises(BadInput, match=rf"^\$\.{top}: .* Did you mean “{meant}”"):
        brought(told)


def test_a_unit_in_words_names_its_code() -> None:
    with pytest.raises(BadInput, match="Did you mean KGM"):
        brought({**written(WANTED), "quantity": {"amount": 3, "unit": "kg"}})


def test_a_field_cut_short_names_the_one_that_was_meant() -> None:
    with pytest.raises(BadInput, match="Did you mean “from_quantity”"):
        offers_of([{**written(MAT), "tiers": [{"from": 1, "price": 2}]}])


def test_a_misspelt_field_names_the_one_that_was_meant() -> None:
    with pytest.raises(BadInput, match="Did you mean “quantity”"):
        brought({**written(WANTED), "quantitty": 3})


def test_schemas_describe_every_field() -> None:
    for name, schema in SCHEMAS.items():
        jsonschema_rs.meta.validate(schema)
        for kind, each in schema["$defs"].items():
            assert each["description"], (name, kind)
    assert SCHEMAS["requirement"]["$defs"]["Requirement"]["required"] == [
        "id", "text", "quantity", "ship_from", "ship_by",
    ]  # fmt: skip
    assert dt.date.fromisoformat(written(WANTED)["ship_by"]) == WANTED.ship_by


ANYTHING = st.sampled_from(
    (None, True, 0, -1, 0.5, 10**15, "", "x", "0.0001", "2030-12-31", [], {}, [[]], ["en"], "KGM")
) | st.text(max_size=3)


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_anything_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    """Never another error: whoever wrote the file is not left with a traceback."""
    told = json.loads(json.dumps({"requirement": written(WANTED), "offers": [written(MAT)]}))
    holder: Any = told
    while True:
        place = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else [0]))
        inner = holder[place]
        if not inner or not isinstance(inner, dict | list) or data.draw(st.booleans()):
            break
        holder = inner
    holder[place] = data.draw(ANYTHING)
    try:
        brought(told)
    except BadInput as refused:
        assert refused.field.startswith("$") and refused.remedy
