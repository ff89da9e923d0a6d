"""What figures in a query ask for, and which measures a product states."""

from __future__ import annotations

import pytest

from matchmaker.storefront.measured import (
    meant_by,
    measure_filter,
    measures_of_family,
    stated_measures,
)
from matchmaker.storefront.refinements import Asked, Range, read
from search.contract import And, Between, Exists, Not, Or


@pytest.mark.parametrize(
    ("typed", "rest", "ranges"),
    [
        ("mat 18 mm", "mat", {"size": Range(18, 18)}),
        ("mat 18 mm thick", "mat", {"thickness": Range(18, 18)}),
        ("rope 18 x 1200 mm", "rope", {"size": Range(18, 18), "size_2": Range(1200, 1200)}),
        ("cotton 180 gsm", "cotton", {"gsm": Range(180, 180)}),
        ("pipe 2 inch", "pipe", {"size": Range(50.8, 50.8)}),
        ("bottle 500 ml", "bottle", {"volume": Range(0.5, 0.5)}),
        ("pump 5 hp", "pump", {"power": Range(3.7285, 3.7285)}),
        ("chair max 6 kg", "chair", {"weight": Range(None, 6)}),
        ("steel under 500 kg", "steel", {"moq_mass": Range(None, 500)}),
        ("rice 100 quintal", "rice", {"moq_mass": Range(None, 10_000)}),
        ("5 lakh pieces cones", "cones", {"moq_piece": Range(None, 500_000)}),
        ("MOQ under 200 pieces mats", "mats", {"moq_piece": Range(None, 200)}),
        ("cones 2 t a month", "cones", {"capacity_mass": Range(2000, None)}),
        ("mats within 6 weeks", "mats", {"lead": Range(None, 42)}),
    ],
)
def test_figures_become_filters_and_the_rest_stays_words(
    typed: str, rest: str, ranges: dict[str, Range]
) -> None:
    meant = meant_by(Asked(typed))

    assert (meant.asked.text, meant.asked.ranges) == (rest, ranges)
    assert set(meant.read) == set(ranges)


def test_a_price_brings_its_currency_and_the_way_of_selling() -> None:
    meant = meant_by(Asked("ginger below $300 per tonne")).asked

    assert meant.ranges == {"price": Range(None, 0.3)}
    assert (meant.currency, meant.chosen, meant.text) == ("USD", {"unit": ("mass",)}, "ginger")


@pytest.mark.parametrize(
    "typed",
    ["18 carat gold", "box of 100 pieces", "pickle aged 45 days", "at least 500 sqm tiles"],
)
def test_what_may_mean_something_else_stays_words(typed: str) -> None:
    assert meant_by(Asked(typed)).asked == Asked(typed)


def test_a_chosen_filter_goes_before_the_words() -> None:
    asked = read([("q", "mat 18 mm thick"), ("thickness_to", "12")])

    assert meant_by(asked).asked == asked


def test_only_products_state_measures() -> None:
    meant = meant_by(Asked("mat 18 mm", tab="firms"))

    assert (meant.asked, meant.is_apart) == (Asked("mat", tab="firms"), True)


def test_without_a_figure_the_address_is_that_of_the_other_words() -> None:
    meant = meant_by(Asked("mat 18 mm, 60 shore a")).asked

    assert meant.without_range("size").address("/search") == (
        "/search?q=mat&hardness_from=60&hardness_to=60"
    )


def test_an_exact_length_allows_what_the_trade_rounds_and_a_count_does_not() -> None:
    assert measure_filter("thickness", Range(50, 50)) == Between("measure_thickness", 49, 51)
    assert measure_filter("ply", Range(3, 3)) == Between("measure_ply", 3, 3)


def test_thin_without_a_name_means_the_thickness_where_one_is_stated() -> None:
    assert measure_filter("size", Range(20, None)) == Or(
        (
            Between("measure_thickness", 20, None),
            And((Not(Exists("measure_thickness")), Between("measure_size", 20, None))),
        )
    )
    assert measure_filter("size", Range(1200, None)) == Between("measure_size", 1200, None)


def test_a_product_states_its_attributes_and_what_its_texts_say() -> None:
    about = {
        "thickness_mm": {"label": "Thickness", "unit": "MMT"},
        "width_cm": {"label": "Width", "unit": "CMT"},
        "gsm": {"label": "Weight", "unit": "GM"},
        "shore": {"label": "Hardness", "unit": "Shore A"},
        "format": {"label": "Format"},
        "ply": {"label": "Ply"},
    }
    attributes = {
        "thickness_mm": 18, "width_cm": 120, "gsm": 900, "shore": 60,
        "format": "150 x 300 mm", "ply": 3,
    }  # fmt: skip

    assert stated_measures(attributes, about, ["Stable mat 18 mm", "34 kg a piece"]) == {
        "measure_gsm": [900],
        "measure_hardness": [60],
        "measure_ply": [3],
        "measure_size": [18, 150, 300, 1200],
        "measure_thickness": [18],
        "measure_weight": [34],
        "measure_width": [1200],
    }
    assert measures_of_family(about) == ("thickness", "width", "gsm", "hardness", "ply")
