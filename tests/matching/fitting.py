"""Fits product fit to the judged pairs of the tuning half and shows how well it is calibrated.

    python -m tests.matching.fitting > matchmaker/matching/scoring/fits/fit-N.toml

The coefficients go to standard output as TOML, the reliability table to standard error. A
grade is about the whole offer, so only pairs count in which nothing but the product can have
decided it: quantity, smallest order, price, lead time and papers are no grave shortfall. Of these
'the product' is what was graded 2 or 3, 'worth an enquiry' and better. The unseen half is not
read.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from matchmaker.matching.scoring.answers import Judged
from matchmaker.matching.scoring.calibration import (
    Calibration,
    calibrated,
    held_out_fits,
    reliability,
)
from matchmaker.matching.scoring.fit import CURRENT, SIGNALS, FitModel, signals_of
from matchmaker.matching.scoring.values import Values
from tests.matching.judged_pairs import JudgedWorld, Pair, answer_to, question_of

RIDGE = 2.0
WORTH_AN_ENQUIRY = 2
# Below these something else than the product may have decided the grade.
LEAST: Mapping[str, float] = {
    "quantity": 0.67, "moq": 0.5, "price": 0.5, "lead": 0.5, "papers": 0.3
}  # fmt: skip


def telling(pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs in which nothing but the product can have decided the grade."""
    questions = {}
    found = []
    for pair in pairs:
        question = questions.setdefault(pair.requirement.id, question_of(pair.requirement))
        answer = answer_to(question, pair)
        if isinstance(answer, Judged) and _is_telling(answer):
            found.append(pair)
    return found


def _is_telling(answer: Judged) -> bool:
    values = {name: answer.by_criterion[name].value for name in LEAST}
    return all(value is None or value >= LEAST[name] for name, value in values.items())


def columns_of(pairs: Iterable[Pair]) -> dict[str, Values]:
    """The signals of fit, one column each."""
    rows = [
        signals_of(
            each.closeness,
            (each.requirement.family, each.offer.family),
            (each.requirement.hs_code, each.offer.hs_code),
            (each.requirement.attributes, each.offer.attributes),
        )
        for each in pairs
    ]
    return {name: np.array([row[name] for row in rows]) for name in SIGNALS}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        pairs = telling(JudgedWorld(Path(folder) / "table").pairs("tuning"))
    signals = columns_of(pairs)
    wanted = np.array([each.grade >= WORTH_AN_ENQUIRY for each in pairs], float)
    groups = [each.requirement.id for each in pairs]
    told = reliability(held_out_fits(signals, wanted, groups, ridge=RIDGE), wanted)
    model = calibrated(signals, wanted, version=CURRENT, ridge=RIDGE, note=_note(told, groups))
    sys.stdout.write(_toml(model))
    sys.stderr.write(_table(told))


def _note(told: Calibration, groups: list[str]) -> str:
    return (
        f"{told.pairs} pairs of {len(set(groups))} requirements of the tuning half; held out by "
        f"requirement: Brier {told.brier:.3f} (base {told.base:.3f}, skill {told.skill:.2f})."
    )


def _toml(model: FitModel) -> str:
    lines = [
        "# Coefficients of product fit: sigmoid(intercept + Σ slope · (signal - centre)).",
        "# Written by: python -m tests.matching.fitting",
        f'note = "{model.note}"',
        f"intercept = {model.intercept:.4f}",
        "",
        "[centres]",
        *(f"{name} = {value:.4f}" for name, value in model.centres.items()),
        "",
        "[slopes]",
        *(f"{name} = {value:.4f}" for name, value in model.slopes.items()),
    ]
    return "\n".join(lines) + "\n"


def _table(told: Calibration) -> str:
    lines = [f"Brier {told.brier:.3f}, base {told.base:.3f}, skill {told.skill:.2f}"]
    lines += [
        f"{each.low:.1f} to {each.high:.1f}: {each.pairs:4} pairs, fit {each.mean_fit:.2f},"
        f" were it {each.share:.2f}"
        for each in told.bins
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
