"""What a letter says of packing and terms is told apart; goods that are packings stay goods."""

from __future__ import annotations

import pytest

from matchmaker.matching.retrieval.terms import about_goods


@pytest.mark.parametrize(
    "terms",
    [
        "Packed in cartons.",
        "Packed in printed cartons, on pallets.",
        "packed in cartons",
        "In bags of 25 kg.",
        "in cartons of 12",
        "Each in a polybag, 12 to a master carton.",
        "Packing: 24 pcs per export carton; FCL.",
        "Supplied in 1 kg pouches, CIF Rotterdam.",
        "Drums of 210 kg, LCL.",
        "Delivered on euro pallets, shrink-wrapped.",
        "FOB Nhava Sheva, in 40 ft HC containers.",
        "DDP, 2 x 20 ft, full container loads.",
    ],
)
def test_packing_carriage_and_terms_are_left_out(terms: str) -> None:
    left = about_goods(f"Coir door mats. {terms}")
    assert left.rstrip(" .,;").removesuffix("in").rstrip(" ,") == "Coir door mats"


@pytest.mark.parametrize(
    "goods",
    [
        "Leather bags for ladies, with brass rings",
        "Printed cartons for our packing line, 45 x 20 x 20 cm",
        "We are interested in corrugated boxes.",
        "We are interested in leather bags, black",
        "Steel drums of 210 l, open top",
        "Vacuum packed cashew kernels",
        "Glass jars of 500 ml with tin lids",
        "Wooden pallets and crates",
    ],
)
def test_goods_that_are_packings_stay(goods: str) -> None:
    assert about_goods(goods) == goods


def test_of_a_letter_that_tells_nothing_else_all_is_kept() -> None:
    assert about_goods("Packed in cartons, FOB Cochin.") == "Packed in cartons, FOB Cochin."
