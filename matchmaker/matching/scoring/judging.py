"""Judging offers against a requirement: every criterion, the gates, one total. Pure.

    question = prepare(requirement, today=..., weights=..., book=..., rates=...)
    answer = judge_offer(question, offer, closeness)      # Judged or Excluded
    verdict = judge_all(question, pairs)                  # ranked and excluded

Neither a firm's name nor its size or paid status is read anywhere here, unless the buyer asked
for micro enterprises. For retrieval: of the ten criteria `fit` (from cosine, words, family, HS
and attributes), `hs`, `quantity`, `moq`, `price`, `lead`, `market`, `preferences` and `papers`
(through `Law.papers` of the held codes) can be had exactly, or bounded from above, from columns
with the functions of `values.py` and `fit.py`; `reliability` is a constant of the offer and the
day (`criteria.firm.reliability_value`). What is NaN in a column leaves the mean here and there
alike, so `weighted_mean`, `soft_minimum` and `total_score` of the bounds bound the total.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matchmaker.certification.readiness import Book
from matchmaker.certification.rules import BLOCS
from matchmaker.matching.checking import check_closeness, check_offer, check_requirement
from matchmaker.matching.problem import Closeness, Nearby, Offer, Requirement
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
from matchmaker.matching.scoring.fit import FitModel
from matchmaker.matching.scoring.question import Question, Rates, prepare
from matchmaker.matching.scoring.sentences import say
from matchmaker.matching.scoring.values import SMALLEST
from matchmaker.matching.scoring.weighing import Weights


@dataclass(frozen=True)
class Verdict:
    """All offers of one question: the ranked, best first, and the excluded with the reason."""

    ranked: tuple[Judged, ...]
    excluded: tuple[Excluded, ...]


def judge(
    requirement: Requirement,
    offer: Offer,
    closeness: Closeness,
    *,
    today: dt.date,
    weights: Weights,
    book: Book,
    rates: Rates,
    nearby: Mapping[str, Nearby] | None = None,
    fit: FitModel | None = None,
) -> Judged | Excluded:
    """One offer against one requirement. For many offers `prepare` once and `judge_all`.

    Raises BadInput for what makes no sense (`checking`); `judge_all` takes it as checked.
    """
    check_requirement(requirement, today=today, book=book, rates=rates)
    check_offer(offer, path="offer.")
    check_closeness(closeness)
    question = prepare(
        requirement, today=today, weights=weights, book=book, rates=rates, nearby=nearby, fit=fit
    )
    return judge_offer(question, offer, closeness)


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
