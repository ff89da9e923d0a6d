"""How well requirements are matched: words alone, retrieval alone, and full scoring.

    python -m tests.benchmarks.ranking [--half tuning|unseen] [--words-only] [--each] [--json]

nDCG@10 over the judged requirements of `tests/matching/judged` with paired bootstrap intervals
of the differences; with `--words-only` as if nobody had stated product family or HS code. Tune
by the tuning half. THE UNSEEN HALF IS LOOKED AT ONCE, when nothing will be changed any more: a
choice made by its figures would make it a second tuning half.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from search.measuring import Grades, Measure, average, bootstrap, condensed_ndcg, ndcg
from tests.benchmarks.harness import Figures
from tests.matching.judged.judged import HALVES, Half, labels, requirements
from tests.matching.judged.ranking import WAYS, Ranker

DEPTH = 10
LEAST_GAIN = 0.05
MEASURES: Mapping[str, Measure] = {"nDCG@10": ndcg, "condensed": condensed_ndcg}


@dataclass(frozen=True)
class Answered:
    """One requirement with what each way put first and the grades it is held against."""

    id: str
    ranked: Mapping[str, Sequence[str]]
    grades: Grades

    def score(self, way: str, measure: Measure) -> float:
        """Every judged requirement has a usable offer, so every measure a value."""
        score = measure(self.ranked[way], self.grades)
        assert score is not None
        return score


def answer(half: Half, *, words_only: bool = False) -> list[Answered]:
    """Ask every requirement of a half in all ways; deep, so that what is not judged can go."""
    ranker, graded, found = Ranker(), labels(half), []
    for each in requirements(half):
        asked = replace(each, family="", hs_code="") if words_only else each
        found.append(Answered(each.id, ranker.rankings(asked, 3 * DEPTH), graded[each.id]))
    return found


def show(figures: Figures, half: Half, answers: Sequence[Answered]) -> None:
    for name, measure in MEASURES.items():
        for way in WAYS:
            score = average([each.score(way, measure) for each in answers])
            figures.told(f"{half}: {name} {way}", score, "")
    for other in WAYS[:-1]:
        show_gain(figures, half, answers, other)
    for way in WAYS:
        figures.told(f"{half}: judged among first ten, {way}", judged_share(answers, way), "%")


def show_gain(figures: Figures, half: Half, answers: Sequence[Answered], other: str) -> None:
    """Full scoring must win, and the interval says that it is no accident."""
    gain = bootstrap([each.score("full", ndcg) - each.score(other, ndcg) for each in answers])
    name = f"{half}: nDCG@10 full - {other}"
    figures.at_least(name, gain.mean, "", LEAST_GAIN)
    figures.at_least(f"{name}, 95 % from", gain.low, "", 0)
    figures.told(f"{name}, 95 % to", gain.high, "")


def show_each(figures: Figures, answers: Sequence[Answered]) -> None:
    """Every requirement of its own, the worst first: where to look when tuning."""
    for each in sorted(answers, key=lambda each: each.score("full", ndcg)):
        figures.told(f"{each.id}: nDCG@10 full", each.score("full", ndcg), "")


def judged_share(answers: Sequence[Answered], way: str) -> float:
    """How much of what is shown has a grade: below 90 %, pool and judge again."""
    shown = [(id, each.grades) for each in answers for id in each.ranked[way][:DEPTH]]
    return 100 * sum(id in grades for id, grades in shown) / max(1, len(shown))


def main() -> None:
    parser = argparse.ArgumentParser(description="Ranking quality on the judged requirements.")
    parser.add_argument("--half", choices=HALVES, default="tuning")
    parser.add_argument("--words-only", action="store_true", help="neither family nor HS code")
    parser.add_argument("--each", action="store_true", help="every requirement (tuning half only)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = Figures("Ranking")
    answers = answer(options.half, words_only=options.words_only)
    show(figures, options.half, answers)
    if options.each and options.half == "tuning":
        show_each(figures, answers)
    figures.finish()


if __name__ == "__main__":
    main()
