"""Names that nobody knows are told with their place and what may be meant; right ones are not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from matchmaker.certification.readiness import Piece
from matchmaker.matching.exchange.remarks import SAID, remarks_on
from matchmaker.matching.exchange.told import RemarkTold
from matchmaker.matching.problem import Offer, Preferences, Requirement
from matchmaker.matching.reference_names import reference_names
from tests.matching.small_trade import MAKER, MAT, WANTED

WISHES = Preferences(
    clusters=frozenset({"alappuzha-coir"}),
    states=frozenset({"Kerala"}),
    payment_terms=frozenset({"LC_SIGHT"}),
)
ASKED = replace(WANTED, prefers=WISHES)


def told(asked: Requirement, *offers: Offer) -> tuple[RemarkTold, ...]:
    return remarks_on(asked, offers, reference_names())


def wishing(**changes: str) -> Requirement:
    """One wish written otherwise."""
    wishes = {name: frozenset({value}) for name, value in changes.items()}
    return replace(ASKED, prefers=replace(WISHES, **wishes))  # type: ignore[arg-type]


def offering(**changes: Any) -> Offer:
    """The mat with one field of its maker written otherwise."""
    return replace(MAT, maker=replace(MAKER, **changes))


def test_a_right_file_has_no_remark() -> None:
    assert told(ASKED, MAT) == told(ASKED) == told(replace(ASKED, family="")) == ()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (replace(ASKED, family="coir-handlom-mat"),
         RemarkTold("$.family", "coir-handlom-mat", SAID["family"], ("coir-handloom-mat",))),
        (wishing(clusters="alapuzha coir"),
         RemarkTold("$.prefers.clusters", "alapuzha coir", SAID["cluster"], ("alappuzha-coir",))),
        (wishing(states="Keralla"),
         RemarkTold("$.prefers.states", "Keralla", SAID["state"], ("Kerala",))),
        (wishing(states="KL"), RemarkTold("$.prefers.states", "KL", SAID["state"], ("Kerala",))),
        (wishing(payment_terms="LC_SIGTH"),
         RemarkTold("$.prefers.payment_terms", "LC_SIGTH", SAID["payment"], ("LC_SIGHT",))),
    ],
)  # fmt: skip
def test_a_slip_of_the_buyer_is_told_by_its_field(asked: Requirement, expected: RemarkTold) -> None:
    assert told(asked, MAT) == (expected,)


OFFERED = (
    (replace(MAT, family="coir-handlom-mat"),
     RemarkTold("$.offers[1].family", "coir-handlom-mat", SAID["family"], ("coir-handloom-mat",))),
    (offering(cluster="alappuzha-choir"),
     RemarkTold("$.offers[1].maker.cluster", "alappuzha-choir", SAID["cluster"],
                ("alappuzha-coir",))),
    (offering(state="Kerela"),
     RemarkTold("$.offers[1].maker.state", "Kerela", SAID["state"], ("Kerala",))),
    (offering(payment_terms=frozenset({"LC at sight"})),
     RemarkTold("$.offers[1].maker.payment_terms", "LC at sight", SAID["payment"], ("LC_SIGHT",))),
    (replace(MAT, rule_families=("coir", "coirs")),
     RemarkTold("$.offers[1].rule_families[1]", "coirs", SAID["rules"], ("coir",))),
    (replace(MAT, pieces=(Piece("ISO 9001", dt.date(2026, 1, 5), None, "seen"),)),
     RemarkTold("$.offers[1].pieces[0].code", "ISO 9001", SAID["scheme"], ("ISO9001",))),
)  # fmt: skip


@pytest.mark.parametrize(("offer", "expected"), OFFERED)
def test_a_slip_in_an_offer_is_told_by_its_place(offer: Offer, expected: RemarkTold) -> None:
    assert told(ASKED, MAT, offer) == (expected,)


def test_every_kind_of_name_was_tried() -> None:
    assert {expected.sentence for _, expected in OFFERED} == set(SAID.values())


def test_a_family_of_the_file_s_own_is_no_slip_where_both_sides_use_it() -> None:
    asked = replace(ASKED, family="palm-leaf-roof")
    roof = replace(MAT, family="palm-leaf-roof")
    alone = RemarkTold("$.family", "palm-leaf-roof", SAID["family"])
    assert told(asked, roof, MAT) == ()
    assert told(asked, MAT) == (alone,)
    assert told(ASKED, MAT, roof) == (replace(alone, field="$.offers[1].family"),)


def test_a_slip_beside_a_family_of_the_file_s_own_finds_what_was_meant() -> None:
    asked = replace(ASKED, family="palm-leave-roof")
    first, second = told(asked, replace(MAT, family="palm-leaf-roof"))
    assert (first.value, first.meant) == ("palm-leave-roof", ("palm-leaf-roof",))
    assert (second.value, second.meant) == ("palm-leaf-roof", ())


def test_a_name_is_told_once_however_often_it_stands() -> None:
    wrong = [replace(offering(cluster="alapuzha-coir"), id=f"mat-{n}") for n in range(3)]
    (remark,) = told(ASKED, *wrong)
    assert (remark.field, remark.others) == ("$.offers[0].maker.cluster", 2)


def test_a_word_of_names_tells_the_few_that_hold_it() -> None:
    (few,) = told(replace(ASKED, family="plywood"), MAT)
    assert few.meant == ("commercial-plywood", "film-faced-plywood", "marine-plywood")
    (many,) = told(replace(ASKED, family="coir"), MAT)
    assert many.meant == ()


def test_other_payment_terms_are_a_wish_of_their_own() -> None:
    sixty = offering(payment_terms=frozenset({"60 days"}))
    assert told(wishing(payment_terms="30 days"), sixty, MAT) == ()
    (days,) = told(wishing(payment_terms="60 dyas"), sixty, MAT)
    assert days.meant == ("60 days",)


def test_the_place_of_the_file_stands_before_the_field() -> None:
    found = remarks_on(
        replace(ASKED, family="x1"), [replace(MAT, family="y1")], reference_names(),
        path="$.requirement.", offers_path="$",
    )  # fmt: skip
    assert [each.field for each in found] == ["$.requirement.family", "$[0].family"]
