"""Quantities convert as a trader would, and say what is missing instead of guessing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.measures import (
    BASE_UNITS,
    UNITS,
    Incomparable,
    PieceFacts,
    Quantity,
    convert,
    unit_shown,
)

MAT = PieceFacts(net_kg=Decimal("22.5"), area_m2=Decimal("1.8"), per_40hc=Decimal(1100))


def test_tonnes_become_pieces_by_the_weight_of_a_piece() -> None:
    found = convert(Quantity(Decimal(9), "TNE"), "H87", "H87", MAT)
    assert found.quantity == Quantity(Decimal(400), "H87")
    assert found.steps == ("9 t = 400 pc (one piece is 22.5 kg)",)


def test_square_metres_become_kilograms_by_way_of_pieces() -> None:
    found = convert(Quantity(Decimal(18), "MTK"), "KGM", "H87", MAT)
    assert found.quantity == Quantity(Decimal(225), "KGM")
    assert found.steps == (
        "18 m² = 10 pc (one piece is 1.8 m²)",
        "10 pc = 225 kg (one piece is 22.5 kg)",
    )


def test_a_missing_fact_is_named_and_never_guessed() -> None:
    with pytest.raises(Incomparable) as refused:
        convert(Quantity(Decimal(1), "MTQ"), "H87", "H87", MAT)
    assert refused.value.missing == ("volume_m3",)
    with pytest.raises(Incomparable):
        convert(Quantity(Decimal(1), "PR"), "H87", "H87", MAT)


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(Incomparable, match="XYZ"):
        Quantity(Decimal(1), "XYZ")


@given(
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(sorted(UNITS)),
    st.decimals(min_value=Decimal("0.001"), max_value=10**6, places=3),
)
def test_converting_there_and_back_changes_nothing(one: str, other: str, amount: Decimal) -> None:
    if UNITS[one].dimension != UNITS[other].dimension:
        return
    there = convert(Quantity(amount, one), other, one, PieceFacts()).quantity
    back = convert(there, one, one, PieceFacts()).quantity
    assert abs(back.amount - amount) <= amount * Decimal("1e-18")


def test_every_base_unit_has_factor_one() -> None:
    assert {UNITS[code].factor for code in BASE_UNITS.values()} == {Decimal(1)}
    assert {UNITS[code].dimension for code in BASE_UNITS.values()} == set(BASE_UNITS)


def test_what_is_counted_in_ones_is_said_in_pieces() -> None:
    assert [unit_shown(code) for code in ("C62", "H87", "KGM")] == ["pc", "pc", "kg"]
    told = convert(Quantity(Decimal(9), "TNE"), "C62", "C62", MAT)
    assert told.steps == ("9 t = 400 pc (one piece is 22.5 kg)",)
