"""Product fit: coefficients that judged pairs give, monotone, and honest about their errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.errors import BadInput
from matchmaker.matching.scoring.calibration import calibrated, held_out_fits, reliability
from matchmaker.matching.scoring.criteria.goods import probability
from matchmaker.matching.scoring.fit import (
    CURRENT,
    FOLDER,
    SIGNALS,
    agreement,
    attribute_signal,
    fit_model,
    fit_value,
    hs_signal,
)


def drawn(slopes: dict[str, float], count: int = 4000) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Pairs whose chance to be the product is known."""
    random = np.random.default_rng(7)
    signals = {
        "cosine": random.uniform(0, 1, count),
        "words": random.uniform(0, 1, count),
        "family": random.choice([-1.0, 0.0, 1.0], count),
        "hs": random.choice([-1.0, 0.0, 0.6, 1.0], count),
        "attributes": random.uniform(-1, 1, count),
    }
    linear = sum(slopes[name] * signals[name] for name in SIGNALS) - 2.0
    return signals, (random.uniform(0, 1, count) < 1 / (1 + np.exp(-linear))).astype(float)


TRUE = {"cosine": 2.0, "words": 3.0, "family": 1.0, "hs": 0.5, "attributes": 1.5}


def test_the_slopes_that_made_the_pairs_are_found_again() -> None:
    signals, wanted = drawn(TRUE)
    model = calibrated(signals, wanted, version="test", ridge=1e-6)
    assert model.slopes == pytest.approx(TRUE, abs=0.35)
    told = reliability(fit_value(signals, model), wanted)
    assert told.skill > 0.2
    assert all(abs(each.mean_fit - each.share) < 0.06 for each in told.bins)


def test_a_signal_that_speaks_against_itself_is_held_at_nought() -> None:
    signals, wanted = drawn({**TRUE, "family": -1.0})
    model = calibrated(signals, wanted, version="test")
    assert model.slopes["family"] == 0.0
    assert all(slope >= 0 for slope in model.slopes.values())


def test_pairs_that_a_line_could_part_keep_finite_slopes() -> None:
    signals = {name: np.array([-1.0, -0.5, 0.5, 1.0]) for name in SIGNALS}
    model = calibrated(signals, [0, 0, 1, 1], version="test", ridge=1.0)
    assert all(0 < slope < 5 for slope in model.slopes.values())


def test_what_nobody_measured_neither_helps_nor_harms() -> None:
    model = fit_model()
    usual = {name: model.centres.get(name, 0.0) for name in SIGNALS}
    silent = {**usual, "cosine": np.nan, "words": np.nan}
    assert float(fit_value(silent, model)) == float(fit_value(usual, model))


@pytest.mark.parametrize("wanted", [[], [1, 1], [0, 0]])
def test_pairs_of_one_sort_alone_are_refused(wanted: list[int]) -> None:
    with pytest.raises(BadInput, match="Judge some"):
        calibrated({name: np.zeros(len(wanted)) for name in SIGNALS}, wanted, version="test")


def test_held_out_fits_never_come_from_a_model_that_saw_the_requirement() -> None:
    """Turning the labels of one group over changes every fit but its own."""
    signals, wanted = drawn(TRUE, 200)
    groups = [n // 20 for n in range(200)]
    before = held_out_fits(signals, wanted, groups, folds=10)
    turned = wanted.copy()
    turned[:20] = 1 - turned[:20]
    after = held_out_fits(signals, turned, groups, folds=10)
    assert np.array_equal(before[:20], after[:20])
    assert (before[20:] != after[20:]).all()


def test_a_fit_of_nothing_but_the_share_has_no_skill() -> None:
    told = reliability([0.25] * 4, [1, 0, 0, 0])
    assert (told.brier, told.base, told.skill, len(told.bins)) == (0.1875, 0.1875, 0.0, 1)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(-1, 1), min_size=5, max_size=5), st.sampled_from(SIGNALS),
       st.floats(0, 1))  # fmt: skip
def test_more_agreement_never_lowers_a_fit(values: list[float], name: str, more: float) -> None:
    model = fit_model()
    signals = dict(zip(SIGNALS, values, strict=True))
    raised = {**signals, name: signals[name] + more}
    assert probability(raised, model) >= probability(signals, model)
    assert probability(signals, model) == pytest.approx(float(fit_value(signals, model)))


def test_every_version_is_kept_and_readable() -> None:
    versions = {Path(each).stem for each in FOLDER.glob("*.toml")}
    assert CURRENT in versions
    assert {fit_model(each).version for each in versions} == versions


@pytest.mark.parametrize(
    ("asked", "offered", "value"),
    [
        (18, 18.0, 1.0), ("18", 18, 1.0), (100, 95, 0.5), (18, 12, 0.0), (0, 0, 1.0),
        ("Creel", "creel ", 1.0), ("creel", "rod", 0.0), (["red", "blue"], "blue", 1.0),
        (60, [60, 80], 1.0), (True, 1, 0.0), ("nan", "nan", 1.0), ([], "x", 0.0),
    ],
)  # fmt: skip
def test_agreement_of_sizes_and_words(asked: object, offered: object, value: float) -> None:
    assert agreement(asked, offered) == pytest.approx(value)


def test_an_attribute_that_the_offer_does_not_name_stands_half_way() -> None:
    asked = {"weave": "creel", "length_cm": 60}
    assert attribute_signal(asked, {"weave": "creel", "length_cm": 60}) == 1.0
    assert attribute_signal(asked, {"weave": "creel"}) == 0.5
    assert attribute_signal(asked, {"weave": "rod"}) == -0.5
    assert attribute_signal(asked, {}) == attribute_signal({}, {"weave": "rod"}) == 0.0


@pytest.mark.parametrize(
    ("asked", "offered", "signal"),
    [("570220", "570220", 1.0), ("57", "570220", 1.0), ("570220", "570290", 0.6),
     ("570220", "570390", 0.0), ("570220", "401691", -1.0), ("", "401691", 0.0)],
)  # fmt: skip
def test_the_signal_of_hs_codes(asked: str, offered: str, signal: float) -> None:
    assert hs_signal(asked, offered) == pytest.approx(signal)
