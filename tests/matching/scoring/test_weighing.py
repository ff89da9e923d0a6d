"""Weights are data: which profile serves which goods, what a buyer may move, what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from matchmaker.errors import BadInput
from matchmaker.matching.scoring.fit import fit_model
from matchmaker.matching.scoring.weighing import (
    CRITERIA,
    FOLDER,
    adjusted,
    profile_for,
    profiles,
    read_profile,
)
from tests.matching.small_trade import MAT, asked, judged

DEFAULT = (FOLDER / "default.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("hs_code", "profile"),
    [("", "default"), ("4412", "default"), ("090411", "food"), ("570220", "handmade"),
     ("8413", "engineered"), ("52", "default"), ("520811", "handmade")],
)  # fmt: skip
def test_goods_have_the_profile_that_names_most_digits(hs_code: str, profile: str) -> None:
    assert profile_for(hs_code).id == profile


def test_a_buyer_moves_a_weight_within_its_bounds_and_the_answer_says_so() -> None:
    before = profiles()["default"]
    moved = adjusted(before, {"price": 40})
    assert moved.name == f"default {before.version} (price 40)"
    found = judged(asked(weights=moved), MAT)
    assert found.weights.name == moved.name
    assert before.of("price") != moved.of("price") == 40


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"price": 41.0}, "from 0 to 40"),
        ({"fit": 0.0}, "from 15 to 60"),
        ({"price": float("nan")}, "from 0 to 40"),
        ({"charm": 5.0}, "fit, hs, quantity"),
    ],
)
def test_a_weight_out_of_bounds_is_refused(changes: dict[str, float], remedy: str) -> None:
    with pytest.raises(BadInput) as refused:
        adjusted(profiles()["default"], changes)
    assert remedy in refused.value.remedy


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (r"price = { weight = \d+", "price = { weight = 999", "default.toml: price: weight"),
        (r"price = { weight", "charm = { weight", "default.toml: criteria"),
        (r"strictness = [\d.]+", "strictness = 2", "default.toml: strictness"),
        (r"strictness = [\d.]+", "strictness = nan", "default.toml: strictness"),
        (r"musts = .*", "musts = []", "default.toml: musts"),
        (r"musts = .*", 'musts = ["charm"]', "default.toml: musts"),
        ('id = "default"', 'id = "other"', "default.toml: id"),
        (r"tight = [\d.]+", "tight = 0.7", "default.toml: closing"),
        (r"late = [\d.]+", "late = 0", "default.toml: closing"),
        (r"version = \d+", "version = true", "default.toml: version"),
        (r"papers = \d+", "", "default.toml: firm: papers"),
        (r"\[criteria\]", "[criteria", "default.toml"),
    ],
)  # fmt: skip
def test_a_profile_that_makes_no_sense_names_file_field_and_value(
    tmp_path: Path, old: str, new: str, field: str
) -> None:
    spoilt, times = re.subn(old, new, DEFAULT)
    assert times == 1
    file = tmp_path / "default.toml"
    file.write_text(spoilt, encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read_profile(file)
    assert refused.value.field == field


def test_every_profile_weighs_every_criterion_and_lets_the_product_count_most() -> None:
    for each in profiles().values():
        assert set(each.criteria) == set(CRITERIA)
        assert max(CRITERIA, key=each.of) == "fit"


def test_a_fit_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="fit-99"):
        fit_model("fit-99")
