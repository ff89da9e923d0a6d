"""Judging offers against a requirement: every criterion, the gates, one total. Pure.

    question = prepare(requirement, today=..., weights=..., book=..., rates=...)
    answer = judge_offer(question, offer, closeness)      # Judged or Excluded
    verdict = judge_all(question, pairs)                  # ranked and excluded

Neither a firm's name nor its size or paid status is read anywhere here, unless the buyer asked
for micro enterprises.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matchmaker.certification.rules import BLOCS
from matchmaker.matching.problem import Closeness, Offer
from matchmaker.matching.scoring.answers import Excluded, Finding, Judged
from matchmaker.matching.scoring.criteria.firm import (
    judge_market,
    judge_preferences,
    judge_reliability,
)
from matchmaker.matching.scoring.criteria.goods import judge_fit, judge_hs
from matchmaker.matching.scoring.criteria.papers import judge_papers
from matchmaker.matching.scoring.criteria.price import judge_price
from matchmaker.matching.scoring.criteria.supply import (
    asked_in_units,
    judge_lead,
    judge_moq,
    judge_quantity,
)
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.sentences import say
from matchmaker.matching.scoring.values import SMALLEST


@dataclass(frozen=True)
class Verdict:
    """All offers of one question: the ranked, best first, and the excluded with the reason."""

    ranked: tuple[Judged, ...]
    excluded: tuple[Excluded, ...]


def judge_all(question: Question, pairs: Iterable[tuple[Offer, Closeness]]) -> Verdict:
    """Every offer judged; the order in which they come decides nothing."""
    ranked, excluded = [], []
    for offer, closeness in pairs:
        found = judge_offer(question, offer, closeness)
        if isinstance(found, Judged):
            ranked.append(found)
        else:
            excluded.append(found)
    ranked.sort(key=lambda each: each.rank_key)
    excluded.sort(key=lambda each: each.offer.id)
    return Verdict(tuple(ranked), tuple(excluded))


def best_of_each_firm(ranked: Iterable[Judged]) -> tuple[Judged, ...]:
    """The best offer of every firm, best first."""
    found: dict[str, Judged] = {}
    for each in sorted(ranked, key=lambda judged: judged.rank_key):
        found.setdefault(each.offer.maker.id, each)
    return tuple(found.values())


def judge_offer(question: Question, offer: Offer, closeness: Closeness) -> Judged | Excluded:
    """The gates first, then every criterion."""
    barred = excluded_because(question, offer)
    if barred is not None:
        return barred
    asked = asked_in_units(question, offer)
    findings = (
        judge_fit(question, offer, closeness),
        judge_hs(question, offer),
        judge_quantity(question, offer, asked),
        judge_moq(question, offer, asked),
        judge_papers(question, offer),
        judge_price(question, offer, asked),
        judge_lead(question, offer),
        judge_market(question, offer),
        judge_reliability(question, offer),
        judge_preferences(question, offer),
    )
    return _summed_up(question, offer, closeness, findings)


def excluded_because(question: Question, offer: Offer) -> Excluded | None:
    """The gate that keeps an offer out, if there is one."""
    asked, maker = question.requirement, offer.maker
    if maker.id in asked.blocked or asked.buyer in maker.blocked:
        return Excluded(offer, "blocked", say("gate.blocked"))
    if asked.market and offer.barred >= BLOCS.get(asked.market, frozenset({asked.market})):
        return Excluded(offer, "not exportable", say("gate.not_exportable", market=asked.market))
    if asked.needs_verified and not maker.is_verified:
        return Excluded(offer, "unverified", say("gate.unverified"))
    return None


def _summed_up(
    question: Question, offer: Offer, closeness: Closeness, findings: Sequence[Finding]
) -> Judged:
    """The total of `values.py` in plain arithmetic: numpy costs more than it saves on ten."""
    weights = question.weights
    known = whole = parts = sure = 0.0
    floor = 1.0
    for each in findings:
        weight = weights.of(each.criterion)
        if each.knowledge != "not asked":
            whole += weight
        if each.value is not None:
            known += weight
            parts += weight * each.value
            sure += weight * each.certainty
            if each.criterion in weights.musts:
                floor += max(each.value, SMALLEST) ** -weights.hardness - 1.0
    mean = parts / known if known else 0.0
    least = floor ** (-1.0 / weights.hardness)
    return Judged(
        requirement=question.requirement,
        offer=offer,
        closeness=closeness,
        today=question.today,
        weights=weights,
        fit_version=question.fit.version,
        total=mean ** (1.0 - weights.strictness) * least**weights.strictness,
        mean=mean,
        floor=least,
        confidence=sure / whole if whole else 0.0,
        findings=tuple(findings),
    )
