"""Numbers with units are found in what people type, in the scripts and manners they use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.figures import Figure, read_figures, without_figures


def said(text: str) -> list[tuple[tuple[float, ...], str, str, str]]:
    return [(each.amounts, each.unit, each.bound, each.about) for each in read_figures(text)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mat 18mm", ((18.0,), "MMT", "exact", "")),
        ("3,5 mm", ((3.5,), "MMT", "exact", "")),
        ("t-shirt 180 gsm", ((180.0,), "GM", "exact", "")),
        ("10-12 mm", ((10.0, 12.0), "MMT", "between", "")),
        ("between 10 and 12 mm", ((10.0, 12.0), "MMT", "between", "")),
        ("at least 20 mm", ((20.0,), "MMT", "least", "")),
        ("18 mm or more", ((18.0,), "MMT", "least", "")),
        ("18 x 1200 mm", ((18.0, 1200.0), "MMT", "exact", "")),
        ("4 ft x 6 ft", ((4.0, 6.0), "FOT", "exact", "")),
        ("1/2 inch", ((0.5,), "INH", "exact", "")),
        ('5" pipe', ((5.0,), "INH", "exact", "")),
        ("18 mm thick", ((18.0,), "MMT", "exact", "thickness")),
        ("thickness: at least 18 mm", ((18.0,), "MMT", "least", "thickness")),
        ("60 cm breit", ((60.0,), "CMT", "exact", "width")),
        ("5 lakh pieces", ((500_000.0,), "H87", "exact", "")),
        ("1,00,000 pieces", ((100_000.0,), "H87", "exact", "")),
        ("MOQ under 200 pieces", ((200.0,), "H87", "most", "order")),
        ("within 45 days", ((45.0,), "DAY", "exact", "lead")),
        ("45 दिन में", ((45.0,), "DAY", "exact", "lead")),
        ("capacity 2 t a month", ((2.0,), "TNE", "exact", "capacity")),
        ("menos de 200 piezas", ((200.0,), "H87", "most", "")),
        ("mat १८ मिमी", ((18.0,), "MMT", "exact", "")),
        ("ഏലം 8 മി.മീ.", ((8.0,), "MMT", "exact", "")),
        ("هيل ٨ مم", ((8.0,), "MMT", "exact", "")),
        ("hardness 60 shore a", ((60.0,), "shore", "exact", "hardness")),
    ],
)
def test_a_figure_is_read_as_people_write_it(
    typed: str, meant: tuple[tuple[float, ...], str, str, str]
) -> None:
    assert said(typed) == [meant]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("below $3 per kg", Figure(0, 15, (3.0,), "KGM", "most", "price", "USD")),
        ("€2,50 pro Stück", Figure(0, 15, (2.5,), "H87", "exact", "price", "EUR")),
        ("Rs 200/kg", Figure(0, 9, (200.0,), "KGM", "exact", "price", "INR")),
        ("300 rupees", Figure(0, 10, (300.0,), "", "exact", "price", "INR")),
    ],
)
def test_a_price_has_a_currency_and_what_it_is_for(typed: str, meant: Figure) -> None:
    assert read_figures(typed) == (meant,)


@pytest.mark.parametrize(
    "typed",
    [
        "ISO 9001", "HS 5703.20", "vannamei 16/20", "600x1200 tile", "3 in 1 tool", "18k gold",
        "E250 steel", '"18 mm" mat', "-18mm mat", "yarn 2/20s", "9403", "4.3.2 mm",
        "100% cotton",
    ],
)  # fmt: skip
def test_what_is_no_figure_stays_a_word(typed: str) -> None:
    assert read_figures(typed) == ()
    assert without_figures(typed, ()) == typed


def test_taken_out_with_all_that_belongs_to_them_figures_leave_the_other_words() -> None:
    typed = "Coir mats, at least 18 mm thick, MOQ under 200 pieces, below $3 per kg, black"

    figures = read_figures(typed)

    assert len(figures) == 3
    assert without_figures(typed, figures).replace(" ,", ",") == "Coir mats,,,, black"


def test_what_stands_between_two_figures_belongs_to_the_second() -> None:
    assert said("pods 8 mm MOQ under 500 kg") == [
        ((8.0,), "MMT", "exact", ""),
        ((500.0,), "KGM", "most", "order"),
    ]
    assert said("18 mm thick 60 cm wide") == [
        ((18.0,), "MMT", "exact", "thickness"),
        ((60.0,), "CMT", "exact", "width"),
    ]


@given(st.text(alphabet="0123456789.,/ x-½'\"$mktinchlab٣८", max_size=60))
def test_any_text_is_read_and_its_figures_lie_apart_in_order(text: str) -> None:
    figures = read_figures(text)

    places = [place for each in figures for place in (each.start, each.end)]
    assert places == sorted(places)
    assert all(each.start < each.end <= len(text) and each.amounts for each in figures)
