"""Ranking quality on the labelled queries: by words, by meaning, and by both.

    python -m tests.benchmarks.relevance [--half tuning|unseen|both] [--kinds] [--json]

Rank by the tuning half. THE UNSEEN HALF IS LOOKED AT ONCE, when nothing will be changed any
more: a choice made by its figures would make it a second tuning half.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from search.evaluating import WAYS, Way
from search.measuring import Grades, Measure, average, bootstrap, ndcg, recall, reciprocal_rank
from tests.benchmarks.harness import Figures
from tests.search.relevance.judged import Asked, Searchable, labels, queries, searchable

MEASURES: dict[str, Measure] = {
    "nDCG@10": ndcg,
    "Recall@20": partial(recall, depth=20),
    "MRR@10": reciprocal_rank,
}
HALVES = ("tuning", "unseen")


@dataclass(frozen=True)
class Answered:
    """One query with what each way answered and the grades it is held against."""

    asked: Asked
    ranked: dict[Way, list[str]]
    grades: Grades

    def score(self, way: Way, measure: Measure) -> float:
        """Every query of ours has an answer, so every measure a value."""
        score = measure(self.ranked[way], self.grades)
        assert score is not None
        return score


def answer(index: Searchable, half: str) -> list[Answered]:
    """Ask every query of a half in all three ways."""
    graded = labels()
    return [
        Answered(asked, {way: index.answers(asked, way) for way in WAYS}, graded[asked.id])
        for asked in queries(half)
    ]


def show_half(figures: Figures, half: str, answers: Sequence[Answered]) -> None:
    for name, measure in MEASURES.items():
        for way in WAYS:
            score = average([each.score(way, measure) for each in answers])
            figures.told(f"{half}: {name} {way}", score, "")
        show_gain(figures, f"{half}: {name}", answers, measure)
    for way in WAYS:
        figures.told(f"{half}: judged among first ten, {way}", judged_share(answers, way), "%")


def show_gain(figures: Figures, name: str, answers: Sequence[Answered], measure: Measure) -> None:
    """Hybrid must not be worse than words alone; the interval says how sure that is."""
    gains = [each.score("hybrid", measure) - each.score("keyword", measure) for each in answers]
    gain = bootstrap(gains)
    figures.at_least(f"{name} hybrid - keyword", gain.mean, "", 0)
    figures.told(f"{name} hybrid - keyword, 95 % from", gain.low, "")
    figures.told(f"{name} hybrid - keyword, 95 % to", gain.high, "")


def judged_share(answers: Sequence[Answered], way: Way) -> float:
    """How much of what is shown has a grade: below 90 %, pool and judge again."""
    shown = [(id, each.grades) for each in answers for id in each.ranked[way][:10]]
    return 100 * sum(id in grades for id, grades in shown) / max(1, len(shown))


def show_kinds(figures: Figures, half: str, answers: Sequence[Answered]) -> None:
    for kind in dict.fromkeys(each.asked.kind for each in answers):
        of_kind = [each for each in answers if each.asked.kind == kind]
        for way in WAYS:
            score = average([each.score(way, ndcg) for each in of_kind])
            figures.told(f"{half}: nDCG@10 {way}, {kind}", score, "")


def main() -> None:
    parser = argparse.ArgumentParser(description="Ranking quality on the labelled queries.")
    parser.add_argument("--half", choices=(*HALVES, "both"), default="tuning")
    parser.add_argument("--kinds", action="store_true", help="nDCG@10 of each kind of query too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = Figures("Relevance")
    with tempfile.TemporaryDirectory() as folder, searchable(Path(folder)) as index:
        for half in HALVES if options.half == "both" else (options.half,):
            answers = answer(index, half)
            show_half(figures, half, answers)
            if options.kinds:
                show_kinds(figures, half, answers)
    figures.finish()


if __name__ == "__main__":
    main()
