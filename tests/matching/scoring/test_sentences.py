"""Sizes and shares as a buyer reads them."""

from __future__ import annotations

import pytest

from matchmaker.matching.scoring.sentences import attribute_named, percent


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("length_cm", 60, "length 60 cm"),
        ("count_lb", "51/60", "count 51/60 per lb"),
        ("cure_min", 35, "cure 35 min"),
        ("cure_c", 98, "cure 98 °C"),
        ("ec_ms_cm", 0.4, "ec 0.4 mS/cm"),
        ("hardness_shore", 45, "hardness 45 Shore A"),
        ("roll_length_m", 25, "roll length 25 m"),
        ("gsm", 160, "160 g/m²"),
        ("made_in", "Kerala", "made in Kerala"),
        ("weave", "creel", "weave creel"),
    ],
)
def test_a_unit_at_the_end_of_a_key_follows_its_figure(key: str, value: object, said: str) -> None:
    assert attribute_named(key, value) == said


def test_only_the_whole_is_a_hundred_per_cent() -> None:
    shares = (0, 0.004, 0.285, 0.29, 0.996, 1.0, 1.29)
    assert [percent(each) for each in shares] == ["0", "0", "28", "29", "99", "100", "129"]
