"""Amounts as JSON: read exactly, refused in a sentence where nobody could write them again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal

import pytest

from matchmaker.errors import BadInput
from matchmaker.json_data import MOST_DIGITS, read, written


@dataclass(frozen=True)
class Free:
    free: Decimal
    share: float = 0.0


@pytest.mark.parametrize("told", [Decimal("1e-999999999"), Decimal("0e-21"), "0." + "0" * 20 + "1"])
def test_an_amount_of_endless_digits_is_refused(told: object) -> None:
    with pytest.raises(BadInput) as refused:
        read(Free, {"free": told})
    assert (refused.value.field, refused.value.value) == ("$.free", str(told))
    assert f"at most {MOST_DIGITS} digits after the point" in refused.value.remedy


def test_an_amount_keeps_every_digit() -> None:
    told = "99999999999999.12345678901234567890"
    assert written(read(Free, {"free": told})) == {"free": told}


def test_a_nought_with_a_minus_is_nought() -> None:
    found = read(Free, {"free": Decimal("-0.0"), "share": -0.0})
    assert written(found) == {"free": "0.0"}
    assert str(found.share) == "0.0"


def test_a_share_may_be_as_small_as_a_float() -> None:
    began = time.process_time()
    assert read(Free, {"free": 1, "share": 1.2345678901234567e-30}).share == 1.2345678901234567e-30
    assert read(Free, {"free": 1, "share": Decimal("1e-999999999")}).share == 0.0
    assert time.process_time() - began < 1
