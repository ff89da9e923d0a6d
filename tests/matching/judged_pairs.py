"""The judged pairs of the tuning half as matching measures them: closeness, findings, grades."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from matchmaker.certification.knowledge import conditions
from matchmaker.matching.problem import Closeness, Offer, Requirement
from matchmaker.matching.retrieval.building import TableBuilder
from matchmaker.matching.retrieval.columns import OfferTable
from matchmaker.matching.retrieval.nearness import Nearness, nearness
from matchmaker.matching.scoring.answers import Excluded, Judged
from matchmaker.matching.scoring.judging import judge_offer
from matchmaker.matching.scoring.question import Question, prepare
from matchmaker.matching.scoring.weighing import Weights, profile_for
from matchmaker.money import exchange_rates
from search.encoder.cache import EmbeddingCache, EncodedTexts
from search.encoder.encoder import OnnxEncoder
from search.encoder.model import fetch_model
from seed.families import all_families
from tests.matching.judged.judged import TODAY, Half, labels, offers, requirements
from tests.matching.small_trade import BOOK
from tests.search.relevance.judged import model_cache


@dataclass(frozen=True)
class Pair:
    """An offer that was judged for a requirement by reading: `grade` 0 to 3."""

    requirement: Requirement
    offer: Offer
    closeness: Closeness
    grade: int


class JudgedWorld:
    """The frozen offers as a table in `folder`; encoding them takes a minute once on a machine."""

    def __init__(self, folder: Path) -> None:
        models = model_cache()
        self.encoder = OnnxEncoder.open(fetch_model(models), threads=os.cpu_count() or 1)
        cache = EmbeddingCache(models.parent / "relevance-embeddings.sqlite")
        known = list(offers().values())
        vectors = EncodedTexts(self.encoder, cache).encode([each.text for each in known])
        cache.close()
        words = {each.key: "; ".join(each.aliases) for each in all_families()}
        with TableBuilder(folder, self.encoder.model_id, conditions()) as builder:
            for offer, vector in zip(known, vectors, strict=True):
                builder.add(offer, vector, words.get(offer.family, ""))
        self.table = OfferTable(folder)

    def near(self, requirement: Requirement) -> Nearness:
        """How near every offer is, by row."""
        return nearness(self.table, requirement.text, self.encoder.encode_query(requirement.text))

    def pairs(self, half: Half) -> Iterator[Pair]:
        """Every judged pair of a half."""
        graded, known = labels(half), offers()
        rows = {each: row for row, each in enumerate(known)}
        for requirement in requirements(half):
            near = self.near(requirement)
            for offer_id, grade in graded.get(requirement.id, {}).items():
                yield Pair(requirement, known[offer_id], near.of(rows[offer_id]), grade)


def question_of(requirement: Requirement, weights: Weights | None = None) -> Question:
    """The requirement ready for judging, by the profile of its goods."""
    chosen = weights or profile_for(requirement.hs_code)
    return prepare(requirement, today=TODAY, weights=chosen, book=BOOK, rates=exchange_rates())


def answer_to(question: Question, pair: Pair) -> Judged | Excluded:
    return judge_offer(question, pair.offer, pair.closeness)
