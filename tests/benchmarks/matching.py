"""Matching at size: 1,000 requirements against 100,000 offers, beside the bare retrieval.

    python -m tests.benchmarks.matching [--json] [--requirements 1000] [--offers 100000]
                                        [--checked 100] [--exhaustive 2] [--no-consortia]

One core; on a shared machine the time the processor was busy says more than the clock. Every
requirement opens the table anew; encoding its text is not counted. 'Bare' is the
ten nearest by meaning and words, without a filter or a score. Of `--checked` requirements the
list is held against judging a random part of all offers and those nearest to it, of
`--exhaustive` ones against judging every single offer (some seconds each). Then the consortia.
"""

from __future__ import annotations

import argparse
import heapq
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from matchmaker.certification.rulebook import reference_book
from matchmaker.matching.problem import Offer, Requirement
from matchmaker.matching.retrieval.best import Retrieved, retrieve
from matchmaker.matching.retrieval.columns import OfferTable
from matchmaker.matching.retrieval.nearness import Nearness, nearness
from matchmaker.matching.scoring.answers import Judged
from matchmaker.matching.scoring.criteria.goods import judge_fit
from matchmaker.matching.scoring.judging import judge_offer
from matchmaker.matching.scoring.question import Question, prepare
from matchmaker.matching.scoring.weighing import profile_for
from matchmaker.money import exchange_rates
from search.encoder.encoder import OnnxEncoder
from search.encoder.model import fetch_model
from search.values import Floats
from seed.requirements import draw_requirements, world_without_database
from tests.benchmarks.harness import Figures, p50, p95
from tests.benchmarks.matching_offers import open_offers
from tests.benchmarks.search_catalogue import TODAY, tell
from tests.search.relevance.judged import model_cache

TOP = 10
GOAL_MS = 60.0
GOAL_RECALL = 0.99
# Of the offers that are judged for a check: so many by chance, so many nearest to the text.
BY_CHANCE, NEAREST = 1_000, 1_000
BATCH = 1_000


@dataclass
class Times:
    """Milliseconds of every requirement."""

    whole: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


@dataclass
class Best:
    """The best offer of each firm among those that were judged one after the other."""

    question: Question
    near: Nearness
    of_firm: dict[str, Judged] = field(default_factory=dict)
    whole: int = 0

    def take(self, rows: Sequence[int], offers: Sequence[Offer]) -> None:
        for row, offer in zip(rows, offers, strict=True):
            self._judge(row, offer)

    def take_able(self, rows: Sequence[int], offers: Sequence[Offer]) -> None:
        """The same, sparing those whose product fit alone keeps them from the first."""
        least = self._least_fit()
        for row, offer in zip(rows, offers, strict=True):
            fit = judge_fit(self.question, offer, self.near.of(row)).value
            if fit is None or fit >= least:
                self._judge(row, offer)

    def _judge(self, row: int, offer: Offer) -> None:
        self.whole += 1
        found = judge_offer(self.question, offer, self.near.of(row))
        if isinstance(found, Judged):
            known = self.of_firm.get(offer.maker.id)
            if known is None or found.rank_key < known.rank_key:
                self.of_firm[offer.maker.id] = found

    def _least_fit(self) -> float:
        """The fit below which no offer gets among the first.

        total = mean^(1-s) · floor^s ≤ floor^s ≤ fit^s (`scoring/values.py`), fit being a must.
        """
        first, weights = self.first(), self.question.weights
        if len(first) < TOP or "fit" not in weights.musts:
            return 0.0
        return float(first[-1].total ** (1 / weights.strictness)) - 1e-9

    def first(self) -> list[Judged]:
        return heapq.nsmallest(TOP, self.of_firm.values(), key=lambda each: each.rank_key)


def main() -> None:
    parser = argparse.ArgumentParser(description="Matching at size.")
    parser.add_argument("--requirements", type=int, default=1_000)
    parser.add_argument("--offers", type=int, default=100_000)
    parser.add_argument("--checked", type=int, default=100)
    parser.add_argument("--exhaustive", type=int, default=2)
    parser.add_argument("--no-consortia", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = Figures(f"Matching, {asked.requirements:,} requirements × {asked.offers:,} offers")
    folder = open_offers(asked.offers).folder.parent
    requirements = _requirements(asked.requirements)
    vectors = _meanings(requirements)
    found = _time_all(figures, folder, requirements, vectors)
    _check(figures, folder, requirements, vectors, found, asked.checked)
    _exhaust(figures, folder, requirements, vectors, found, asked.exhaustive)
    if not asked.no_consortia:
        _consortia(figures)
    figures.finish()


def _requirements(count: int) -> list[Requirement]:
    world = world_without_database(TODAY)
    return [each.requirement for each in draw_requirements(world.firms(), TODAY, count)]


def _meanings(requirements: Iterable[Requirement]) -> list[Floats]:
    encoder = OnnxEncoder.open(fetch_model(model_cache()))
    return [encoder.encode_query(each.text) for each in requirements]


def _time_all(
    figures: Figures, folder: Path, requirements: Sequence[Requirement], vectors: Sequence[Floats]
) -> list[Retrieved]:
    times, found = Times(), []
    _answer(folder, requirements[0], vectors[0])  # what a process does once only
    for requirement, vector in zip(requirements, vectors, strict=True):
        began = time.perf_counter()
        table = OfferTable(folder, "verified")
        opened = time.perf_counter()
        _nearest(nearness(table, requirement.text, vector))
        bare, busy = time.perf_counter(), time.process_time()
        found.append(_answer(folder, requirement, vector))
        ended = time.perf_counter()
        times.opened.append((opened - began) * 1000)
        times.bare.append((bare - opened) * 1000)
        times.whole.append((ended - bare) * 1000)
        times.busy.append((time.process_time() - busy) * 1000)
        if len(found) % 100 == 0:
            tell(f"{len(found):,} of {len(requirements):,} requirements")
    figures.told("requirement, median", p50(times.whole), "ms")
    figures.at_most("requirement, p95", p95(times.whole), "ms", GOAL_MS)
    figures.told("of it the processor was busy, median", p50(times.busy), "ms")
    figures.told("of it the processor was busy, p95", p95(times.busy), "ms")
    figures.told("of it opening the table, median", p50(times.opened), "ms")
    figures.told("bare retrieval, median", p50(times.bare), "ms")
    figures.told("bare retrieval, p95", p95(times.bare), "ms")
    figures.told("offers judged in full, median", p50([each.judged for each in found]), "")
    figures.told("offers judged in full, p95", p95([each.judged for each in found]), "")
    return found


def _answer(folder: Path, requirement: Requirement, vector: Floats) -> Retrieved:
    """All that a requirement costs: opening the table, preparing, bounding, loading, judging."""
    table = OfferTable(folder, "verified")
    return retrieve(table, _question(requirement), nearness(table, requirement.text, vector), TOP)


def _question(requirement: Requirement) -> Question:
    return prepare(
        requirement,
        today=TODAY,
        weights=profile_for(requirement.hs_code),
        book=reference_book(),
        rates=exchange_rates(),
    )


def _nearest(near: Nearness) -> Sequence[int]:
    """The rows nearest in meaning and words together, as the search adds them up."""
    score = np.nan_to_num(near.cosines) * 0.3 if near.cosines is not None else np.zeros(1)
    score = score + near.words if near.words is not None else score
    best = (
        np.argpartition(-score, NEAREST)[:NEAREST] if len(score) > NEAREST else np.argsort(-score)
    )
    return [int(each) for each in best]


def _check(
    figures: Figures,
    folder: Path,
    requirements: Sequence[Requirement],
    vectors: Sequence[Floats],
    found: Sequence[Retrieved],
    count: int,
) -> None:
    """Against judging some offers by chance and the nearest: none of them may be missing."""
    table, chance, shares = OfferTable(folder, "verified"), random.Random(11), []
    for number in chance.sample(range(len(requirements)), min(count, len(requirements))):
        near = nearness(table, requirements[number].text, vectors[number])
        best = Best(_question(requirements[number]), near)
        rows = {*_nearest(near), *chance.sample(range(table.count), min(BY_CHANCE, table.count))}
        chosen = sorted(rows)
        best.take(chosen, table.offers(chosen))
        shares.append(_recall(best.first(), found[number]) == 1.0)
        tell(f"{len(shares):,} lists held against offers by chance")
    if shares:
        name = f"lists of {len(shares)} lacking none of {BY_CHANCE + NEAREST:,} judged offers"
        figures.at_least(name, sum(shares) / len(shares), "", GOAL_RECALL)


def _exhaust(
    figures: Figures,
    folder: Path,
    requirements: Sequence[Requirement],
    vectors: Sequence[Floats],
    found: Sequence[Retrieved],
    count: int,
) -> None:
    """Against judging every offer of the table; the offers are read once for all requirements.

    Nothing here knows columns or bounds: of every offer the judge's own product fit is worked
    out, and all the rest of those that this alone does not keep from the list. The nearest are
    taken first, so that soon little is left to judge.
    """
    table = OfferTable(folder, "verified")
    numbers = random.Random(5).sample(range(len(requirements)), min(count, len(requirements)))
    bests = [
        Best(_question(requirements[n]), nearness(table, requirements[n].text, vectors[n]))
        for n in numbers
    ]
    began = time.perf_counter()
    for best in bests:
        nearest = _nearest(best.near)
        best.take(nearest, table.offers(nearest))
    for start in range(0, table.count if bests else 0, BATCH):
        rows = range(start, min(start + BATCH, table.count))
        offers = table.offers(rows)
        for best in bests:
            best.take_able(rows, offers)
        tell(f"{rows.stop:,} of {table.count:,} offers judged for {len(bests)} requirements")
    if bests:
        shares = [_recall(best.first(), found[n]) for n, best in zip(numbers, bests, strict=True)]
        name = f"recall@{TOP} of judging every offer, {len(shares)} lists"
        figures.at_least(name, sum(shares) / len(shares), "", GOAL_RECALL)
        share = sum(best.whole for best in bests) / len(bests) / table.count
        figures.told("of every offer judged in full", share, "")
        seconds = (time.perf_counter() - began) / len(bests)
        figures.told("judging every offer for one requirement", seconds, "s")


def _recall(expected: Sequence[Judged], found: Retrieved) -> float:
    """What share of these is on the list; equal scores may stand for each other."""
    least = found.ranked[-1].total if len(found.ranked) == TOP else -1.0
    listed = {each.offer.id for each in found.ranked}
    there = [each.offer.id in listed or each.total <= least for each in expected]
    return sum(there) / len(there) if there else 1.0


def _consortia(figures: Figures) -> None:
    from tests.benchmarks.matching_consortium import measure

    measure(figures)


if __name__ == "__main__":
    main()
